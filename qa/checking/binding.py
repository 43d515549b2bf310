"""Which place of a source a number, date or name of a sentence answers to: the one with the same words around it.

"31 percent supported it" is no proof that 57 percent did, though both figures stand in the source. So each
is compared with the place whose surroundings are most like its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qa.checking.facts import Facts
from qa.checking.polarity import is_denial
from qa.checking.wording import Word, is_content

# One place answers to another from this likeness on, if a place that agrees is less like it by the margin.
LEAST, MARGIN = 0.6, 0.3
NEAR_LEAST, NEAR_MARGIN = 0.85, 0.15  # words this like are all but a copy
_CLAUSE_END = re.compile(r"[.!?;]['\"]?(?=\s|$)|\n")
LITTLE = 1.0  # shared weight below which words say nothing of a place
REACH = 6  # words to either side that make up a place's surroundings
FUNCTION_WEIGHT = 0.35


@dataclass(frozen=True, slots=True)
class Slot:
    """A number, date, name or word of a text and the words around it, as (stem, weight), nearest first."""

    item: object
    text: str
    left: tuple[tuple[str, float], ...]
    right: tuple[tuple[str, float], ...]

    @property
    def weight(self) -> float:
        return sum(weight for _, weight in (*self.left, *self.right))


def slot(of: Facts, item: object, start: int, end: int) -> Slot:
    """The place of an item that fills the characters `start` to `end`; words that only deny do not count.

    Its surroundings end with its clause.
    """
    low = max((mark.end() for mark in _CLAUSE_END.finditer(of.folded, 0, start)), default=0)
    stop = _CLAUSE_END.search(of.folded, end)
    high = stop.start() if stop else len(of.folded)
    words = [word for word in of.words if word.start >= low and word.end <= high and not is_denial(word)]
    before = [word for word in words if word.end <= start][-REACH:][::-1]
    after = [word for word in words if word.start >= end][:REACH]

    def side(words: Sequence[Word]) -> tuple[tuple[str, float], ...]:
        return tuple(
            (word.stem, (1.0 if is_content(word) or word.text[0].isdigit() else FUNCTION_WEIGHT) / (1 + 0.3 * far))
            for far, word in enumerate(words)
        )

    return Slot(item, of.folded[start:end].strip(), side(before), side(after))


def likeness(said: Slot, source: Slot) -> float:
    """The share (0..1) of the words around the first that stand on the same side of the second."""
    if not said.weight:
        return 0.0
    shared = 0.0
    for mine, other in ((said.left, source.left), (said.right, source.right)):
        weights = dict(reversed(other))
        shared += sum(min(weight, weights.get(stem, 0.0)) for stem, weight in mine)
    return shared / said.weight


def conflicting(
    said: Slot, places: Iterable[Slot], agrees: Callable[[Slot], bool], least: float = LEAST, margin: float = MARGIN
) -> Slot | None:
    """The place of the source that answers to the one said, yet holds something else; None where there is none.

    It must be at least `least` like the place said, and by `margin` more than any place that agrees.
    """
    same, other, best = 0.0, 0.0, None
    for place in places:
        near = likeness(said, place)
        near = near if near * said.weight >= LITTLE else 0.0
        if agrees(place):
            same = max(same, near)
        elif near > other:
            other, best = near, place
    if other >= NEAR_LEAST:
        margin = min(margin, NEAR_MARGIN)
    return best if other >= least and other - same >= margin else None
