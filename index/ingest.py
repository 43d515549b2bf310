"""From what was read to what is kept: split, embed what is new, and commit documents whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.catalog import add_vectors, kept_vectors, known_vectors, pack, put_file, remove_file, transaction, vector_key
from index.documents import Document, Rejected
from index.embedding import Embedder
from index.passages import Passage, embedding_text, split
from index.progress import Embedded, Outcome, Progress
from index.records import FileRecord

# A batch is committed when it is this large: enough texts of like length to embed well, few enough
# that an interruption loses little.
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
    read: Read
    documents: list[tuple[Document, tuple[Passage, ...]]]


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
    _passages: int = 0

    @property
    def pace(self) -> float:
        """Texts embedded a second, 0 if none were."""
        return self.embedded / self._seconds if self._seconds else 0.0

    def add(self, read: Read) -> Iterator[list[Outcome]]:
        """Take one file; yields what became of files whenever some are committed."""
        documents = [(one, split(one, self.embedder.count_tokens)) for one in read.found if isinstance(one, Document)]
        self._waiting.append(_Split(read, documents))
        self._passages += sum(len(passages) for _, passages in documents)
        if self._passages >= BATCH_PASSAGES or len(self._waiting) >= BATCH_FILES:
            yield self._commit()

    def finish(self) -> Iterator[list[Outcome]]:
        """Commit what is left."""
        if self._waiting:
            yield self._commit()

    def _commit(self) -> list[Outcome]:
        batch, self._waiting, self._passages = self._waiting, [], 0
        keys = {
            id(passage): vector_key(self.embedder.name, embedding_text(passage))
            for one in batch
            for _, passages in one.documents
            for passage in passages
        }
        texts = {
            keys[id(passage)]: embedding_text(passage)
            for one in batch
            for _, passages in one.documents
            for passage in passages
        }
        self._embed(texts)
        ids = known_vectors(self.connection, texts)
        with transaction(self.connection):
            for one in batch:
                if one.read.was:
                    remove_file(self.connection, one.read.was)
                documents = [
                    (document, [(passage, ids[keys[id(passage)]]) for passage in passages])
                    for document, passages in one.documents
                ]
                rejected = [found for found in one.read.found if isinstance(found, Rejected)]
                put_file(self.connection, one.read.file, documents, rejected)
        return [outcome for one in batch for outcome in _outcomes(one)]

    def _embed(self, texts: dict[bytes, str]) -> None:
        """See that the catalog has the vectors of some texts."""
        missing = texts.keys() - known_vectors(self.connection, texts).keys()
        self.reused += len(texts) - len(missing)
        if self.former is not None and missing:
            kept = kept_vectors(self.former, missing)
            with transaction(self.connection):
                add_vectors(self.connection, list(kept), list(kept.values()))
            self.reused += len(kept)
            missing -= kept.keys()
        # Texts of like length together, the longest first: what does not fit in memory fails at once.
        order = sorted(missing, key=lambda key: (-len(texts[key]), key))
        for at in range(0, len(order), EMBEDDED_AT_ONCE):
            some = order[at : at + EMBEDDED_AT_ONCE]
            began = time.monotonic()
            rows = self.embedder.embed([texts[key] for key in some])
            self._seconds += time.monotonic() - began
            with transaction(self.connection):
                add_vectors(self.connection, some, [pack(row) for row in rows])
            self.embedded += len(some)
            self.progress(Embedded(self.embedded))


def _outcomes(one: _Split) -> Iterator[Outcome]:
    change, was = one.read.change, one.read.was
    counts = {document.path: len(passages) for document, passages in one.documents}
    for found in one.read.found:
        if isinstance(found, Document):
            yield Outcome(found.path, change, "indexed", counts[found.path], was=was)
        else:
            yield Outcome(found.path, change, found.state, reason=found.reason, was=was)
