"""The index as it was at one instant: every question is answered from one of these."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index import rows
from index.catalog import unpack
from index.documents import Document, Rejected
from index.errors import StoreError
from index.exact import Recent, best, rows_between, rows_of
from index.fulltext import SealedWords
from index.passages import Passage
from index.ranking import HEADING_WEIGHT, LEAST, TEXT_WEIGHT, TITLE_WEIGHT, Corpus, Scorer, worth
from index.records import DocumentRecord
from index.vectors import Sealed
from index.words import terms_of

Vectors = NDArray[np.float32]

# With these weights SQLite's scores are those of `ranking`.
RANK = f"bm25({TITLE_WEIGHT}, {HEADING_WEIGHT}, {TEXT_WEIGHT})"
EXACT = 20_000  # vectors: so many are scored one by one rather than searched approximately


@dataclass(frozen=True, slots=True)
class OpenVectors:
    """The vectors: a sealed base of `count` up to the id `upto`, if one can be used, and those more recent."""

    sealed: Sealed | None
    count: int
    upto: int
    recent: Recent


@dataclass(frozen=True, slots=True)
class OpenWords:
    """The words: a sealed base, if one can be used, of the passages up to the key `upto`."""

    sealed: SealedWords | None
    upto: int


class OpenBases(Protocol):
    """Gives the sealed bases of a snapshot, opened when they are first needed."""

    def vectors(self) -> OpenVectors: ...
    def words(self) -> OpenWords: ...
    def lost(self, error: StoreError) -> None: ...


class Snapshot:
    """Everything that can be asked of the index, answered as of one instant.

    A key is a passage's row id; updates and rebuilds never use one again, so one kept from an earlier
    snapshot finds its passage or nothing. An imported index is another, with keys of its own. Passages
    with the same words under the same heading share a vector; the searches name one of them, the first,
    and `places` all of them. `within` limits a search to the documents with these paths.
    """

    def __init__(self, connection: sqlite3.Connection, bases: OpenBases) -> None:
        self._connection = connection
        self._bases = bases

    def documents(self) -> tuple[DocumentRecord, ...]:
        """The indexed documents, by path."""
        return rows.documents(self._connection)

    def records(self, paths: Iterable[str]) -> dict[str, DocumentRecord]:
        """Certain documents by path, those that exist."""
        return rows.records(self._connection, paths)

    def rejected(self) -> tuple[Rejected, ...]:
        """The files, and members of archives, that gave no document, by path."""
        return rows.rejected(self._connection)

    def document(self, path: str) -> Document:
        """A document with its text. Raises `KeyError` if there is none with this path."""
        return rows.document(self._connection, path)

    def passages(self, keys: Iterable[int]) -> dict[int, Passage]:
        """Passages by key, those that exist."""
        return rows.passages(self._connection, keys)

    def passages_of(self, path: str) -> dict[int, Passage]:
        """All passages of a document, in order."""
        return rows.passages_of(self._connection, path)

    def places(self, key: int) -> tuple[int, ...]:
        """The keys of all passages with the same words under the same heading, this one among them."""
        found = self._connection.execute(
            "SELECT key FROM passages WHERE vector = (SELECT vector FROM passages WHERE key = ?) ORDER BY key", (key,)
        )
        return tuple(key for (key,) in found)

    def search_words(self, query: str, limit: int, within: Collection[str] | None = None) -> list[tuple[int, float]]:
        """The passages that hold any word of the query, best first, with BM25 (higher is better)."""
        worths = self._worths(query)
        if not worths or limit < 1:
            return []
        documents = None if within is None else self._rows(within)
        # More than asked for: they are proposed by scores that are not quite ours. So 0.99 of the best 50 are found and
        # 0.999 of the best 20 (150 claims of SciFact, 400 of its abstracts).
        take = max(2 * limit, 50)
        while True:
            proposed, more = self._propose(worths, take, documents)
            best: dict[int, tuple[int, float]] = {}
            for vector, key, score in sorted(self._score(worths, proposed), key=lambda row: (-row[2], row[1])):
                best.setdefault(vector, (key, score))
            if len(best) >= limit or not more:
                return list(best.values())[:limit]
            take *= 4

    def score_words(self, query: str, keys: Collection[int]) -> dict[int, float]:
        """BM25 of certain passages; one that holds no word of the query is left out."""
        worths = self._worths(query)
        return {key: score for _, key, score in self._score(worths, keys)} if worths else {}

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
            found, more = self._nearest(vector, take)
            placed = self._place(found, within)
            if len(placed) >= limit or not more:
                return placed[:limit]
            if allowed is not None and take > EXACT:
                exact = best(rows_of(self._connection, allowed), vector, limit)
                return self._place(exact, within)[:limit]

    def score_vectors(self, vector: Vectors, keys: Collection[int]) -> dict[int, float]:
        """Cosines of certain passages with a unit vector, those that exist."""
        found = self._connection.execute(
            "SELECT passages.key, vectors.vector FROM passages JOIN vectors ON vectors.id = passages.vector "
            "WHERE passages.key IN (SELECT value FROM json_each(?))",
            rows.listed(keys),
        ).fetchall()
        if not found:
            return {}
        cosines = unpack([blob for _, blob in found]) @ vector
        return dict(zip([key for key, _ in found], cosines.tolist(), strict=True))

    def vocabulary(self, prefix: str, lengths: range | None = None) -> dict[str, int]:
        """Words that begin with `prefix`, as `words_of` spells them, and how many passages hold each.

        `lengths` limits the words' lengths in characters.
        """
        found = self._connection.execute(
            "SELECT word, passages FROM vocabulary WHERE word >= ?1 AND word < ?1 || char(1114111) "
            "AND length(word) BETWEEN ?2 AND ?3",
            (prefix, lengths[0] if lengths else 0, lengths[-1] if lengths else 1 << 31),
        )
        return dict(found.fetchall())

    def _worths(self, query: str) -> dict[str, float]:
        """What each of a query's terms is worth, those that any passage holds."""
        passages = self._corpus().passages
        found = self._connection.execute(
            "SELECT term, passages FROM terms WHERE term IN (SELECT value FROM json_each(?))",
            rows.listed(dict.fromkeys(terms_of(query))),
        )
        return {term: worth(passages, holding) for term, holding in found}

    def _corpus(self) -> Corpus:
        passages, terms = self._connection.execute("SELECT passages, terms FROM totals").fetchone()
        return Corpus(passages, terms / passages if passages else 1.0)

    def _propose(
        self, worths: Mapping[str, float], limit: int, documents: Collection[int] | None
    ) -> tuple[list[int], bool]:
        """About the `limit` best passages of the base and of those more recent, and whether there may be more."""
        base = self._bases.words()
        recent, more = self._recent(worths, base.upto, limit, documents)
        if base.sealed is None:
            return recent, more
        sealed = base.sealed
        keys = _by_telling(worths, limit, lambda terms: sealed.query(terms, limit, documents))
        return [*keys, *recent], more or len(keys) >= limit

    def _recent(
        self, worths: Mapping[str, float], upto: int, limit: int, documents: Collection[int] | None
    ) -> tuple[list[int], bool]:
        """Of the passages with keys above `upto` the best, or all where they are few; and whether there may be more."""
        only, values = "", tuple[str, ...]()
        if documents is not None:
            only = "AND {} IN (SELECT key FROM passages WHERE document IN (SELECT value FROM json_each(?)))"
            values = rows.listed(documents)
        few = self._connection.execute(
            f"SELECT key FROM passages WHERE key > ? {only.format('key')} LIMIT ?", (upto, *values, limit + 1)
        ).fetchall()
        if len(few) <= limit:
            return [key for (key,) in few], False

        def search(terms: Mapping[str, float]) -> list[int]:
            found = self._connection.execute(
                "SELECT rowid FROM words WHERE words MATCH ? AND rank MATCH ? AND rowid > ? "
                f"{only.format('rowid')} ORDER BY rank LIMIT ?",
                (" OR ".join(f'"{term}"' for term in terms), RANK, upto, *values, limit),
            )
            return [key for (key,) in found]

        best = _by_telling(worths, limit, search)
        return best, len(best) >= limit

    def _score(self, worths: Mapping[str, float], keys: Collection[int]) -> list[tuple[int, int, float]]:
        """Of certain passages, those that hold any of some terms: vector, key, BM25."""
        scorer = Scorer(self._corpus(), worths)
        found = self._connection.execute(
            "SELECT vector, key, title, heading, text FROM passages JOIN documents ON documents.id = document "
            "WHERE key IN (SELECT value FROM json_each(?))",
            rows.listed(keys),
        )
        scored = [(vector, key, scorer.bm25(*columns)) for vector, key, *columns in found]
        return [row for row in scored if row[2] > 0]

    def _nearest(self, vector: Vectors, limit: int) -> tuple[Mapping[int, float], bool]:
        """At most `limit` of the nearest vectors' ids with exact cosines, and whether there may be more."""
        base = self._bases.vectors()
        take = min(limit, base.count)
        ids: list[int] | None = None
        if base.sealed is None:
            ids = []
        elif take <= base.sealed.most:
            try:
                ids = base.sealed.query(vector, take)
            except StoreError as error:
                self._bases.lost(error)
        if ids is None:
            found = best(rows_between(self._connection, 0), vector, limit)
            return found, len(found) >= limit
        # Scored again from the catalog: a score does not depend on where its vector was found.
        found = best(rows_of(self._connection, ids), vector, limit)
        # What the base did not give is further away than each it gave; but of those gone since, nobody knows how far.
        sure = len(found) if take < base.count else limit
        found |= base.recent.best(self._connection, vector, limit)
        nearest = dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:sure])
        return nearest, take < base.count or len(nearest) >= limit

    def _place(self, cosines: Mapping[int, float], within: Collection[str] | None) -> list[tuple[int, float]]:
        """The first passage of each vector, best first; a vector without one is dropped."""
        only, values = "", tuple[str, ...]()
        if within is not None:
            only, values = "AND path IN (SELECT value FROM json_each(?))", rows.listed(within)
        found = self._connection.execute(
            "SELECT vector, min(key) FROM passages JOIN documents ON documents.id = document "
            f"WHERE vector IN (SELECT value FROM json_each(?)) {only} GROUP BY vector",
            (*rows.listed(cosines), *values),
        )
        return sorted(((key, cosines[id]) for id, key in found), key=lambda hit: (-hit[1], hit[0]))

    def _rows(self, paths: Collection[str]) -> list[int]:
        """The row ids of documents."""
        found = self._connection.execute(
            "SELECT id FROM documents WHERE path IN (SELECT value FROM json_each(?))", rows.listed(paths)
        )
        return [row for (row,) in found]

    def _vectors_within(self, within: Collection[str]) -> list[int]:
        found = self._connection.execute(
            "SELECT DISTINCT vector FROM passages WHERE document IN (SELECT value FROM json_each(?))",
            rows.listed(self._rows(within)),
        )
        return [id for (id,) in found]


def _by_telling(
    worths: Mapping[str, float], limit: int, search: Callable[[Mapping[str, float]], list[int]]
) -> list[int]:
    """What a search finds for the terms that tell something, and for all of them if that is too little.

    A term that most passages hold is worth next to nothing, and takes longest to look up.
    """
    telling = {term: value for term, value in worths.items() if value > LEAST}
    found = search(telling) if telling else []
    return found if len(found) >= limit or len(telling) == len(worths) else search(worths)
