"""The YAML block at the head of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from index.documents import Metadata
from index.formats.content import one_line
from index.formats.dates import iso_date


class _Loader(yaml.SafeLoader):
    """Takes no list and no mapping a second time: a few lines of them inside each other would fill the memory."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        is_alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if is_alias and not isinstance(node, yaml.ScalarNode):
            raise yaml.YAMLError("a list or mapping stands twice")
        return node


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
        fields = yaml.load(match[1], _Loader)
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
        names = map(_name, value if isinstance(value, list) else [value])
        if text := ", ".join(filter(None, names)):
            return text
    return ""


def _name(value: object) -> str:
    """A value as words; of a mapping such as {name: Ada, affiliation: ...} the name."""
    if isinstance(value, Mapping):
        value = value.get("name")
    return one_line(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
