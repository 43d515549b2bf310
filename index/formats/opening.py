"""What a text says about itself in its first lines: title, author, publisher, date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.documents import Metadata
from index.formats.content import one_line
from index.formats.dates import dates_in
from index.formats.naming import date_from_name, is_readable, title_from_name


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first lines state; the title is never blank."""

    title: str
    metadata: Metadata


_BYLINE = re.compile(r"(?:By|Author|Authors|Written by|Text by)[:\s]\s*(?P<name>[A-Z][^,.|·;\d]*)")


def stated_in(text: str, path: str, title: str = "") -> Opening:
    """Reads the first lines of `text`; `title` is given where the format states it."""
    lines = [line for line in (one_line(line) for line in text[:4000].split("\n")) if line][:12]
    found = [one.iso for line in lines if len(line) <= 200 for one in dates_in(line)]
    author = next((match["name"].strip() for line in lines if (match := _BYLINE.match(line))), "")
    if not title and lines and len(lines[0]) <= 120 and not lines[0].endswith("."):
        title = lines[0]
    return Opening(
        title or _fallback(path, lines),
        Metadata(author=author, date=found[0] if found else date_from_name(path)),
    )


def _fallback(path: str, lines: list[str]) -> str:
    name = title_from_name(path)
    if is_readable(name) or not lines:
        return name
    words = lines[0][:70].rsplit(" ", 1)[0] if len(lines[0]) > 70 else lines[0]
    return words if words == lines[0] else f"{words} …"
