"""reStructuredText: its source word for word, headings by their underlines, fields of its first lines."""

from __future__ import annotations

import re

from index.documents import Heading, Metadata
from index.formats.content import Content, one_line, tidy, verbatim
from index.formats.dates import iso_date
from index.formats.encoding import decode
from index.formats.opening import stated_in

_ADORNMENT = re.compile(r"([!-/:-@[-`{-~])\1{2,}[ \t]*$")
_FIELD = re.compile(
    r"^:(author|authors|organization|date|copyright|version|language):[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE
)


def read(data: bytes, path: str) -> Content:
    """A reStructuredText file."""
    text = verbatim(decode(data))
    headings = underlined_headings(text)
    opening = stated_in(text, path, title=headings[0].text if headings else "")
    fields = {name.lower(): one_line(value) for name, value in _FIELD.findall(text[:5000])}
    metadata = Metadata(
        author=fields.get("author") or fields.get("authors") or opening.metadata.author,
        publisher=fields.get("organization") or opening.metadata.publisher,
        date=iso_date(fields.get("date", "")) or opening.metadata.date,
        language=fields.get("language", ""),
    )
    return Content(text, opening.title, headings=headings, metadata=tidy(metadata))


def underlined_headings(text: str) -> tuple[Heading, ...]:
    """Lines with a row of one punctuation mark under them, at least as long, and perhaps over them.

    Levels follow the order in which the kinds of row first appear, as reStructuredText has it.
    """
    headings: list[Heading] = []
    kinds: list[str] = []
    lines = text.split("\n")
    at = 0
    for number, line in enumerate(lines):
        start, at = at, at + len(line) + 1
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if below[:1].isalnum() or not below[:1].strip():  # nearly every line
            continue
        under = _ADORNMENT.match(below)
        title = line.strip()
        if not under or not title or _ADORNMENT.match(line) or len(below.rstrip()) < len(title):
            continue
        before = lines[number - 1].rstrip() if number else ""
        if before and before != below.rstrip():  # a paragraph over a rule, or a table
            continue
        kind = under[1] * (2 if before else 1)
        if kind not in kinds:
            kinds.append(kind)
        headings.append(Heading(start, kinds.index(kind) + 1, one_line(title)))
    return tuple(headings)
