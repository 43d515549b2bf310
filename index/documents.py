"""What a document is, once read: text with pages, headings and what it states about itself."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, `start` to `end`, in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, got {self.start} and {self.end}")

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins. `label` is what a reader calls it: "3", "slide 3", "sheet Prices"."""

    start: int
    label: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, where its section begins, and its depth (1 is the outermost)."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file states about itself; an empty string where it states nothing.

    `date` is ISO 8601 where it could be understood ("2033-09-14", "2033-09" or "2033").
    `language` is a BCP 47 tag ("en", "pt-BR").
    """

    author: str = ""
    publisher: str = ""
    date: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file, or a member of an archive, as normalised text.

    `path` is its identity: POSIX, relative to the documents folder; a member of an archive has the
    archive's path, a slash, and its path inside ("reports.zip/2031/q1.md"). `text` has "\\n" line
    ends and no NUL. `pages` and `headings` are in order of `start`; `pages` is empty for formats
    without pages, and `headings` where there are none.
    """

    path: str
    title: str
    text: str
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path).parts
        if not parts or self.path.startswith("/") or ".." in parts:
            raise ValueError(f"a document's path is relative and inside its folder, got {self.path!r}")
        if not self.title.strip():
            raise ValueError(f"the document {self.path!r} has a blank title")
        if not self.text.strip():
            raise ValueError(f"the document {self.path!r} has no text")
        for marks in (self.pages, self.headings):
            starts = [mark.start for mark in marks]
            if starts != sorted(starts) or (starts and not 0 <= starts[0] <= starts[-1] <= len(self.text)):
                raise ValueError(f"pages and headings of {self.path!r} are out of order or outside the text")

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def page_at(self, offset: int) -> str:
        """The label of the page that holds a character, or "" where there are no pages."""
        at = bisect_right([page.start for page in self.pages], offset) - 1
        return self.pages[at].label if at >= 0 else ""

    def heading_at(self, offset: int) -> str:
        """The headings over a character, outermost first, joined by " > "; "" before the first."""
        stack: list[Heading] = []
        for heading in self.headings:
            if heading.start > offset:
                break
            while stack and stack[-1].level >= heading.level:
                stack.pop()
            stack.append(heading)
        return " > ".join(heading.text for heading in stack)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file, or a member of an archive, that gave no document, and why.

    `state` is one of "empty", "scanned" (pages without text), "locked" (a password),
    "unsupported" and "failed"; `reason` is a sentence for the person who owns the file.
    """

    path: str
    state: str
    reason: str

    def __post_init__(self) -> None:
        if self.state not in {"empty", "scanned", "locked", "unsupported", "failed"}:
            raise ValueError(f"not a state of a rejected file: {self.state!r}")
