"""Writing to the catalog: files, documents and vectors, in transactions the caller opens and commits.

The catalog is the truth. What is not in it does not exist, and each document enters and leaves it
whole: its text, passages and words together.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.documents import Document, Rejected
from index.passages import Passage
from index.records import FileRecord
from index.words import terms_from, words_of

Vectors = NDArray[np.float32]

UNIT = 0.01  # how far a vector's length, or a cosine of equal vectors, may be from 1


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def vector_key(embedder: str, text: str) -> bytes:
    """What identifies a vector: the model and the words embedded."""
    return sha256(f"{embedder}\0{text}".encode("utf-8", "surrogatepass")).digest()


def pack(vector: Vectors) -> bytes:
    """A unit vector as kept: little-endian float16, which moves a cosine by less than 0.0005."""
    return vector.astype("<f2").tobytes()


def unpack(blobs: Sequence[bytes]) -> Vectors:
    """Kept vectors, at least one, as float32 rows, (blobs, dimension)."""
    return np.frombuffer(b"".join(blobs), dtype="<f2").reshape(len(blobs), -1).astype(np.float32)


def is_whole(blob: bytes, dimension: int) -> bool:
    """Whether a kept vector can be one: of this many numbers, and of length 1."""
    return len(blob) == 2 * dimension and bool(abs(np.linalg.norm(unpack([blob])[0]) - 1) < UNIT)


def fact(connection: sqlite3.Connection, name: str) -> str | None:
    """One of the single values the catalog keeps."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def set_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def known_vectors(connection: sqlite3.Connection, keys: Iterable[bytes]) -> dict[bytes, int]:
    """The ids of those vectors that are there already."""
    return dict(_vectors(connection, "id", keys))


def kept_vectors(connection: sqlite3.Connection, keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """Those vectors that are there already, as kept."""
    return dict(_vectors(connection, "vector", keys))


def _vectors(connection: sqlite3.Connection, column: str, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Any]]:
    wanted = list(keys)
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        marks = ",".join("?" * len(some))
        yield from connection.execute(f"SELECT key, {column} FROM vectors WHERE key IN ({marks})", some)


def add_vectors(connection: sqlite3.Connection, keys: Sequence[bytes], blobs: Sequence[bytes]) -> None:
    """Keep vectors for passages to come; those that none comes for are swept."""
    for key, blob in zip(keys, blobs, strict=True):
        row = connection.execute("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", (key, blob))
        if row.rowcount:
            connection.execute("INSERT INTO loose VALUES (?)", (row.lastrowid,))


def put_file(
    connection: sqlite3.Connection,
    file: FileRecord,
    documents: Sequence[tuple[Document, Sequence[tuple[Passage, int]]]],
    rejected: Sequence[Rejected],
) -> None:
    """Set what a file gave: its documents, each passage with its vector's id, and what was rejected.

    Whatever the file gave before is replaced.
    """
    remove_file(connection, file.path)
    connection.execute("INSERT INTO files VALUES (?, ?, ?, ?)", (file.path, file.size, file.modified_ns, file.sha256))
    connection.executemany(
        "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?)",
        [(one.path, file.path, one.state, one.reason) for one in rejected],
    )
    for document, passages in documents:
        _add_document(connection, file.path, document, passages)


def touch_file(connection: sqlite3.Connection, file: FileRecord) -> None:
    """Note a file's new size and time, where its bytes are the same."""
    connection.execute(
        "UPDATE files SET size = ?, modified_ns = ? WHERE path = ?", (file.size, file.modified_ns, file.path)
    )


def remove_file(connection: sqlite3.Connection, path: str) -> None:
    """Forget a file and everything it gave; its vectors become loose."""
    for (document,) in connection.execute("SELECT id FROM documents WHERE file = ?", (path,)).fetchall():
        connection.execute(
            "INSERT OR IGNORE INTO loose SELECT DISTINCT vector FROM passages WHERE document = ?", (document,)
        )
        _remove_document(connection, document)
    connection.execute("DELETE FROM rejected WHERE file = ?", (path,))
    connection.execute("DELETE FROM files WHERE path = ?", (path,))


def set_unreadable(connection: sqlite3.Connection, rejected: Iterable[Rejected]) -> None:
    """Set what the folder holds that is no regular file at all; what is known of a file stays."""
    connection.execute("DELETE FROM rejected WHERE file NOT IN (SELECT path FROM files)")
    connection.executemany(
        "INSERT OR REPLACE INTO rejected SELECT ?1, ?1, ?2, ?3 WHERE ?1 NOT IN (SELECT path FROM files)",
        [(one.path, one.state, one.reason) for one in rejected],
    )


def sweep_loose(connection: sqlite3.Connection) -> None:
    """Forget the loose vectors that no passage has."""
    connection.execute(
        "DELETE FROM vectors WHERE id IN (SELECT vector FROM loose) "
        "AND NOT EXISTS (SELECT 1 FROM passages WHERE passages.vector = vectors.id)"
    )
    connection.execute("DELETE FROM loose")


def _add_document(
    connection: sqlite3.Connection, file: str, document: Document, passages: Sequence[tuple[Passage, int]]
) -> None:
    about = document.metadata
    row = connection.execute(
        "INSERT INTO documents (path, file, title, author, publisher, date, language, characters, digest, passages, "
        "pages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.path,
            file,
            document.title,
            about.author,
            about.publisher,
            about.date,
            about.language,
            len(document.text),
            document.digest,
            len(passages),
            len(document.pages),
        ),
    ).lastrowid
    assert row is not None
    connection.execute(
        "INSERT INTO texts VALUES (?, ?, ?, ?)",
        (
            row,
            zlib.compress(document.text.encode(), 3),
            json.dumps([(page.start, page.label) for page in document.pages]),
            json.dumps([(heading.start, heading.level, heading.text) for heading in document.headings]),
        ),
    )
    connection.executemany(
        'INSERT INTO passages (document, start, "end", page, heading, sentences, vector, text) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row,
                passage.span.start,
                passage.span.end,
                passage.page,
                passage.heading,
                json.dumps([(span.start, span.end) for span in passage.sentences], separators=(",", ":")),
                vector,
                passage.text,
            )
            for passage, vector in passages
        ],
    )
    _count(connection, row, 1)


def _remove_document(connection: sqlite3.Connection, row: int) -> None:
    _count(connection, row, -1)
    connection.execute("DELETE FROM passages WHERE document = ?", (row,))
    connection.execute("DELETE FROM texts WHERE document = ?", (row,))
    connection.execute("DELETE FROM documents WHERE id = ?", (row,))


@dataclass(frozen=True, slots=True)
class Worded:
    """A passage's words: its terms by column, and its words as written, each once."""

    key: int
    document: int
    title: list[str]
    heading: list[str]
    text: list[str]
    words: set[str]

    @property
    def columns(self) -> tuple[str, str, str]:
        """Its terms as the full-text indexes take them."""
        return " ".join(self.title), " ".join(self.heading), " ".join(self.text)


def worded(connection: sqlite3.Connection, document: int | None = None) -> Iterator[Worded]:
    """The passages' words, of one document or of all, in order of key."""
    where, values = ("", ()) if document is None else ("WHERE passages.document = ?", (document,))
    for key, row, title, heading, text in connection.execute(
        "SELECT passages.key, documents.id, documents.title, passages.heading, passages.text FROM passages "
        f"JOIN documents ON documents.id = passages.document {where} ORDER BY passages.key",
        values,
    ):
        in_title, in_heading, in_text = words_of(title), words_of(heading), words_of(text)
        yield Worded(
            key,
            row,
            terms_from(in_title),
            terms_from(in_heading),
            terms_from(in_text),
            {*in_title, *in_heading, *in_text},
        )


def recount(connection: sqlite3.Connection) -> None:
    """Make the full text and the counts of words again from the passages."""
    connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
    for table in ("terms", "vocabulary"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("UPDATE totals SET passages = 0, terms = 0")
    for (document,) in connection.execute("SELECT id FROM documents ORDER BY id").fetchall():
        _count(connection, document, 1)


def _count(connection: sqlite3.Connection, document: int, sign: int) -> None:
    """Put a document's passages into the full text and the counts, or take them out."""
    terms: Counter[str] = Counter()
    words: Counter[str] = Counter()
    passages = length = 0
    for one in worded(connection, document):
        if sign > 0:
            connection.execute(
                "INSERT INTO words (rowid, title, heading, text) VALUES (?, ?, ?, ?)", (one.key, *one.columns)
            )
        else:
            connection.execute(
                "INSERT INTO words (words, rowid, title, heading, text) VALUES ('delete', ?, ?, ?, ?)",
                (one.key, *one.columns),
            )
        terms.update({*one.title, *one.heading, *one.text})
        words.update(one.words)
        passages += 1
        length += len(one.title) + len(one.heading) + len(one.text)
    connection.execute("UPDATE totals SET passages = passages + ?, terms = terms + ?", (sign * passages, sign * length))
    for table, column, counted in (("terms", "term", terms), ("vocabulary", "word", words)):
        connection.executemany(
            f"INSERT INTO {table} VALUES (?1, ?2) ON CONFLICT ({column}) DO UPDATE SET passages = passages + ?2",
            [(word, sign * count) for word, count in sorted(counted.items())],
        )
        if sign < 0:
            connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ? AND passages <= 0", [(word,) for word in counted]
            )
