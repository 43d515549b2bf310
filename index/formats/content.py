"""What a reader of one format makes of a file's bytes, and how its text is put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from index.documents import Heading, Metadata, Page
from index.formats.limits import check_text

_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f\v\f]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Content:
    """A file's text with its pages, headings and what it states about itself.

    `title` and every field of `metadata` are "" where the file states nothing. `text` has "\\n" line ends, no
    NUL and no lone surrogates. `pictures` are the pages, from 1, that show something but gave no text.
    """

    text: str
    title: str = ""
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    pictures: tuple[int, ...] = ()


def verbatim(text: str) -> str:
    """The text word for word, with "\\n" line ends and without NUL and characters that UTF-8 cannot hold.

    Raises `Unreadable` when it is too long to keep.
    """
    check_text(len(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str) -> str:
    """The text on one line: runs of white space become one space, control characters go."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_CONTROLS.sub(" ", text).split())


def lines_of(text: str) -> str:
    """The text with its line breaks kept, each line tidied, blank lines at the ends and in a row dropped."""
    if text.isprintable() and "  " not in text:  # most texts; neither line ends nor tabs are printable
        return text.strip()
    lines = [_SPACES.sub(" ", _CONTROLS.sub("", line)).strip() for line in verbatim(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def tidy(metadata: Metadata) -> Metadata:
    """The metadata with every field on one line and no longer than a line."""
    return replace(
        metadata,
        author=one_line(metadata.author)[:300],
        publisher=one_line(metadata.publisher)[:300],
        date=one_line(metadata.date)[:40],
        language=one_line(metadata.language)[:40],
    )


class Writer:
    """Puts a document's text together block by block, and notes where pages and headings begin.

    Blocks are parted by a blank line, lines of one block (rows of a table, items of a list) by a line end. Raises
    `Unreadable` as soon as the text is too long to keep.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._pages: list[Page] = []
        self._headings: list[Heading] = []
        self._label: str | None = None
        self._joined = False

    @property
    def length(self) -> int:
        """How many characters have been written."""
        return self._length

    def page(self, label: str) -> None:
        """The next block begins the page `label`. A page that gets no text leaves no mark."""
        self._label = one_line(label)
        self._joined = False

    def page_from(self, start: int, label: str) -> None:
        """The page `label` begins at `start`, in text that is written already; pages come in order."""
        self._pages.append(Page(start, one_line(label)))

    def heading(self, level: int, text: str) -> int:
        """A heading on a line of its own, `level` 1 the outermost; its place in the text. Blank ones are left out."""
        title = one_line(text)
        start = self.block(title)
        if title:
            self._headings.append(Heading(start, max(1, level), title))
        return start

    def block(self, text: str) -> int:
        """A paragraph; its place in the text."""
        self._joined = False
        return self._write(text)

    def line(self, text: str) -> int:
        """A line that belongs to the line written before it by this method; its place in the text."""
        start = self._write(text)
        self._joined = True
        return start

    def lines(self, texts: Iterable[str]) -> None:
        """Lines that belong together and to nothing before or after them: the rows of a table."""
        self._joined = False
        for text in texts:
            self.line(text)
        self._joined = False

    def _write(self, text: str) -> int:
        text = lines_of(text)
        if not text:
            return self._length
        if self._parts:
            self._append("\n" if self._joined else "\n\n")
        start = self._length
        if self._label is not None:
            self._pages.append(Page(start, self._label))
            self._label = None
        self._append(text)
        return start

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        check_text(self._length)

    def content(self, title: str = "", metadata: Metadata | None = None) -> Content:
        """What has been written."""
        return Content(
            "".join(self._parts),
            one_line(title),
            tuple(self._pages),
            tuple(self._headings),
            tidy(metadata or Metadata()),
        )
