"""Markdown: its source word for word, front matter cut off, headings noted."""

from __future__ import annotations

import re

from index.documents import Heading, Metadata
from index.formats.bylines import is_organisation
from index.formats.content import Content, one_line, tidy, verbatim
from index.formats.encoding import decode
from index.formats.front_matter import front_matter
from index.formats.opening import stated_in

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_FENCES = frozenset("`~")
_UNDERLINES = frozenset("=-")
_NOT_A_PARAGRAPH = re.compile(r" {4}|\t| {0,3}(?:[-*+]\s|[>|]|\d{1,9}[.)]\s)")
_ENDS_PARAGRAPH = re.compile(r" {0,3}(?:[-*+]\s|>)")
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\2")


def read(data: bytes, path: str) -> Content:
    """Markdown text. What the front matter does not state is read from the first lines."""
    text = verbatim(decode(data))
    front = front_matter(text)
    if front:
        text = text[front.length :]
    headings = headings_in(text)
    first = _first_heading(text, headings)
    opening = stated_in(plain(text[:4000]), path, title=(front.title if front else "") or first)
    metadata = opening.metadata
    if front:
        stated = front.metadata
        metadata = Metadata(
            stated.author or metadata.author,
            stated.publisher or metadata.publisher,
            stated.date or metadata.date,
            stated.language,
        )
    return Content(text, opening.title, headings=headings, metadata=tidy(metadata))


def headings_in(text: str) -> tuple[Heading, ...]:
    """ATX ("## Costs") and setext ("Costs" over "-----") headings outside code fences, as CommonMark has them."""
    headings: list[Heading] = []
    fence, at = "", 0
    paragraph: list[str] = []  # the lines since the last blank one, which a row of "=" or "-" makes a heading
    paragraph_at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        kind = line.lstrip(" ")[:1]
        mark = _FENCE.match(line) if kind in _FENCES else None
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence, paragraph = mark[1], []
        elif kind == "#" and (atx := _ATX.match(line)):
            headings += _heading(start, len(atx[1]), atx[2] or "")
            paragraph = []
        elif paragraph and kind in _UNDERLINES and _SETEXT.match(line):
            if len(paragraph) <= 2:
                headings += _heading(paragraph_at, 1 if kind == "=" else 2, " ".join(paragraph))
            paragraph = []
        elif not kind or (_ENDS_PARAGRAPH if paragraph else _NOT_A_PARAGRAPH).match(line):
            paragraph = []
        elif len(paragraph) <= 2:  # longer ones are prose over a rule
            paragraph_at = paragraph_at if paragraph else start
            paragraph.append(line)
    return tuple(headings)


def _first_heading(text: str, headings: tuple[Heading, ...]) -> str:
    """The first heading of level 1, with the one directly under it when that is the only one of its level."""
    at = next((at for at, heading in enumerate(headings) if heading.level == 1), -1)
    if at < 0:
        return ""
    title = headings[at].text
    below = [heading for heading in headings[at + 1 :] if heading.level == 2]
    if len(below) == 1 and not text[headings[at].start : below[0].start].partition("\n")[2].strip():
        return below[0].text if is_organisation(title) else f"{title}: {below[0].text}"
    return title


def plain(text: str) -> str:
    """The text without marks of emphasis, code and links: "**Costs** in [talen](t.md)" -> "Costs in talen"."""
    for _ in range(3):
        text = _MARKUP.sub(lambda match: match[1] if match[1] is not None else match[3], text)
    return text


def _heading(start: int, level: int, text: str) -> list[Heading]:
    title = one_line(plain(text))
    return [Heading(start, level, title)] if title else []
