"""Chroma and tantivy hold sealed copies: whatever happens to them, answers stay right and they are made again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, cast

import chromadb
import pytest
from chromadb.config import Settings

from index import generations
from index.errors import StoreError
from index.progress import Event, Sealing
from index.repairing import repair
from index.sealing import FEW
from index.status import status
from index.vectors import COLLECTION, LocalBases, release
from tests.index.conftest import Place, copied
from tests.index.tiny import TinyEmbedder

if TYPE_CHECKING:
    from chromadb.api.client import Client

MANY = "\n".join(f"# {i}\n\nText number {i} on grain.\n" for i in range(FEW + 1))


@pytest.fixture(scope="module")
def large_built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An index so large that tantivy holds its words. Not to be changed: see `large`."""
    folder = tmp_path_factory.mktemp("large")
    place = Place(folder / "first" / "documents", folder / "first" / "store")
    place.write("many.md", MANY)
    place.write("mill.txt", "The mill grinds rye, and a turbine turns its wheel.\n")
    place.update()
    (folder / "first").rename(folder / "second")
    return Place(folder / "second" / "documents", folder / "second" / "store")


@pytest.fixture
def large(large_built: Place, tmp_path: Path) -> Place:
    return copied(large_built, tmp_path)


def sealed(place: Place, kind: str) -> Path:
    serving = generations.current(place.store)
    assert serving is not None
    (folder,) = [path for path in (serving / kind).iterdir() if path.is_dir()]
    return folder


def damage(folder: Path, how: str) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "chroma.sqlite3"]
    largest = max(files, key=lambda path: path.stat().st_size)
    database = folder / "chroma.sqlite3"
    if how == "database gone":
        database.unlink()
    elif how == "database emptied":
        os.truncate(database, 0)
    elif how == "database overwritten":
        database.write_bytes(os.urandom(database.stat().st_size))
    elif how == "gone":
        shutil.rmtree(folder)
    elif how == "truncated":
        os.truncate(largest, largest.stat().st_size // 2)
    elif how == "overwritten":
        largest.write_bytes(os.urandom(largest.stat().st_size))


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *product(("chroma", "words"), ("gone", "truncated", "overwritten")),
        *product(("chroma",), ("database gone", "database emptied", "database overwritten")),
    ],
)
def test_damage_changes_no_answer_and_is_repaired(large: Place, kind: str, how: str) -> None:
    place, before = large, large.contents()
    damage(sealed(place, kind), how)
    assert place.contents() == before
    store = place.open()
    store.search_words("rye", 3), store.search_vectors(TinyEmbedder().embed_query("rye"), 3)
    assert store.notice
    embedder = TinyEmbedder()
    report = place.update(embedder)
    assert len(report.repaired) == 1 and embedder.texts == []
    assert place.contents() == before and place.clean()


def test_damage_within_chromas_database_is_repaired_by_the_check(place: Place) -> None:
    before = place.contents()
    database = sealed(place, "chroma") / "chroma.sqlite3"
    kept = database.read_bytes()
    database.write_bytes(kept[:100] + bytes(len(kept) - 100))
    store = place.open()
    store.search_vectors(TinyEmbedder().embed_query("rye"), 3)
    assert "check --repair" in store.notice
    assert place.contents() == before
    repair(place.documents, place.store, TinyEmbedder())
    assert place.contents() == before and place.clean() and not place.open().notice


def test_vectors_lost_while_they_are_checked_are_an_error_of_ours(place: Place) -> None:
    folder = sealed(place, "chroma")
    base = LocalBases(folder.parents[1]).open(folder.name)
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    client.delete_collection(COLLECTION)
    release(cast("Client", client))
    with pytest.raises(StoreError, match=r"Reading the vectors in Chroma failed"):
        list(base.batches())


def test_a_graph_that_kills_whoever_opens_it_is_opened_elsewhere_first(place: Place) -> None:
    """A truncated graph of the right number of rows makes Chroma's library crash with a signal."""
    folder = sealed(place, "chroma")
    (graph,) = folder.glob("*/data_level0.bin")
    os.truncate(graph, 16)
    ended = subprocess.run(
        [sys.executable, "-P", "index/probe.py", str(folder), "vectors"], capture_output=True, check=False
    )
    assert ended.returncode != 0
    assert place.contents()
    assert place.update().repaired


def test_a_base_whose_opening_killed_a_process_is_looked_at_again(place: Place) -> None:
    folder = sealed(place, "chroma")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    mark = folder.with_name(f"{folder.name}.opening-{child.pid}")
    mark.touch()
    noted = folder.with_name(f"{folder.name}.checked")
    before = noted.stat().st_mtime_ns
    store = place.open()
    store.search_vectors(TinyEmbedder().embed_query("rye"), 3)
    assert not mark.exists() and noted.stat().st_mtime_ns > before and not store.notice


def test_the_words_of_a_small_index_need_no_base(built: Place, large: Place) -> None:
    assert (status(built.store).sealed_passages, status(large.store).sealed_passages) == (0, FEW + 2)
    (large.documents / "many.md").unlink()
    large.update()
    large.update()
    assert status(large.store).sealed_passages == 0
    assert large.open().search_words("turbine", 3) and large.clean()


def test_a_base_is_made_anew_when_much_has_changed_and_only_then(place: Place) -> None:
    first = sealed(place, "chroma")
    place.write("one.txt", "One more text about oats.\n")
    place.update()
    assert sealed(place, "chroma") == first
    place.write("many.md", MANY)
    events: list[Event] = []
    place.update(progress=events.append)
    assert {event.what for event in events if isinstance(event, Sealing)} == {"vectors", "words"}
    serving = generations.current(place.store)
    assert serving is not None
    # The one before stays until the next update: a question may still be using it.
    assert len([path for path in (serving / "chroma").iterdir() if path.is_dir()]) == 2
    before = place.contents()
    place.update()
    assert sealed(place, "chroma") != first
    assert place.contents() == before and place.clean()


def test_a_reader_in_use_follows_a_new_base(place: Place) -> None:
    store = place.open()
    vector = TinyEmbedder().embed_query("Text number 7 on grain")
    store.search_vectors(vector, 3)
    place.write("many.md", MANY)
    place.update()
    with store.snapshot() as now:
        exact = now.score_vectors(vector, now.passages_of("many.md"))
    nearest = max(exact, key=exact.__getitem__)
    for _ in range(3):
        (best, cosine), *_ = store.search_vectors(vector, 3)
        assert best == nearest and cosine == pytest.approx(exact[nearest], abs=1e-6)
    assert not store.notice


def test_approximate_search_finds_what_exact_search_finds(empty: Place) -> None:
    empty.write("many.md", "\n".join(f"# {i}\n\nText {i} on grain of {i % 17} and {i % 29}.\n" for i in range(3000)))
    empty.update()
    store, embedder = empty.open(), TinyEmbedder()
    found = total = 0
    with store.snapshot() as now:
        keys = list(now.passages_of("many.md"))
        for i in range(0, 3000, 100):
            vector = embedder.embed_query(f"Text {i} on grain of 3")
            exact = sorted(now.score_vectors(vector, keys).items(), key=lambda item: -item[1])[:10]
            least = exact[-1][1]
            found += sum(cosine >= least - 1e-6 for _, cosine in now.search_vectors(vector, 10))
            total += 10
    assert found / total >= 0.98
