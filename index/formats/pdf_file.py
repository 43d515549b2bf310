"""PDF files through PDFium: opening them, the lines of their pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.formats.content import one_line
from index.formats.pdf_layout import Line
from index.formats.unreadable import Unreadable

_PDFIUM = threading.RLock()  # PDFium may be used by one thread at a time
_LINE = re.compile("[^\r\n\ufffe]+\ufffe?")  # PDFium marks a hyphen at a line's end by U+FFFE and no line end


@contextmanager
def opened(source: bytes | Path) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF, closed again at the end. Raises `Unreadable`."""
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
                raise Unreadable("locked", "it asks for a password. Save a copy without one.") from error
            raise Unreadable("failed", "it is damaged or not a PDF: no page could be read") from error
        try:
            yield document
        finally:
            document.close()


def page_lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    """The lines of a page, in the order the file has them; none for a page that is damaged."""
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    text = text_page.get_text_range()
    lines = []
    for match in _LINE.finditer(text):
        if stripped := match[0].strip():
            first = match.start() + match[0].index(stripped[0])
            lines.append(_line(text_page, number, text, first, first + len(stripped)))
    text_page.close()
    page.close()
    return lines


def _line(text_page: pypdfium2.PdfTextPage, number: int, text: str, start: int, end: int) -> Line:
    left, bottom, right, top = text_page.get_charbox(character_at(text_page, text, start), loose=True)
    last = text_page.get_charbox(character_at(text_page, text, end - 1), loose=True)
    edges = (min(left, last[0]), max(right, last[2]), max(top, last[3]), min(bottom, last[1]))
    return Line(number, _shown(text[start:end]), *edges, top - bottom)


def _shown(text: str) -> str:
    """A line's text: soft hyphens inside it, which do not show, go; one stands for a hyphen at its end, which does."""
    return one_line(text.replace("\u00ad", "").replace("\ufffe", "\u00ad"))


def has_drawing(document: pypdfium2.PdfDocument, number: int) -> bool:
    """Whether a page shows a picture or drawn shapes, and is not blank."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return False
    kinds = {pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING}
    return any(thing.type in kinds for thing in page.get_objects(max_depth=4))


def character_at(text_page: pypdfium2.PdfTextPage, text: str, at: int) -> int:
    """PDFium's number for the character `at` of the page's text, which it counts in UTF-16."""
    units = at if text.isascii() else len(text[:at].encode("utf-16-le")) // 2
    return max(0, int(pdfium_c.FPDFText_GetCharIndexFromTextIndex(text_page, units)))
