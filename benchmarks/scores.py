"""How good a ranking is: recall, nDCG, and whether the evidence stands in the first words. Pure functions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONTEXT = 4  # words of its paragraph that must stand before or after a short answer, so that it is the right mention

Passages = Sequence[tuple[str, str]]  # a document's name and a text, best first


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the documents that are relevant, and the evidence: (document, words), any of which will do.

    `whole` says that whole documents are to be found; otherwise a passage that holds evidence is.
    """

    id: str
    text: str
    relevant: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    whole: bool

    def __post_init__(self) -> None:
        if not self.relevant or not (self.whole or self.evidence):
            raise ValueError(f"the question {self.id!r} has nothing to be found")


def words(text: str) -> str:
    """A text's words in lower case, one space between: what is compared, whatever a tool made of the white space."""
    return " ".join(re.findall(r"\w+", text.lower()))


def answer_in_place(paragraph: str, start: int, answer: str) -> tuple[str, ...]:
    """The answer's words with the words of its paragraph before it, and with those after it: either shows the place."""
    before = words(paragraph[:start]).split()[-CONTEXT:]
    after = words(paragraph[start + len(answer) :]).split()[:CONTEXT]
    middle = words(answer).split()
    sides = [
        side for side, around in (([*before, *middle], before), ([*middle, *after], after)) if len(around) == CONTEXT
    ]
    return tuple(" ".join(side) for side in sides or [[*before, *middle, *after]])


def holds(evidence: Sequence[tuple[str, str]], document: str, text: str) -> bool:
    """Whether a passage of a document holds any of the evidence."""
    spoken = f" {words(text)} "
    return any(document == name and f" {wanted} " in spoken for name, wanted in evidence)


def gains(question: Question, passages: Passages) -> list[bool]:
    """Which ranks are worth something: each relevant document once, or the first passage with evidence."""
    if question.whole:
        return [document in question.relevant for document in dict.fromkeys(document for document, _ in passages)]
    right = [holds(question.evidence, *passage) for passage in passages]
    return [gain and not any(right[:rank]) for rank, gain in enumerate(right)]


def recall(gained: Sequence[bool], relevant: int, depth: int) -> float:
    """The share of what is relevant that stands in the first `depth` ranks, 0..1."""
    return sum(gained[:depth]) / relevant


def ndcg(gained: Sequence[bool], relevant: int, depth: int) -> float:
    """Normalised discounted cumulative gain with equal gains, 0..1 (Järvelin and Kekäläinen 2002, log base 2)."""
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(relevant, depth)))
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gained[:depth])) / ideal


def first_words(passages: Passages, limit: int) -> Iterator[tuple[str, str]]:
    """The first so many words of all passages together, each passage with its document."""
    for document, text in passages:
        taken = text.split()[:limit]
        if not taken:
            continue
        limit -= len(taken)
        yield document, " ".join(taken)


def within(question: Question, passages: Passages, limit: int) -> bool:
    """Whether any evidence stands whole in the first so many words."""
    return any(holds(question.evidence, *piece) for piece in first_words(passages, limit))


def judged(question: Question, passages: Passages) -> dict[str, float]:
    """Every measure of one question's ranking; those of evidence only where the question has some."""
    gained = gains(question, passages)
    relevant = len(question.relevant) if question.whole else 1
    row = {
        "recall@5": recall(gained, relevant, 5),
        "recall@10": recall(gained, relevant, 10),
        "nDCG@10": ndcg(gained, relevant, 10),
    }
    if question.evidence:
        row |= {f"evidence in {limit} words": float(within(question, passages, limit)) for limit in (100, 250)}
    return row
