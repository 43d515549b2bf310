"""HTML: the main text of a page without the boilerplate around it."""

from __future__ import annotations

import re
from dataclasses import replace

import trafilatura
from lxml import etree, html

from index.documents import Metadata
from index.formats.blocks import name_of, text_of, write_tree
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.encoding import decode
from index.formats.limits import MEBIBYTE
from index.formats.opening import stated_in
from index.formats.unreadable import Unreadable

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
# Finding the main text takes time that grows faster than the page; pages beyond this are taken whole.
_MAIN_TEXT_BYTES = 4 * MEBIBYTE
# Less main text than this beside a page with much more of it means that it was not found.
_LEAST_MAIN_TEXT = 0.2


def read(data: bytes, path: str) -> Content:
    """An HTML page. Its main text, or all visible text where no main text is found. Loads nothing."""
    declared = _CHARSET.search(data[:2048])
    tree = parse(decode(data, declared[1].decode("ascii") if declared else ""))
    whole, main = Writer(), Writer()
    stated = Metadata()
    title = ""
    if len(data) <= _MAIN_TEXT_BYTES:
        stated, title = _main_text(tree, main)
    write_tree(tree, whole)
    title = title or _title(tree)
    content = main.content() if _is_main(main, whole) else whole.content()
    opening = stated_in(content.text, path, title=title)
    found = opening.metadata
    metadata = Metadata(
        stated.author or found.author,
        stated.publisher or found.publisher,
        stated.date or found.date,
        stated.language or _language(tree),
    )
    return replace(content, title=opening.title, metadata=tidy(metadata))


def visible_text(text: str, writer: Writer) -> None:
    """Writes all visible text of a page, or of the piece of one that a mail is."""
    if text.strip():
        write_tree(parse(text), writer)


def parse(text: str) -> etree._Element:
    """The tree of a page. Raises `Unreadable` for a page without a single element."""
    # lxml refuses text that declares its encoding, so it is given bytes in the one it is told.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError as error:
        raise Unreadable("empty", "the page has no text") from error
    return tree


def _main_text(tree: etree._Element, writer: Writer) -> tuple[Metadata, str]:
    """Writes the main text, and gives back what the page states about itself and its title."""
    found = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict):
        return Metadata(), ""
    if found.body is not None:
        write_tree(found.body, writer)
    return Metadata(found.author or "", found.sitename or "", iso_date(found.date or "")), found.title or ""


def _is_main(main: Writer, whole: Writer) -> bool:
    return main.length > 0 and (main.length >= 400 or main.length >= _LEAST_MAIN_TEXT * whole.length)


def _title(tree: etree._Element) -> str:
    for name in ("h1", "title"):
        for node in tree.iter(name):
            if text := text_of(node):
                return one_line(text)
    return ""


def _language(tree: etree._Element) -> str:
    return tree.get("lang", "") if name_of(tree) == "html" else ""
