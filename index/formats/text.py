"""Plain text and source code: kept word for word."""

from __future__ import annotations

import re

from index.documents import Heading
from index.formats.content import Content, one_line, verbatim
from index.formats.encoding import decode
from index.formats.opening import stated_in
from index.formats.rst import underlined_headings

_NUMBERED = re.compile(r"(\d{1,2})\. (\S.{2,78}[^\s.,;:?!])$")
_OPENING = 5000
_CAPITALS = re.compile(r"[^a-z]{4,70}$")


def read(data: bytes, path: str) -> Content:
    """Plain text. Title, author, publisher and date are read from its first lines where they state them."""
    text = verbatim(decode(data))
    opening = stated_in(text, path)
    return Content(text, opening.title, headings=headings_in(text, opening.title), metadata=opening.metadata)


def read_code(data: bytes, path: str) -> Content:
    """Source code: its title is its path, since the names of modules repeat from folder to folder."""
    return Content(verbatim(decode(data)), path)


def headings_in(text: str, title: str) -> tuple[Heading, ...]:
    """Lines that are headings beyond doubt, below the text's title: underlined; else, after a blank line, numbered
    from 1 without a gap, or in capitals."""
    if underlined := underlined_headings(text):
        return underlined
    capitals: list[Heading] = []
    numbered: list[Heading] = []
    below = text.find(title) + len(title) if title in text[:_OPENING] else 0
    at, blank = 0, False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        after, blank = blank, not line.strip()
        words = line.strip()
        if not after or blank or start < below:
            continue
        if (match := _NUMBERED.match(words)) and int(match[1]) == len(numbered) + 1:
            numbered.append(Heading(start, 1, one_line(words)))
        elif _CAPITALS.match(words) and sum(map(str.isalpha, words)) >= 0.7 * len(words.replace(" ", "")):
            capitals.append(Heading(start, 1, one_line(words)))
    return tuple(numbered if len(numbered) > max(1, len(capitals)) else capitals)
