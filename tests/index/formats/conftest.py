"""Small files of every format, built afresh, and a way to read them as the program does."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from PIL import Image, ImageDraw
from pptx.util import Inches
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from index.documents import Document, Rejected
from index.formats import read_file

Read = Callable[[str, bytes], tuple[Document | Rejected, ...]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads bytes as a file of the given name."""

    def read_bytes(name: str, data: bytes) -> tuple[Document | Rejected, ...]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return read_file(tmp_path, name)

    return read_bytes


@pytest.fixture
def one(read: Read) -> Callable[[str, bytes], Document]:
    """Reads bytes that must give exactly one document."""

    def read_one(name: str, data: bytes) -> Document:
        (document,) = read(name, data)
        assert isinstance(document, Document), document
        return document

    return read_one


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra `ocr` is not installed."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)


def pdf(pages: list[list[str]], encrypt: str | None = None, outline: bool = False, title: str = "") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A5, encrypt=encrypt, invariant=True)
    canvas.setTitle(title)
    for number, lines in enumerate(pages):
        if outline and lines:
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(lines[0], str(number))
        text = canvas.beginText(40, 540)
        for line in lines:
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Harbour rules", 0)
    document.add_heading("Mooring", 1)
    document.add_paragraph("Boats moor at the north quay.")
    document.add_paragraph("Show your licence.", style="List Number")
    document.add_paragraph("Pay the dues.", style="List Number")
    document.add_heading("Dues", 1)
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Length", "Dues", "10 m", "340 crowns"), strict=True):
        cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slides() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Dredging plan"
    slide.placeholders[1].text = "Start in May\nEnd in August"
    slide.notes_slide.notes_text_frame.text = "Mention the costs."
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Costs"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(5), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ("Year", "Crowns", "2031", "1200000"), strict=True):
        cell.text = text
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dues"
    for row in (["Length", "Crowns", "Rise"], ["10 m", 340, 0.12], ["15 m", 470, 0.1]):
        sheet.append(row)
    for cell in ("C2", "C3"):
        sheet[cell].number_format = "0%"
    other = book.create_sheet("Berths")
    other.append(["The berths of the north quay"])
    other.append(["Number", "Depth"])
    other.append([7, "3.5 m"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zipped(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2031, 3, 14, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def book() -> bytes:
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body><h1>{}</h1><p>{}</p></body></html>"
    package = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata
      xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Tide Book</dc:title><dc:creator>Ada Holm</dc:creator>
      <dc:publisher>Quay Press</dc:publisher><dc:date>2031-03-14</dc:date><dc:language>en</dc:language></metadata>
      <manifest><item id="b" href="text/second%20part.xhtml" media-type="application/xhtml+xml"/>
      <item id="a" href="text/first.xhtml" media-type="application/xhtml+xml"/></manifest>
      <spine><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/text/first.xhtml": chapter.format("Ebb", "The water falls."),
            "OEBPS/text/second part.xhtml": chapter.format("Flood", "The water rises."),
        }
    )


def open_text() -> bytes:
    content = """<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b"><office:body><office:text>
      <text:tracked-changes><text:p>deleted words</text:p></text:tracked-changes>
      <text:h text:outline-level="1">Harbour rules</text:h><text:p>Boats moor<text:s/>at the north quay.</text:p>
      <text:list><text:list-item><text:p>Show your licence.</text:p></text:list-item></text:list>
      <table:table><table:table-row><table:table-cell><text:p>Length</text:p></table:table-cell>
      <table:table-cell><text:p>Dues</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell>
      <text:p>10 m</text:p></table:table-cell><table:table-cell><text:p>340</text:p></table:table-cell>
      </table:table-row></table:table></office:text></office:body></office:document-content>"""
    meta = """<office:document-meta xmlns:office="o" xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>
      <dc:title>Rules of the harbour</dc:title><dc:creator>Ada Holm</dc:creator><dc:date>2031-03-14T10:00:00</dc:date>
      </office:meta></office:document-meta>"""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "meta.xml": meta,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def mail(attachment: bytes = b"The attached note says hello.") -> bytes:
    message = EmailMessage()
    message["Subject"] = "Dues from April"
    message["From"] = "Ada Holm <ada@quay.example>"
    message["To"] = "all@quay.example"
    message["Date"] = "Fri, 14 Mar 2031 10:00:00 +0000"
    message.set_content("The dues rise by twelve percent.\n")
    message.add_alternative("<p>The dues <b>rise</b>.</p>", subtype="html")
    message.add_attachment(attachment, maintype="text", subtype="plain", filename="note.txt")
    return message.as_bytes()


def picture() -> bytes:
    image = Image.new("RGB", (400, 80), "white")
    ImageDraw.Draw(image).text((20, 20), "HARBOUR OFFICE", fill="black", font_size=36)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\info{\title Harbour rules}{\author Ada Holm}{\creatim\yr2031\mo3\dy14}}"
    rb"Boats moor at the caf\'e9 quay.\par\trowd\cellx1000\cellx2000 Length\cell Dues\cell\row"
    rb"\trowd\cellx1000\cellx2000 10 m\cell 340\cell\row\pard The end.\par}"
)
MARKDOWN = b"""---
title: Rules
---
# Mooring

Moor at the quay.

## Dues

| Length | Dues |
|---|---|
| 10 m | 340 |
"""
HTML = (
    "<html lang='en'><head><title>Harbour dues | The Quay Post</title></head><body><nav><a href='/'>Home</a></nav>"
    "<h1>Harbour dues</h1><p>The dues rise in April.</p><ul><li>Boats</li><li>Ships</li></ul></body></html>"
)


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """A small good file of each format by its name. Each gives at least one document, but for the picture."""
    return {
        "note.txt": b"The tide turns twice a day.\nBoats leave with the ebb.\n",
        "rules.md": MARKDOWN,
        "guide.rst": b"Guide\n=====\n\n:Author: Ada Holm\n\nMoor at the quay.\n\nDues\n----\n\nPay them.\n",
        "page.html": HTML.encode(),
        "report.pdf": pdf(
            [["Harbour report", "The tide turns twice a day."], ["Dues", "They rise in April."]], outline=True
        ),
        "rules.docx": word(),
        "plan.pptx": slides(),
        "dues.xlsx": workbook(),
        "dues.csv": b"Length;Dues\n10 m;340\n15 m;470\n",
        "boats.json": json.dumps({"harbour": {"name": "North"}, "boats": [{"name": "Tern", "length": 9}]}).encode(),
        "boats.jsonl": b'{"name": "Tern", "length": 9}\n{"name": "Gull", "length": 12}\n',
        "tide.epub": book(),
        "dues.eml": mail(),
        "rules.odt": open_text(),
        "rules.rtf": RTF,
        "tide.py": b"def tide(hour):\n    return hour % 12 < 6\n",
        "papers.zip": zipped({"a/note.txt": "The tide turns.", "b/note.txt": "The tide has turned."}),
        "office.png": picture(),
    }


class Build:
    """The builders, for tests that need their own files."""

    pdf = staticmethod(pdf)
    zipped = staticmethod(zipped)
    mail = staticmethod(mail)


@pytest.fixture(scope="session")
def build() -> type[Build]:
    return Build
