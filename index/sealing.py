"""When Chroma is made anew, and from what."""

from __future__ import annotations

import sqlite3

from index.catalog import fact, set_fact, transaction
from index.exact import rows_between
from index.progress import Progress, Sealing
from index.vectors import BATCH, Base, Bases, Batches

# A base is made anew when the vectors it lacks or has in excess are more than this many, and more
# than this share of it. Until then they are searched exactly, which takes a few milliseconds.
FEW, SHARE = 1000, 0.1


def seal(connection: sqlite3.Connection, bases: Bases, progress: Progress, *, force: bool = False) -> str:
    """See that Chroma holds the catalog's vectors, all but a few; returns what was repaired, or ""."""
    stated = fact(connection, "base")
    base = Base.from_json(stated) if stated else None
    repaired = ""
    (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
    if base is not None and not bases.sound(base):
        repaired = "The vectors in Chroma were missing or damaged; they were made again from the catalog."
        base = None
    bases.sweep(base.name if base else None)
    if base is not None and not force and not _outgrown(connection, base, count):
        return ""
    if not count:
        with transaction(connection):
            connection.execute("DELETE FROM facts WHERE name = 'base'")
        bases.sweep(None)
        return repaired
    (upto,) = connection.execute("SELECT max(id) FROM vectors").fetchone()
    name = bases.seal(_batches(connection), count, lambda done: progress(Sealing(done, count)))
    with transaction(connection):
        set_fact(connection, "base", Base(name, upto, count).to_json())
    return repaired


def _outgrown(connection: sqlite3.Connection, base: Base, count: int) -> bool:
    (recent,) = connection.execute("SELECT count(*) FROM vectors WHERE id > ?", (base.upto,)).fetchone()
    dead = base.count - (count - recent)
    return bool(recent + dead > max(FEW, SHARE * base.count))


def _batches(connection: sqlite3.Connection) -> Batches:
    for ids, rows in rows_between(connection, 0):
        for at in range(0, len(ids), BATCH):
            yield ids[at : at + BATCH].tolist(), rows[at : at + BATCH]
