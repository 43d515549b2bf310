"""An update does what is needed, no more, and the index is then as if it had been built in one go."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Event as Signal

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from index.build import Options, plan
from index.errors import DocumentsError, StoreError
from index.progress import Applied, Embedded, Event, Planned
from index.repairing import repair
from index.shown import Shown
from tests.index.conftest import TEXTS, Place, contents, shut
from tests.index.tiny import TinyEmbedder


def rebuilt(place: Place) -> dict[str, object]:
    """What an index built from scratch over the same folder holds."""
    other = Place(place.documents, place.store.with_name("other"))
    other.update()
    return contents(other.store)


def test_building_twice_is_building_once(place: Place) -> None:
    before = place.contents()
    embedder = TinyEmbedder()
    report = place.update(embedder)
    assert report.plan.empty
    assert report.plan.unchanged == len(TEXTS)
    assert (report.outcomes, report.repaired, embedder.texts) == ((), (), [])
    assert place.contents() == before
    assert place.clean()


def test_what_was_built_is_what_was_asked_for(built: Place) -> None:
    with built.open().snapshot() as now:
        assert [record.path for record in now.documents()] == sorted(TEXTS)
        assert now.rejected() == ()
        assert now.document("mill.txt").text.strip() == TEXTS["mill.txt"].strip()
        for record in now.documents():
            text = now.document(record.path).text
            for passage in now.passages_of(record.path).values():
                assert passage.span.of(text) == passage.text


def test_changes_are_followed_exactly(place: Place) -> None:
    place.write("mill.txt", TEXTS["mill.txt"].replace("a turbine", "an engine"))
    place.write("new.txt", "A new road leads to the quarry.\n")
    (place.documents / "letters/first.txt").unlink()
    (place.documents / "harbour.md").rename(place.documents / "letters/port.md")
    report = place.update()
    changes = {outcome.path: outcome.change for outcome in report.outcomes}
    assert changes == {
        "mill.txt": "changed",
        "new.txt": "added",
        "letters/first.txt": "removed",
        "letters/port.md": "moved",
    }
    assert report.plan.unchanged == len(TEXTS) - 3
    assert place.contents() == rebuilt(place)
    assert place.clean()


def test_moving_embeds_nothing(place: Place) -> None:
    (place.documents / "letters").rename(place.documents / "post")
    (place.documents / "mill.txt").rename(place.documents / "watermill.txt")
    embedder = TinyEmbedder()
    report = place.update(embedder)
    assert embedder.texts == []
    assert {move.was: move.file.path for move in report.plan.moved} == {
        "letters/first.txt": "post/first.txt",
        "letters/second.txt": "post/second.txt",
        "letters/notes.txt": "post/notes.txt",
        "mill.txt": "watermill.txt",
    }
    assert place.contents() == rebuilt(place)


def test_swapping_two_files_embeds_nothing(place: Place) -> None:
    first, second = place.documents / "letters/first.txt", place.documents / "letters/second.txt"
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    embedder = TinyEmbedder()
    place.update(embedder)
    assert embedder.texts == []
    assert place.contents() == rebuilt(place)


def test_a_changed_paragraph_is_all_that_is_embedded(place: Place) -> None:
    paragraphs = [
        f"# Part {i}\n\nIn part {i} the water stood at {i} metres and the men went home.\n" for i in range(50)
    ]
    place.write("long.md", "\n".join(paragraphs))
    place.update()
    paragraphs[17] = paragraphs[17].replace("home", "to the mill")
    place.write("long.md", "\n".join(paragraphs))
    embedder = TinyEmbedder()
    report = place.update(embedder)
    assert len(embedder.texts) == 1
    assert report.reused == 49


def test_equal_texts_are_embedded_once_and_found_in_all_places(place: Place) -> None:
    text = "The ferry leaves at nine, at noon and at five.\n"
    for path in ("a/ferry.txt", "b/ferry.txt", "c/other.txt"):
        place.write(path, text)
    embedder = TinyEmbedder()
    place.update(embedder)
    assert len(embedder.texts) == 1
    with place.open().snapshot() as now:
        (key, _), *rest = now.search_words("ferry", 10)
        assert rest == []
        places = {passage.document for passage in now.passages(now.places(key)).values()}
    assert places == {"a/ferry.txt", "b/ferry.txt", "c/other.txt"}


def test_equal_texts_of_different_batches_are_embedded_once(empty: Place) -> None:
    for i in range(200):
        empty.write(f"{i:03}.txt", f"Document {i % 50} tells of the mill.\n")
    embedder = TinyEmbedder()
    report = empty.update(embedder)
    assert sorted(embedder.texts) == sorted(f"Document {i} tells of the mill." for i in range(50))
    assert report.embedded == 50
    assert len(empty.open().documents()) == 200


class Waiting(TinyEmbedder):
    """Embeds nothing before the last document's sentences have been counted."""

    def __init__(self) -> None:
        super().__init__()
        self.counted = Signal()
        self.waited_enough: list[bool] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.waited_enough.append(self.counted.wait(20))
        return super().embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if any("of the last" in text for text in texts):
            self.counted.set()
        return super().count_tokens(texts)


def test_the_next_files_are_read_and_split_while_a_batch_is_embedded(empty: Place) -> None:
    for i in range(100):
        empty.write(f"{i:03}.txt", f"Document {i} tells of the {'last' if i == 99 else 'mill'}.\n")
    embedder = Waiting()
    empty.update(embedder)
    assert embedder.waited_enough == [True, True]
    assert len(empty.open().documents()) == 100


def test_same_name_in_two_folders_is_two_documents(built: Place) -> None:
    store = built.open()
    assert store.document("letters/notes.txt").text != store.document("archive/notes.txt").text


def test_touching_a_file_reads_nothing(place: Place) -> None:
    os.utime(place.documents / "mill.txt", ns=(1, 1))
    report = place.update()
    assert report.plan.empty
    assert [record.path for record in report.plan.touched] == ["mill.txt"]
    assert place.update().plan.touched == ()


def test_same_size_and_other_bytes_is_a_change(place: Place) -> None:
    file = place.documents / "letters/notes.txt"
    file.write_text(TEXTS["letters/notes.txt"].replace("two", "six"))
    assert [outcome.path for outcome in place.update().outcomes] == ["letters/notes.txt"]


def test_a_plan_changes_nothing(place: Place) -> None:
    place.write("new.txt", "A new road leads to the quarry.\n" * 500)
    before = sorted((path, path.stat().st_mtime_ns) for path in place.store.rglob("*") if path.is_file())
    planned = plan(place.documents, place.store, "tiny@1")
    assert [file.path for file in planned.added] == ["new.txt"]
    assert planned.seconds > 0
    after = sorted((path, path.stat().st_mtime_ns) for path in place.store.rglob("*") if path.is_file())
    assert [path for path, _ in after if not path.name.startswith("catalog")] == [
        path for path, _ in before if not path.name.startswith("catalog")
    ]


def test_every_file_is_accounted_for(empty: Place) -> None:
    empty.write("good.txt", "The good file says that rye is sown in autumn.\n")
    empty.write("empty.txt", "")
    empty.write("signs.txt", "*** --- ***\n")
    (empty.documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    (empty.documents / "program.exe").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8)
    (empty.documents / "loop").symlink_to(empty.documents)
    os.mkfifo(empty.documents / "pipe")
    report = empty.update()
    states = {one.path: one.state for one in (*report.outcomes, *report.rejected)}
    assert states.pop("good.txt") == "indexed"
    assert states.keys() == {"empty.txt", "signs.txt", "broken.pdf", "program.exe", "loop", "pipe"}
    assert "indexed" not in states.values()
    with empty.open().snapshot() as now:
        assert {one.path: one.state for one in now.rejected()} == states
    # What gave nothing is not read again until it changes or that is asked for.
    assert empty.update().plan.empty
    assert len(empty.update(options=Options(retry=True)).plan.changed) == 4
    (empty.documents / "pipe").unlink()
    empty.update()
    assert "pipe" not in {one.path for one in empty.open().rejected()}


@pytest.mark.parametrize("path", ["letters", "mill.txt"])
def test_what_cannot_be_looked_at_for_a_moment_is_not_removed_and_is_said(place: Place, path: str) -> None:
    before, shown = place.contents(), io.StringIO()
    place.write("new.txt", "Dear Ida, the turbine has arrived. We need four strong men and a dry day.\n")
    with pytest.MonkeyPatch.context() as patch:
        shut(patch, place.documents / path)
        with Shown(Console(file=shown, width=500)) as show:
            report = place.update(progress=show)
        assert not report.plan.removed and not report.plan.moved
        assert report.plan.unchanged == len(TEXTS)
        assert [one.path for one in report.rejected] == [path]
        assert f"failed     {path}: " in shown.getvalue()
        assert len(place.open().documents()) == len(TEXTS) + 1
    (place.documents / "new.txt").unlink()
    assert place.update().plan.removed == ("new.txt",)
    assert place.contents() == before and place.clean()


def test_a_missing_folder_removes_nothing(place: Place) -> None:
    place.documents.rename(place.documents.with_name("elsewhere"))
    with pytest.raises(DocumentsError, match="does not exist"):
        place.update()
    assert len(place.open().documents()) == len(TEXTS)


def test_an_empty_folder_removes_nothing_unless_asked(place: Place) -> None:
    place.documents.rename(place.documents.with_name("elsewhere"))
    place.documents.mkdir()
    for options in (Options(), Options(anew=True)):
        with pytest.raises(DocumentsError, match="--allow-empty"):
            place.update(options=options)
        assert len(place.open().documents()) == len(TEXTS)
    report = place.update(options=Options(allow_empty=True))
    assert len(report.plan.removed) == len(TEXTS)
    store = place.open()
    assert (store.documents(), store.search_words("turbine", 5)) == ((), [])
    assert store.search_vectors(TinyEmbedder().embed_query("turbine"), 5) == []
    assert place.clean()


def test_an_index_is_not_turned_over_to_another_folder(place: Place, tmp_path: Path) -> None:
    place.update()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "one.txt").write_text("Something else altogether.\n")
    before, others = place.contents(), Place(tmp_path / "others", place.store)
    for attempt in (
        others.update,
        lambda: others.update(options=Options(anew=True)),
        lambda: others.update(TinyEmbedder("other@2")),
        lambda: plan(others.documents, others.store, "tiny@1", Options(anew=True)),
        lambda: repair(others.documents, others.store, TinyEmbedder()),
    ):
        with pytest.raises(StoreError, match="is over"):
            attempt()
    assert place.contents() == before and place.clean()
    # The same folder under another name is the same documents.
    place.documents.rename(tmp_path / "moved")
    assert Place(tmp_path / "moved", place.store).update().plan.empty


def test_nor_is_one_whose_catalog_is_damaged_or_whose_first_update_was_stopped(place: Place, tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Applied):
            raise KeyboardInterrupt

    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "one.txt").write_text("Something else altogether.\n")
    begun = Place(place.documents, tmp_path / "begun")
    with pytest.raises(KeyboardInterrupt):
        begun.update(progress=stop)
    with pytest.raises(StoreError, match="is over"):
        Place(tmp_path / "others", begun.store).update()
    place.update()
    catalog = place.store / "g0001" / "catalog.sqlite3"
    catalog.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreError, match="is over"):
        repair(tmp_path / "others", place.store, TinyEmbedder())
    assert catalog.exists()
    repair(place.documents, place.store, TinyEmbedder())
    assert len(place.open().documents()) == len(TEXTS)


def test_an_update_that_is_stopped_keeps_what_it_did(empty: Place) -> None:
    for i in range(200):
        empty.write(f"{i:03}.txt", f"Document {i} tells of the year {1800 + i} and of nothing else.\n")

    def stop(event: Event) -> None:
        if isinstance(event, Applied) and event.done >= 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty.update(progress=stop)
    kept = len(empty.open().documents())
    assert 64 <= kept < 200
    embedder = TinyEmbedder()
    report = empty.update(embedder)
    assert len(report.plan.added) == 200 - kept
    assert len(embedder.texts) <= 200 - kept
    assert len(empty.open().documents()) == 200
    assert empty.clean()


def test_progress_tells_the_whole_story(empty: Place) -> None:
    for path, text in TEXTS.items():
        empty.write(path, text)
    events: list[Event] = []
    report = empty.update(progress=events.append)
    assert isinstance(events[0], Planned)
    applied = [event for event in events if isinstance(event, Applied)]
    assert (applied[-1].done, applied[-1].total) == (len(TEXTS), len(TEXTS))
    assert applied[-1].bytes_done == applied[-1].bytes_total == report.plan.bytes_to_read
    assert [event.passages for event in events if isinstance(event, Embedded)][-1] == report.embedded
    assert tuple(outcome for event in applied for outcome in event.outcomes) == report.outcomes
