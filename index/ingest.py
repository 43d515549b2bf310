"""From what was read to what is kept: split, embed what is new, and commit documents whole.

While a batch is embedded, which takes most of the time, the one before it is written and the next one's files are read
and split (`index/readahead.py`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from index.catalog import (
    add_vectors,
    is_whole,
    kept_vectors,
    known_vectors,
    pack,
    put_file,
    remove_file,
    transaction,
    vector_key,
)
from index.documents import Document, Rejected
from index.embedding import Embedder, Vectors
from index.passages import Passage, embedding_text, split
from index.progress import Embedded, Outcome, Progress
from index.records import FileRecord
from index.spread import size_of

# A batch is committed when it is this large: enough texts of like length to embed well, few enough
# that an interruption loses little. Where several workers embed, each is larger by as many times.
BATCH_PASSAGES = 512
BATCH_FILES = 64
EMBEDDED_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Read:
    """A file and what it gave. `change` and `was` are as in `Outcome`."""

    file: FileRecord
    change: str
    was: str
    found: tuple[Document | Rejected, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """A file's documents in passages, each with the key and the text of its vector, and what was rejected."""

    read: Read
    documents: list[tuple[Document, list[tuple[Passage, bytes]]]]
    rejected: list[Rejected]
    texts: dict[bytes, str]

    @property
    def passages(self) -> int:
        return sum(len(passages) for _, passages in self.documents)

    def outcomes(self) -> Iterator[Outcome]:
        change, was = self.read.change, self.read.was
        for document, passages in self.documents:
            yield Outcome(document.path, change, "indexed", len(passages), was=was)
        for rejected in self.rejected:
            yield Outcome(rejected.path, change, rejected.state, reason=rejected.reason, was=was)


def split_file(read: Read, embedder: Embedder) -> Split:
    """A file's documents in the passages that `embedder` will embed."""
    documents: list[tuple[Document, list[tuple[Passage, bytes]]]] = []
    rejected = [one for one in read.found if isinstance(one, Rejected)]
    texts: dict[bytes, str] = {}
    paths: set[str] = set()
    for one in read.found:
        if not isinstance(one, Document):
            continue
        if one.path in paths:
            rejected.append(Rejected(one.path, "failed", "the archive has several members with this path"))
            continue
        paths.add(one.path)
        keyed: list[tuple[Passage, bytes]] = []
        for passage in split(one, embedder.count_tokens):
            text = embedding_text(passage)
            key = vector_key(embedder.name, text)
            texts[key] = text
            keyed.append((passage, key))
        if keyed:
            documents.append((one, keyed))
        else:
            rejected.append(Rejected(one.path, "empty", "it has no words"))
    return Split(read, documents, rejected, texts)


@dataclass
class _Batch:
    """Files whose texts are being embedded: the keys of the vectors that come, and a future for each part of them."""

    files: list[Split]
    parts: list[tuple[list[bytes], Future[Vectors]]]


@dataclass
class Ingest:
    """Embeds files that were split and commits them in batches.

    `former` is the catalog of an earlier generation: a text that it has a vector for is not embedded again.
    """

    connection: sqlite3.Connection
    embedder: Embedder
    progress: Progress
    former: sqlite3.Connection | None = None
    embedded: int = 0
    reused: int = 0
    _seconds: float = 0.0

    @property
    def pace(self) -> float:
        """Texts embedded a second, 0 if none were."""
        return self.embedded / self._seconds if self._seconds else 0.0

    def commit_all(self, files: Iterable[Split | None]) -> Generator[tuple[FileRecord, list[Outcome]], None, None]:
        """Commit files as they come; each, and what became of it, once it is in the catalog.

        `None` among the files says that the next one is still being read.
        """
        size = size_of(self.embedder)
        batch, waiting = _Batch([], []), list[Split]()
        with ThreadPoolExecutor(1, "footnote-embed") as beside:
            try:
                for one in files:
                    if one is None:
                        if batch.files:  # what is there already is not kept waiting
                            batch = yield from self._turn(batch, [], beside)
                        continue
                    waiting.append(one)
                    passages = sum(some.passages for some in waiting)
                    if len(waiting) >= BATCH_FILES * size or passages >= BATCH_PASSAGES * size:
                        batch = yield from self._turn(batch, waiting, beside)
                        waiting = []
                for last in (waiting, []):
                    batch = yield from self._turn(batch, last, beside)
            finally:
                beside.shutdown(wait=False, cancel_futures=True)

    def _turn(
        self, batch: _Batch, files: list[Split], beside: ThreadPoolExecutor
    ) -> Generator[tuple[FileRecord, list[Outcome]], None, _Batch]:
        """Commit a batch while the next one, of `files`, is embedded; returns that one."""
        self._keep(batch)  # before the next one begins: a text in both is embedded once
        begun = self._begin(files, beside)
        yield from self._write(batch)
        return begun

    def _begin(self, files: list[Split], beside: ThreadPoolExecutor) -> _Batch:
        """Have the texts embedded that the catalog has no vectors of."""
        texts = {key: text for one in files for key, text in one.texts.items()}
        missing = texts.keys() - known_vectors(self.connection, texts).keys()
        if self.former is not None and missing:
            kept: dict[bytes, bytes] = {}
            with suppress(sqlite3.DatabaseError):  # damaged just there: what it held is embedded again
                former = kept_vectors(self.former, missing)
                kept = {key: blob for key, blob in former.items() if is_whole(blob, self.embedder.dimension)}
            with transaction(self.connection):
                add_vectors(self.connection, list(kept), list(kept.values()))
            missing -= kept.keys()
        self.reused += len(texts) - len(missing)
        # Texts of like length together, the longest first: what does not fit in memory fails at once.
        order = sorted(missing, key=lambda key: (-len(texts[key]), key))
        at_once = EMBEDDED_AT_ONCE * size_of(self.embedder)
        parts = [order[at : at + at_once] for at in range(0, len(order), at_once)]
        return _Batch(files, [(keys, beside.submit(self._embed, [texts[key] for key in keys])) for keys in parts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        began = time.monotonic()
        rows = self.embedder.embed(texts)
        self._seconds += time.monotonic() - began
        return rows

    def _keep(self, batch: _Batch) -> None:
        """Put a batch's vectors into the catalog as they come."""
        for keys, rows in batch.parts:
            blobs = [pack(row) for row in rows.result()]
            with transaction(self.connection):
                add_vectors(self.connection, keys, blobs)
            self.embedded += len(keys)
            self.progress(Embedded(self.embedded, self._seconds))

    def _write(self, batch: _Batch) -> Iterator[tuple[FileRecord, list[Outcome]]]:
        """Commit a batch's files, whose vectors are there."""
        ids = known_vectors(self.connection, {key for one in batch.files for key in one.texts})
        with transaction(self.connection):
            for one in batch.files:
                if one.read.was:
                    remove_file(self.connection, one.read.was)
                documents = [
                    (document, [(passage, ids[key]) for passage, key in passages])
                    for document, passages in one.documents
                ]
                put_file(self.connection, one.read.file, documents, one.rejected)
        yield from ((one.read.file, list(one.outcomes())) for one in batch.files)
