"""Bring an index up to date with a folder: plan, then apply only what is needed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from index import generations, schema
from index.catalog import fact, remove_file, set_fact, set_unreadable, sweep_loose, touch_file, transaction
from index.documents import Rejected
from index.embedding import Embedder
from index.errors import DocumentsError, StoreError, StoreTooNew
from index.formats import READER_VERSION
from index.fulltext import WordBases
from index.ingest import Ingest, split_file
from index.location import Location, locate
from index.opened import bases_of, remove_others
from index.parsing import list_files
from index.passages import SPLITTER_VERSION
from index.plan import Plan, make_plan
from index.progress import Applied, Outcome, Planned, Progress, Repaired, Waiting, silent
from index.readahead import read_files
from index.schema import Recipe
from index.sealing import seal_vectors, seal_words
from index.vectors import import_beforehand
from index.words import TERMS_VERSION
from index.writing import write_lock


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
    return Recipe(embedder_name, SPLITTER_VERSION, READER_VERSION, TERMS_VERSION)


def plan(documents: Path, store: str | Path, embedder_name: str, options: Options = Options()) -> Plan:
    """What `update` would do, changing nothing."""
    location = locate(store)
    root = _root(documents)
    listing = list_files(root, exclude=(location.folder,))
    generation = generations.found(location.folder)
    if generation is None:
        return make_plan(root, listing, None)
    _check_root(root, location, generation)
    if options.anew or not generations.follows(generation, recipe_for(embedder_name)):
        return make_plan(root, listing, None, anew=True)
    with schema.reading(generation) as connection:
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
        return update_locked(root, location, embedder, options, progress)


def update_locked(root: Path, location: Location, embedder: Embedder, options: Options, progress: Progress) -> Report:
    """`update`, for one who holds the write lock."""
    try:
        return _Update(root, location, embedder, options, progress).run()
    except sqlite3.Error as error:
        raise StoreError(
            f"Writing the index at {location} failed: {error}. What was done before is kept. If the disk is not full, "
            "run: python -m index check --repair"
        ) from error


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
        serving = generations.recover(folder, self._repair)
        _check_root(self._root, self._location, serving)
        generation, anew = self._generation(serving)
        with closing(schema.connect(generation, write=True)) as connection:
            planned = make_plan(self._root, listing, connection, anew=anew, retry=self._options.retry)
            if not listing.files and not self._options.allow_empty:
                self._refuse_to_empty(serving)
            self._progress(Planned(planned))
            generations.note_root(folder, str(self._root))
            if planned.to_read and not fact(connection, "vectors"):
                import_beforehand()  # the first base will be sealed
            reused_from = serving if anew else None
            with self._ingest(connection, reused_from) as ingest:
                self._apply(connection, planned, ingest)
                embedded, reused, pace = ingest.embedded, ingest.reused, ingest.pace
            with transaction(connection):
                sweep_loose(connection)
                set_fact(connection, "updated", datetime.now(UTC).isoformat(timespec="seconds"))
                if pace:
                    set_fact(connection, "pace", f"{pace:.2f}")
            for message in (
                seal_vectors(connection, bases_of(self._location, generation), self._progress),
                seal_words(connection, WordBases(generation), self._progress),
            ):
                if message:
                    self._repair(message)
        if generation != serving:
            generations.switch(folder, generation)
        remove_others(self._location)
        return Report(
            planned,
            tuple(self._outcomes),
            listing.rejected,
            embedded,
            reused,
            tuple(self._repaired),
            time.monotonic() - began,
        )

    def _refuse_to_empty(self, serving: Path | None) -> None:
        """An empty folder is more likely a disk that is not there than an index that should be emptied."""
        if serving is None:
            return
        with suppress(StoreError), closing(schema.connect_former(serving)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM files").fetchone()
            if count:
                raise DocumentsError(
                    f"The documents folder {self._root} has no files, but the index has {count}. Nothing was changed. "
                    "If they are meant to go, run: python -m index --allow-empty"
                )

    def _generation(self, serving: Path | None) -> tuple[Path, bool]:
        """The generation to write to, and whether it is built anew beside the one that serves."""
        recipe = recipe_for(self._embedder.name)
        if serving is not None and not self._options.anew and generations.follows(serving, recipe):
            return serving, False
        generation = self._begun(recipe, serving)
        if generation is None:
            generation = generations.begin(self._location.folder, recipe, _last_key(serving))
        if serving is None:
            # The first one serves while it is built: what is in already can be asked about.
            generations.switch(self._location.folder, generation)
        return generation, serving is not None

    def _begun(self, recipe: Recipe, serving: Path | None) -> Path | None:
        """A generation with this recipe that an earlier update began and did not finish."""
        for other in generations.begun(self._location.folder, serving):
            try:
                if not generations.follows(other, recipe):
                    continue
            except StoreError:
                continue  # half-made, or of a newer version
            _check_root(self._root, self._location, other)
            self._repair(f"Going on with the generation {other.name}, which an update before left unfinished.")
            return other
        return None

    @contextmanager
    def _ingest(self, connection: sqlite3.Connection, reused_from: Path | None) -> Iterator[Ingest]:
        with ExitStack() as stack:
            former = None
            if reused_from is not None:
                with suppress(StoreError):  # damaged: everything is embedded again
                    former = stack.enter_context(closing(schema.connect_former(reused_from)))
            yield Ingest(connection, self._embedder, self._progress, former)

    def _apply(self, connection: sqlite3.Connection, planned: Plan, ingest: Ingest) -> None:
        with transaction(connection):
            set_fact(connection, "root", str(self._root))
            for record in planned.touched:
                touch_file(connection, record)
            for path in planned.removed:
                remove_file(connection, path)
            set_unreadable(connection, planned.rejected)
        total, bytes_total = planned.to_read, planned.bytes_to_read
        done = bytes_done = 0

        def tell(outcomes: list[Outcome]) -> None:
            self._outcomes.extend(outcomes)
            self._progress(Applied(tuple(outcomes), done, total, bytes_done, bytes_total))

        if planned.removed:
            tell([Outcome(path, "removed") for path in planned.removed])
        split = partial(split_file, embedder=self._embedder)
        with (
            closing(read_files(self._root, planned, self._options.processes, split)) as files,
            closing(ingest.commit_all(files)) as committed,
        ):
            for file, outcomes in committed:
                done += 1
                bytes_done += file.size
                tell(outcomes)

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


def _check_root(root: Path, location: Location, generation: Path | None) -> None:
    """See that the index is not over another folder, whose documents would all be removed."""
    known = None
    if generation is not None:
        try:
            with closing(schema.connect_former(generation)) as connection:
                known = fact(connection, "root")
        except (StoreError, sqlite3.Error):
            known = generations.root(location.folder)
    if known and Path(known) != root and Path(known).is_dir():
        raise StoreError(
            f"The index at {location} is over {known}, not over {root}. Name that folder with --documents, or give the "
            f"index for {root} a place of its own with --store."
        )


def _last_key(generation: Path | None) -> int:
    """The last key a generation gave out, so that the next one begins after it."""
    try:
        if generation is not None:
            with closing(schema.connect_former(generation)) as connection:
                (last,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
                return int(last)
    except StoreTooNew:
        raise
    except (StoreError, sqlite3.Error):
        pass  # damaged, so that nobody can have a key of it either
    return 0
