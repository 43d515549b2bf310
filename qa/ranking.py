"""How well a sentence that was read supports an answer, against the others read for the same question (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.documents import Span
from qa.retrieval import Hit
from qa.windows import Reading

FEATURES = ("evidence", "answered", "fused", "length", "number")

_ASKS_FOR_NUMBER = re.compile(
    r"\b(?:how (?:many|much|long|old|large|big|far|often|high|tall|fast)|when|what (?:year|day|date|time|percentage|"
    r"share|price|number))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,5}teen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|dozen|half|third|quarter|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage, and how well it supports an answer.

    `score` is a logit, comparable among the sentences of one question; `probability` (0..1) is the
    reader's own for this sentence; `window` (0..1) its probability that the passage answers. `short` is
    the short answer, if the reader found one and found it in this sentence.
    """

    hit: Hit
    sentence: int
    score: float
    probability: float
    window: float
    short: str = ""

    @property
    def document(self) -> str:
        return self.hit.passage.document

    @property
    def span(self) -> Span:
        return self.hit.passage.sentences[self.sentence]

    @property
    def text(self) -> str:
        return self.hit.passage.sentence(self.sentence)


def rank(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], weights: Sequence[float]
) -> tuple[Evidence, ...]:
    """Every sentence that was read, the best evidence first. `weights`: one for each of `FEATURES`."""
    return ordered(
        Evidence(
            hit,
            i,
            score(features(question, hit.passage.sentence(i), logit, reading.answered, hit.score), weights),
            reading.evidence_probability[i],
            reading.answered_probability,
            _short(hit, i, reading),
        )
        for hit, reading in zip(hits, readings, strict=True)
        for i, logit in enumerate(reading.evidence)
    )


def ordered(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The best score first; of equals, as they stand in the documents."""
    return tuple(sorted(found, key=lambda e: (-e.score, e.document, e.span.start)))


def features(question: str, sentence: str, evidence: float, answered: float, fused: float) -> tuple[float, ...]:
    """What a score is the weighted sum of: the reader's logits for the sentence and its window, the retrieval score of
    the passage (a sum of z-scores), the log of the sentence's words, and whether it holds a number that is asked for.
    """
    number = _ASKS_FOR_NUMBER.search(question) is not None and _NUMBER.search(sentence) is not None
    return evidence, answered, fused, math.log(1 + len(sentence.split())), float(number)


def score(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def _short(hit: Hit, sentence: int, reading: Reading) -> str:
    found = reading.span
    if found is None or found.sentence != sentence or found.score <= 0.0:
        return ""
    return hit.passage.sentence(sentence)[found.start : found.end]
