"""What the reader reads and what it says of it, and how a window becomes rows of tokens (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLS, SEP, DOT = 101, 102, 1012  # "[CLS]", "[SEP]" and "." in the vocabulary of bert-base-uncased
QUESTION_TOKENS, PREFIX_TOKENS = 80, 48


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of one document: whole sentences, and what stands above them. Title, heading and date may be empty."""

    title: str
    heading: str
    date: str
    sentences: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """Title, heading and date as one line; a heading that repeats the title is left out."""
        heading = "" if self.heading.strip() == self.title.strip() else self.heading
        return " . ".join(part.strip() for part in (self.title, heading, self.date) if part.strip())


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A stretch of one sentence: `sentence` is its number in the window, `start` and `end` characters in it.

    `score` is a logit: how much the reader prefers this stretch to "no short answer here".
    """

    sentence: int
    start: int
    end: int
    score: float

    def __post_init__(self) -> None:
        if self.sentence < 0 or not 0 <= self.start < self.end:
            raise ValueError(f"not a stretch of a sentence: {self.sentence}, {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one window.

    `answered` (is the question answered in this window) and `evidence` (one a sentence: is it evidence) are logits, to
    be compared within and across windows of one question; the `_probability` fields are the same, calibrated, 0..1.
    """

    answered: float
    evidence: tuple[float, ...]
    span: ShortAnswer | None
    answered_probability: float
    evidence_probability: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.evidence) != len(self.evidence_probability):
            raise ValueError("a reading has one score and one probability a sentence")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token ids of one text, and for each the characters (start, end) of the text it stands for."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]

    def cut(self, start: int, end: int) -> Tokens:
        return Tokens(self.ids[start:end], self.offsets[start:end])


@dataclass(frozen=True, slots=True)
class Part:
    """Where a sentence, or a stretch of one too long for a row, stands in a row: tokens `start` to `end`."""

    sentence: int
    start: int
    end: int
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of model input: `[CLS] question [SEP] prefix . sentences [SEP]`, the second half from token `second`."""

    ids: tuple[int, ...]
    second: int
    parts: tuple[Part, ...]


def pack(question: Tokens, prefix: Tokens, sentences: Sequence[Tokens], limit: int) -> tuple[Row, ...]:
    """Rows of at most `limit` tokens that hold every sentence; a sentence is cut only if no row could hold it whole.

    Of a question longer than QUESTION_TOKENS the end is kept: a follow-up stands after what it follows. A window
    without tokens gives one row, so that it can still be judged by its title.
    """
    head = [CLS, *question.ids[-QUESTION_TOKENS:], SEP]
    second = len(head)
    if prefix.ids:
        head += [*prefix.ids[:PREFIX_TOKENS], DOT]
    room = limit - len(head) - 1
    if room < 1:
        raise ValueError(f"a limit of {limit} tokens leaves no room for a sentence")
    pieces = [
        (number, tokens.cut(start, start + room))
        for number, tokens in enumerate(sentences)
        for start in range(0, len(tokens.ids), room)
    ]
    rows: list[Row] = []
    ids, parts = list(head), list[Part]()
    for number, tokens in pieces:
        if len(ids) + len(tokens.ids) + 1 > limit:
            rows.append(Row((*ids, SEP), second, tuple(parts)))
            ids, parts = list(head), []
        parts.append(Part(number, len(ids), len(ids) + len(tokens.ids), tokens.offsets))
        ids += tokens.ids
    if parts or not rows:
        rows.append(Row((*ids, SEP), second, tuple(parts)))
    return tuple(rows)
