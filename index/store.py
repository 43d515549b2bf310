"""Store: an index opened for reading, which follows what other processes write to it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection, Error

import numpy as np
from numpy.typing import NDArray

from index import generations
from index.documents import Document, Rejected
from index.errors import StoreError
from index.location import Location, locate
from index.opened import Generation, NamedBases
from index.passages import Passage
from index.records import DocumentRecord
from index.snapshot import Snapshot

Vectors = NDArray[np.float32]

TRIES = 5  # to open a generation, each of which may be replaced just then


class Store:
    """An index, open for reading. Every method is safe from several threads.

    Each call is answered from the state of one instant. Several that must agree are asked of one
    `snapshot()`. What another process writes, or a generation it switches to, is seen by the next call.
    """

    def __init__(self, location: Location, embedder_name: str | None, once: bool = False) -> None:
        self._location = location
        self._once = once
        self._embedder_name = embedder_name
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._closed = False

    @classmethod
    def open(cls, location: str | Path, *, embedder_name: str | None = None, once: bool = False) -> Store:
        """Open the index at a folder or URL. `embedder_name` is the model that questions will be embedded with; `once`
        says that one question is asked, for which Chroma need not be opened if the index is small.

        Raises `StoreError` where there is no index or it was made with another model.
        """
        store = cls(locate(location), embedder_name, once)
        with store.snapshot():
            return store

    @property
    def embedder_name(self) -> str:
        """The model the index was made with."""
        return self._serving().recipe.embedder

    @property
    def notice(self) -> str:
        """Why searching is slower for now, "" if it is not: Chroma or tantivy cannot be opened."""
        return self._serving().notice

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._generation is not None:
                self._generation.close()
                self._generation = None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The index as it is now; what is asked of it agrees, whatever is written meanwhile."""
        generation, connection, bases = self._begin()
        try:
            yield Snapshot(connection, bases)
        except Error as error:
            raise self._unreadable(error) from error
        finally:
            connection.execute("ROLLBACK")
            generation.give_back(connection)

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

    def _begin(self) -> tuple[Generation, Connection, NamedBases]:
        """Begin to read the generation that serves."""
        for remaining in reversed(range(TRIES)):
            generation = self._serving()
            connection: Connection | None = None
            try:
                connection = generation.connection()
                connection.execute("BEGIN")
                return generation, connection, NamedBases.of(generation, connection)
            except (Error, StoreError) as error:
                if connection is not None:
                    connection.close()
                # Swept between the look at `current` and the opening: another one serves now.
                if remaining and generations.current(self._location.folder) != generation.path:
                    continue
                raise self._unreadable(error) from error
        raise AssertionError("the last try returns or raises")

    def _serving(self) -> Generation:
        """The generation that serves, opened if it is not yet."""
        with self._lock:
            if self._closed:
                raise ValueError("the store is closed")
            path = generations.current(self._location.folder)
            if path is None:
                raise StoreError(f"There is no index at {self._location} yet. Make it with: python -m index")
            if self._generation is None or self._generation.path != path:
                opened = Generation(self._location, path, self._once)
                made_with = opened.recipe.embedder
                if self._embedder_name not in (None, made_with):
                    raise StoreError(
                        f"The index at {self._location} was made with the embedding model {made_with}, but questions "
                        f"are embedded with {self._embedder_name}. Run python -m index to make it anew, or name the "
                        "same model with --embedding."
                    )
                if self._generation is not None:
                    self._generation.close()
                self._generation = opened
            return self._generation

    def _unreadable(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        return StoreError(f"Reading the index at {self._location} failed: {error}. Run: python -m index check")
