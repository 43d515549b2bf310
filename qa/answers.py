"""Turn, Citation and Answer: what the assistant says, with its invariants in the constructors."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str

    def __post_init__(self) -> None:
        if self.role not in ("user", "assistant"):
            raise ValueError(f'a turn is spoken by "user" or "assistant", got {self.role!r}')


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of a document that support a statement.

    `quote` is `document_text[start:end]` for the document text whose SHA-256 is `digest`. `number` counts
    from 1.
    """

    number: int
    document: str
    title: str
    page: str
    heading: str
    start: int
    end: int
    quote: str
    digest: str

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"citations are numbered from 1, got {self.number}")
        if not 0 <= self.start < self.end or len(self.quote) != self.end - self.start:
            raise ValueError(f"the quote of citation {self.number} does not fill its span {self.start}..{self.end}")
        if not self.quote.strip():
            raise ValueError(f"the quote of citation {self.number} is blank")


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage offered beside a refusal: the best that was found, though it does not answer."""

    document: str
    title: str
    page: str
    heading: str
    start: int
    end: int
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose markers are its citations, or a refusal.

    `confidence` (0..1) is the calibrated probability that the answer is right (for a refusal: that the
    documents do answer after all). `searched_for` is the stand-alone question that was searched.
    `model` names what wrote the text: "extractive" or the language model. `notice` holds what the
    asker should know besides: a failed model, a language that was not understood.
    """

    question: str
    text: str
    citations: tuple[Citation, ...] = ()
    refused: bool = False
    confidence: float = 0.0
    searched_for: str = ""
    nearest: tuple[Nearest, ...] = ()
    seconds: float = 0.0
    model: str = "extractive"
    notice: str = ""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("an answer has text")
        if not (math.isfinite(self.confidence) and 0.0 <= self.confidence <= 1.0):
            raise ValueError(f"confidence is a probability, got {self.confidence}")
        numbers = [citation.number for citation in self.citations]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"citations are numbered 1..n in order, got {numbers}")
        if self.refused:
            if numbers:
                raise ValueError("a refusal has no citations")
            return
        if not numbers:
            raise ValueError("an answer that is not a refusal cites at least one passage")
        seen = list(dict.fromkeys(int(number) for number in MARKER.findall(self.text)))
        if seen != numbers:
            raise ValueError(f"the markers in the text, {seen}, are not the citations' numbers, {numbers}")

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        return asdict(self) | {
            "citations": [asdict(citation) for citation in self.citations],
            "nearest": [asdict(passage) for passage in self.nearest],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """An answer on its way: the text so far, with whole markers only; the last step carries the answer."""

    text: str
    answer: Answer | None = None
