"""The YAML block at the head of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from index.documents import Metadata
from index.formats.content import one_line
from index.formats.dates import iso_date

_BLOCK = re.compile(r"\A---[ \t]*\n(.{0,20000}?)^(?:---|\.\.\.)[ \t]*(?:\n+|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says before its text. `length` characters of the file are not part of its text."""

    length: int
    title: str
    metadata: Metadata


def front_matter(text: str) -> FrontMatter | None:
    """The front matter of a text, or `None` where there is none or it cannot be understood: then it is text."""
    if not (match := _BLOCK.match(text)):
        return None
    try:
        fields = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):  # a date such as 2033-99-99 is a ValueError
        return None
    if not isinstance(fields, Mapping) or not fields:
        return None
    named = {str(key).strip().lower(): value for key, value in fields.items()}
    return FrontMatter(match.end(), _text(named, "title"), _metadata(named))


def _metadata(named: Mapping[str, object]) -> Metadata:
    return Metadata(
        author=_text(named, "author", "authors", "byline", "creator"),
        publisher=_text(named, "publisher", "source", "site", "publication"),
        date=next((iso for key in ("date", "published", "updated") if (iso := iso_date(named.get(key) or ""))), ""),
        language=_text(named, "language", "lang"),
    )


def _text(named: Mapping[str, object], *keys: str) -> str:
    for key in keys:
        value = named.get(key)
        if isinstance(value, list):
            value = ", ".join(_name(one) for one in value)
        if isinstance(value, (str, int, float, Mapping)) and not isinstance(value, bool) and (text := _name(value)):
            return text
    return ""


def _name(value: object) -> str:
    """A value as words; of a mapping such as {name: Ada, affiliation: ...} the name."""
    if isinstance(value, Mapping):
        value = value.get("name", "")
    return one_line(str(value)) if value is not None else ""
