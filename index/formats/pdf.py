"""PDF: the text of each page, wraps and hyphens mended, headers and footers left out."""

from __future__ import annotations

import ctypes
import io
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.documents import Heading, Metadata
from index.formats.content import Content, Unreadable, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.limits import check_text
from index.formats.opening import stated_in
from index.formats.pdf_layout import HYPHENS, Line, paragraphs

_PAGES = 20_000
_PDFIUM = threading.RLock()  # PDFium may be used by one thread at a time
_WIDEST_PICTURE = 4000
_LEAST_OVERLAP = 16  # letters of a quote that must be on a page to mark it there
_GRID = 100_000  # steps to a page's width and height when places on it become shares
_LINE = re.compile("[^\r\n\ufffe]+\ufffe?")  # PDFium marks a hyphen at a line's end by U+FFFE and no line end


def read(data: bytes, path: str) -> Content:
    """A PDF's text. Pages are labelled by their place, from "1".

    Raises `Unreadable`: locked where it asks for a password, scanned where no page has text.
    """
    with _opened(data) as document:
        if len(document) > _PAGES:
            raise Unreadable("failed", f"it has {len(document)} pages; up to {_PAGES} are read. Split it.")
        pages = []
        size = 0
        for number in range(len(document)):
            pages.append(_lines(document, number))
            size += sum(len(line.text) for line in pages[-1])
            check_text(size)
        stated = document.get_metadata_dict(skip_empty=True)
        outline = _outline(document)
    if not any(pages):
        raise Unreadable("scanned", _NO_TEXT)
    return _content(pages, outline, stated, path)


_NO_TEXT = "its pages are pictures without text. Install the extra 'ocr' to have them read."


def render_page(path: Path, page: int, width: int) -> bytes:
    """A PNG picture of page `page` (from 1), `width` pixels wide. Raises `Unreadable`, or `ValueError` for the page."""
    with _opened(path) as document:
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
    with _opened(path) as document:
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


@contextmanager
def _opened(source: bytes | Path) -> Iterator[pypdfium2.PdfDocument]:
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


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
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
    left, bottom, right, top = text_page.get_charbox(_character(text_page, text, start), loose=True)
    last = text_page.get_charbox(_character(text_page, text, end - 1), loose=True)
    edges = (min(left, last[0]), max(right, last[2]), max(top, last[3]), min(bottom, last[1]))
    return Line(number, one_line(text[start:end].replace("\ufffe", "\u00ad")), *edges, top - bottom)


def _character(text_page: pypdfium2.PdfTextPage, text: str, at: int) -> int:
    """PDFium's number for the character `at` of the page's text, which it counts in UTF-16."""
    units = at if text.isascii() else len(text[:at].encode("utf-16-le")) // 2
    return max(0, int(pdfium_c.FPDFText_GetCharIndexFromTextIndex(text_page, units)))


def _outline(document: pypdfium2.PdfDocument) -> list[tuple[int, int, str]]:
    """The bookmarks as (page from 0, level from 1, title), in order."""
    marks = []
    for bookmark in document.get_toc(max_depth=6):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        title = one_line(bookmark.get_title())
        if page is not None and title:
            marks.append((page, bookmark.level + 1, title))
    return marks


def _content(
    pages: Sequence[Sequence[Line]], outline: Sequence[tuple[int, int, str]], stated: dict[str, str], path: str
) -> Content:
    writer = Writer()
    label = -1
    for paragraph in paragraphs(pages):
        if paragraph.level and not outline:
            start = writer.heading(paragraph.level, paragraph.text)
        else:
            start = writer.block(paragraph.text)
        for offset, page in paragraph.pages:
            if page != label:
                writer.page_from(start + offset, str(page + 1))
                label = page
    content = writer.content()
    if outline:
        content = replace(content, headings=_placed(outline, content))
    title = stated.get("Title", "")
    opening = stated_in(content.text, path, title="" if _is_file_name(title) else title)
    metadata = Metadata(
        author=stated.get("Author", "") or opening.metadata.author,
        publisher=opening.metadata.publisher,
        date=opening.metadata.date or iso_date(stated.get("CreationDate", "")),
    )
    return replace(content, title=opening.title, metadata=tidy(metadata))


def _is_file_name(title: str) -> bool:
    """Whether a PDF's title is what a program put there: "untitled", "Microsoft Word - q3.doc"."""
    return bool(re.match(r"\W*(?:untitled|anonymous|unspecified|microsoft \w+ - |\S+\.\w{2,5}$)", title, re.IGNORECASE))


def _placed(outline: Sequence[tuple[int, int, str]], content: Content) -> tuple[Heading, ...]:
    """The bookmarks where their words stand on the page they point to, or at the page's beginning."""
    starts = {page.label: page.start for page in content.pages}
    ends = {page.label: after.start for page, after in zip(content.pages, content.pages[1:], strict=False)}
    headings = []
    at = 0
    for page, level, title in outline:
        start = starts.get(str(page + 1))
        if start is None:
            continue
        end = ends.get(str(page + 1), len(content.text))
        words = r"\s+".join(re.escape(word) for word in title.split())
        found = re.compile(words, re.IGNORECASE).search(content.text, max(start, at), end)
        at = max(found.start() if found else start, at)
        headings.append(Heading(at, level, title))
    return tuple(headings)


def _find(text_page: pypdfium2.PdfTextPage, quote: str) -> tuple[int, int] | None:
    """The first and the last of the page's characters that a quote, or the longest beginning of it, covers."""
    text = text_page.get_text_range()
    places = [at for at, character in enumerate(text) if _counts(character)]
    page = "".join(text[at] for at in places)
    sought = "".join(filter(_counts, quote))
    at = page.find(sought) if sought else -1
    if at < 0:
        at, sought = _overlap(page, sought)
    if at < 0:
        return None
    first, last = places[at], places[at + len(sought) - 1]
    return _character(text_page, text, first), _character(text_page, text, last)


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
