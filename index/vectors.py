"""Vectors in Chroma: sealed once written, so that any number of processes may read them.

Chroma holds a *base*: the vectors the catalog had when the base was made. A base is never changed
after it is sealed (two processes that both write to one Chroma folder damage it, and one that only
reads would not see the other's changes); vectors added since are few and are searched exactly,
from the catalog, until the next base takes them in. Chroma can be deleted at any time: the catalog
keeps every vector.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError
from index.seals import Seals

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

Vectors = NDArray[np.float32]
Batches = Iterator[tuple[list[int], Vectors]]

COLLECTION = "vectors"
BATCH = 5000  # vectors in one call of a Chroma of our own, which takes at most 5461
MOST = 20_000  # vectors asked of it at once
# Chosen for recall at 10 against exact search: benchmarks/index_scale.py. A search that looks at fewer than a
# thousand misses what stands apart from a crowd of like passages: the rows of a table, say, beside the text about it.
HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 128, "ef_search": 1000, "max_neighbors": 24}
DATABASE = "chroma.sqlite3"
SQLITE = b"SQLite format 3\0"  # begins every SQLite database (sqlite.org/fileformat.html)
PROBE = Path(__file__).with_name("probe.py")
PROBE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Base:
    """Which vectors Chroma holds: those the catalog had, up to the id `upto`, when the base `name` was made."""

    name: str
    upto: int
    count: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Base:
        return cls(**json.loads(text))


class Sealed:
    """An open base, for searching; safe from several threads. Closed when nothing refers to it any more.

    It gives at most `most` vectors at a time.
    """

    def __init__(self, client: Client, collection: Collection, most: int) -> None:
        self._collection = collection
        self.most = most
        # Chroma keeps every open client in a table of its own, so it must be told.
        weakref.finalize(self, release, client).atexit = False

    def query(self, vector: Vectors, limit: int) -> list[int]:
        """The ids of about the `limit` nearest vectors (1 to `most`), in no promised order."""
        try:
            found = self._collection.query(query_embeddings=vector[None, :], n_results=limit, include=[])
        except Exception as error:  # Chroma raises many kinds
            raise _failed("Searching the vectors in Chroma", error) from error
        return [int(id) for id in found["ids"][0]]

    def batches(self) -> Batches:
        """All it holds, for checking: ids and float32 rows. Raises `StoreError` where Chroma does."""
        at = 0
        while True:
            try:
                got = self._collection.get(limit=self.most, offset=at, include=["embeddings"])
            except Exception as error:  # Chroma raises many kinds
                raise _failed("Reading the vectors in Chroma", error) from error
            if not got["ids"]:
                return
            at += len(got["ids"])
            yield [int(id) for id in got["ids"]], np.asarray(got["embeddings"], dtype=np.float32)


class Bases(Protocol):
    """Where bases are kept: a folder, or a Chroma server."""

    def seal(self, batches: Batches, count: int, done: Callable[[int], None]) -> str:
        """Make a base of `count` vectors and return its name; `done` is told how many are in so far."""
        ...

    def open(self, name: str) -> Sealed:
        """Open a base for searching. Raises `StoreError` where it is missing or damaged."""
        ...

    def sound(self, base: Base) -> bool:
        """Whether a base is there and can be searched."""
        ...

    def sweep(self, keep: str | None) -> None:
        """Delete every base but one."""
        ...


class LocalBases:
    """Bases in a generation's folder, one Chroma folder each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "chroma"
        # Chroma's own database is left out, because opening it touches it: `_see_database`.
        self._seals = Seals(self._folder, "*/*")

    def seal(self, batches: Batches, count: int, done: Callable[[int], None]) -> str:
        with self._seals.writing(_reopen) as (name, path):
            client = _local_client(path)
            try:
                fill(client, COLLECTION, batches, count, done)
            finally:
                release(client)
        return name

    def open(self, name: str) -> Sealed:
        self._see_whole(name)
        with self._marked(name):
            return open_collection(_local_client(self._seals.path(name)), COLLECTION)

    def sound(self, base: Base) -> bool:
        try:
            self._see_whole(base.name)
        except StoreError:
            return False
        return True

    def sweep(self, keep: str | None) -> None:
        self._seals.sweep(keep)

    def _see_whole(self, name: str) -> None:
        _see_database(self._seals.path(name))
        self._seals.see_whole(name, _probe, anyway=self._died_opening(name))

    @contextmanager
    def _marked(self, name: str) -> Iterator[None]:
        """A mark that outlives this process only if it dies while opening: a broken graph kills, it does not raise."""
        mark = self._folder / f"{name}.opening-{os.getpid()}"
        with suppress(OSError):
            mark.touch()
        try:
            yield
        finally:
            with suppress(OSError):
                mark.unlink(missing_ok=True)

    def _died_opening(self, name: str) -> bool:
        died = False
        for mark in self._folder.glob(f"{name}.opening-*"):
            if not _alive(int(mark.name.rpartition("-")[2])):
                died = True
                with suppress(OSError):
                    mark.unlink(missing_ok=True)
        return died


def fill(client: Client, name: str, batches: Batches, count: int, done: Callable[[int], None]) -> None:
    """Make a collection of exactly `count` vectors."""
    # Written to disk once, by the last vector: Chroma counts the vectors since it last wrote.
    written = max(count, 3)  # the least Chroma takes
    try:
        collection = client.create_collection(
            name,
            configuration={"hnsw": {**HNSW, "sync_threshold": written, "batch_size": min(written, 1000)}},
            embedding_function=None,
        )
        filled = 0
        for ids, rows in batches:
            collection.add(ids=[str(id) for id in ids], embeddings=rows)
            filled += len(ids)
            done(filled)
        stored = collection.count()
    except Exception as error:  # Chroma raises many kinds
        raise StoreError(f"Writing the vectors to Chroma failed: {error}") from error
    if not filled == stored == count:
        raise StoreError(f"Chroma took {stored} of {count} vectors. Run python -m index again.")


def open_collection(client: Client, name: str, most: int = MOST) -> Sealed:
    """Open a collection and search it once, which loads its graph; it gives at most `most` vectors at a time."""
    try:
        collection = client.get_collection(name, embedding_function=None)
        some = collection.get(limit=1, include=["embeddings"])
    except Exception as error:  # Chroma raises many kinds
        release(client)
        raise _failed("Opening the vectors in Chroma", error) from error
    sealed = Sealed(client, collection, most)
    sealed.query(np.asarray(some["embeddings"], dtype=np.float32)[0], 1)
    return sealed


def import_beforehand() -> None:
    """Import Chroma in another thread: it takes half a second, which whoever needs it need not wait for then."""

    def load() -> None:
        with suppress(Exception):  # whoever needs it says what is wrong
            import chromadb  # noqa: F401

    threading.Thread(target=load, name="import-chroma", daemon=True).start()


def release(client: Client) -> None:
    """Close a client, and the connections to a server, which Chroma itself leaves open."""
    client.close()
    for part in (client, client._admin_client):
        session = getattr(getattr(part, "_server", None), "_session", None)
        if session is not None:
            session.close()


def _local_client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    try:
        # Typed as the interface, it is always a Client, which can be closed.
        return cast("Client", chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False)))
    except Exception as error:
        raise _failed(f"Opening Chroma at {folder}", error) from error


def _see_database(folder: Path) -> None:
    """See that Chroma's database is there, before Chroma makes another, and that it can be one."""
    try:
        with (folder / DATABASE).open("rb") as file:
            whole = file.read(len(SQLITE)) == SQLITE
    except OSError:
        whole = False
    if not whole:
        raise StoreError(f"{folder / DATABASE} is missing or damaged. Run python -m index to make it again.")


def _failed(attempt: str, error: Exception) -> StoreError:
    return StoreError(f"{attempt} failed: {error}. If it goes on, run: python -m index check --repair")


def _reopen(folder: Path) -> None:
    """Open a base that was just written, as a reader will."""
    open_collection(_local_client(folder), COLLECTION)


def _probe(folder: Path) -> None:
    """Open and search a base in a process of its own, since a damaged graph can crash the one that opens it."""
    try:
        # -P: this package's folder must not come before the libraries on the path.
        ended = subprocess.run(
            [sys.executable, "-P", str(PROBE), str(folder), COLLECTION],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"The vectors at {folder} could not be opened in {PROBE_SECONDS} seconds.") from error
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or [f"it ended with {ended.returncode}"])[-1]
        raise StoreError(f"The vectors at {folder} are damaged: {last}")


def _alive(process: int) -> bool:
    if os.name != "posix":
        return False  # elsewhere a signal cannot ask; a base being opened is probed once too often
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
