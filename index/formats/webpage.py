"""HTML: the main text of a page without the boilerplate around it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import trafilatura
from lxml import etree, html

from index.documents import Metadata
from index.formats.blocks import write_tree
from index.formats.content import Content, Writer, tidy
from index.formats.encoding import decode
from index.formats.limits import MEBIBYTE
from index.formats.opening import stated_in
from index.formats.page_facts import stated_metadata, stated_title
from index.formats.page_furniture import remove_furniture
from index.formats.unreadable import Unreadable

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
# Finding the main text takes time that grows faster than the page; pages beyond this are taken whole.
_SEARCHED_BYTES = 4 * MEBIBYTE
_LEAST_MAIN_TEXT = 200  # characters; less was not found, or the page has no boilerplate to part it from
_MOSTLY = 0.6  # a page of which this much is main text is taken whole


def read(data: bytes, path: str) -> Content:
    """An HTML page: its text from the beginning to the end of the main part. Loads nothing from anywhere."""
    declared = _CHARSET.search(data[:2048])
    tree = parse(decode(data, declared[1].decode("ascii") if declared else ""))
    stated, title = stated_metadata(tree), stated_title(tree)
    main = trafilatura.extract(tree, include_comments=False) if len(data) <= _SEARCHED_BYTES else None
    whole = Writer()
    write_tree(tree, whole)
    remove_furniture(tree)
    writer = Writer()
    write_tree(tree, writer)
    content = writer.content() if writer.length else whole.content()
    opening = stated_in(content.text, path, title=title)
    if main and _LEAST_MAIN_TEXT <= len(main) < _MOSTLY * len(content.text):
        content = _from_first_to_last(content, main)
    found = opening.metadata
    metadata = Metadata(
        stated.author or found.author,
        stated.publisher or found.publisher,
        stated.date or found.date,
        stated.language,
    )
    return replace(content, title=opening.title, metadata=tidy(metadata))


def visible_text(text: str, writer: Writer) -> None:
    """Writes all visible text of a page, or of the piece of one that a mail is."""
    with suppress(Unreadable):
        write_tree(parse(text), writer)


def parse(text: str) -> etree._Element:
    """The tree of a page. Raises `Unreadable` for a page without a single element."""
    # lxml refuses text that declares its encoding, so it is given bytes in the one it is told.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError as error:
        raise Unreadable("empty", "the page has no text") from error


def _from_first_to_last(content: Content, main: str) -> Content:
    """The content from its first to its last block that is part of the main text, headings just above included."""
    kept = "".join(filter(str.isalnum, main))
    blocks = [(match.start(), match.end()) for match in re.finditer(r"\S(?:.|\n(?!\n))*", content.text)]
    held = [
        number
        for number, (start, end) in enumerate(blocks)
        if len(letters := "".join(filter(str.isalnum, content.text[start:end]))) >= 20 and letters in kept
    ]
    if not held:
        return content
    headings = {heading.start for heading in content.headings}
    first = held[0]
    while first and blocks[first - 1][0] in headings:
        first -= 1
    start, end = blocks[first][0], blocks[held[-1]][1]
    return replace(
        content,
        text=content.text[start:end],
        headings=tuple(
            replace(heading, start=heading.start - start)
            for heading in content.headings
            if start <= heading.start < end
        ),
    )
