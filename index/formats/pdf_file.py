"""PDF files through PDFium: opening them, the lines of their pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.formats.content import one_line
from index.formats.pdf_lines import Cell, Line
from index.formats.unreadable import Unreadable

_PDFIUM = threading.RLock()  # PDFium may be used by one thread at a time
_GAP = 0.9  # in heights of letters: cells of a row stand wider apart, and words hardly ever
_MARK = re.compile(r"(?:\W{1,2}|\(?\w{1,3}[.)])$")  # of a list's item: a gap after it parts no cells
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
    """The line of a page's text from `start` to `end`, neither of them white space."""
    letters = [at for at in (start, (start + end) // 2, end - 1) if not text[at].isspace()]
    boxes = [_box(text_page, text, at) for at in letters]
    size = median(top - bottom for _, bottom, _, top in boxes)  # the first may be a bullet, the last a footnote's mark
    return Line(
        number,
        _shown(text[start:end]),
        min(left for left, _, _, _ in boxes),
        max(right for _, _, right, _ in boxes),
        max(top for _, _, _, top in boxes),
        min(bottom for _, bottom, _, _ in boxes),
        size,
        tuple(_cells(text_page, text, start, end, size)),
    )


def _cells(text_page: pypdfium2.PdfTextPage, text: str, start: int, end: int, size: float) -> Iterator[Cell]:
    """A line's parts with gaps between them as wide as between the cells of a row; none for a line without gaps."""
    first, last = character_at(text_page, text, start), character_at(text_page, text, end - 1)
    edges = sorted(text_page.get_rect(at)[::2] for at in range(text_page.count_rects(first, last - first + 1)))
    if all(after[0] - before[1] < _GAP * size for before, after in pairwise(edges)):
        return  # nearly every line; told without looking at each letter
    left = _box(text_page, text, start)[0]
    begun = start
    for space in re.finditer(r"\s+", text[start:end]):
        before, after = start + space.start(), start + space.end()
        right, next_left = _box(text_page, text, before - 1)[2], _box(text_page, text, after)[0]
        if next_left - right >= _GAP * size and not _MARK.match(text[begun:before]):
            yield Cell(_shown(text[begun:before]), left, right)
            begun, left = after, next_left
    yield Cell(_shown(text[begun:end]), left, _box(text_page, text, end - 1)[2])


def _box(text_page: pypdfium2.PdfTextPage, text: str, at: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the character `at` of a page's text, with the room its font gives to all."""
    left, bottom, right, top = text_page.get_charbox(character_at(text_page, text, at), loose=True)
    return left, bottom, right, top


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
