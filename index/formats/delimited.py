"""CSV and TSV: each row one line with the names of its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from index.formats.content import Content, Writer, verbatim
from index.formats.encoding import decode
from index.formats.naming import title_from_name
from index.formats.tables import rows_as_lines

_SAMPLE = 64_000
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 10_000_000


def read(data: bytes, path: str) -> Content:
    """A table whose separator (comma, semicolon, tab, bar) is told by its first rows."""
    text = verbatim(decode(data))
    writer = Writer()
    writer.lines(rows_as_lines(_rows(text)))
    return writer.content(title_from_name(path))


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    sample = text[:_SAMPLE].rsplit("\n", 1)[0]
    counts = {mark: _steady(sample, mark) for mark in _DELIMITERS}
    yield from csv.reader(io.StringIO(text), delimiter=max(counts, key=lambda mark: counts[mark]))


def _steady(sample: str, mark: str) -> float:
    """How many cells a row has if `mark` parts them, times the share of rows that have as many."""
    widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=mark) if row]
    if not widths:
        return 0.0
    usual = max(set(widths), key=widths.count)
    return usual * widths.count(usual) / len(widths) if usual > 1 else 0.0
