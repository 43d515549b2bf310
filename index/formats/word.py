"""DOCX: paragraphs, headings by style, lists, rows of tables, footnotes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from docx.document import Document as Docx
from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml import etree

from index.documents import Metadata
from index.formats.content import Content, Writer, one_line
from index.formats.limits import check_zip
from index.formats.office import stated_metadata, stated_title
from index.formats.opening import stated_in
from index.formats.tables import rows_as_lines
from index.formats.word_lists import Numbering
from index.formats.word_math import typed

_GONE = frozenset(
    {qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_TEXT_BOX = qn("w:txbxContent")
_CONTROLS = frozenset({qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml")})
_BREAKS = frozenset({qn("w:br"), qn("w:cr")})
# Templates and files with macros are documents to a reader; python-docx takes none of them.
PartFactory.part_type_for |= {
    "application/vnd.ms-word.document.macroEnabled.main+xml": DocumentPart,
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": DocumentPart,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": DocumentPart,
}


def read(data: bytes, path: str) -> Content:
    """A Word document. Deleted text of tracked changes, comments, headers and footers are left out."""
    check_zip(data)
    document = cast("DocumentPart", Package.open(io.BytesIO(data)).main_document_part).document
    writer = Writer()
    body = _Body(document, writer)
    body.blocks(document.element.body)
    for note in _notes(document):
        writer.block(note)
    content = writer.content()
    properties = document.core_properties
    stated = stated_metadata(properties, properties.author)
    first = next((heading.text for heading in content.headings if heading.level == 1), "")
    opening = stated_in(content.text, path, title=stated_title(properties) or body.title or first)
    found = opening.metadata
    metadata = Metadata(found.author or stated.author, found.publisher, found.date or stated.date, stated.language)
    return replace(content, title=opening.title, metadata=metadata)


class _Body:
    """Writes a document's body. `title` is the first paragraph in the style "Title", once it has been read."""

    def __init__(self, document: Docx, writer: Writer) -> None:
        self._writer = writer
        self._numbering = Numbering(document)
        self._styles = {
            style.get(qn("w:styleId"), ""): style for style in document.styles.element.iterchildren(qn("w:style"))
        }
        self.title = ""

    def blocks(self, parent: etree._Element) -> None:
        """Paragraphs and tables below `parent`, those inside content controls and inserted text as well."""
        for child in parent:
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif isinstance(child.tag, str) and child.tag not in _GONE:
                self.blocks(child)

    def _paragraph(self, paragraph: etree._Element) -> None:
        text = _text(paragraph)
        chain = list(self._style_chain(paragraph))
        mark = self._mark(chain) if text.strip() else ""
        level = _level(chain)
        if level:
            self.title = self.title or (one_line(text) if level == _TITLE else "")
            self._writer.heading(max(level, 1), mark.replace("- ", "") + text)
        elif mark:
            self._writer.line(mark + text)
        else:
            self._writer.block(text)
        for box in paragraph.iter(_TEXT_BOX):
            if not any(ancestor.tag in _GONE for ancestor in box.iterancestors()):
                self.blocks(box)

    def _style_chain(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        """The paragraph, its style, the style that one is based on, and so on."""
        yield paragraph
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        seen: set[str] = set()
        while style is not None and (identity := style.get(qn("w:val"), "")) not in seen:
            seen.add(identity)
            definition = self._styles.get(identity)
            if definition is None:
                return
            yield definition
            style = definition.find(qn("w:basedOn"))

    def _mark(self, chain: list[etree._Element]) -> str:
        identity, level = "", -1
        for one in chain:
            properties = one.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if properties is None:
                continue
            number, depth = properties.find(qn("w:numId")), properties.find(qn("w:ilvl"))
            if level < 0 and depth is not None:
                level = int(depth.get(qn("w:val"), "0"))
            if number is not None:
                identity = number.get(qn("w:val"), "")
                break
        return self._numbering.mark(identity, max(level, 0)) if identity not in {"", "0"} else ""

    def _table(self, table: etree._Element) -> None:
        rows = list(_held(table, qn("w:tr")))
        cells = [list(_held(row, qn("w:tc"))) for row in rows]
        if max(map(len, cells), default=0) < 2:  # a frame around text, not data
            for cell in (cell for row in cells for cell in row):
                self.blocks(cell)
            return
        headed = rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        self._writer.lines(rows_as_lines(_grid(rows), headed or None))


_TITLE = -1


def _level(chain: list[etree._Element]) -> int:
    """The level of a heading from 1, `_TITLE` for the document's title, 0 for body text."""
    for one in chain:
        name = one.find(qn("w:name"))
        style = name.get(qn("w:val"), "").lower() if name is not None else ""
        if style == "title":
            return _TITLE
        if match := re.fullmatch(r"heading ([1-9])", style):
            return int(match[1])
        outline = one.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None and (value := outline.get(qn("w:val"), "9")).isdecimal() and int(value) < 9:
            return int(value) + 1
    return 0


def _held(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children with a tag, those inside content controls as well."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTROLS:
            yield from _held(child, tag)


def _grid(rows: list[etree._Element]) -> Iterator[list[str]]:
    """The text of each row's cells; a cell merged downwards is repeated, one merged across leaves blanks."""
    above: list[str] = []
    for row in rows:
        texts: list[str] = []
        for cell in _held(row, qn("w:tc")):
            text = one_line(" ".join(_text(paragraph) for paragraph in cell.iter(qn("w:p"))))
            merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merged is not None and merged.get(qn("w:val")) != "restart" and len(texts) < len(above):
                text = above[len(texts)]
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            across = span.get(qn("w:val"), "1") if span is not None else "1"
            texts += [text, *[""] * (min(int(across), 200) - 1 if across.isdecimal() else 0)]
        yield texts
        above = texts


def _text(paragraph: etree._Element) -> str:
    """The text a paragraph shows, with what was inserted and without what was deleted or stands in text boxes."""
    parts: list[str] = []
    _gather(paragraph, parts)
    return "".join(parts)


def _gather(node: etree._Element, parts: list[str]) -> None:
    for child in node:
        tag = child.tag
        if tag == qn("w:t"):
            parts.append(child.text or "")
        elif tag == qn("w:tab"):
            parts.append("\t")
        elif tag in _BREAKS:
            parts.append("\n")
        elif tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif tag == qn("m:oMath"):
            parts.append(typed(child))
        elif tag not in _GONE and tag != _TEXT_BOX and tag != qn("w:pPr"):
            _gather(child, parts)


def _notes(document: Docx) -> Iterator[str]:
    """The text of foot- and endnotes."""
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        for note in root:
            if note.get(qn("w:type")) is None:
                text = one_line(" ".join(_text(paragraph) for paragraph in note.iter(qn("w:p"))))
                if text:
                    yield f"Note {note.get(qn('w:id'), '')}: {text}"
