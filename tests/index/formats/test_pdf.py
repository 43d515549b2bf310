"""PDF: pages, mended lines, headings, tables, and where quotes stand on a page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from index.documents import Document, Rejected
from index.formats.pdf import quote_rectangles, render_page

One = Callable[[str, bytes], Document]
PROSE = (
    "The harbour board voted on Thursday to raise the dues for fishing boats by twelve percent, the first rise in six "
    "years, and heard eleven objections before the vote was taken. The captain of the Tern, who has moored at the "
    "north quay since 2009, said that small boats would be driven to other ports along the coast. "
)


def report() -> bytes:
    """Three pages set by a real layout engine, with a header, page numbers, headings and a table."""
    styles = getSampleStyleSheet()
    flow: list[Any] = [Paragraph("Annual report", styles["Title"])]
    for chapter in ("Dues", "Dredging"):
        flow += [Paragraph(chapter, styles["Heading1"]), *[Paragraph(PROSE * 3, styles["BodyText"]) for _ in range(7)]]
    flow.append(Table([["Length", "Now", "From April"], ["up to 10 m", "304", "340"], ["10 to 15 m", "420", "470"]]))

    def frame(canvas: Canvas, document: Any) -> None:
        canvas.drawString(70, 810, "Harbour board, annual report")
        canvas.drawCentredString(300, 30, f"Page {document.page} of 3")

    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4, title="Report for 2030", author="Ada Holm").build(
        flow, onFirstPage=frame, onLaterPages=frame
    )
    return buffer.getvalue()


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(report())
    return path


def test_running_text_has_whole_sentences_over_lines_and_pages(one: One) -> None:
    document = one("report.pdf", report())
    assert document.title == "Report for 2030"
    assert document.metadata.author == "Ada Holm"
    assert [page.label for page in document.pages] == ["1", "2", "3"]
    assert document.text.count(PROSE.strip()) == 2 * 7 * 3
    assert "annual report" not in document.text.split("Annual report", 1)[1]
    assert "Page 2" not in document.text


def test_running_titles_of_chapters_go_and_a_title_in_larger_letters_stays(one: One) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica", 24)
    canvas.drawString(70, 700, "The Tide Book")
    canvas.showPage()
    for page in range(1, 13):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(
            70, 800, "The Tide Book" if page % 2 else f"Chapter {page // 5}: {'Ebb' if page < 5 else 'Flood'}"
        )
        canvas.drawString(70, 700, f"Words of page {page * 'x'} that no other page holds.")
        canvas.drawString(300, 20, str(page))
        canvas.showPage()
    canvas.save()
    document = one("book.pdf", buffer.getvalue())
    assert document.title == "The Tide Book"
    assert document.text.count("The Tide Book") == 1
    assert "Flood" not in document.text


def test_larger_letters_make_headings_and_a_bookmark_list_goes_before_them(one: One, build: Any) -> None:
    document = one("report.pdf", report())
    assert [(heading.level, heading.text) for heading in document.headings] == [
        (1, "Annual report"),
        (1, "Dues"),
        (1, "Dredging"),
    ]
    marked = one("marked.pdf", build.pdf([["Tides", "They turn."], ["Dues", "They rise."]], outline=True))
    assert [(heading.text, marked.page_at(heading.start)) for heading in marked.headings] == [
        ("Tides", "1"),
        ("Dues", "2"),
    ]


def test_the_rows_of_a_table_carry_the_names_of_their_columns(one: One) -> None:
    text = one("report.pdf", report()).text
    assert "Length: up to 10 m; Now: 304; From April: 340\nLength: 10 to 15 m; Now: 420; From April: 470" in text


def test_hyphens_at_line_ends_go_or_stay_as_the_document_writes_the_word_elsewhere(one: One, build: Any) -> None:
    page = [
        "An exam-",
        "ple of a self-",
        "driving ferry, and of a well-",
        "known one. A self-driving ferry",
        "is COVID-",
        "proof.",
    ]
    document = one("hyphens.pdf", build.pdf([page]))
    assert document.text == (
        "An example of a self-driving ferry, and of a well-known one. A self-driving ferry is COVID-proof."
    )


def test_a_sentence_that_goes_on_over_the_page_is_one_and_the_page_begins_inside_it(one: One, build: Any) -> None:
    document = one("pages.pdf", build.pdf([["The tide turns at the old mill and"], ["runs out until noon."]]))
    assert document.text == "The tide turns at the old mill and runs out until noon."
    assert document.page_at(document.text.index("runs")) == "2"
    assert document.page_at(document.text.index("mill")) == "1"


def test_a_page_without_text_leaves_the_numbers_of_the_others(one: One, build: Any) -> None:
    document = one("gap.pdf", build.pdf([["First page."], [], ["Third page."]]))
    assert [(page.label, document.text[page.start :][:5]) for page in document.pages] == [
        ("1", "First"),
        ("3", "Third"),
    ]


def scanned(text_page: bool = False) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    if text_page:
        canvas.drawString(100, 700, "The first page has text.")
        canvas.showPage()
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 100, 100, 300, 300)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.usefixtures("without_ocr")
def test_pages_that_are_pictures_are_never_passed_off_as_read(read: Any, one: One, build: Any) -> None:
    (rejected,) = read("scan.pdf", scanned())
    assert isinstance(rejected, Rejected)
    assert rejected.state == "scanned"
    document, missing = read("mixed.pdf", scanned(text_page=True))
    assert isinstance(document, Document)
    assert (missing.path, missing.state) == ("mixed.pdf/page 2", "scanned")
    (blank,) = read("blank.pdf", build.pdf([[], []]))
    assert blank.state == "empty"


def test_a_password_is_reported_and_an_owner_password_is_none(read: Any, build: Any) -> None:
    (rejected,) = read("locked.pdf", build.pdf([["Secret."]], encrypt="word"))
    assert isinstance(rejected, Rejected)
    assert rejected.state == "locked"
    assert "password" in rejected.reason


@pytest.mark.parametrize("quote", [PROSE.split(". ")[0], "small boats would be driven to other ports"])
def test_a_quote_is_found_on_its_page_whatever_its_line_ends(report_file: Path, quote: str) -> None:
    rectangles = quote_rectangles(report_file, "1", quote)
    assert rectangles
    for left, top, right, bottom in rectangles:
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
    assert rectangles == sorted(rectangles, key=lambda box: box[1])
    assert quote_rectangles(report_file, "1", quote.replace(" ", "\n")) == rectangles


def test_a_row_of_a_table_is_found_by_its_cells(report_file: Path, one: One) -> None:
    document = one("again.pdf", report_file.read_bytes())
    page = document.page_at(document.text.index("up to 10 m"))
    boxes = quote_rectangles(report_file, page, "Length: up to 10 m; Now: 304; From April: 340")
    assert len(boxes) == 3
    assert max(box[1] for box in boxes) - min(box[1] for box in boxes) < 0.02


def test_the_part_of_a_quote_that_is_on_the_page_is_marked(tmp_path: Path, build: Any) -> None:
    path = tmp_path / "pages.pdf"
    path.write_bytes(build.pdf([["The tide turns at the old mill and"], ["runs out until noon."]]))
    assert len(quote_rectangles(path, "1", "The tide turns at the old mill and runs out until noon.")) == 1
    assert quote_rectangles(path, "1", "Nothing of the kind stands here.") == []
    assert quote_rectangles(path, "7", "The tide turns") == []
    assert quote_rectangles(path, "", "The tide turns") == []


def test_rectangles_follow_a_page_that_is_shown_turned(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), pagesize=(400, 800))
    canvas.setPageRotation(90)
    canvas.drawString(40, 760, "Near the upper left corner")  # which, turned, is at the upper right
    canvas.save()
    (box,) = quote_rectangles(path, "1", "Near the upper left corner")
    assert box[0] > 0.9
    assert box[3] < 0.6


def test_a_page_is_drawn_as_wide_as_asked(report_file: Path) -> None:
    picture = Image.open(io.BytesIO(render_page(report_file, 2, 500)))
    assert picture.format == "PNG"
    assert abs(picture.width - 500) <= 1
    assert picture.convert("L").getextrema()[0] < 50  # there is ink on it
    with pytest.raises(ValueError, match="pages 1 to 3"):
        render_page(report_file, 4, 500)
