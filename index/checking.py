"""Is the index what it should be? Every statement it makes, held against what it was made from."""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import generations, rows, schema
from index.catalog import UNIT, fact, vector_key, worded
from index.documents import Document
from index.errors import StoreError
from index.exact import rows_between
from index.fulltext import WordBase, WordBases
from index.location import locate
from index.opened import bases_of
from index.parsing import Parser
from index.passages import embedding_text
from index.plan import digest_of
from index.progress import Checking, Progress, silent
from index.schema import Recipe
from index.vectors import Base, Bases, Vectors


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, in a `part`: "catalog", "document", "words", "vectors" or "source". `path` is a document's."""

    part: str
    message: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found, and how much it looked at. `skipped` sources are gone or changed since the last update."""

    problems: tuple[Problem, ...]
    documents: int
    passages: int
    sources: int
    skipped: int


def check(store: str | Path, documents: Path | None = None, progress: Progress = silent) -> Findings:
    """Verify an index; with a documents folder, also that its files still give the texts that are kept.

    Nothing is changed. Raises `StoreError` where there is no index to check.
    """
    location = locate(store)
    generation = generations.current(location.folder)
    if generation is None:
        raise StoreError(f"There is no index at {location} yet. Make it with: python -m index")
    with closing(schema.connect(generation, write=True)) as connection:  # for a temporary table
        try:
            connection.execute("BEGIN")
            found = [Problem("catalog", text) for text in _integrity(connection)]
            if not found:
                found.extend(_documents(connection, progress))
                found.extend(_counts(connection))
                found.extend(_vectors(connection, bases_of(location, generation)))
                found.extend(_words(connection, WordBases(generation)))
            count, passages = connection.execute("SELECT count(*), total(passages) FROM documents").fetchone()
        except sqlite3.DatabaseError as error:
            return Findings((Problem("catalog", str(error)),), 0, 0, 0, 0)
        sources = skipped = 0
        if documents is not None and not any(one.part == "catalog" for one in found):
            for problem in _sources(connection, documents.expanduser().resolve(), progress):
                if problem is None:
                    skipped += 1
                else:
                    sources += 1
                    found.extend(problem)
        return Findings(tuple(found), count, int(passages), sources, skipped)


def _integrity(connection: sqlite3.Connection) -> Iterator[str]:
    for (text,) in connection.execute("PRAGMA integrity_check(20)"):
        if text != "ok":
            yield str(text)
    if schema.shape_of(connection) != schema.expected_shape():
        yield "its tables are not those of this version"


def _documents(connection: sqlite3.Connection, progress: Progress) -> Iterator[Problem]:
    """The law of spans: every passage and sentence stands in its document's text where it says."""
    paths = [path for (path,) in connection.execute("SELECT path FROM documents ORDER BY path")]
    recipe = Recipe.from_json(fact(connection, "recipe") or "")
    for number, path in enumerate(paths, 1):
        try:
            yield from _document(connection, path, recipe.embedder)
        except (KeyError, ValueError, zlib.error) as error:
            yield Problem("document", f"its text or its passages cannot be read: {error}", path)
        progress(Checking("documents", number, len(paths)))
    for table, column in (("texts", "document"), ("passages", "document")):
        (lost,) = connection.execute(
            f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM documents)"
        ).fetchone()
        if lost:
            yield Problem("catalog", f"{lost} rows of {table} belong to no document")
    for (file,) in connection.execute(
        "SELECT path FROM files "
        "WHERE path NOT IN (SELECT file FROM documents) AND path NOT IN (SELECT file FROM rejected)"
    ):
        yield Problem("document", "the file gave neither a document nor a reason", file)


def _document(connection: sqlite3.Connection, path: str, embedder: str) -> Iterator[Problem]:
    document = rows.document(connection, path)
    (record,) = rows.records(connection, [path]).values()
    passages = rows.passages_of(connection, path)
    keys = dict(
        connection.execute(
            "SELECT passages.key, vectors.key FROM passages JOIN vectors ON vectors.id = passages.vector "
            "WHERE passages.key IN (SELECT value FROM json_each(?))",
            rows.listed(passages),
        ).fetchall()
    )
    if document.digest != record.digest or len(document.text) != record.characters:
        yield Problem("document", "its text is not the one that was indexed", path)
    if len(passages) != record.passages:
        yield Problem("document", f"it has {len(passages)} of its {record.passages} passages", path)
    for key, passage in passages.items():
        if passage.span.of(document.text) != passage.text:
            yield Problem("document", f"passage {key} does not stand in its text at {passage.span.start}", path)
        if key not in keys:
            yield Problem("document", f"passage {key} has no vector", path)
        elif keys[key] != vector_key(embedder, embedding_text(passage)):
            yield Problem("document", f"passage {key} has the vector of another text", path)


def _counts(connection: sqlite3.Connection) -> Iterator[Problem]:
    """The full text and the counts of words hold exactly what the passages say."""
    terms: Counter[str] = Counter()
    words: Counter[str] = Counter()
    passages = length = 0
    for one in worded(connection):
        terms.update({*one.title, *one.heading, *one.text})
        words.update(one.words)
        passages += 1
        length += len(one.title) + len(one.heading) + len(one.text)
    if connection.execute("SELECT passages, terms FROM totals").fetchone() != (passages, length):
        yield Problem("words", "the totals of passages and terms are wrong")
    if dict(connection.execute("SELECT term, passages FROM terms")) != terms:
        yield Problem("words", "the counts of terms are wrong")
    if dict(connection.execute("SELECT word, passages FROM vocabulary")) != words:
        yield Problem("words", "the counts of words are wrong")
    connection.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'words', 'row')")
    # Only of plain letters is it certain that SQLite takes a term for one word, as we do.
    indexed = {
        term: count for term, count in connection.execute("SELECT term, doc FROM temp.indexed") if term.isascii()
    }
    connection.execute("DROP TABLE temp.indexed")
    if indexed != {term: count for term, count in terms.items() if term.isascii()}:
        yield Problem("words", "the full text does not hold the words of the passages")


def _vectors(connection: sqlite3.Connection, bases: Bases) -> Iterator[Problem]:
    """The vectors are unit vectors, and Chroma holds those that it should."""
    stated = fact(connection, "vectors")
    base = Base.from_json(stated) if stated else None
    sealed: dict[int, Vectors] = {}
    if base is not None:
        try:
            for ids, held in bases.open(base.name).batches():
                sealed.update(zip(ids, held, strict=True))
        except StoreError as error:
            yield Problem("vectors", str(error))
            base = None
    missing = different = odd = 0
    for some, vectors in rows_between(connection, 0):
        odd += int(np.count_nonzero(np.abs(np.linalg.norm(vectors, axis=1) - 1) > UNIT))
        for id, vector in zip(some.tolist(), vectors, strict=True):
            if base is None or id > base.upto:
                continue
            if id not in sealed:
                missing += 1
            elif float(sealed[id] @ vector) < 1 - UNIT:
                different += 1
    if odd:
        yield Problem("catalog", f"{odd} vectors are not of length 1")
    if missing or different:
        yield Problem("vectors", f"Chroma lacks {missing} vectors and has {different} others")


def _words(connection: sqlite3.Connection, bases: WordBases) -> Iterator[Problem]:
    """Tantivy holds the passages that it should."""
    stated = fact(connection, "words")
    if not stated:
        return
    base = WordBase.from_json(stated)
    try:
        held = bases.open(base.name).keys()
    except StoreError as error:
        yield Problem("words", str(error))
        return
    keys = {key for (key,) in connection.execute("SELECT key FROM passages WHERE key <= ?", (base.upto,))}
    if lacking := len(keys - held):
        yield Problem("words", f"the full-text index lacks {lacking} passages")


def _sources(connection: sqlite3.Connection, root: Path, progress: Progress) -> Iterator[list[Problem] | None]:
    """What each file gives when it is read now; `None` for one that is gone or changed since the last update."""
    files = connection.execute("SELECT path, sha256 FROM files ORDER BY path").fetchall()
    with Parser(root) as parser:
        for number, (file, digest) in enumerate(files, 1):
            if not digest or digest_of(root / file) != digest:
                yield None
            else:
                kept = dict(connection.execute("SELECT path, digest FROM documents WHERE file = ?", (file,)))
                found = {one.path: one.digest for one in parser.read(file) if isinstance(one, Document)}
                yield [
                    Problem("source", "the file gives another text than the one that was indexed", path)
                    for path in sorted(kept.keys() | found.keys())
                    if kept.get(path) != found.get(path)
                ]
            progress(Checking("files", number, len(files)))
