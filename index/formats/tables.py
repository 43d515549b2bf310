"""Rows of a table as lines that can be understood, and cited, each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from index.formats.content import one_line

_NUMBER = re.compile(r"[\s\d.,:%+\-–/€$£¥()]*\d[\s\d.,:%+\-–/€$£¥()]*$")
_NAME_CHARACTERS = 80


def rows_as_lines(rows: Iterable[Sequence[str]], headed: bool | None = None) -> Iterator[str]:
    """Each row with the names of its columns: "Item: Spade; Price: 12".

    `headed` says whether the first row names the columns; `None` when the format does not say: then it does if
    it is full, without numbers and without repetitions. A cell under a nameless column stands alone; without any
    names two cells are taken for a name and its value: "Monday: closed".
    """
    source = ([one_line(cell) for cell in row] for row in rows)
    filled = (row for row in source if any(row))
    first = next(filled, None)
    if first is None:
        return
    if not (names_columns(first) if headed is None else headed):
        yield _joined([""] * len(first), first)
        first = []
    wrote = False
    for row in filled:
        yield _joined(first, row)
        wrote = True
    if first and not wrote:
        yield _joined([], first)


def names_columns(row: Sequence[str]) -> bool:
    """Whether a table's first row looks like the names of its columns."""
    named = [cell for cell in row if cell]
    return (
        len(named) >= 2
        and len(named) >= len(row) - 1
        and len(set(named)) == len(named)
        and all(len(cell) <= _NAME_CHARACTERS and not _NUMBER.match(cell) for cell in named)
    )


def _joined(names: Sequence[str], row: Sequence[str]) -> str:
    if not any(names) and sum(map(bool, row)) == 2:
        name, value = filter(None, row)
        return f"{name.rstrip(':')}: {value}" if len(name) <= _NAME_CHARACTERS else f"{name}; {value}"
    cells = []
    for at, cell in enumerate(row):
        name = names[at].rstrip(":") if at < len(names) else ""
        if cell:
            cells.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(cells)
