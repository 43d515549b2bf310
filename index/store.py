"""Store: an index opened for reading, which follows what other processes write to it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection, Error

import numpy as np
from numpy.typing import NDArray

from index import generations, schema
from index.catalog import fact
from index.documents import Document, Rejected
from index.errors import StoreError
from index.exact import Recent
from index.location import Location, default_store, locate
from index.passages import Passage
from index.records import DocumentRecord
from index.schema import Recipe
from index.snapshot import Searchable, Snapshot
from index.vectors import Base, Bases, LocalBases

__all__ = ["Store", "bases_of", "default_store"]

Vectors = NDArray[np.float32]


@dataclass
class _Open:
    """One generation, open: idle connections, and the base that was last searched."""

    generation: Path
    recipe: Recipe
    bases: Bases
    idle: list[Connection] = field(default_factory=list)
    base: Base | None = None
    vectors: Searchable | None = None

    def close(self) -> None:
        for connection in self.idle:
            connection.close()
        self.idle.clear()


def bases_of(location: Location, generation: Path) -> Bases:
    """Where a generation's vectors are sealed."""
    if location.server:
        from index.server import ServerBases

        return ServerBases(location.server, generation.name)
    return LocalBases(generation)


class Store:
    """An index, open for reading. Every method is safe from several threads.

    Each call is answered from the state of one instant. Several that must agree are asked of one
    `snapshot()`. What another process writes, or a generation it switches to, is seen by the next call.
    """

    def __init__(self, location: Location, embedder_name: str | None) -> None:
        self._location = location
        self._embedder_name = embedder_name
        self._lock = threading.Lock()
        self._vectors_lock = threading.Lock()  # held while Chroma opens, which must not keep the words waiting
        self._open: _Open | None = None
        self._closed = False
        self.notice = ""  # why vectors are searched exactly for now, if they are

    @classmethod
    def open(cls, location: str | Path, *, embedder_name: str | None = None) -> Store:
        """Open the index at a folder or URL. `embedder_name` is the model that questions will be embedded with.

        Raises `StoreError` where there is no index or it was made with another model.
        """
        store = cls(locate(location), embedder_name)
        with store.snapshot():
            return store

    @property
    def embedder_name(self) -> str:
        """The model the index was made with."""
        with self._lock:
            return self._serving().recipe.embedder

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._open is not None:
                self._open.close()
                self._open = None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The index as it is now; what is asked of it agrees, whatever is written meanwhile."""
        opened, connection = self._checkout()
        try:
            connection.execute("BEGIN")
            stated = fact(connection, "base")
            base = Base.from_json(stated) if stated else None
            yield Snapshot(connection, lambda: self._searchable(opened, base))
        except Error as error:
            raise StoreError(
                f"Reading the index at {self._location} failed: {error}. Run: python -m index check"
            ) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(opened, connection)

    def documents(self) -> tuple[DocumentRecord, ...]:
        with self.snapshot() as now:
            return now.documents()

    def rejected(self) -> tuple[Rejected, ...]:
        with self.snapshot() as now:
            return now.rejected()

    def document(self, path: str) -> Document:
        with self.snapshot() as now:
            return now.document(path)

    def passages(self, keys: Iterable[int]) -> dict[int, Passage]:
        with self.snapshot() as now:
            return now.passages(keys)

    def places(self, key: int) -> tuple[int, ...]:
        with self.snapshot() as now:
            return now.places(key)

    def search_words(self, query: str, limit: int, within: Collection[str] | None = None) -> list[tuple[int, float]]:
        with self.snapshot() as now:
            return now.search_words(query, limit, within)

    def score_words(self, query: str, keys: Collection[int]) -> dict[int, float]:
        with self.snapshot() as now:
            return now.score_words(query, keys)

    def search_vectors(
        self, vector: Vectors, limit: int, within: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        with self.snapshot() as now:
            return now.search_vectors(vector, limit, within)

    def score_vectors(self, vector: Vectors, keys: Collection[int]) -> dict[int, float]:
        with self.snapshot() as now:
            return now.score_vectors(vector, keys)

    def vocabulary(self, prefix: str, lengths: range | None = None) -> dict[str, int]:
        with self.snapshot() as now:
            return now.vocabulary(prefix, lengths)

    def _serving(self) -> _Open:
        """The generation that serves, opened if it is not yet. The lock is held."""
        if self._closed:
            raise ValueError("the store is closed")
        generation = generations.current(self._location.folder)
        if generation is None:
            raise StoreError(f"There is no index at {self._location} yet. Make it with: python -m index")
        if self._open is None or self._open.generation != generation:
            recipe = generations.recipe_of(generation)
            if self._embedder_name is not None and recipe.embedder != self._embedder_name:
                raise StoreError(
                    f"The index at {self._location} was made with the embedding model {recipe.embedder}, but questions "
                    f"are embedded with {self._embedder_name}. Run python -m index to make it anew, or name the same "
                    "model with --embedding."
                )
            if self._open is not None:
                self._open.close()
            self._open = _Open(generation, recipe, bases_of(self._location, generation))
        return self._open

    def _checkout(self) -> tuple[_Open, Connection]:
        with self._lock:
            opened = self._serving()
            if opened.idle:
                return opened, opened.idle.pop()
            return opened, schema.connect(opened.generation)

    def _give_back(self, opened: _Open, connection: Connection) -> None:
        with self._lock:
            if opened is self._open:
                opened.idle.append(connection)
            else:
                connection.close()

    def _searchable(self, opened: _Open, base: Base | None) -> Searchable:
        """The vectors a snapshot names. A base that cannot be opened is done without: all vectors count as recent."""
        with self._vectors_lock:
            held = opened.vectors
            if held is None or opened.base != base:
                sealed, self.notice = None, ""
                if base is not None:
                    try:
                        sealed = opened.bases.open(base.name)
                    except StoreError as error:
                        self.notice = str(error)
                known = base if sealed else None
                held = Searchable(sealed, known.count if known else 0, Recent(known.upto if known else 0))
                opened.base, opened.vectors = base, held
            return held
