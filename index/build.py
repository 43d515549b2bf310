"""Bring an index up to date with a folder: plan, then apply only what is needed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from index import generations, schema
from index.catalog import fact, remove_file, set_fact, set_unreadable, sweep_loose, touch_file, transaction
from index.documents import Rejected
from index.embedding import Embedder
from index.errors import DocumentsError, StoreError
from index.formats import READER_VERSION
from index.ingest import Ingest, Read
from index.location import Location, locate
from index.parsing import File, Parser, list_files
from index.passages import SPLITTER_VERSION
from index.plan import Plan, digest_of, make_plan
from index.progress import Applied, Outcome, Planned, Progress, Repaired, Waiting, silent
from index.records import FileRecord
from index.schema import Recipe
from index.sealing import seal
from index.store import bases_of
from index.writing import write_lock

AHEAD = 4  # files read ahead of the one being embedded, for each parsing process


@dataclass(frozen=True, slots=True)
class Report:
    """What an update did. `embedded` and `reused` count texts of passages; `repaired` says what was put right."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    rejected: tuple[Rejected, ...]
    embedded: int
    reused: int
    repaired: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Options:
    """How an update goes about it.

    `wait` for another writer or fail; `anew` reads everything again into a new generation; `retry`
    reads the files again that gave no document; `allow_empty` lets an empty folder empty the index.
    """

    wait: bool = True
    anew: bool = False
    retry: bool = False
    allow_empty: bool = False
    processes: int = 2


def recipe_for(embedder_name: str) -> Recipe:
    """The recipe that this version of the program follows with a model."""
    return Recipe(embedder_name, SPLITTER_VERSION, READER_VERSION)


def plan(documents: Path, store: str | Path, embedder_name: str, options: Options = Options()) -> Plan:
    """What `update` would do, changing nothing."""
    location = locate(store)
    root = _root(documents)
    listing = list_files(root, exclude=(location.folder,))
    generation = generations.current(location.folder)
    if generation is None:
        return make_plan(root, listing, None)
    if options.anew or not _follows(generation, recipe_for(embedder_name)):
        return make_plan(root, listing, None, anew=True)
    with closing(schema.connect(generation)) as connection:
        _check_root(connection, root, location)
        return make_plan(root, listing, connection, retry=options.retry)


def update(
    documents: Path,
    store: str | Path,
    embedder: Embedder,
    options: Options = Options(),
    progress: Progress = silent,
) -> Report:
    """Bring the index at `store` up to date with a folder of documents.

    Interrupted at any point, it leaves each document as before or as after, and the next update goes
    on from there. Raises `DocumentsError`, `StoreError` or `EmbeddingError`.
    """
    location = locate(store)
    root = _root(documents)
    with write_lock(location.folder, wait=options.wait, waiting=lambda message: progress(Waiting(message))):
        return _Update(root, location, embedder, options, progress).run()


class _Update:
    """One update under the write lock."""

    def __init__(
        self, root: Path, location: Location, embedder: Embedder, options: Options, progress: Progress
    ) -> None:
        self._root = root
        self._location = location
        self._embedder = embedder
        self._options = options
        self._progress = progress
        self._outcomes: list[Outcome] = []
        self._repaired: list[str] = []

    def run(self) -> Report:
        began = time.monotonic()
        folder = self._location.folder
        listing = list_files(self._root, exclude=(folder,))
        serving = generations.current(folder)
        generation, anew = self._generation(serving)
        with closing(schema.connect(generation, write=True)) as connection:
            _check_root(connection, self._root, self._location)
            planned = make_plan(self._root, listing, connection, anew=anew, retry=self._options.retry)
            if not listing.files and planned.removed and not self._options.allow_empty:
                raise DocumentsError(
                    f"The documents folder {self._root} has no files, but the index has {len(planned.removed)}. "
                    "Nothing was changed. If they are meant to go, run: python -m index --allow-empty"
                )
            self._progress(Planned(planned))
            reused_from = serving if anew else None
            with self._ingest(connection, reused_from) as ingest:
                self._apply(connection, planned, ingest)
                embedded, reused, pace = ingest.embedded, ingest.reused, ingest.pace
            with transaction(connection):
                sweep_loose(connection)
                set_fact(connection, "root", str(self._root))
                set_fact(connection, "updated", datetime.now(UTC).isoformat(timespec="seconds"))
                if pace:
                    set_fact(connection, "pace", f"{pace:.2f}")
            if message := seal(connection, bases_of(self._location, generation), self._progress):
                self._repair(message)
        if generation != serving:
            generations.switch(folder, generation)
        for other in generations.others(folder):
            generations.remove(other)
        return Report(
            planned,
            tuple(self._outcomes),
            listing.rejected,
            embedded,
            reused,
            tuple(self._repaired),
            time.monotonic() - began,
        )

    def _generation(self, serving: Path | None) -> tuple[Path, bool]:
        """The generation to write to, and whether it is built anew beside the one that serves."""
        folder = self._location.folder
        recipe = recipe_for(self._embedder.name)
        if serving is not None and not self._options.anew and _follows(serving, recipe):
            return serving, False
        for other in generations.others(folder):
            if _follows(other, recipe):
                self._repair(f"Going on with a new generation of the index that was begun before ({other.name}).")
                return other, serving is not None
            generations.remove(other)
        first_key = _last_key(serving) if serving else 0
        generation = generations.begin(folder, recipe, first_key)
        if serving is None:
            # The first one serves while it is built: what is in already can be asked about.
            generations.switch(folder, generation)
        return generation, serving is not None

    @contextmanager
    def _ingest(self, connection: sqlite3.Connection, reused_from: Path | None) -> Iterator[Ingest]:
        if reused_from is None:
            yield Ingest(connection, self._embedder, self._progress)
        else:
            with closing(schema.connect_former(reused_from)) as former:
                yield Ingest(connection, self._embedder, self._progress, former)

    def _apply(self, connection: sqlite3.Connection, planned: Plan, ingest: Ingest) -> None:
        total = planned.to_read + len(planned.removed)
        done = 0

        def tell(outcomes: list[Outcome]) -> None:
            nonlocal done
            done += len({outcome.path for outcome in outcomes})
            self._outcomes.extend(outcomes)
            self._progress(Applied(min(done, total), total, tuple(outcomes)))

        with transaction(connection):
            for record in planned.touched:
                touch_file(connection, record)
            for path in planned.removed:
                remove_file(connection, path)
            set_unreadable(connection, planned.rejected)
        if planned.removed:
            tell([Outcome(path, "removed") for path in planned.removed])
        for read in self._read(planned):
            for outcomes in ingest.add(read):
                tell(outcomes)
        for outcomes in ingest.finish():
            tell(outcomes)

    def _read(self, planned: Plan) -> Iterator[Read]:
        """The planned files, parsed several at once and a few ahead, in order."""
        work: list[tuple[File, str, str]] = [
            *((move.file, "moved", move.was) for move in planned.moved),
            *((file, "changed", "") for file in planned.changed),
            *((file, "added", "") for file in planned.added),
        ]
        if not work:
            return
        processes = min(self._options.processes, len(work))
        with (
            Parser(self._root, processes=processes) as parser,
            ThreadPoolExecutor(processes, "footnote-parse") as pool,
        ):

            def read(file: File, change: str, was: str) -> Read:
                # Digested before it is parsed: a file that changes in between is read again next time.
                record = FileRecord(file.path, file.size, file.mtime_ns, digest_of(self._root / file.path))
                return Read(record, change, was, parser.read(file.path))

            waiting = iter(work)
            ahead: list[Future[Read]] = [pool.submit(read, *one) for one in islice(waiting, processes * AHEAD)]
            try:
                while ahead:
                    result = ahead.pop(0).result()
                    ahead.extend(pool.submit(read, *one) for one in islice(waiting, 1))
                    yield result
            finally:
                for future in ahead:
                    future.cancel()

    def _repair(self, message: str) -> None:
        self._repaired.append(message)
        self._progress(Repaired(message))


def _root(documents: Path) -> Path:
    root = documents.expanduser().resolve()
    if not root.is_dir():
        raise DocumentsError(
            f"The documents folder {documents} {'is not a folder' if root.exists() else 'does not exist'}. Nothing was "
            "changed. Give another with --documents."
        )
    return root


def _check_root(connection: sqlite3.Connection, root: Path, location: Location) -> None:
    """See that the index is not over another folder, whose documents would all be removed."""
    known = fact(connection, "root")
    if known is not None and Path(known) != root and Path(known).is_dir():
        raise StoreError(
            f"The index at {location} is over {known}, not over {root}. Give the index for {root} a place of its own "
            "with --store."
        )


def _follows(generation: Path, recipe: Recipe) -> bool:
    """Whether a generation is of this version and made with this recipe, so that it can be gone on with."""
    return schema.version_of(generation) == schema.SCHEMA_VERSION and generations.recipe_of(generation) == recipe


def _last_key(generation: Path) -> int:
    with closing(schema.connect_former(generation)) as connection:
        (last,) = connection.execute("SELECT coalesce(max(key), 0) FROM passages").fetchone()
        return int(last)
