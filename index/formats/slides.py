"""PPTX: each slide's title, text, tables, charts and notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pptx
from lxml import etree

from index.formats.content import Content, Writer, one_line
from index.formats.limits import check_zip
from index.formats.naming import title_from_name
from index.formats.office import stated_metadata, stated_title
from index.formats.tables import rows_as_lines

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def read(data: bytes, path: str) -> Content:
    """A presentation. A slide's page label is "slide 3", its title a heading; its notes follow, marked as notes."""
    check_zip(data)
    deck = pptx.Presentation(io.BytesIO(data))
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
        writer.lines(_chart(shape.chart))
    elif shape.has_text_frame:
        _paragraphs(shape.text_frame, writer)


def _paragraphs(frame: Any, writer: Writer) -> None:
    paragraphs = [one_line(paragraph.text.replace("\v", " ")) for paragraph in frame.paragraphs]
    filled = list(filter(None, paragraphs))
    if len(filled) == 1:
        writer.block(filled[0])
    else:
        writer.lines(f"- {paragraph}" for paragraph in filled)


def _chart(chart: Any) -> Iterator[str]:
    """A chart's numbers, a line for each category: "2031: Sales: 12; Costs: 9"."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield chart.chart_title.text_frame.text
    for plot in chart.plots:
        series = [(one.name, list(one.values)) for one in plot.series]
        for at, category in enumerate(plot.categories):
            values = [
                f"{name}: {numbers[at]:.15g}"
                for name, numbers in series
                if at < len(numbers) and numbers[at] is not None
            ]
            yield f"{category}: {'; '.join(values)}"


def _diagrams(slide: Any) -> Iterator[str]:
    """The words of SmartArt, which is stored beside the slide."""
    for relation in slide.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/diagramData"):
            root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            for paragraph in root.iter(f"{_DRAWING}p"):
                yield "".join(run.text or "" for run in paragraph.iter(f"{_DRAWING}t"))
