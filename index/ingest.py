"""From what was read to what is kept: split, embed what is new, and commit documents whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

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
from index.embedding import Embedder
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
class _Split:
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


@dataclass
class Ingest:
    """Takes files as they are read and commits them in batches.

    `former` is the catalog of an earlier generation: a text that it has a vector for is not embedded again.
    """

    connection: sqlite3.Connection
    embedder: Embedder
    progress: Progress
    former: sqlite3.Connection | None = None
    embedded: int = 0
    reused: int = 0
    _seconds: float = 0.0
    _waiting: list[_Split] = field(default_factory=list)

    @property
    def pace(self) -> float:
        """Texts embedded a second, 0 if none were."""
        return self.embedded / self._seconds if self._seconds else 0.0

    def take(self, read: Read) -> bool:
        """Take one file; returns whether enough wait to be committed."""
        self._waiting.append(self._split(read))
        passages = sum(one.passages for one in self._waiting)
        size = size_of(self.embedder)
        return len(self._waiting) >= BATCH_FILES * size or passages >= BATCH_PASSAGES * size

    def commit(self) -> list[tuple[FileRecord, list[Outcome]]]:
        """Commit the files that wait; returns what became of each."""
        batch, self._waiting = self._waiting, []
        texts = {key: text for one in batch for key, text in one.texts.items()}
        self._embed(texts)
        ids = known_vectors(self.connection, texts)
        with transaction(self.connection):
            for one in batch:
                if one.read.was:
                    remove_file(self.connection, one.read.was)
                documents = [
                    (document, [(passage, ids[key]) for passage, key in passages])
                    for document, passages in one.documents
                ]
                put_file(self.connection, one.read.file, documents, one.rejected)
        return [(one.read.file, list(one.outcomes())) for one in batch]

    def _split(self, read: Read) -> _Split:
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
            for passage in split(one, self.embedder.count_tokens):
                text = embedding_text(passage)
                key = vector_key(self.embedder.name, text)
                texts[key] = text
                keyed.append((passage, key))
            if keyed:
                documents.append((one, keyed))
            else:
                rejected.append(Rejected(one.path, "empty", "it has no words"))
        return _Split(read, documents, rejected, texts)

    def _embed(self, texts: dict[bytes, str]) -> None:
        """See that the catalog has the vectors of some texts."""
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
        for at in range(0, len(order), at_once):
            some = order[at : at + at_once]
            began = time.monotonic()
            rows = self.embedder.embed([texts[key] for key in some])
            self._seconds += time.monotonic() - began
            with transaction(self.connection):
                add_vectors(self.connection, some, [pack(row) for row in rows])
            self.embedded += len(some)
            self.progress(Embedded(self.embedded, self._seconds))
