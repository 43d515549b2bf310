"""PDF: the text of each page, wraps and hyphens mended, headers and footers left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2

from index.documents import Heading, Metadata
from index.formats import ocr
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.limits import check_text
from index.formats.opening import stated_in
from index.formats.pdf_file import has_drawing, opened, page_lines
from index.formats.pdf_layout import paragraphs
from index.formats.pdf_lines import Line
from index.formats.pdf_view import quote_rectangles, render_page
from index.formats.unreadable import Unreadable

__all__ = ["quote_rectangles", "read", "render_page"]

_PAGES = 20_000


def read(data: bytes, path: str) -> Content:
    """A PDF's text. Pages are labelled by their place, from "1". Pictures of text are read with the extra `ocr`.

    Raises `Unreadable`: locked where it asks for a password, scanned where no page has text and it cannot be
    recognised, empty where there is nothing on any page.
    """
    with opened(data) as document:
        if len(document) > _PAGES:
            raise Unreadable("failed", f"it has {len(document)} pages; up to {_PAGES} are read. Split it.")
        pages: list[list[Line]] = []
        pictures: list[int] = []  # the pages, from 1, that show something but have no text
        size = 0
        for number in range(len(document)):
            lines = page_lines(document, number)
            if not lines and has_drawing(document, number):
                lines = ocr.page_lines(document, number)
                pictures += [] if lines else [number + 1]
            pages.append(lines)
            size += sum(len(line.text) for line in lines)
            check_text(size)
        stated = document.get_metadata_dict(skip_empty=True)
        outline = _outline(document)
    if not any(pages):
        raise Unreadable("scanned", ocr.NO_TEXT) if pictures else Unreadable("empty", "its pages are blank")
    return replace(_content(pages, outline, stated, path), pictures=tuple(pictures))


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
    largest = ""
    for paragraph in paragraphs(pages):
        if paragraph.level == 1 and paragraph.pages[0][1] == 0:
            largest = largest or paragraph.text
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
    opening = stated_in(content.text, path, title=largest if not title or _is_file_name(title) else title)
    metadata = Metadata(
        author=opening.metadata.author or _author(stated.get("Author", "")),
        publisher=opening.metadata.publisher,
        date=opening.metadata.date or iso_date(stated.get("CreationDate", "")),
    )
    return replace(content, title=opening.title, metadata=tidy(metadata))


def _author(stated: str) -> str:
    """The author, "" where it is only what a program put there."""
    return "" if stated.strip(" ()").lower() in {"anonymous", "unknown", "user", "admin", "owner"} else stated


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
