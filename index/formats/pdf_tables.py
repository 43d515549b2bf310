"""Tables on a PDF's pages: rows of cells that stand under each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from index.formats.pdf_lines import Cell, Line

Table = list[list[str]]


def table_runs(lines: Sequence[Line]) -> Iterator[tuple[Table, list[Line]]]:
    """The lines in runs: the rows of a table with the table, or lines that are none with an empty one."""
    for (is_row, _), run in groupby(lines, key=lambda line: (len(line.cells) > 1, line.page)):
        rows = list(run)
        yield _table(rows) if is_row and len(rows) > 1 else [], rows


def _table(rows: Sequence[Line]) -> Table:
    """The cells of rows by the columns they stand in; empty where they stand in no columns."""
    cells = [cell for row in rows for cell in row.cells]
    columns = _columns(cells)
    if len(columns) < 2:
        return []
    table = []
    for row in rows:
        texts = [""] * len(columns)
        for cell in row.cells:
            at = next(at for at, (left, right) in enumerate(columns) if left <= cell.left <= right)
            texts[at] = f"{texts[at]} {cell.text}".strip()
        table.append(texts)
    return table


def _columns(cells: Sequence[Cell]) -> list[tuple[float, float]]:
    """The stretches across the page that cells cover: cells over and under each other share one."""
    columns: list[tuple[float, float]] = []
    for cell in sorted(cells, key=lambda cell: cell.left):
        if columns and cell.left <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], cell.right))
        else:
            columns.append((cell.left, cell.right))
    return columns
