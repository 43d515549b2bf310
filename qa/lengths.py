"""How much an answer says: a short one, a normal one, a long one (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Length = Literal["short", "normal", "long"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What an answer may be made of.

    `sentences` for one question, `of_part` for each of several asked at once, `listed` where several things are asked
    for; no sentence is added beyond `words`, or `words_listed` (the first stands however long it is). `margin` is how
    many logits below the best sentence one is no evidence any more. `overview` is the number of sentences that
    stand for a whole document; `told` is what a language model is told.
    """

    sentences: int
    of_part: int
    listed: int
    words: int
    words_listed: int
    margin: float
    overview: int
    told: str

    def __post_init__(self) -> None:
        counts = (self.sentences, self.of_part, self.listed, self.words, self.words_listed, self.overview)
        if min(counts) < 1 or self.margin <= 0:
            raise ValueError(f"an answer has room for a sentence at least, got {counts} and a margin of {self.margin}")


NORMAL: Final = Budget(3, 3, 6, 90, 180, 3.0, 4, "one to five sentences")
"""What the reader's calibration was made with. People stop reading beyond its words."""

BUDGETS: Final[Mapping[Length, Budget]] = {
    "short": Budget(1, 1, 3, 45, 90, 3.0, 2, "one or two short sentences"),
    "normal": NORMAL,
    "long": Budget(8, 5, 12, 240, 400, 4.0, 8, "up to ten sentences, with the details the passages give"),
}
