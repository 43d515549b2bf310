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
    many logits below the best sentence one is no evidence any more, `added` how many may come besides for what the
    others leave out. What `shorter` gives comes first. `overview` is the number of sentences that stand for a whole
    document; `told` is what a language model is told.
    """

    sentences: int
    of_part: int
    listed: int
    words: int
    words_listed: int
    margin: float
    added: int
    shorter: Budget | None
    overview: int
    told: str

    def __post_init__(self) -> None:
        counts = (self.sentences, self.of_part, self.listed, self.words, self.words_listed, self.overview)
        if min(counts) < 1 or self.margin <= 0 or self.added < 0:
            raise ValueError(f"an answer has room for a sentence at least, got {counts} and a margin of {self.margin}")


SHORT: Final = Budget(
    sentences=1,
    of_part=1,
    listed=3,
    words=45,
    words_listed=90,
    margin=2.5,
    added=0,
    shorter=None,
    overview=2,
    told="one or two short sentences",
)

NORMAL: Final = Budget(
    sentences=3,
    of_part=3,
    listed=6,
    words=90,
    words_listed=180,
    margin=2.5,
    added=2,
    shorter=SHORT,
    overview=4,
    told="one to five sentences",
)
"""What the reader's calibration was made with. People stop reading beyond its words."""

LONG: Final = Budget(
    sentences=8,
    of_part=5,
    listed=12,
    words=240,
    words_listed=400,
    margin=4.0,
    added=2,
    shorter=NORMAL,
    overview=8,
    told="up to ten sentences, with the details the passages give",
)

BUDGETS: Final[Mapping[Length, Budget]] = {"short": SHORT, "normal": NORMAL, "long": LONG}
