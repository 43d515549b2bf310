"""The lines of a PDF's pages to running text: what is repeated goes, wraps and hyphens are mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.formats.pdf_lines import HYPHENS, Line
from index.formats.pdf_tables import table_runs
from index.formats.tables import rows_as_lines

_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"(?:[•●▪■◦‣·*–—-]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\W*(?:#|[ivxlc]+)(?:\W*(?:of|von|/)\W*#)?\W*$", re.IGNORECASE)
_COMPOUNDING = frozenset({"self", "well", "half", "non"})  # their hyphen is hardly ever one that only parts lines
_EDGE_LINES = 3
_CHAPTER = 0.1  # the share of pages that a chapter's running title is on, at least
_HEADING_CHARACTERS = 150
_LARGER = 1.15
_MOST_HEADING_SIZES = 4


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, or a heading where `level` > 0. `pages`: where in `text` each of its pages begins."""

    text: str
    pages: tuple[tuple[int, int], ...]
    level: int = 0


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[Paragraph]:
    """The pages' lines as paragraphs, headings and tables, in reading order."""
    kept = [line for page in without_running_lines(pages) for line in page]
    levels = _heading_levels(kept)
    mend = _Mender(kept)
    settings = {page: _setting(list(lines)) for page, lines in groupby(kept, key=lambda line: line.page)}
    group: list[Line] = []
    for table, lines in table_runs(kept):
        for line in lines:
            if group and (table or _parted(group, line, levels, settings[group[-1].page])):
                yield mend.paragraph(group, levels.get(round(group[0].size), 0))
                group = []
            if not table:
                group.append(line)
        if table:
            yield Paragraph("\n".join(rows_as_lines(table)), ((0, lines[0].page),))
    if group:
        yield mend.paragraph(group, levels.get(round(group[0].size), 0))


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without headers, footers and page numbers: lines near an edge that most pages repeat there, or
    outermost ones that several pages (those of a chapter) repeat at the same height."""
    near: Counter[tuple[str, _Shape]] = Counter()
    outer: Counter[tuple[_Shape, int]] = Counter()
    for page in pages:
        near.update({shape for at in range(len(page)) for shape in _edge_shapes(page, at)})
        outer.update({(_shape(line), round(line.top)) for line in _outermost(page)})
    often = {shape for shape, count in near.items() if count >= 3 and count > len(pages) / 2}
    fixed = {place for place, count in outer.items() if count >= max(3, len(pages) * _CHAPTER)}
    return [
        [
            line
            for at, line in enumerate(page)
            if not any(_drops(shape, often, len(pages)) for shape in _edge_shapes(page, at))
            and not (line in _outermost(page) and (_shape(line), round(line.top)) in fixed)
        ]
        for page in pages
    ]


_Shape = tuple[str, int]


def _shape(line: Line) -> _Shape:
    """A line without its numbers, which change from page to page, and its letters' height: a title's is another."""
    return re.sub(r"\d+", "#", line.text.strip()), round(line.size)


def _outermost(page: Sequence[Line]) -> Sequence[Line]:
    """The highest and the lowest line of a page, wherever in the file they stand."""
    return (max(page, key=lambda line: line.top), min(page, key=lambda line: line.bottom)) if page else ()


def _edge_shapes(page: Sequence[Line], at: int) -> Iterator[tuple[str, _Shape]]:
    """The shape of a line among the first or the last of a page."""
    if at < _EDGE_LINES:
        yield "first", _shape(page[at])
    if len(page) - at <= _EDGE_LINES:
        yield "last", _shape(page[at])


def _drops(shape: tuple[str, _Shape], often: set[tuple[str, _Shape]], pages: int) -> bool:
    return shape in often or (pages > 1 and bool(_PAGE_NUMBER.match(shape[1][0])))


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a page is set: how wide its full lines are, and how far apart the lines of a paragraph, in points."""

    width: float
    pitch: float


def _setting(lines: Sequence[Line]) -> _Setting:
    widths = sorted(line.right - line.left for line in lines)
    drops = [line.top - after.top for line, after in pairwise(lines) if 0 < line.top - after.top < 3 * line.size]
    return _Setting(widths[int(len(widths) * 0.9)], median(drops) if drops else 0.0)


def _heading_levels(lines: Sequence[Line]) -> dict[int, int]:
    """Letter sizes (points, rounded) that only headings have, each with its level, the largest first."""
    letters: Counter[int] = Counter()
    for line in lines:
        letters[round(line.size)] += len(line.text)
    if not letters:
        return {}
    body = letters.most_common(1)[0][0]
    larger = sorted((size for size in letters if size >= body * _LARGER and size > body), reverse=True)
    rare = [size for size in larger if letters[size] < 0.2 * sum(letters.values())]
    return {size: level for level, size in enumerate(rare[:_MOST_HEADING_SIZES], start=1)}


def _parted(group: Sequence[Line], line: Line, levels: dict[int, int], setting: _Setting) -> bool:
    """Whether `line` begins a new paragraph after the lines of `group`."""
    last = group[-1]
    if round(last.size) != round(line.size) and (round(last.size) in levels or round(line.size) in levels):
        return True
    if levels.get(round(last.size)) and sum(len(one.text) for one in group) > _HEADING_CHARACTERS:
        return True
    if _ITEM.match(line.text):
        return True
    ended = bool(_SENTENCE_END.search(last.text))
    goes_on = line.text[:1].islower() or last.text[-1:] in HYPHENS
    if last.page != line.page or line.bottom > last.top:  # the next page or column
        return ended or not goes_on
    if line.bottom > last.bottom - 0.3 * last.size:  # beside the last line, not under it: cells of a table
        return False
    if last.top - line.top > setting.pitch + 0.3 * last.size and (ended or not goes_on):
        return True
    if last.right - last.left < 0.8 * setting.width and not goes_on:
        return True
    return ended and line.left > last.left + 0.8 * last.size and len(group) > 1


class _Mender:
    """Joins lines. A hyphen at a line's end goes or stays as the document writes the word elsewhere."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            self._words.update(word.lower() for word in re.findall(r"\w+(?:-\w+)*(?![\w-])", line.text))

    def paragraph(self, group: Sequence[Line], level: int) -> Paragraph:
        text = ""
        pages: list[tuple[int, int]] = []
        for line in group:
            piece = line.text.strip()
            if text:
                text = self._joined(text, piece)
            if not pages or pages[-1][1] != line.page:
                pages.append((len(text), line.page))
            text += piece
        return Paragraph(text.replace("\u00ad", "-"), tuple(pages), level)

    def _joined(self, text: str, piece: str) -> str:
        """`text` as it must end for `piece` to follow it."""
        if text[-1] not in HYPHENS or not piece[:1].isalnum() or not text[-2:-1].isalnum():
            return text + " "
        before = re.search(r"[\w-]*\w(?=.$)", text)
        after = re.match(r"\w+", piece)
        if not before or not after:
            return text
        first, rest = before[0].lower(), after[0].lower()
        if self._words[first + rest]:
            return text[:-1]
        compound = first in _COMPOUNDING or (
            min(len(first), len(rest)) > 3 and self._words[first] and self._words[rest]
        )
        if compound or self._words[f"{first}-{rest}"] or not (text[-2] + piece[0]).islower():
            return text[:-1] + "-"
        return text[:-1]
