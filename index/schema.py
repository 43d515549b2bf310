"""The catalog's tables, and how a connection to them is opened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import StoreError, StoreTooNew

CATALOG = "catalog.sqlite3"
SCHEMA_VERSION = 1
APPLICATION_ID = 0x466F6F74  # "Foot": tells our file from any other SQLite database

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL, sha256 BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE rejected (
    path TEXT PRIMARY KEY, file TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX rejected_by_file ON rejected (file);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, file TEXT NOT NULL, title TEXT NOT NULL,
    author TEXT NOT NULL, publisher TEXT NOT NULL, date TEXT NOT NULL, language TEXT NOT NULL,
    characters INTEGER NOT NULL, digest TEXT NOT NULL, passages INTEGER NOT NULL, pages INTEGER NOT NULL
);
CREATE INDEX documents_by_file ON documents (file);

-- Apart from `documents`, so that listing documents does not read their texts.
CREATE TABLE texts (
    document INTEGER PRIMARY KEY, text BLOB NOT NULL, pages TEXT NOT NULL, headings TEXT NOT NULL
);

-- AUTOINCREMENT: a key is never used again, so a stale one can only find nothing.
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    page TEXT NOT NULL, heading TEXT NOT NULL, sentences TEXT NOT NULL, vector INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
CREATE INDEX passages_by_vector ON passages (vector, key);

CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL);
-- Vectors that may have no passage: swept when an update ends, so that a text that moves is not embedded again.
CREATE TABLE loose (vector INTEGER PRIMARY KEY);

-- Full text: the terms of each passage, by its key, with spaces between them (`index.words`).
CREATE VIRTUAL TABLE words USING fts5(
    title, heading, text, content='', tokenize='unicode61 remove_diacritics 0'
);

-- How many passages hold each term, and how many passages and terms there are in all: what BM25 is made of.
CREATE TABLE terms (term TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE totals (passages INTEGER NOT NULL, terms INTEGER NOT NULL);
INSERT INTO totals VALUES (0, 0);

-- Words as written (case and accents folded), and how many passages hold them: what spelling is mended with.
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides how a file becomes passages and vectors. Another recipe means another generation."""

    embedder: str
    splitter: str
    reader: str
    terms: str

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Raises `StoreError` for a recipe of another version, which says other things."""
        try:
            recipe = cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise StoreError(
                "The index was made by another version of Footnote, which wrote down otherwise how it was made. "
                "Run python -m index to make it anew; texts embedded before are not embedded again."
            ) from error
        return recipe


def create(folder: Path, recipe: Recipe, *, last_key: int = 0) -> None:
    """Make an empty catalog in a new generation's folder. Its keys come after `last_key`."""
    connection = _connect(folder / CATALOG)
    try:
        _set_up(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        _make_tables(connection)
        connection.execute("INSERT INTO facts VALUES ('recipe', ?)", (recipe.to_json(),))
        connection.execute("INSERT INTO sqlite_sequence VALUES ('passages', ?)", (last_key,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def connect(folder: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection to a generation's catalog, in autocommit mode, usable from any one thread at a time.

    Raises `StoreTooNew` for a catalog of a later version, `StoreError` for an earlier one and for
    anything that is no catalog.
    """
    connection, version = _open(folder)
    if version < SCHEMA_VERSION:
        connection.close()
        raise StoreError(
            f"The index at {folder} was written by an older version of Footnote (format {version}). "
            "Run python -m index to bring it up to date."
        )
    connection.execute(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
    return connection


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a generation's catalog for as long as it is read; that it cannot be is a `StoreError`."""
    with closing(connect(folder)) as connection:
        try:
            yield connection
        except sqlite3.Error as error:
            raise _unreadable(folder, error) from error


def connect_former(folder: Path) -> sqlite3.Connection:
    """A connection for reading vectors from a catalog of this version or an earlier one.

    Every version keeps the tables `vectors` (key, vector) and `passages` (key).
    """
    connection, _ = _open(folder)
    connection.execute("PRAGMA query_only = ON")
    return connection


def version_of(folder: Path) -> int:
    """The version of a generation's catalog, not above this one's."""
    connection, version = _open(folder)
    connection.close()
    return version


def shape_of(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """What a database defines: tables, indexes, views and triggers, by name, as SQL."""
    return set(connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master"))


def expected_shape() -> set[tuple[str, str]]:
    """The shape of every catalog of this version."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _make_tables(connection)
        return shape_of(connection)


def _open(folder: Path) -> tuple[sqlite3.Connection, int]:
    path = folder / CATALOG
    if not path.is_file():
        raise StoreError(f"The index at {folder} has no catalog. Run: python -m index rebuild")
    connection = _connect(path)
    try:
        _set_up(connection)
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _unreadable(folder, error) from error
    if application != APPLICATION_ID:
        connection.close()
        raise StoreError(f"{path} is not a Footnote catalog. Give another place with --store.")
    if version > SCHEMA_VERSION:
        connection.close()
        raise StoreTooNew(
            f"The index at {folder} was written by a newer version of Footnote (format {version}; this version "
            f"reads up to {SCHEMA_VERSION}). Update Footnote, or give another place with --store."
        )
    return connection, int(version)


def _unreadable(folder: Path, error: sqlite3.Error) -> StoreError:
    path = folder / CATALOG
    if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StoreError(
            f"The catalog at {path} cannot be opened: {error}. SQLite writes beside it even to read it: get the right "
            f"to write to {folder} and the files in it, or give another place with --store."
        )
    return StoreError(f"The catalog at {path} cannot be read: {error}. Run: python -m index check --repair")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -32768")  # KiB: 32 MiB


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in _statements(_TABLES):
        connection.execute(statement)


def _statements(script: str) -> list[str]:
    """A script's single statements; `executescript` would commit between them."""
    found: list[str] = []
    held = ""
    for line in script.splitlines():
        held += line + "\n"
        if sqlite3.complete_statement(held):
            found.append(held)
            held = ""
    return found
