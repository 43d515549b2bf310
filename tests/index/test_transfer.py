"""A whole index in one file, and opened elsewhere without embedding."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.checking import check
from index.errors import StoreError, StoreTooNew
from index.status import status
from index.store import Store
from index.transfer import export_index, import_index
from tests.index.conftest import Place, contents
from tests.index.tiny import TinyEmbedder


@pytest.fixture
def exported(built: Place, tmp_path: Path) -> Path:
    file = tmp_path / "index.footnote"
    assert export_index(built.store, file) == file.stat().st_size
    return file


def test_what_is_imported_is_what_was_exported(built: Place, exported: Path, tmp_path: Path) -> None:
    recipe = import_index(exported, tmp_path / "elsewhere")
    assert recipe.embedder == "tiny@1"
    assert contents(tmp_path / "elsewhere") == built.contents()
    assert check(tmp_path / "elsewhere", built.documents).problems == ()
    assert status(tmp_path / "elsewhere").root == ""


def test_an_imported_index_goes_on_with_its_documents_without_embedding(
    built: Place, exported: Path, place: Place, tmp_path: Path
) -> None:
    moved = Place(place.documents, tmp_path / "elsewhere")
    import_index(exported, moved.store)
    moved.write("mill.txt", "The mill has burned down.\n")
    embedder = TinyEmbedder()
    report = moved.update(embedder)
    assert embedder.texts == ["The mill has burned down."] and not report.plan.anew
    assert len(report.plan.changed) == 1 and moved.clean()


def test_an_index_that_is_there_is_replaced_only_when_told_to_and_answers_until_then(
    exported: Path, place: Place
) -> None:
    place.write("mill.txt", "The mill has burned down.\n")
    place.update()
    store = place.open()
    with pytest.raises(StoreError, match="--replace"):
        import_index(exported, place.store)
    assert len(store.search_words("turbine", 10)) == 2
    with store.snapshot() as now:
        import_index(exported, place.store, replace=True)
        assert len(now.search_words("turbine", 10)) == 2
    assert len(store.search_words("turbine", 10)) == 3
    assert [path.name for path in place.store.iterdir() if path.is_dir()] == ["g0002"]


def test_a_file_that_is_there_is_not_overwritten(built: Place, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ida")
    with pytest.raises(StoreError, match="exists already"):
        export_index(built.store, tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "Dear Ida"
    with pytest.raises(StoreError, match="There is no index"):
        export_index(tmp_path / "none", tmp_path / "new.footnote")


def another_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE letters (text TEXT)")


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def with_a_trigger(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON facts BEGIN DELETE FROM documents; END")


def of_a_newer_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda file: file.write_text("Dear Ida"), StoreError, "cannot be read"),
        (another_database, StoreError, "is not a Footnote catalog"),
        (cut_off, StoreError, "import|damaged|read"),
        (with_a_trigger, StoreError, "is not an index exported by this version"),
        (of_a_newer_version, StoreTooNew, "newer version"),
        (Path.unlink, StoreError, "cannot be imported"),
    ],
)
def test_a_file_that_is_no_whole_index_is_refused_and_nothing_is_left(
    exported: Path, place: Place, spoil: object, error: type[StoreError], said: str
) -> None:
    spoil(exported)  # type: ignore[operator]
    before = place.contents()
    for store in (place.store, place.store.with_name("new")):
        with pytest.raises(error, match=said):
            import_index(exported, store, replace=True)
        assert [path.name for path in store.iterdir() if path.is_dir()] == (["g0001"] if store == place.store else [])
    assert place.contents() == before
    with pytest.raises(StoreError, match="There is no index"):
        Store.open(place.store.with_name("new"))
