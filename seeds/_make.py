"""Write the PDF and the DOCX among the documents from their Markdown originals: `python -m seeds._make`.

The same originals give the same bytes, so a run without a change leaves nothing to commit.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import yaml
from docx import Document
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
)

from seeds import FOLDER

ORIGINALS = FOLDER.parent / "originals"

_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11, leading=16, spaceAfter=8)
_STYLES = {
    "title": ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=22, leading=28, spaceAfter=14),
    "section": ParagraphStyle("section", fontName="Helvetica-Bold", fontSize=16, leading=21, spaceAfter=10),
    "subsection": ParagraphStyle(
        "subsection", fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=6, spaceAfter=4
    ),
    "paragraph": _TEXT,
    "item": ParagraphStyle("item", parent=_TEXT, leftIndent=14, bulletIndent=3, spaceAfter=3),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an original: kind is "section", "subsection", "paragraph", "item" or "row" (cells split by "|")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Original:
    """A document's text and what it states about itself."""

    title: str
    author: str
    date: date
    language: str
    blocks: tuple[Block, ...]

    @property
    def written(self) -> datetime:
        """The document's date at midnight, UTC: what the file gives as its time of creation."""
        return datetime(self.date.year, self.date.month, self.date.day, tzinfo=UTC)


def read(path: Path) -> Original:
    """An original: front matter, then headings, paragraphs, one-line list items and one-line table rows."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return Original(**yaml.safe_load(front), blocks=tuple(_blocks(body)))


def _blocks(body: str) -> Iterator[Block]:
    for chunk in re.split(r"\n\s*\n", body.strip()):
        if chunk.startswith("### "):
            yield Block("subsection", chunk[4:])
        elif chunk.startswith("## "):
            yield Block("section", chunk[3:])
        elif chunk.startswith("- "):
            yield from (Block("item", line[2:]) for line in chunk.splitlines())
        elif chunk.startswith("| "):
            yield from (Block("row", line.strip("| ")) for line in chunk.splitlines())
        else:
            yield Block("paragraph", " ".join(chunk.split()))


def pdf(original: Original) -> bytes:
    """The original as a PDF in which every section begins a page."""
    # reportlab takes the time it writes into a file from here, and from nowhere else that is public.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(original.written.timestamp()))
    story: list[Flowable] = [Paragraph(escape(original.title), _STYLES["title"])]
    for block in original.blocks:
        if block.kind == "section" and len(story) > 1:
            story.append(PageBreak())
        marked = re.sub(r"`([^`]+)`", r'<font face="Courier">\1</font>', escape(block.text))
        story.append(Paragraph(marked, _STYLES[block.kind], bulletText="•" if block.kind == "item" else None))
    file = BytesIO()
    width, height = A4
    frame = Frame(22 * mm, 18 * mm, width - 44 * mm, height - 36 * mm)
    template = BaseDocTemplate(file, pagesize=A4, invariant=1, lang=original.language)
    template.title, template.author, template.creator = original.title, original.author, "Footnote"
    template.subject = original.title
    template.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=_number_page))
    template.build(story)
    return file.getvalue()


def _number_page(canvas: Canvas, _template: BaseDocTemplate) -> None:
    """Draw the page's number after its text, so that it also comes last when the page is read."""
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(A4[0] / 2, 11 * mm, str(canvas.getPageNumber()))


def docx(original: Original) -> bytes:
    """The original as a Word document with real heading, list and table styles."""
    document = Document()
    about = document.core_properties
    about.title, about.author, about.language = original.title, original.author, original.language
    about.created = about.modified = original.written
    document.add_heading(original.title, level=0)
    table = None
    for block in original.blocks:
        if block.kind == "row":
            cells = [cell.strip() for cell in block.text.split("|")]
            if table is None:
                table = document.add_table(rows=0, cols=len(cells), style="Light Grid Accent 1")
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                cell.text = text
            continue
        table = None
        if block.kind in {"section", "subsection"}:
            document.add_heading(block.text, level=1 if block.kind == "section" else 2)
        else:
            document.add_paragraph(block.text, style="List Bullet" if block.kind == "item" else None)
    file = BytesIO()
    document.save(file)
    return _without_times(file.getvalue())


def _without_times(archive: bytes) -> bytes:
    """The same zip archive with the time of writing taken out of every member."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def make(folder: Path) -> None:
    """Write both documents into `folder`."""
    (folder / "footnote-guide.pdf").write_bytes(pdf(read(ORIGINALS / "footnote-guide.md")))
    (folder / "editorial-policy.docx").write_bytes(docx(read(ORIGINALS / "editorial-policy.md")))


if __name__ == "__main__":
    make(FOLDER)
