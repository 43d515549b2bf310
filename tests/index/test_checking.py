"""Whatever is wrong with an index, the check says so, and a repair puts it right."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

import pytest

from index import generations
from index.checking import check
from index.errors import StoreError
from index.progress import Event, Repaired
from index.repairing import repair
from tests.index.conftest import Place
from tests.index.tiny import TinyEmbedder


def change(*statements: str) -> Callable[[Place], None]:
    """Damage done to the catalog behind the program's back."""

    def damage(place: Place) -> None:
        serving = generations.current(place.store)
        assert serving is not None
        with closing(sqlite3.connect(serving / "catalog.sqlite3")) as connection, connection:
            connection.create_function("packed", 1, lambda text: zlib.compress(text.encode()))
            for statement in statements:
                assert connection.execute(statement).rowcount != 0

    return damage


MILL = "(SELECT id FROM documents WHERE path = 'mill.txt')"
DAMAGE = {
    "another text": ("document", change(f"UPDATE texts SET text = packed('Not this.') WHERE document = {MILL}")),
    "a text that cannot be unpacked": ("document", change(f"UPDATE texts SET text = x'00' WHERE document = {MILL}")),
    "a text gone": ("document", change(f"DELETE FROM texts WHERE document = {MILL}")),
    "a passage gone": ("document", change(f"DELETE FROM passages WHERE document = {MILL}")),
    "a passage elsewhere": ("document", change(f"UPDATE passages SET start = start + 1 WHERE document = {MILL}")),
    "other words": ("document", change(f"UPDATE passages SET text = upper(text) WHERE document = {MILL}")),
    "no vector": ("document", change(f"UPDATE passages SET vector = 99 WHERE document = {MILL}")),
    "the vector of another": (
        "document",
        change(f"UPDATE passages SET vector = vector % 9 + 1 WHERE document = {MILL}"),
    ),
    "a passage of no document": ("catalog", change("UPDATE passages SET document = 99 WHERE key = 1")),
    "a file without a word": ("document", change("INSERT INTO files VALUES ('lost.txt', 1, 1, x'00')")),
    "a vector that is none": ("catalog", change("UPDATE vectors SET vector = zeroblob(64) WHERE id = 1")),
    "counts of terms": ("words", change("UPDATE terms SET passages = passages + 1 WHERE term = 'turbin'")),
    "counts of words": ("words", change("DELETE FROM vocabulary WHERE word = 'turbine'")),
    "totals": ("words", change("UPDATE totals SET passages = passages + 1")),
    "full text": ("words", change("INSERT INTO words (words) VALUES ('delete-all')")),
    "a table more": ("catalog", change("CREATE TABLE more (value)")),
    "an index less": ("catalog", change("DROP INDEX passages_by_vector")),
}


# Each is checked, repaired and checked again: the others are left to `make test-all`.
QUICK = {"no vector", "a vector that is none", "full text", "a text gone"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in DAMAGE]
)
def test_damage_is_found_and_put_right(place: Place, name: str) -> None:
    part, damage = DAMAGE[name]
    before = place.contents()
    assert check(place.store, place.documents).problems == ()
    damage(place)
    found = check(place.store)
    assert part in {problem.part for problem in found.problems}
    said: list[Event] = []
    findings, _ = repair(place.documents, place.store, TinyEmbedder(), progress=said.append)
    assert {problem.part for problem in found.problems} <= {problem.part for problem in findings.problems}
    assert sum(isinstance(event, Repaired) for event in said) >= 1
    assert place.clean() and place.contents() == before


def test_a_text_that_its_file_no_longer_gives_is_found_only_with_the_files(place: Place) -> None:
    text = "The mill on the Orra grinds rye."
    other = f"UPDATE texts SET text = packed('{text}') WHERE document = {MILL}"
    record = f"UPDATE documents SET digest = '{sha256(text.encode()).hexdigest()}', characters = {len(text)}"
    change(other, f"{record} WHERE id = {MILL}")(place)
    assert "source" not in {problem.part for problem in check(place.store).problems}
    found = [problem for problem in check(place.store, place.documents).problems if problem.part == "source"]
    assert [problem.path for problem in found] == ["mill.txt"]
    place.write("harbour.md", "Not indexed yet.\n")
    (place.documents / "bridge.html").unlink()
    assert check(place.store, place.documents).skipped == 2


def test_a_catalog_cut_off_is_found_and_built_anew(place: Place) -> None:
    before = place.contents()
    serving = generations.current(place.store)
    assert serving is not None
    catalog = serving / "catalog.sqlite3"
    catalog.write_bytes(catalog.read_bytes()[: catalog.stat().st_size // 2])
    with suppress(StoreError):  # so short that it cannot be opened at all
        assert check(place.store).problems
    repair(place.documents, place.store, TinyEmbedder())
    assert place.clean() and place.contents() == before


def test_checking_changes_nothing(place: Place) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in place.store.rglob("*") if path.is_file() and path.suffix != ".json"}

    place.open().close()
    before = {path: data for path, data in files().items() if "sqlite3" not in path.name}
    place.clean()
    assert {path: data for path, data in files().items() if "sqlite3" not in path.name} == before
