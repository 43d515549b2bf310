"""A tree of HTML-like elements to text: paragraphs, headings, lists, rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from index.formats.content import Writer, one_line
from index.formats.tables import rows_as_lines

_HIDDEN = frozenset(
    {"script", "style", "noscript", "template", "head", "iframe", "object", "svg", "math"}
    | {"select", "button", "input", "textarea"}
)
_HEADING = re.compile(r"h[1-6]$")
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "details", "dialog", "div", "fieldset", "footer"}
    | {"figure", "figcaption", "form", "header", "hr", "html", "main", "nav", "p", "pre", "section", "summary", "doc"}
    | {"ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "tr", "th", "td", "doc"}
)
_CELLS = frozenset({"td", "th"})
_MOST_COLUMNS = 200


def write_tree(root: etree._Element, writer: Writer) -> None:
    """Writes the visible text of `root` and everything below it, in order."""
    walk = _Walk(writer)
    walk.element(root)
    walk.flush()


def name_of(node: etree._Element) -> str:
    """An element's name without namespace, in lower case; "" for comments and the like."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def text_of(node: etree._Element) -> str:
    """All visible text below an element, on one line."""
    writer = Writer()
    walk = _Walk(writer, flat=True)
    walk.inside(node)
    walk.flush()
    return one_line(writer.content().text)


class _Walk:
    """`flat` ignores headings and tables inside, for the text of a heading or of a table's cell."""

    def __init__(self, writer: Writer, flat: bool = False) -> None:
        self._writer = writer
        self._flat = flat
        self._inline: list[str] = []
        self._mark = ""
        self._kept = False  # white space, inside "pre"
        self._counters: list[int | None] = []

    def element(self, node: etree._Element) -> None:
        name = name_of(node)
        if _HEADING.match(name) and not self._flat:
            self.flush()
            self._writer.heading(int(name[1]), text_of(node))
        elif not name or name in _HIDDEN or node.get("hidden") is not None or node.get("aria-hidden") == "true":
            return
        elif name == "br":
            self._inline.append("\n")
        elif name == "table" and not self._flat and _is_data(node):
            self.flush()
            self._table(node)
        else:
            self._plain(node, name)

    def _plain(self, node: etree._Element, name: str) -> None:
        block = name in _BLOCKS
        if block:
            self.flush()
        if name in {"ul", "ol"}:
            self._counters.append(0 if name == "ol" else None)
        if name == "li":
            self._mark = self._next_mark()
        self.inside(node)
        if block:
            self.flush()
        if name in {"ul", "ol"}:
            self._counters.pop()
        if name == "li":
            self._mark = ""

    def inside(self, node: etree._Element) -> None:
        """The text and the elements inside `node`, not `node` itself."""
        kept = self._kept
        self._kept = kept or name_of(node) == "pre"
        self._text(node.text)
        for child in node:
            self.element(child)
            self._text(child.tail)
        self._kept = kept

    def flush(self) -> None:
        """Writes what has been read since the last block's end."""
        text = "".join(self._inline)
        self._inline.clear()
        if not text.strip():
            return
        if self._counters and not self._flat:
            self._writer.line(self._mark + text.strip())
        else:
            self._writer.block(text)
        self._mark = ""

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(text if self._kept else re.sub(r"\s+", " ", text))

    def _next_mark(self) -> str:
        if not self._counters or self._counters[-1] is None:
            return "- "
        self._counters[-1] += 1
        return f"{self._counters[-1]}. "

    def _table(self, table: etree._Element) -> None:
        for caption in table.iterchildren():
            if name_of(caption) == "caption":
                self._writer.block(text_of(caption))
        rows = list(_rows(table))
        cells = [cell for cell in rows[0] if name_of(cell) in _CELLS]
        headed = bool(cells) and all(name_of(cell) == "th" for cell in cells)
        self._writer.lines(rows_as_lines(_grid(rows), headed or None))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if name_of(child) == "tr":
            yield child
        elif name_of(child) in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child if name_of(row) == "tr")


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data in columns, and is not there to lay out a page."""
    rows = list(_rows(table))
    inner = any(name_of(node) in {"table", "h1", "h2", "h3"} for row in rows for node in row.iter() if node is not row)
    return bool(rows) and not inner and any(len(row) >= 2 for row in rows)


def _grid(rows: list[etree._Element]) -> Iterator[list[str]]:
    """The text of each row's cells; a cell that spans rows is repeated, one that spans columns leaves blanks."""
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        texts: list[str] = []
        for cell in (cell for cell in row if name_of(cell) in _CELLS):
            _hang(texts, hanging)
            text, down, across = text_of(cell), _span(cell, "rowspan"), _span(cell, "colspan")
            if down > 1:
                hanging[len(texts)] = (down - 1, text)
            texts += [text, *[""] * (across - 1)]
            if len(texts) > _MOST_COLUMNS:
                break
        _hang(texts, hanging)
        yield texts


def _hang(texts: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while (held := hanging.pop(len(texts), None)) is not None:
        left, text = held
        if left > 1:
            hanging[len(texts)] = (left - 1, text)
        texts.append(text)


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(int(value), _MOST_COLUMNS) if value.isdecimal() and int(value) > 0 else 1
