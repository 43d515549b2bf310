"""What the assistant finds for a collection's questions, kept on disk, since reading takes the time."""

from __future__ import annotations

import json
import logging
import math
import pickle
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.documents import Document
from qa.assistant import Assistant
from qa.confidence import Calibration
from qa.evaluation import Question, read_questions
from qa.finding import FIRST, Findings, sure
from qa.ranking import Evidence, features, ordered, score
from qa.reader import FOLDER, Platt
from qa.retrieval import best_first
from qa.settings import Settings

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Found:
    """A collection's documents by path, and what was found for each of its questions.

    `answered` and `evidence` are the scalings under which the findings' probabilities are.
    """

    name: str
    documents: dict[str, Document]
    questions: tuple[tuple[Question, Findings], ...]
    answered: Platt
    evidence: Platt


def find_all(documents: Path, questions: Path, work: Path, name: str = "") -> Found:
    """Search and read for every question of a file; kept under `work` for as long as the reader's weights stay.

    The probabilities and scores are by what lies beside the weights now, whenever it was read.
    """
    stated = json.loads((FOLDER / "reader.json").read_text(encoding="utf-8"))
    answered, evidence = Platt(*stated["answered"]), Platt(*stated["evidence"])
    kept = work / f"found-{name or questions.parent.name}-{stated['sha256'][:12]}.pickle"
    if kept.exists():
        return reranked(rescaled(pickle.loads(kept.read_bytes()), answered, evidence), Calibration.load().ranking)
    with tempfile.TemporaryDirectory() as store, Assistant.open(Settings(documents, store)) as assistant:
        texts = {record.path: assistant.document(record.path) for record in assistant.documents()}
        pairs = []
        for question in read_questions(questions):
            with assistant.snapshot() as now:
                pairs.append((question, assistant.find(now, question.text, question.history, thorough=True)))
    found = Found(name or questions.parent.name, texts, tuple(pairs), answered, evidence)
    work.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    log.info("%s: %d questions read", found.name, len(pairs))
    return found


def rescaled(found: Found, answered: Platt, evidence: Platt) -> Found:
    """What was found, with the probabilities that the same logits have under other scalings."""
    if (answered, evidence) == (found.answered, found.evidence):
        return found

    def scaled(_: str, e: Evidence) -> Evidence:
        sentence, passage = logit(e.probability, found.evidence), logit(e.window, found.answered)
        return replace(e, probability=evidence(sentence), window=answered(passage))

    return replace(_changed(found, scaled, tuple), answered=answered, evidence=evidence)


def reranked(found: Found, weights: Sequence[float]) -> Found:
    """What was found, ranked by other weights of `qa.ranking.FEATURES`."""

    def scored(asked: str, e: Evidence) -> Evidence:
        return replace(e, score=score(ranked_by(asked, e, found), weights))

    return _changed(found, scored, ordered)


def stopped(findings: Findings, calibration: Calibration) -> Findings:
    """What is left of findings, which were read thoroughly, where reading stops once it is sure."""

    def enough(ranking: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        hits = best_first({e.hit for e in ranking})[:FIRST]
        first = tuple(e for e in ranking if e.hit in hits)
        return first if first and sure(findings.asked, first, calibration) else ranking

    return replace(findings, rankings=tuple(map(enough, findings.rankings)))


def _changed(
    found: Found,
    change: Callable[[str, Evidence], Evidence],
    order: Callable[[Iterable[Evidence]], tuple[Evidence, ...]],
) -> Found:
    """What was found, with each sentence changed, and the rankings put in order."""
    questions = []
    for question, findings in found.questions:
        rankings = (order(change(findings.asked, e) for e in ranking) for ranking in findings.rankings)
        questions.append((question, replace(findings, rankings=tuple(rankings))))
    return replace(found, questions=tuple(questions))


def ranked_by(asked: str, e: Evidence, found: Found) -> tuple[float, ...]:
    """What a sentence's score is the weighted sum of."""
    return features(asked, e.text, logit(e.probability, found.evidence), logit(e.window, found.answered), e.hit.score)


def logit(probability: float, platt: Platt) -> float:
    """The logit that a scaling made this probability of, as far as a probability can tell."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return (math.log(bounded / (1 - bounded)) - platt.shift) / platt.slope
