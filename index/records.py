"""What the index says of itself: documents, files and passages as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.documents import Metadata


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """An indexed document without its text. `file` is the file it came from, `digest` that of its text.

    `characters`, `passages` and `pages` are counts; `pages` is 0 for formats without pages.
    """

    path: str
    file: str
    title: str
    characters: int
    passages: int
    pages: int
    digest: str
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was when it was last read. `sha256` is that of its bytes; `b""` if it could not be read."""

    path: str
    size: int
    modified_ns: int
    sha256: bytes
