"""What a web page states about itself: title, author, publisher, date, language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from index.documents import Metadata
from index.formats.blocks import name_of, text_of
from index.formats.content import one_line
from index.formats.dates import iso_date

_AUTHOR = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author")
_PUBLISHER = ("og:site_name", "dc.publisher", "dcterms.publisher", "citation_journal_title", "publisher")
_DATE = (
    "article:published_time", "datepublished", "date", "dc.date", "dcterms.date", "dcterms.created", "dc.date.issued",
    "pubdate", "citation_publication_date", "citation_date", "parsely-pub-date", "article:modified_time",
)  # fmt: skip
_TITLE = ("og:title", "dc.title", "citation_title")
_BOUND = re.compile(r"\s+[|·»–—-]\s+")


def stated_title(tree: etree._Element) -> str:
    """The page's title: its only main heading, else what its head says, without the site's name after a bar."""
    headings = [text for node in tree.iter("h1") if (text := text_of(node))]
    if len(headings) == 1:
        return headings[0]
    named = dict(_metas(tree))
    site = next((named[key] for key in _PUBLISHER if key in named), "")
    title = next((named[key] for key in _TITLE if key in named), "")
    title = title or next((text_of(node) for node in tree.iter("title")), "")
    parts = _BOUND.split(title)
    if len(parts) > 1 and (parts[-1] == site or len(parts[0]) >= 10):
        return parts[0]
    return title or next(iter(headings), "")


def stated_metadata(tree: etree._Element) -> Metadata:
    """Author, publisher, date and language in the page's head, its linked data and its first `time`."""
    named = dict(reversed(list(_metas(tree))))
    linked = dict(_linked(tree))
    time = next((node.get("datetime", "") for node in tree.iter("time")), "")
    dates = [
        *(named.get(key, "") for key in _DATE[:2]),
        linked.get("date", ""),
        *(named.get(key, "") for key in _DATE),
        time,
    ]
    author = next((named[key] for key in _AUTHOR if key in named), "") or linked.get("author", "")
    return Metadata(
        author="" if author.startswith(("http:", "https:")) else author,
        publisher=next((named[key] for key in _PUBLISHER if key in named), "") or linked.get("publisher", ""),
        date=next((iso for date in dates if date and (iso := iso_date(date))), ""),
        language=tree.get("lang", "") if name_of(tree) == "html" else "",
    )


def _metas(tree: etree._Element) -> Iterator[tuple[str, str]]:
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        if name and (content := one_line(node.get("content", ""))):
            yield name.lower(), content


def _linked(tree: etree._Element) -> Iterator[tuple[str, str]]:
    """Author, publisher and date in schema.org's data for search engines."""
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads("".join(map(str, script.itertext())))
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            for key, kept in (("author", "author"), ("publisher", "publisher"), ("datePublished", "date")):
                if name := _name(thing.get(key)):
                    yield kept, name


def _things(data: Any) -> Iterator[Mapping[str, Any]]:
    for thing in data if isinstance(data, list) else [data]:
        if isinstance(thing, dict):
            yield thing
            if isinstance(graph := thing.get("@graph"), list):
                yield from (one for one in graph if isinstance(one, dict))


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    if isinstance(value, dict):
        value = value.get("name")
    return one_line(value) if isinstance(value, str) else ""
