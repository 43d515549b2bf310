"""The index as it was at one instant: every question is answered from one of these."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalog import unpack
from index.documents import Document, Heading, Metadata, Page, Rejected, Span
from index.exact import Recent, best, rows_of
from index.passages import Passage
from index.records import DocumentRecord
from index.vectors import Sealed
from index.words import match_any, words_of

Vectors = NDArray[np.float32]

# BM25's weight of a word in each column. A title stands over every passage of its document, so it
# tells least about any one of them.
TITLE_WEIGHT, HEADING_WEIGHT, TEXT_WEIGHT = 0.5, 0.6, 1.0
_BM25 = f"-bm25(words, {TITLE_WEIGHT}, {HEADING_WEIGHT}, {TEXT_WEIGHT})"
_RECORD = "path, file, title, characters, passages, pages, digest, author, publisher, date, language FROM documents"

EXACT = 20_000  # vectors: so many are scored one by one rather than searched approximately


@dataclass(frozen=True, slots=True)
class Searchable:
    """The vectors: a sealed base of `count`, if one can be used, and those more recent than it."""

    sealed: Sealed | None
    count: int
    recent: Recent


class Snapshot:
    """Everything that can be asked of the index, answered as of one instant.

    A key is a passage's row id; keys are never used again, so one kept from an earlier snapshot finds
    its passage or nothing. Passages with the same words under the same heading share a vector; the
    searches name one of them, the first, and `places` all of them. `within` limits a search to the
    documents with these paths.
    """

    def __init__(self, connection: sqlite3.Connection, searchable: Callable[[], Searchable]) -> None:
        self._connection = connection
        self._searchable = searchable

    def documents(self) -> tuple[DocumentRecord, ...]:
        """The indexed documents, by path."""
        return tuple(map(_record, self._connection.execute(f"SELECT {_RECORD} ORDER BY path")))

    def records(self, paths: Iterable[str]) -> dict[str, DocumentRecord]:
        """Certain documents, those that exist."""
        rows = self._connection.execute(
            f"SELECT {_RECORD} WHERE path IN (SELECT value FROM json_each(?))", _list(paths)
        )
        return {record.path: record for record in map(_record, rows)}

    def rejected(self) -> tuple[Rejected, ...]:
        """The files, and members of archives, that gave no document, by path."""
        rows = self._connection.execute("SELECT path, state, reason FROM rejected ORDER BY path")
        return tuple(Rejected(*row) for row in rows)

    def document(self, path: str) -> Document:
        """A document with its text. Raises `KeyError` if there is none with this path."""
        row = self._connection.execute(
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

    def passages(self, keys: Iterable[int]) -> dict[int, Passage]:
        """Passages by key, those that exist."""
        rows = self._connection.execute(
            'SELECT key, path, start, "end", page, heading, sentences, text FROM passages '
            "JOIN documents ON documents.id = document WHERE key IN (SELECT value FROM json_each(?))",
            _list(keys),
        )
        return {
            key: Passage(path, Span(start, end), text, page, heading, tuple(Span(*s) for s in json.loads(sentences)))
            for key, path, start, end, page, heading, sentences, text in rows
        }

    def passages_of(self, path: str) -> dict[int, Passage]:
        """All passages of a document, in order."""
        keys = self._connection.execute(
            "SELECT key FROM passages WHERE document = (SELECT id FROM documents WHERE path = ?)", (path,)
        )
        found = self.passages(key for (key,) in keys)
        return dict(sorted(found.items(), key=lambda item: item[1].span.start))

    def places(self, key: int) -> tuple[int, ...]:
        """The keys of all passages with the same words under the same heading, this one among them."""
        rows = self._connection.execute(
            "SELECT key FROM passages WHERE vector = (SELECT vector FROM passages WHERE key = ?) ORDER BY key", (key,)
        )
        return tuple(key for (key,) in rows)

    def search_words(self, query: str, limit: int, within: Collection[str] | None = None) -> list[tuple[int, float]]:
        """The passages that hold any word of the query, best first, with BM25 (higher is better)."""
        match = match_any(words_of(query))
        if not match:
            return []
        only, values = _within(within)
        take = limit
        while True:
            take *= 2
            # `+` keeps the key out of the full-text search, which would otherwise run once a key.
            rows = self._connection.execute(
                f"SELECT found.key, score, vector FROM (SELECT rowid AS key, {_BM25} AS score FROM words "
                f"WHERE words MATCH ? {only} ORDER BY score DESC, rowid LIMIT {take}) AS found "
                "JOIN passages ON passages.key = found.key",
                (match, *values),
            ).fetchall()
            rows.sort(key=lambda row: (-row[1], row[0]))
            first: dict[int, tuple[int, float]] = {}
            for key, score, vector in rows:
                first.setdefault(vector, (key, score))
            if len(first) >= limit or len(rows) < take:
                return list(first.values())[:limit]

    def score_words(self, query: str, keys: Collection[int]) -> dict[int, float]:
        """BM25 of certain passages; one that holds no word of the query is left out."""
        match = match_any(words_of(query))
        if not match or not keys:
            return {}
        return dict(
            self._connection.execute(
                f"SELECT rowid, {_BM25} FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? "
                "AND +rowid IN (SELECT value FROM json_each(?))",
                (match, min(keys), max(keys), *_list(keys)),
            ).fetchall()
        )

    def search_vectors(
        self, vector: Vectors, limit: int, within: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector, best first, with their cosine (-1..1)."""
        allowed: list[int] | None = None
        if within is not None:
            allowed = self._vectors_within(within)
            if len(allowed) <= EXACT:
                return self._place(best(rows_of(self._connection, allowed), vector, limit), within)[:limit]
        take = limit
        while True:
            take *= 2
            found = self._nearest(vector, take)
            placed = self._place(found, within)
            if len(placed) >= limit or len(found) < take:
                return placed[:limit]
            if allowed is not None and take > EXACT:
                exact = best(rows_of(self._connection, allowed), vector, limit)
                return self._place(exact, within)[:limit]

    def score_vectors(self, vector: Vectors, keys: Collection[int]) -> dict[int, float]:
        """Cosines of certain passages with a unit vector, those that exist."""
        rows = self._connection.execute(
            "SELECT passages.key, vectors.vector FROM passages JOIN vectors ON vectors.id = passages.vector "
            "WHERE passages.key IN (SELECT value FROM json_each(?))",
            _list(keys),
        ).fetchall()
        if not rows:
            return {}
        cosines = unpack([blob for _, blob in rows]) @ vector
        return dict(zip([key for key, _ in rows], cosines.tolist(), strict=True))

    def vocabulary(self, prefix: str, lengths: range | None = None) -> dict[str, int]:
        """Words that begin with `prefix`, as `words_of` spells them, and how many passages hold each.

        `lengths` limits the words' lengths in characters.
        """
        rows = self._connection.execute(
            "SELECT word, passages FROM vocabulary WHERE word >= ?1 AND word < ?1 || char(1114111) "
            "AND length(word) BETWEEN ?2 AND ?3",
            (prefix, lengths[0] if lengths else 0, lengths[-1] if lengths else 1 << 31),
        )
        return dict(rows.fetchall())

    def _nearest(self, vector: Vectors, limit: int) -> Mapping[int, float]:
        """Vector ids and exact cosines: the base's nearest and the recent ones' together."""
        vectors = self._searchable()
        found = vectors.recent.best(self._connection, vector, limit)
        if vectors.sealed is not None:
            ids = vectors.sealed.query(vector, min(limit, vectors.count))
            # Scored again from the catalog: a score does not depend on where its vector was found.
            found |= best(rows_of(self._connection, ids), vector, limit)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit])

    def _place(self, cosines: Mapping[int, float], within: Collection[str] | None) -> list[tuple[int, float]]:
        """The first passage of each vector, best first; a vector without one is dropped."""
        only, values = _within(within)
        rows = self._connection.execute(
            "SELECT vector, min(passages.key) FROM passages WHERE vector IN (SELECT value FROM json_each(?)) "
            f"{only.replace('+rowid', '+passages.key')} GROUP BY vector",
            (*_list(cosines), *values),
        )
        return sorted(((key, cosines[id]) for id, key in rows), key=lambda hit: (-hit[1], hit[0]))

    def _vectors_within(self, within: Collection[str]) -> list[int]:
        rows = self._connection.execute(
            "SELECT DISTINCT vector FROM passages JOIN documents ON documents.id = document "
            "WHERE path IN (SELECT value FROM json_each(?))",
            _list(within),
        )
        return [id for (id,) in rows]


def _list(values: Iterable[object]) -> tuple[str]:
    """Any number of values as one SQL parameter, for `json_each`."""
    return (json.dumps(list(values)),)


def _within(within: Collection[str] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on passages' keys that limits them to some documents."""
    if within is None:
        return "", ()
    condition = (
        "AND +rowid IN (SELECT passages.key FROM passages JOIN documents ON documents.id = passages.document "
        "WHERE documents.path IN (SELECT value FROM json_each(?)))"
    )
    return condition, _list(within)


def _record(row: Sequence[str | int]) -> DocumentRecord:
    path, file, title, characters, passages, pages, digest, *about = row
    return DocumentRecord(
        str(path),
        str(file),
        str(title),
        int(characters),
        int(passages),
        int(pages),
        str(digest),
        Metadata(*map(str, about)),
    )
