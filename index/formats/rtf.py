"""RTF: its text, rows of tables, and what its information block states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from striprtf.striprtf import rtf_to_text

from index.documents import Metadata
from index.formats.content import Content, Writer, one_line, tidy
from index.formats.dates import iso_date
from index.formats.opening import stated_in
from index.formats.tables import rows_as_lines

_FIELD = r"\{{\\{name} ([^{{}}]*)\}}"
_TIME = re.compile(r"\{\\(?:revtim|creatim)\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def read(data: bytes, path: str) -> Content:
    """An RTF document."""
    source = data.decode("cp1252", "replace")
    writer = Writer()
    # The library writes a row of a table as its cells, each with a bar after it.
    for is_row, lines in groupby(_lines(source), key=lambda line: line.endswith("|")):
        if is_row:
            writer.lines(rows_as_lines(line[:-1].split("|") for line in lines))
        else:
            for line in lines:
                writer.block(line)
    content = writer.content()
    opening = stated_in(content.text, path, title=_field(source, "title"))
    time = _TIME.search(source)
    metadata = Metadata(
        author=opening.metadata.author or _field(source, "author"),
        publisher=opening.metadata.publisher or _field(source, "company"),
        date=opening.metadata.date or (iso_date(f"{time[1]}-{time[2]:0>2}-{time[3]:0>2}") if time else ""),
    )
    return replace(content, title=opening.title, metadata=tidy(metadata))


def _lines(source: str) -> Iterator[str]:
    for line in _plain(source).split("\n"):
        if line.strip():
            yield line.strip()


def _field(source: str, name: str) -> str:
    found = re.search(_FIELD.format(name=name), source[:20_000])
    return one_line(_plain("{\\rtf1 " + found[1] + "}")) if found else ""


def _plain(source: str) -> str:
    return str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]
