"""The order of what was read: by the weighted sum that is stated, and the same every time."""

from __future__ import annotations

import pytest

from index.documents import Document, Metadata
from index.passages import split
from qa.ranking import FEATURES, features, rank, score
from qa.retrieval import Hit
from qa.windows import Reading

WEIGHTS = (1.0, 0.5, 0.6, 0.4, 0.7)


def hit(path: str, text: str, fused: float) -> Hit:
    (passage,) = split(Document(path, "A title", text), lambda texts: [1] * len(texts))
    return Hit(passage, "A title", Metadata(), fused, 0.5, 1.0)


def reading(answered: float, *logits: float) -> Reading:
    return Reading(answered, logits, None, 0.5, tuple(0.5 for _ in logits))


def test_a_score_is_the_weighted_sum_of_its_features() -> None:
    one, two = hit("a.txt", "It rained on Monday. Forty people came.", 1.0), hit("b.txt", "Nobody came at all.", -1.0)
    ranked = rank("How many people came?", [one, two], [reading(2.0, 0.1, 0.5), reading(-2.0, 3.0)], WEIGHTS)
    assert len(ranked) == 3
    for e in ranked:
        answered, logit = (2.0, (0.1, 0.5)[e.sentence]) if e.document == "a.txt" else (-2.0, 3.0)
        values = features("How many people came?", e.text, logit, answered, e.hit.score)
        assert len(values) == len(FEATURES)
        assert e.score == pytest.approx(score(values, WEIGHTS))
    assert [e.score for e in ranked] == sorted((e.score for e in ranked), reverse=True)


@pytest.mark.parametrize(
    ("question", "sentence", "helps"),
    [
        ("How many people came?", "Forty people came.", True),
        ("When did it open?", "It opened in 1874.", True),
        ("When did it open?", "It opened late.", False),
        ("Who opened it?", "It was opened in 1874.", False),
    ],
)
def test_a_number_counts_where_one_is_asked_for(question: str, sentence: str, helps: bool) -> None:
    assert features(question, sentence, 0.0, 0.0, 0.0)[FEATURES.index("number")] == helps


def test_of_equals_the_order_is_that_of_the_documents() -> None:
    hits = [hit(path, "Same words here. Same words here.", 0.0) for path in ("b.txt", "a.txt")]
    ranked = rank("What?", hits, [reading(0.0, 1.0, 1.0)] * 2, WEIGHTS)
    assert [(e.document, e.sentence) for e in ranked] == [("a.txt", 0), ("a.txt", 1), ("b.txt", 0), ("b.txt", 1)]
