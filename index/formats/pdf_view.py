"""The pages of a PDF as pictures, and where a quote stands on them."""

from __future__ import annotations

import ctypes
import io
import re
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.formats.pdf_file import character_at, opened
from index.formats.pdf_lines import HYPHENS

_WIDEST_PICTURE = 4000
_LEAST_OVERLAP = 16  # letters of a quote that must be on a page to mark it there
_NAMED = re.compile(r"(?:^|; )[^:;\n]{1,80}: |; ", re.MULTILINE)
_GRID = 100_000  # steps to a page's width and height when places on it become shares


def render_page(path: Path, page: int, width: int) -> bytes:
    """A PNG picture of page `page` (from 1), `width` pixels wide. Raises `Unreadable`, or `ValueError` for the page."""
    with opened(path) as document:
        if not 1 <= page <= len(document):
            raise ValueError(f"{path.name} has pages 1 to {len(document)}, not {page}")
        sheet = document[page - 1]
        picture = sheet.render(scale=min(width, _WIDEST_PICTURE) / sheet.get_width()).to_pil()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def quote_rectangles(path: Path, page_label: str, quote: str) -> list[tuple[float, float, float, float]]:
    """Where a quote of the document's text stands on a page: a rectangle (left, top, right, bottom) for each line.

    Coordinates are shares of the page's width and height (0..1) from its top left corner. White space, hyphens
    and line ends need not agree. Of a quote that goes on over the page's end, the part on this page. Empty where
    the page does not hold it.
    """
    with opened(path) as document:
        if not page_label.isdecimal() or not 1 <= int(page_label) <= len(document):
            return []
        page = document[int(page_label) - 1]
        text_page = page.get_textpage()
        found = _find(text_page, quote)
        if found is None:
            return []
        first, last = found
        boxes = [text_page.get_rect(at) for at in range(text_page.count_rects(first, last - first + 1))]
        return [_share(page, box) for box in boxes]


def _find(text_page: pypdfium2.PdfTextPage, quote: str) -> tuple[int, int] | None:
    """The first and the last of the page's characters that a quote, or the longest beginning of it, covers."""
    text = text_page.get_text_range()
    places = [at for at, character in enumerate(text) if _counts(character)]
    page = "".join(text[at] for at in places)
    at, sought = -1, ""
    for words in (quote, _NAMED.sub("", quote)):  # of a table's row the page has the cells without their names
        sought = "".join(filter(_counts, words))
        at = page.find(sought) if sought else -1
        if at >= 0:
            break
    else:
        at, sought = _overlap(page, "".join(filter(_counts, quote)))
    if at < 0:
        return None
    first, last = places[at], places[at + len(sought) - 1]
    return character_at(text_page, text, first), character_at(text_page, text, last)


def _counts(character: str) -> bool:
    return not character.isspace() and character not in HYPHENS and character.isprintable()


def _overlap(page: str, sought: str) -> tuple[int, str]:
    """The longest beginning of a quote that the page holds, if it is long enough to be no accident."""
    low, high, found = _LEAST_OVERLAP, len(sought), -1
    while low <= high:
        middle = (low + high) // 2
        if (at := page.find(sought[:middle])) >= 0:
            found, low = at, middle + 1
        else:
            high = middle - 1
    return found, sought[:high]


def _share(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box in points from the lower left as shares of the page as it is shown (turned, cut), from the upper left."""
    left, bottom, right, top = box
    x1, y1 = _shown(page, left, top)
    x2, y2 = _shown(page, right, bottom)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _shown(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return min(max(across.value / _GRID, 0.0), 1.0), min(max(down.value / _GRID, 0.0), 1.0)
