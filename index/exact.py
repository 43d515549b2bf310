"""Exact vector search over the catalog: for what Chroma does not hold yet, and for all of it while Chroma is remade."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.catalog import unpack

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

CHUNK = 20_000  # rows read and scored at a time
KEPT = 100_000  # rows kept in memory between searches: 150 MB at 384 numbers a row


def rows_between(connection: sqlite3.Connection, after: int) -> Iterator[tuple[Ids, Vectors]]:
    """The vectors with ids above `after`, in order, as ids and float32 rows."""
    cursor = connection.execute("SELECT id, vector FROM vectors WHERE id > ? ORDER BY id", (after,))
    while rows := cursor.fetchmany(CHUNK):
        yield np.array([id for id, _ in rows], dtype=np.int64), unpack([blob for _, blob in rows])


def rows_of(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[Ids, Vectors]]:
    """The vectors with certain ids, those that exist."""
    for at in range(0, len(ids), CHUNK):
        marks = ",".join(str(int(id)) for id in ids[at : at + CHUNK])
        rows = connection.execute(f"SELECT id, vector FROM vectors WHERE id IN ({marks})").fetchall()
        if rows:
            yield np.array([id for id, _ in rows], dtype=np.int64), unpack([blob for _, blob in rows])


def best(chunks: Iterator[tuple[Ids, Vectors]], vector: Vectors, limit: int) -> dict[int, float]:
    """The `limit` ids nearest to a vector, with their cosines; ties go to the lower id."""
    ids = np.empty(0, dtype=np.int64)
    cosines = np.empty(0, dtype=np.float32)
    for some, rows in chunks:
        ids = np.concatenate([ids, some])
        cosines = np.concatenate([cosines, rows @ vector])
        if len(ids) > limit:
            order = np.lexsort((ids, -cosines))[:limit]
            ids, cosines = ids[order], cosines[order]
    return dict(zip(ids.tolist(), cosines.tolist(), strict=True))


class Recent:
    """The vectors added since the base was made, kept in memory while they are few. Safe from several threads.

    It may hold vectors newer than a caller's snapshot, or gone since: the caller looks each one up.
    """

    def __init__(self, after: int) -> None:
        self._after = after
        self._lock = threading.Lock()
        self._chunks: list[tuple[Ids, Vectors]] = []
        self._upto = after
        self._rows = 0

    def best(self, connection: sqlite3.Connection, vector: Vectors, limit: int) -> dict[int, float]:
        """The ids nearest to a vector among those added since, with their cosines."""
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM vectors").fetchone()
        with self._lock:
            if last > self._upto and self._rows + (last - self._upto) <= KEPT:
                for ids, rows in rows_between(connection, self._upto):
                    self._chunks.append((ids, rows))
                    self._rows += len(ids)
                self._upto = last
            chunks, upto = list(self._chunks), self._upto

        def all_chunks() -> Iterator[tuple[Ids, Vectors]]:
            yield from chunks
            if last > upto:
                yield from rows_between(connection, upto)

        return best(all_chunks(), vector, limit)
