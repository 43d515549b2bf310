"""JSON and JSON Lines: each value on a line with the path to it, each record of a list on a line of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from index.formats.content import Content, Writer, verbatim
from index.formats.encoding import decode
from index.formats.naming import title_from_name

_LINE_CHARACTERS = 2000
_BY_LINE = frozenset({".jsonl", ".ndjson"})
_TITLES = ("title", "name", "headline")


def read(data: bytes, path: str) -> Content:
    """JSON as "path.to.value: 12" lines. What is no JSON is kept as it is, so that nothing of the file is lost."""
    text = verbatim(decode(data))
    writer = Writer()
    title = ""
    if PurePosixPath(path).suffix.lower() in _BY_LINE:
        writer.lines(_records(text))
    else:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return Content(text, title_from_name(path))
        if isinstance(value, dict):
            title = next((found for key in _TITLES if isinstance(found := value.get(key), str)), "")
        writer.lines(_lines(value, ""))
    return writer.content(title or title_from_name(path))


def _records(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            yield _record(json.loads(line))
        except (ValueError, RecursionError):
            yield line


def _lines(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for number, one in enumerate(value, start=1):
            line = _record(one)
            yield f"{path} {number}: {line}" if path else line
    elif (words := _words(value)) != "":
        yield f"{path}: {words}" if path else words


def _record(value: object) -> str:
    """A record on one line, or on several where it is long."""
    parts = list(_lines(value, ""))
    line = "; ".join(parts)
    return line if len(line) <= _LINE_CHARACTERS and "\n" not in line else "\n".join(parts)


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
