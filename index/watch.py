"""Follow a documents folder and keep its index up to date as files change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import watchfiles

from index.build import Options, Report, update
from index.embedding import Embedder
from index.errors import FootnoteError
from index.location import locate
from index.progress import Progress, silent

QUIET_MS = 500  # no change for so long: a copy or a save is over
AT_MOST_MS = 5000  # yet an update waits no longer than this while changes keep coming
# Some file systems, those of other machines above all, do not tell of changes. An update that finds
# none takes little, so one is made now and then without being told.
ANYWAY_SECONDS = 300.0
LOOK_MS = 500  # how often it is seen whether to stop
RETRY_SECONDS = 5.0


def watch(
    documents: Path,
    store: str | Path,
    embedder: Embedder,
    *,
    stop: threading.Event | None = None,
    progress: Progress = silent,
    trouble: Callable[[FootnoteError], None] | None = None,
) -> Iterator[Report]:
    """Yield a report for the update made at the start, and for each that changed something, until `stop` is set.

    An error, such as a documents folder that is gone for a while, is told to `trouble`, once, and the
    update tried again; without `trouble` it is raised.
    """
    stop = stop or threading.Event()
    root = documents.expanduser().resolve()
    excluded = locate(store).folder.resolve()
    first = True
    told = ""
    for _ in _changes(root, excluded, stop):
        try:
            report = update(root, store, embedder, Options(), progress)
        except FootnoteError as error:
            if trouble is None:
                raise
            if str(error) != told:
                trouble(error)
            told = str(error)
            continue
        told = ""
        if first or not report.plan.empty or report.repaired:
            yield report
        first = False


def _changes(root: Path, excluded: Path, stop: threading.Event) -> Iterator[None]:
    """Yields once watching has begun, after changes under `root` have come to rest, and now and then without any."""

    class OutsideStore(watchfiles.DefaultFilter):
        def __call__(self, change: watchfiles.Change, path: str) -> bool:
            return not Path(path).is_relative_to(excluded) and super().__call__(change, path)

    while not stop.is_set():
        due = 0.0
        watched = _identity(root)
        try:
            for changes in watchfiles.watch(
                root,
                watch_filter=OutsideStore(),
                debounce=AT_MOST_MS,
                step=QUIET_MS,
                stop_event=stop,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
            ):
                if changes or time.monotonic() >= due:
                    yield
                    due = time.monotonic() + ANYWAY_SECONDS
                if _identity(root) != watched:
                    break  # the folder is gone, or another stands in its place: that one is to be watched
        except OSError:
            yield  # the folder cannot be watched: the update says why
            stop.wait(RETRY_SECONDS)


def _identity(folder: Path) -> tuple[int, int]:
    """What tells a folder from another of the same name; (0, 0) where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
