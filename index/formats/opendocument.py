"""ODT, ODS and ODP: text documents, sheets and slides of LibreOffice and others."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from index.documents import Metadata
from index.formats.blocks import name_of
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.limits import check_zip
from index.formats.opening import stated_in
from index.formats.sheets import write_sheet
from index.formats.tables import rows_as_lines
from index.formats.unreadable import Unreadable

_HIDDEN = frozenset({"tracked-changes", "annotation", "forms", "sequence-decls", "note-citation", "table-of-content"})
_MOST_REPEATS = 200


def read(data: bytes, path: str) -> Content:
    """A text document, or a workbook ("sheet NAME") or a presentation ("slide 3"). Deleted text is left out."""
    package = check_zip(data)
    if b"encryption-data" in _part(package, "META-INF/manifest.xml"):
        raise Unreadable("locked", "it asks for a password. Save a copy without one.")
    root = _xml(package, "content.xml")
    writer = Writer()
    for body in root.iterfind("{*}body/*"):
        if name_of(body) == "spreadsheet":
            for table in body.iterfind("{*}table"):
                write_sheet(writer, _attribute(table, "name"), _rows(table))
        elif name_of(body) == "presentation":
            for number, page in enumerate(body.iterfind("{*}page"), start=1):
                _slide(page, number, writer)
        else:
            _blocks(body, writer)
    content = writer.content()
    title, stated = _stated(package)
    opening = stated_in(content.text, path, title=title or next((one.text for one in content.headings), ""))
    if content.pages:  # sheets and slides have no line that says who wrote them
        return replace(content, title=opening.title, metadata=stated)
    found = opening.metadata
    metadata = Metadata(found.author or stated.author, found.publisher, found.date or stated.date, stated.language)
    return replace(content, title=opening.title, metadata=metadata)


def _blocks(parent: etree._Element, writer: Writer) -> None:
    for node in parent:
        name = name_of(node)
        if name == "h":
            level = _attribute(node, "outline-level")
            writer.heading(int(level) if level.isdecimal() else 1, _text(node))
        elif name == "p":
            writer.block(_text(node))
        elif name == "list":
            writer.lines(_items(node))
        elif name == "table":
            writer.lines(rows_as_lines(_rows(node), node.find("{*}table-header-rows") is not None or None))
        elif name and name not in _HIDDEN:
            _blocks(node, writer)


def _items(node: etree._Element) -> Iterator[str]:
    """The items of a list, those of the lists inside it as well, a line each."""
    for paragraph in node.iter("{*}p", "{*}h"):
        if text := _text(paragraph).strip():
            yield f"- {text}"


def _slide(page: etree._Element, number: int, writer: Writer) -> None:
    writer.page(f"slide {number}")
    for frame in page:
        if name_of(frame) == "notes":
            notes = one_line(" ".join(_text(paragraph) for paragraph in frame.iter("{*}p")))
            writer.block(f"Notes: {notes}" if notes else "")
        elif _attribute(frame, "class") == "title":
            writer.heading(1, " ".join(_text(paragraph) for paragraph in frame.iter("{*}p")))
        else:
            _blocks(frame, writer)


def _rows(table: etree._Element) -> Iterator[list[str]]:
    for row in _own_rows(table):
        cells: list[str] = []
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            cells += [one_line(_text(cell))] * _repeats(cell, "number-columns-repeated")
        for _ in range(_repeats(row, "number-rows-repeated") if any(cells) else 1):
            yield list(cells)


def _own_rows(node: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, not those of tables in its cells: they are text of a cell."""
    for child in node:
        if name_of(child) == "table-row":
            yield child
        elif name_of(child) in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _own_rows(child)


def _repeats(node: etree._Element, name: str) -> int:
    """How often a cell or row stands: sheets end in cells and rows that repeat to the edge of the grid."""
    value = _attribute(node, name)
    return min(int(value), _MOST_REPEATS) if value.isdecimal() else 1


def _text(node: etree._Element) -> str:
    """The text of a paragraph, or of all paragraphs in a cell; a footnote stands in brackets where its number is."""
    parts = [node.text or ""]
    for child in node:
        name = name_of(child)
        if name == "s":
            parts.append(" ")
        elif name in {"tab", "line-break"}:
            parts.append("\t" if name == "tab" else "\n")
        elif name == "note":
            parts.append(f" ({_text(child).strip()})")
        elif name in {"p", "h"}:
            parts.append(_text(child) + "\n")
        elif name and name not in _HIDDEN:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _stated(package: zipfile.ZipFile) -> tuple[str, Metadata]:
    if "meta.xml" not in package.namelist():
        return "", Metadata()
    stated = {name_of(node): one_line("".join(map(str, node.itertext()))) for node in _xml(package, "meta.xml").iter()}
    metadata = Metadata(
        author=stated.get("creator") or stated.get("initial-creator", ""),
        date=iso_date(stated.get("date") or stated.get("creation-date", "")),
        language=stated.get("language", ""),
    )
    return stated.get("title", ""), tidy(metadata)


def _attribute(node: etree._Element, name: str) -> str:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _xml(package: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(_part(package, name), etree.XMLParser(resolve_entities=False, no_network=True))


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        return package.read(name)
    except KeyError as error:
        raise Unreadable("failed", f"it is damaged: its part {name} is missing") from error
