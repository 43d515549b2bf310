"""Tables and records: a row is never torn from the names of its columns."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Document
from index.formats.tables import rows_as_lines

One = Callable[[str, bytes], Document]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_told_by_the_rows(one: One, mark: str) -> None:
    rows = [["Boat", "Dues", "Note"], ["Tern", "340", 'a "quoted", long; note'], ["Gull", "470", "two\nlines"]]
    lines = [mark.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    assert one("dues.csv", "\n".join(lines).encode()).text == (
        'Boat: Tern; Dues: 340; Note: a "quoted", long; note\nBoat: Gull; Dues: 470; Note: two lines'
    )


def test_a_table_without_names_keeps_its_cells(one: One) -> None:
    assert one("numbers.csv", b"1,2,3\n4,5,6\n").text == "1; 2; 3\n4; 5; 6"
    assert one("hours.csv", b"Monday,9-17\nSunday,\nMonday,9-18\n").text == "Monday: 9-17\nSunday\nMonday: 9-18"


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=10), max_size=5), max_size=6), st.sampled_from([None, True, False]))
def test_no_cell_under_the_names_is_lost(rows: list[list[str]], headed: bool | None) -> None:
    text = "\n".join(rows_as_lines(rows, headed))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    for row in filled[1:]:
        for cell in row:
            for word in cell.split():
                kept = "".join(filter(str.isalnum, word))
                assert kept in "".join(filter(str.isalnum, text))


def test_json_is_read_as_paths_and_records(one: One) -> None:
    value = {
        "name": "North harbour",
        "open": True,
        "tags": ["ferry", "fish"],
        "nothing": None,
        "boats": [{"name": "Tern", "size": {"length": 9}}, {"name": "Gull", "size": {"length": 12}}],
    }
    document = one("harbour.json", json.dumps(value).encode())
    assert document.title == "North harbour"
    assert document.text.split("\n") == [
        "name: North harbour",
        "open: yes",
        "tags: ferry, fish",
        "boats 1: name: Tern; size.length: 9",
        "boats 2: name: Gull; size.length: 12",
    ]


def test_json_lines_with_a_broken_line_lose_nothing(one: One) -> None:
    assert one("boats.jsonl", b'{"name": "Tern"}\n{"name": \n[1, 2]\n').text == 'name: Tern\n{"name":\n1, 2'


def test_what_is_no_json_is_kept_as_text(one: One) -> None:
    text = '{"name": "Tern", "note": "cut off'
    assert one("cut.json", text.encode()).text == text
    assert one("deep.json", b"[" * 100_000).text == "[" * 100_000


def test_lone_surrogates_in_json_can_be_stored(one: One) -> None:
    document = one("odd.json", b'{"title": "a\\ud800b", "c\\udfff": "d"}')
    document.text.encode()
    document.title.encode()


def test_a_notebook_gives_its_cells(one: One) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "They turn.\n"]},
        {"cell_type": "code", "source": "print(12)\n# no heading", "outputs": [{"text": "12"}]},
        {"cell_type": "markdown", "source": "## Dues"},
    ]
    document = one("tides.ipynb", json.dumps({"cells": cells}).encode())
    assert document.title == "Tides"
    assert document.text == "# Tides\nThey turn.\n\nprint(12)\n# no heading\n\n## Dues"
    assert [(heading.text, document.text[heading.start]) for heading in document.headings] == [
        ("Tides", "#"),
        ("Dues", "#"),
    ]
