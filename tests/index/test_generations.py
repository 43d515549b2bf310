"""A change of model or reader builds beside what serves; one switch; nothing is embedded twice; old ones go."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index import generations
from index.build import Options, plan
from index.errors import StoreError, StoreTooNew
from index.progress import Applied, Event, Repaired
from index.repairing import repair
from index.status import status
from index.store import Store
from index.transfer import export_index, import_index
from tests.index.conftest import TEXTS, Place
from tests.index.tiny import TinyEmbedder


def catalog(place: Place) -> Path:
    serving = generations.current(place.store)
    assert serving is not None
    return serving / "catalog.sqlite3"


def set_fact(place: Place, name: str, value: str) -> None:
    with closing(sqlite3.connect(catalog(place))) as connection, connection:
        connection.execute("UPDATE facts SET value = ? WHERE name = ?", (value, name))


def reader_changed(place: Place) -> None:
    """Let the index have been made by another version of the readers."""
    with closing(sqlite3.connect(catalog(place))) as connection:
        (text,) = connection.execute("SELECT value FROM facts WHERE name = 'recipe'").fetchone()
    set_fact(place, "recipe", json.dumps({**json.loads(text), "reader": "of yesterday"}))


def folders(place: Place) -> list[str]:
    return sorted(path.name for path in place.store.iterdir() if path.is_dir())


def test_another_model_is_another_generation(place: Place) -> None:
    old = place.open()
    seen: list[int] = []

    def ask(event: Event) -> None:
        if isinstance(event, Applied):
            seen.append(len(old.search_words("turbine", 10)))  # the old one answers throughout

    report = place.update(TinyEmbedder("other@2"), progress=ask)
    assert report.plan.anew and report.embedded > 0 and set(seen) == {3}
    assert folders(place) == ["g0002"]
    assert Store.open(place.store, embedder_name="other@2").search_words("turbine", 10)
    # Whoever asks with the old model's vectors is told, not answered wrongly.
    with pytest.raises(StoreError, match="other@2"):
        old.search_vectors(TinyEmbedder().embed_query("turbine"), 5)


def test_another_reader_version_reuses_every_vector(place: Place) -> None:
    reader_changed(place)
    before = place.contents()
    embedder = TinyEmbedder()
    report = place.update(embedder)
    assert report.plan.anew and embedder.texts == [] and report.reused > 0
    assert place.contents() == before
    assert folders(place) == ["g0002"] and place.clean()


def test_rebuild_embeds_nothing_and_changes_nothing(place: Place) -> None:
    before = place.contents()
    embedder = TinyEmbedder()
    assert place.update(embedder, Options(anew=True)).plan.anew
    assert (embedder.texts, place.contents()) == ([], before)


def test_an_open_store_follows_a_switch_and_old_keys_find_nothing(place: Place) -> None:
    store = place.open()
    hits = store.search_words("turbine", 10)
    place.update(options=Options(anew=True))
    assert store.passages([key for key, _ in hits]) == {}
    assert len(store.search_words("turbine", 10)) == len(hits)


def test_a_snapshot_outlives_its_generation(place: Place) -> None:
    with place.open().snapshot() as now:
        vector = TinyEmbedder().embed_query("turbine")
        words, vectors = now.search_words("turbine", 10), now.search_vectors(vector, 10)
        assert len(words) == 3 and len(vectors) == sum(record.passages for record in now.documents())
        place.update(options=Options(anew=True))
        assert now.search_words("turbine", 10) == words
        assert now.search_vectors(vector, 10) == vectors


def test_an_interrupted_generation_is_gone_on_with(place: Place) -> None:
    for i in range(150):
        place.write(f"more/{i:03}.txt", f"Document {i} tells of the year {1800 + i} and of nothing else.\n")
    place.update()

    def stop(event: Event) -> None:
        if isinstance(event, Applied) and event.done >= 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.update(TinyEmbedder("other@2"), progress=stop)
    assert folders(place) == ["g0001", "g0002"]
    assert len(place.open().documents()) == len(TEXTS) + 150  # the old one serves, whole
    embedder = TinyEmbedder("other@2")
    report = place.update(embedder)
    assert any("g0002" in message for message in report.repaired)
    assert 0 < len(embedder.texts) < 150
    assert folders(place) == ["g0002"]
    assert len(Store.open(place.store, embedder_name="other@2").documents()) == len(TEXTS) + 150


def test_an_abandoned_generation_is_swept(place: Place) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Applied):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.update(TinyEmbedder("other@2"), progress=stop)
    (place.store / "g0007").mkdir()  # made, and then the power went
    place.update()
    assert folders(place) == ["g0001"]


def test_a_crash_between_making_the_first_generation_and_naming_it(place: Place) -> None:
    (place.store / "current").unlink()
    embedder = TinyEmbedder()
    place.update(embedder)
    assert embedder.texts == [] and folders(place) == ["g0001"]
    assert len(place.open().documents()) == len(TEXTS)


@pytest.mark.parametrize(
    ("how", "damage"),
    [("update", b""), ("update", b"\xff\x00\xfe" * 40), ("rebuild", b"g00"), ("repair", b"\n"), ("import", None)],
)
def test_a_lost_or_garbled_current_is_put_right(place: Place, how: str, damage: bytes | None) -> None:
    before = place.contents()
    exported = place.store.with_name("exported")
    export_index(place.store, exported)
    (place.store / "current").unlink()
    if damage is not None:
        (place.store / "current").write_bytes(damage)
    with pytest.raises(StoreError, match=r"python -m index"):
        place.open()
    assert plan(place.documents, place.store, "tiny@1").empty
    embedder, events = TinyEmbedder(), list[Event]()
    if how == "repair":
        repair(place.documents, place.store, embedder, progress=events.append)
    elif how == "import":
        with pytest.raises(StoreError, match="--replace"):
            import_index(exported, place.store)
        import_index(exported, place.store, replace=True)
    else:
        report = place.update(embedder, Options(anew=how == "rebuild"), events.append)
        assert report.plan.to_read == (len(TEXTS) if how == "rebuild" else 0)
    assert how == "import" or any("g0001" in event.message for event in events if isinstance(event, Repaired))
    assert (embedder.texts, place.contents()) == ([], before) and place.clean()
    assert folders(place) == (["g0002"] if how in ("rebuild", "import") else ["g0001"])


def test_what_is_left_of_former_generations_is_not_gone_on_with(place: Place) -> None:
    before = place.contents()
    shutil.copytree(place.store / "g0001", place.store.with_name("superseded"))
    place.update(options=Options(anew=True))
    for left, made in (("g0001.gone", "g0003"), ("g0001", "g0004")):
        shutil.copytree(place.store.with_name("superseded"), place.store / left)
        report = place.update(options=Options(anew=True))
        assert (report.plan.to_read, report.repaired, folders(place)) == (len(TEXTS), (), [made])
        assert place.contents() == before
    shutil.copytree(place.store.with_name("superseded"), place.store / "g0001")
    (place.store / "current").unlink()
    assert place.update().plan.empty and folders(place) == ["g0004"]


def test_a_newer_store_is_refused_and_left_alone(place: Place) -> None:
    with closing(sqlite3.connect(catalog(place))) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    before = catalog(place).read_bytes()
    with pytest.raises(StoreTooNew, match="newer version"):
        place.open()
    for options in (Options(), Options(anew=True)):
        with pytest.raises(StoreTooNew, match="newer version"):
            place.update(options=options)
    (place.store / "current").rename(place.store / "kept")
    with pytest.raises(StoreTooNew, match="newer version"):
        place.update()
    (place.store / "kept").rename(place.store / "current")
    assert catalog(place).read_bytes() == before and folders(place) == ["g0001"]


def test_an_older_store_is_migrated_beside_itself_without_embedding(place: Place) -> None:
    before = place.contents()
    with closing(sqlite3.connect(catalog(place))) as connection, connection:
        connection.executescript(
            "PRAGMA user_version = 0; DROP TABLE vocabulary; ALTER TABLE documents DROP COLUMN pages"
        )
    with pytest.raises(StoreError, match="older version"):
        place.open()

    def stop(event: Event) -> None:
        if isinstance(event, Applied):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.update(progress=stop)
    assert (generations.current(place.store) or Path()).name == "g0001"  # the old is kept until it succeeded
    embedder = TinyEmbedder()
    place.update(embedder)
    assert (embedder.texts, place.contents(), folders(place)) == ([], before, ["g0002"])


@pytest.mark.parametrize("recipe", ['{"embedder": "tiny@1", "chunks": 512}', '["tiny@1"]', "tiny@1", ""])
def test_a_recipe_of_another_version_is_said_so_and_made_anew_without_embedding(place: Place, recipe: str) -> None:
    before = place.contents()
    set_fact(place, "recipe", recipe)
    for attempt in (place.open, lambda: status(place.store)):
        with pytest.raises(StoreError, match=r"another version of Footnote.*python -m index"):
            attempt()
    embedder = TinyEmbedder()
    assert place.update(embedder).plan.anew
    assert (embedder.texts, place.contents(), folders(place)) == ([], before, ["g0002"])


def test_a_catalog_that_is_none_is_said_so_and_can_be_rebuilt(place: Place) -> None:
    catalog(place).write_bytes(b"not a database at all" * 500)
    for attempt in (place.open, place.update):
        with pytest.raises(StoreError, match=r"cannot be read.*check --repair"):
            attempt()
    place.update(options=Options(anew=True))
    assert len(place.open().documents()) == len(TEXTS) and place.clean()
