"""XLSX: each row of each sheet one line with the names of its columns."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import chain, groupby
from typing import Any

import openpyxl

from index.formats.content import Content, Writer, one_line
from index.formats.limits import check_zip
from index.formats.naming import title_from_name
from index.formats.office import stated_metadata, stated_title
from index.formats.tables import names_columns, rows_as_lines


def read(data: bytes, path: str) -> Content:
    """A workbook, its values as last calculated. A sheet's page label is "sheet NAME"."""
    check_zip(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns about parts that it does not keep, none of which hold values
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        writer = Writer()
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the size that the file states is often wrong
            write_sheet(writer, sheet.title, ([_words(cell) for cell in row] for row in sheet.iter_rows()))
    stated = book.properties
    book.close()
    return writer.content(stated_title(stated) or title_from_name(path), stated_metadata(stated, stated.creator))


def write_sheet(writer: Writer, name: str, rows: Iterable[list[str]]) -> None:
    """Writes a sheet. Rows between blank ones are a table; lines of one cell above it are its title or a note."""
    writer.page(f"sheet {name}")
    names: list[str] = []
    for filled, block in groupby(map(_trimmed, rows), key=bool):
        if filled:
            names = _write_block(writer, block, names)


def _write_block(writer: Writer, block: Iterator[list[str]], names: list[str]) -> list[str]:
    """Writes a table whose columns are named by its first row, or are `names`; gives back their names."""
    row = next(block, [])
    while sum(map(bool, row)) == 1:
        writer.line("".join(row))
        row = next(block, [])
    if names_columns(row):
        names = row
        writer.lines(rows_as_lines(chain([row], block), headed=True))
    elif len(row) == len(names):  # the table before goes on
        writer.lines(rows_as_lines(chain([names, row], block), headed=True))
    elif row:
        names = []
        writer.lines(rows_as_lines(chain([row], block), headed=False))
    return names


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _words(cell: Any) -> str:
    """A cell's value as a reader of the sheet sees it, as far as that matters: dates, percentages, plain numbers."""
    value = cell.value
    if value is None or isinstance(value, str):
        return one_line(value or "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
    if isinstance(value, (int, float)):
        percent = str(cell.number_format or "").rstrip('"').endswith("%")
        return f"{value * 100:.10g}%" if percent else f"{value:.15g}"
    return str(value)
