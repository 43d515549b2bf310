"""When the sealed bases are made anew, and from what."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from index.catalog import fact, set_fact, transaction, worded
from index.exact import rows_between
from index.fulltext import Row, WordBase, WordBases
from index.progress import Progress, Sealing
from index.vectors import BATCH, Base, Bases, Batches

# A base is made anew when what it lacks or has in excess is more than this many, and more than this
# share of it. Until then the rest is searched exactly, which takes a few milliseconds.
FEW, SHARE = 1000, 0.1


def seal_vectors(connection: sqlite3.Connection, bases: Bases, progress: Progress) -> str:
    """See that Chroma holds the catalog's vectors, all but a few; returns what was repaired, or ""."""
    stated = fact(connection, "vectors")
    base = Base.from_json(stated) if stated else None
    repaired = ""
    if base is not None and not bases.sound(base):
        repaired = "The vectors in Chroma were missing or damaged; they were made again from the catalog."
        base = None
    bases.sweep(base.name if base else None)
    if base is not None and not _outgrown(connection, "vectors", "id", base.upto, base.count):
        return repaired
    count, upto = connection.execute("SELECT count(*), max(id) FROM vectors").fetchone()
    made = ""
    if count:
        name = bases.seal(_batches(connection), count, lambda done: progress(Sealing("vectors", done, count)))
        made = Base(name, upto, count).to_json()
    with transaction(connection):
        set_fact(connection, "vectors", made)
    return repaired


def seal_words(connection: sqlite3.Connection, bases: WordBases, progress: Progress) -> str:
    """See that tantivy holds the catalog's passages, all but a few; returns what was repaired, or ""."""
    stated = fact(connection, "words")
    base = WordBase.from_json(stated) if stated else None
    repaired = ""
    if base is not None and not bases.sound(base.name):
        repaired = "The full-text index was missing or damaged; it was made again from the catalog."
        base = None
    bases.sweep(base.name if base else None)
    if base is not None and not _outgrown(connection, "passages", "key", base.upto, base.count):
        return repaired
    count, upto = connection.execute("SELECT count(*), max(key) FROM passages").fetchone()
    made = ""
    if count > FEW:  # SQLite answers for fewer as quickly, and exactly, where tantivy proposes by nearly our scores
        name = bases.seal(_rows(connection), count, lambda done: progress(Sealing("words", done, count)))
        made = WordBase(name, upto, count).to_json()
    with transaction(connection):
        set_fact(connection, "words", made)
    return repaired


def _outgrown(connection: sqlite3.Connection, table: str, column: str, upto: int, count: int) -> bool:
    """Whether a base of `count` rows up to `upto` lacks too many, or has too many that are gone."""
    (all_rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    (recent,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {column} > ?", (upto,)).fetchone()
    gone = count - (all_rows - recent)
    return bool(recent + gone > max(FEW, SHARE * count))


def _batches(connection: sqlite3.Connection) -> Batches:
    for ids, rows in rows_between(connection, 0):
        for at in range(0, len(ids), BATCH):
            yield ids[at : at + BATCH].tolist(), rows[at : at + BATCH]


def _rows(connection: sqlite3.Connection) -> Iterator[Row]:
    for one in worded(connection):
        yield (one.key, one.document, *one.columns)
