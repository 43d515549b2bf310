"""Documents and passages as they are read back from the catalog."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from index.documents import Document, Heading, Metadata, Page, Rejected, Span
from index.passages import Passage
from index.records import DocumentRecord

_RECORD = "path, file, title, characters, passages, pages, digest, author, publisher, date, language FROM documents"


def listed(values: Iterable[object]) -> tuple[str]:
    """Any number of values as one SQL parameter, for `json_each`."""
    return (json.dumps(list(values)),)


def documents(connection: sqlite3.Connection) -> tuple[DocumentRecord, ...]:
    """The indexed documents, by path."""
    return tuple(map(_record, connection.execute(f"SELECT {_RECORD} ORDER BY path")))


def rejected(connection: sqlite3.Connection) -> tuple[Rejected, ...]:
    """What gave no document, by path."""
    return tuple(Rejected(*row) for row in connection.execute("SELECT path, state, reason FROM rejected ORDER BY path"))


def records(connection: sqlite3.Connection, paths: Iterable[str]) -> dict[str, DocumentRecord]:
    """Certain documents by path, those that exist."""
    found = connection.execute(f"SELECT {_RECORD} WHERE path IN (SELECT value FROM json_each(?))", listed(paths))
    return {record.path: record for record in map(_record, found)}


def document(connection: sqlite3.Connection, path: str) -> Document:
    """A document with its text. Raises `KeyError` if there is none with this path."""
    row = connection.execute(
        "SELECT title, author, publisher, date, language, texts.text, texts.pages, texts.headings "
        "FROM documents JOIN texts ON texts.document = documents.id WHERE path = ?",
        (path,),
    ).fetchone()
    if row is None:
        raise KeyError(path)
    title, author, publisher, date, language, text, pages, headings = row
    return Document(
        path=path,
        title=title,
        text=zlib.decompress(text).decode(),
        pages=tuple(Page(*page) for page in json.loads(pages)),
        headings=tuple(Heading(*heading) for heading in json.loads(headings)),
        metadata=Metadata(author, publisher, date, language),
    )


def passages(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Passage]:
    """Passages by key, those that exist."""
    found = connection.execute(
        'SELECT key, path, start, "end", page, heading, sentences, text FROM passages '
        "JOIN documents ON documents.id = document WHERE key IN (SELECT value FROM json_each(?))",
        listed(keys),
    )
    return {
        key: Passage(path, Span(start, end), text, page, heading, tuple(Span(*s) for s in json.loads(sentences)))
        for key, path, start, end, page, heading, sentences, text in found
    }


def passages_of(connection: sqlite3.Connection, path: str) -> dict[int, Passage]:
    """All passages of a document, in order."""
    keys = connection.execute(
        "SELECT key FROM passages WHERE document = (SELECT id FROM documents WHERE path = ?)", (path,)
    )
    found = passages(connection, (key for (key,) in keys))
    return dict(sorted(found.items(), key=lambda item: item[1].span.start))


def _record(row: Sequence[Any]) -> DocumentRecord:
    path, file, title, characters, passages, pages, digest, *about = row
    return DocumentRecord(path, file, title, characters, passages, pages, digest, Metadata(*about))
