"""A document's text as HTML: structure shown, passages marked, every character kept in its place.

The law of this module: taking away the tags (and what is marked `data-made`) gives back the text, and the text
inside the marks of a passage is that passage. Marks of Markdown are kept too, hidden from sight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from index.documents import Document
from index.formats.choosing import ENDINGS
from ui.markup import joined, shown
from ui.structure import Block, Range, blocks, fields, flows, is_divider, item_mark, merge_columns, quote_mark

_AS_WRITTEN: Final = frozenset({"markdown", "text", "rst", "code", "pdf"})  # the others write a row as named values
_INLINE: Final = re.compile(
    r"(?P<escape>\\)(?=[!-/:-@\[-`{-~])"
    r"|(?P<tick>`{1,3})(?!`)(?P<code>[^`]{1,1000})(?P=tick)(?!`)"
    r"|(?P<picture>!?)\[(?P<label>[^\[\]]{1,500})\](?P<target>\([^()\n]{0,1000}\))"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<bold>.{1,1000}?)(?<=\S)(?P=strong)"
    r"|(?P<star>\*)(?=[^\s*])(?P<slanted>[^*]{1,500}?)(?<=\S)\*"
    r"|(?<!\w)(?P<low>_)(?=[^\s_])(?P<leaning>[^_]{1,500}?)(?<=\S)_(?!\w)",
    re.DOTALL,
)
_PIPE: Final = re.compile(r"(?<!\\)\|")
_HEADING_MARK: Final = re.compile(r" {0,3}#{1,6}[ \t]*")
_HEADING_END: Final = re.compile(r"[ \t]+#+[ \t]*\n?$")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*\n?$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage to be marked: where it stands, the citation it belongs to, and whether it is the one asked for."""

    start: int
    end: int
    number: int
    chosen: bool = False


def page_html(document: Document, within: Range, marks: Sequence[Mark]) -> Markup:
    """The text of `document` in `within` as HTML. `within` begins at the start of a line."""
    writer = _Writer(document.text, marks, is_markdown(document.path))
    headings = {
        document.text.rfind("\n", 0, heading.start) + 1: heading.level
        for heading in document.headings
        if within[0] <= heading.start < within[1]
    }
    cuts = {page.start: page.label for page in document.pages if within[0] <= page.start < within[1]}
    edges = sorted({within[0], within[1], *cuts})
    rows = _format(document.path) not in _AS_WRITTEN
    parts: list[Markup] = []
    for start, end in pairwise(edges):
        if start in cuts:
            parts.append(_page_break(cuts[start]))
        found = blocks(document.text, (start, end), headings, is_markdown(document.path), rows)
        parts += [writer.block(block) for block in found]
    return joined(parts)


def is_markdown(path: str) -> bool:
    """Whether the text of the document at `path` is Markdown."""
    return _format(path) == "markdown"


def _format(path: str) -> str:
    return ENDINGS.get(PurePosixPath(path).suffix.lower().lstrip("."), "text")


def page_name(label: str) -> str:
    """What a page is called: "3" -> "page 3", "slide 3" and "sheet Prices" as they are."""
    return f"page {label}" if label[:1].isdigit() else label


def _page_break(label: str) -> Markup:
    called = page_name(label)
    # The label is drawn by the stylesheet: it is not a part of the document's text.
    return Markup('<div class="page-break" role="separator" aria-label="{0}" data-label="{0}"></div>').format(
        shown(called[:1].upper() + called[1:])
    )


class _Writer:
    def __init__(self, text: str, marks: Sequence[Mark], markdown: bool) -> None:
        self._text = text
        self._marks = sorted(marks, key=lambda mark: (not mark.chosen, mark.start))
        self._markdown = markdown
        self._chosen_written = False

    def block(self, block: Block) -> Markup:
        write: Callable[[Block], Markup] = getattr(self, f"_{block.kind}")
        return write(block)

    def _blank(self, block: Block) -> Markup:
        return self._hidden(block.start, block.end)

    def _heading(self, block: Block) -> Markup:
        # The page has its own headings above; a document's begin one level below the pane's.
        level = min(block.level + 2, 6)
        return Markup("<h{0}>{1}</h{0}>").format(level, joined(self._heading_line(line) for line in block.lines))

    def _heading_line(self, line: Range) -> Markup:
        if not self._markdown:
            return self._shown(*line)
        text = self._text[slice(*line)]
        if _UNDERLINE.match(text):
            return self._hidden(*line)
        opening = _HEADING_MARK.match(text)
        start = line[0] + (opening.end() if opening else 0)
        closing = _HEADING_END.search(text, start - line[0])
        end = line[0] + (closing.start() if closing else len(text))
        return self._hidden(line[0], start) + self._inline(start, end) + self._hidden(end, line[1])

    def _paragraph(self, block: Block) -> Markup:
        kept = not self._markdown and not flows(self._text, block)
        opening = Markup('<p dir="auto" class="kept">') if kept else Markup('<p dir="auto">')
        return opening + self._inline(block.start, block.end) + Markup("</p>")

    def _list(self, block: Block) -> Markup:
        items: list[Markup] = []
        for start, end in _grouped(block.lines, lambda line: item_mark(self._text, line) > line[0]):
            words = item_mark(self._text, (start, end))
            mark = self._text[start:words].strip()
            depth = min((len(self._text[start:words].expandtabs(4)) - len(mark) - 1) // 2, 6)
            numbered = mark[:1].isdigit()
            items.append(
                Markup('<li dir="auto" class="{}" data-depth="{}">').format("numbered" if numbered else "dot", depth)
                + (self._shown(start, words) if numbered else self._hidden(start, words))
                + self._inline(words, end)
                + Markup("</li>")
            )
        return Markup('<ul class="items">') + joined(items) + Markup("</ul>")

    def _quote(self, block: Block) -> Markup:
        lines = []
        for line in block.lines:
            words = quote_mark(self._text, line)
            lines.append(self._hidden(line[0], words) + self._inline(words, line[1]))
        return Markup('<blockquote dir="auto">') + joined(lines) + Markup("</blockquote>")

    def _code(self, block: Block) -> Markup:
        fenced = self._markdown
        first, last = block.lines[0], block.lines[-1]
        closed = fenced and len(block.lines) > 1 and self._text[slice(*last)].strip()[:3] in ("```", "~~~")
        start = first[1] if fenced else block.start
        end = last[0] if closed else block.end
        body = self._hidden(block.start, start) + self._shown(start, max(start, end)) + self._hidden(end, block.end)
        return Markup('<div class="code" tabindex="0" role="group" aria-label="Text as laid out">{}</div>').format(body)

    def _table(self, block: Block) -> Markup:
        rows = []
        for number, line in enumerate(block.lines):
            if number == 1 and is_divider(self._text, line):
                rows.append(Markup("<tr hidden><td>{}</td></tr>").format(self._hidden(*line)))
                continue
            tag = "th" if number == 0 else "td"
            cells = joined(Markup("<{0}>{1}</{0}>").format(tag, cell) for cell in self._cells(line))
            rows.append(Markup("<tr>{}</tr>").format(cells))
        return _table_html(joined(rows))

    def _cells(self, line: Range) -> Iterator[Markup]:
        start, end = line
        text = self._text[start:end]
        bars = [start + found.start() for found in _PIPE.finditer(text)]
        if bars and not self._text[start : bars[0]].strip():
            first = bars.pop(0) + 1
            lead = self._hidden(start, first)
            start = first
        else:
            lead = Markup("")
        if bars and not self._text[bars[-1] + 1 : end].strip():
            stop = bars.pop()
        else:
            stop = start + len(self._text[start:end].rstrip("\n"))
        for at in [*bars, None]:
            cell_end = stop if at is None else at
            after = self._hidden(stop, end) if at is None else self._hidden(at, at + 1)
            yield lead + self._inline(start, cell_end) + after
            lead = Markup("")
            start = cell_end + 1

    def _records(self, block: Block) -> Markup:
        columns: list[str] = []
        for line in block.lines:
            columns = merge_columns(columns, [name for name, _, _ in fields(self._text, line)]) or columns
        head = joined(Markup('<th scope="col">{}</th>').format(shown(name)) for name in columns)
        rows = [Markup("<tr data-made>{}</tr>").format(head), *(self._record(line, columns) for line in block.lines)]
        return _table_html(joined(rows))

    def _record(self, line: Range, columns: Sequence[str]) -> Markup:
        cells = {name: Markup("<td data-made></td>") for name in columns}
        at = line[0]
        found = fields(self._text, line)
        for number, (name, start, end) in enumerate(found):
            after = self._hidden(end, line[1]) if number == len(found) - 1 else Markup("")
            cells[name] = Markup("<td>{}</td>").format(self._hidden(at, start) + self._shown(start, end) + after)
            at = end
        return Markup("<tr>{}</tr>").format(joined(cells.values()))

    def _rule(self, block: Block) -> Markup:
        return Markup('<div class="rule">{}</div>').format(self._hidden(block.start, block.end))

    def _inline(self, start: int, end: int) -> Markup:
        """Characters with Markdown's marks hidden where the document is Markdown."""
        if not self._markdown:
            return self._shown(start, end)
        parts: list[Markup] = []
        at = start
        for found in _INLINE.finditer(self._text, start, end):
            parts.append(self._shown(at, found.start()))
            parts.append(self._emphasis(found))
            at = found.end()
        return joined([*parts, self._shown(at, end)])

    def _emphasis(self, found: re.Match[str]) -> Markup:
        start, end = found.span()
        if found["escape"]:
            return self._hidden(start, end)
        if found["code"]:
            inner, tag, body = found.span("code"), "code", self._shown(*found.span("code"))
        elif found["label"]:
            inner, tag = found.span("label"), "span"
            body = Markup('<span class="{}" title="{}">{}</span>').format(
                "picture" if found["picture"] else "link", shown(found["target"][1:-1]), self._inline(*inner)
            )
            return self._hidden(start, inner[0]) + body + self._hidden(inner[1], end)
        else:
            group = "bold" if found["bold"] else "slanted" if found["slanted"] else "leaning"
            inner, tag = found.span(group), "strong" if group == "bold" else "em"
            body = self._inline(*inner)
        return self._hidden(start, inner[0]) + Markup("<{0}>{1}</{0}>").format(tag, body) + self._hidden(inner[1], end)

    def _shown(self, start: int, end: int) -> Markup:
        return joined(self._runs(start, end, lambda text: shown(text)))

    def _hidden(self, start: int, end: int) -> Markup:
        return joined(self._runs(start, end, lambda text: Markup("<span hidden>{}</span>").format(shown(text))))

    def _runs(self, start: int, end: int, write: Callable[[str], Markup]) -> Iterator[Markup]:
        """The characters from `start` to `end`, in runs that belong to one mark, or to none."""
        if start >= end:
            return
        touching = [mark for mark in self._marks if mark.start < end and mark.end > start]
        edges = {start, end}
        for mark in touching:
            edges |= {edge for edge in (mark.start, mark.end) if start < edge < end}
        cuts = sorted(edges)
        for left, right in pairwise(cuts):
            body = write(self._text[left:right])
            holding = next((mark for mark in touching if mark.start <= left and right <= mark.end), None)
            yield self._marked(holding, body) if holding else body

    def _marked(self, mark: Mark, body: Markup) -> Markup:
        if not mark.chosen:
            return Markup('<mark data-number="{}">{}</mark>').format(mark.number, body)
        first = "" if self._chosen_written else Markup(' id="chosen" tabindex="-1"')
        self._chosen_written = True
        return Markup('<mark class="chosen" data-number="{}"{}>{}</mark>').format(mark.number, first, body)


def _grouped(lines: Sequence[Range], begins: Callable[[Range], bool]) -> Iterator[Range]:
    start = lines[0][0]
    for before, line in pairwise(lines):
        if begins(line):
            yield start, before[1]
            start = line[0]
    yield start, lines[-1][1]


def _table_html(rows: Markup) -> Markup:
    return Markup('<div class="table" tabindex="0" role="group" aria-label="Table"><table>{}</table></div>').format(
        rows
    )
