"""Turn, Citation and Answer: what the assistant says, with its invariants in the constructors."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

MARKER = re.compile(r"\[(\d+)\]")


def well_formed(text: str) -> str:
    """Text that can be written down: halves of a character are put together, or replaced where the other is missing."""
    return text if text.isprintable() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; its text is `well_formed`."""

    role: Literal["user", "assistant"]
    text: str

    def __post_init__(self) -> None:
        if self.role not in ("user", "assistant"):
            raise ValueError(f'a turn is spoken by "user" or "assistant", got {self.role!r}')
        if not isinstance(self.text, str):
            raise ValueError(f"a turn has a text, got {self.text!r}")
        object.__setattr__(self, "text", well_formed(self.text))


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


Verdict = Literal["supported", "unsupported", "unchecked"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a generated answer, and how it stands against the documents.

    It fills the characters `start` to `end` of the answer's text, its markers and marks included. `verdict`:
    "supported" (it has citations), "unsupported" (its text says so), or "unchecked" (it speaks of the documents
    as a whole, or in another language than they do). `score` (0..1) is how well its source bears it out;
    `reason` says what is wrong, and is "" where nothing is.
    """

    start: int
    end: int
    verdict: Verdict
    score: float
    reason: str = ""
    citations: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a statement fills some of the text, got {self.start} to {self.end}")
        if not (math.isfinite(self.score) and 0.0 <= self.score <= 1.0):
            raise ValueError(f"a statement's score is 0..1, got {self.score}")
        if self.verdict == "supported" and not self.citations:
            raise ValueError("a supported statement cites what supports it")
        if self.verdict == "unsupported" and (self.citations or not self.reason):
            raise ValueError("an unsupported statement has a reason and no citations")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose markers are its citations, or a refusal.

    `confidence` (0..1) is the calibrated probability that the answer is right (for a refusal: that the
    documents do answer after all). `searched_for` is the stand-alone question that was searched.
    `model` names what wrote the text: "extractive" or the language model. `notice` holds what the
    asker should know besides: a failed model, a language that was not understood. `statements` are the
    sentences of a generated answer, in order; an extractive one is made of its citations' own words and has none.
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
    short: str = ""
    statements: tuple[Statement, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("an answer has text")
        if not (math.isfinite(self.confidence) and 0.0 <= self.confidence <= 1.0):
            raise ValueError(f"confidence is a probability, got {self.confidence}")
        if self.short not in self.text:
            raise ValueError(f"the short answer {self.short!r} does not stand in the text")
        numbers = [citation.number for citation in self.citations]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"citations are numbered 1..n in order, got {numbers}")
        if self.refused:
            if numbers or self.statements:
                raise ValueError("a refusal has no citations and no statements")
            return
        if not numbers:
            raise ValueError("an answer that is not a refusal cites at least one passage")
        seen = list(dict.fromkeys(int(number) for number in MARKER.findall(self.text)))
        if seen != numbers:
            raise ValueError(f"the markers in the text, {seen}, are not the citations' numbers, {numbers}")
        end = 0
        for statement in self.statements:
            if statement.start < end or statement.end > len(self.text):
                raise ValueError(f"the statement at {statement.start} overlaps another or leaves the text")
            end = statement.end
            marked = tuple(dict.fromkeys(int(n) for n in MARKER.findall(self.text[statement.start : end])))
            if marked != statement.citations:
                raise ValueError(f"a statement marked {marked} cannot cite {statement.citations}")

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        return asdict(self) | {
            "citations": [asdict(citation) for citation in self.citations],
            "nearest": [asdict(passage) for passage in self.nearest],
            "statements": [asdict(s) | {"citations": list(s.citations)} for s in self.statements],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """An answer on its way: the text so far, with whole markers only; the last step carries the answer.

    The first `settled` characters will not change any more, unless the language model fails: then the
    last step brings another text.
    """

    text: str
    answer: Answer | None = None
    settled: int = 0
