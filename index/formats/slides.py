"""PPTX: each slide's title, text, tables, charts and notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from lxml import etree
from pptx.opc.package import PartFactory
from pptx.package import Package
from pptx.parts.presentation import PresentationPart

from index.formats.charts import chart_lines
from index.formats.content import Content, Writer, one_line
from index.formats.limits import check_zip
from index.formats.naming import title_from_name
from index.formats.office import stated_metadata, stated_title
from index.formats.tables import rows_as_lines

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# python-pptx knows the parts of templates and slide shows as presentations, but not of those with macros.
for _kind in ("slideshow", "template"):
    PartFactory.part_type_for[f"application/vnd.ms-powerpoint.{_kind}.macroEnabled.main+xml"] = PresentationPart


def read(data: bytes, path: str) -> Content:
    """A presentation. A slide's page label is "slide 3", its title a heading; its notes follow, marked as notes."""
    check_zip(data)
    deck = Package.open(io.BytesIO(data)).main_document_part.presentation
    writer = Writer()
    titles = [_slide(slide, number, writer) for number, slide in enumerate(deck.slides, start=1)]
    stated = deck.core_properties
    title = stated_title(stated) or next(filter(None, titles), "") or title_from_name(path)
    return writer.content(title, stated_metadata(stated, stated.author))


def _slide(slide: Any, number: int, writer: Writer) -> str:
    """Writes a slide and gives back its title."""
    writer.page(f"slide {number}")
    heading = slide.shapes.title
    title = one_line(heading.text_frame.text) if heading is not None else ""
    writer.heading(1, title)
    for shape in slide.shapes:
        if heading is None or shape.shape_id != heading.shape_id:
            _shape(shape, writer)
    for words in _diagrams(slide):
        writer.block(words)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text
        if notes.strip():
            writer.block(f"Notes: {notes}")
    return title


def _shape(shape: Any, writer: Writer) -> None:
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            _shape(inner, writer)
    elif getattr(shape, "has_table", False):
        rows = ([cell.text_frame.text for cell in row.cells] for row in shape.table.rows)
        writer.lines(rows_as_lines(rows, shape.table.first_row or None))
    elif getattr(shape, "has_chart", False):
        writer.lines(chart_lines(shape.chart))
    elif shape.has_text_frame:
        _paragraphs(shape.text_frame, writer)


def _paragraphs(frame: Any, writer: Writer) -> None:
    paragraphs = [one_line(paragraph.text.replace("\v", " ")) for paragraph in frame.paragraphs]
    filled = list(filter(None, paragraphs))
    if len(filled) == 1:
        writer.block(filled[0])
    else:
        writer.lines(f"- {paragraph}" for paragraph in filled)


def _diagrams(slide: Any) -> Iterator[str]:
    """The words of SmartArt, which is stored beside the slide."""
    for relation in slide.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/diagramData"):
            root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            for paragraph in root.iter(f"{_DRAWING}p"):
                yield "".join(run.text or "" for run in paragraph.iter(f"{_DRAWING}t"))
