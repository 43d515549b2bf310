"""Following a folder: real changes of files, taken in within seconds and together."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from index.build import Report
from index.errors import DocumentsError, FootnoteError
from index.watch import watch
from tests.index.conftest import Place
from tests.index.tiny import TinyEmbedder

SECONDS = 30.0  # on a busy machine; it takes about one


class Watching:
    """A folder being watched in a thread."""

    def __init__(self, place: Place) -> None:
        self.reports: Queue[Report] = Queue()
        self.troubles: Queue[FootnoteError] = Queue()
        self._place = place
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        place = self._place
        for report in watch(place.documents, place.store, TinyEmbedder(), stop=self._stop, trouble=self.troubles.put):
            self.reports.put(report)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture
def watching(place: Place) -> Iterator[Watching]:
    watching = Watching(place)
    try:
        watching.reports.get(timeout=SECONDS)  # of the update at the start
        yield watching
    finally:
        watching.stop()


def changes(report: Report) -> set[tuple[str, str]]:
    return {(outcome.change, outcome.path) for outcome in report.outcomes}


def test_changes_are_followed(place: Place, watching: Watching) -> None:
    store = place.open()
    place.write("new/ferry.txt", "The ferry to Vesel leaves at noon.\n")
    assert changes(watching.reports.get(timeout=SECONDS)) == {("added", "new/ferry.txt")}
    assert len(store.search_words("ferry", 5)) == 1
    place.write("mill.txt", "The mill has burned down.\n")
    assert changes(watching.reports.get(timeout=SECONDS)) == {("changed", "mill.txt")}
    (place.documents / "new").rename(place.documents / "old")
    assert changes(watching.reports.get(timeout=SECONDS)) == {("moved", "old/ferry.txt")}
    (place.documents / "mill.txt").unlink()
    assert changes(watching.reports.get(timeout=SECONDS)) == {("removed", "mill.txt")}
    assert watching.troubles.empty() and place.clean()


def test_a_burst_of_changes_is_one_update(place: Place, watching: Watching) -> None:
    for i in range(30):
        place.write(f"burst/{i:02}.txt", f"Sack number {i} of rye.\n")
        time.sleep(0.02)
    report = watching.reports.get(timeout=SECONDS)
    assert changes(report) == {("added", f"burst/{i:02}.txt") for i in range(30)}
    time.sleep(2)
    assert watching.reports.empty()


def test_a_folder_that_is_gone_for_a_while_is_told_and_empties_nothing(place: Place, watching: Watching) -> None:
    away = place.documents.with_name("away")
    place.documents.rename(away)
    assert isinstance(watching.troubles.get(timeout=SECONDS), DocumentsError)
    assert place.open().search_words("turbine", 5)
    # Another folder under the same name, there all at once.
    other = away.with_name("other")
    shutil.copytree(away, other)
    (other / "back.txt").write_text("The disk is back.\n")
    other.rename(place.documents)
    assert ("added", "back.txt") in changes(watching.reports.get(timeout=SECONDS))


def test_without_anyone_to_tell_an_error_is_raised(place: Place) -> None:
    shutil.rmtree(place.documents)
    with pytest.raises(DocumentsError, match="does not exist"):
        next(watch(place.documents, place.store, TinyEmbedder()))
