"""One file in, its documents out, whatever is wrong with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import cast

from index.documents import Document, Rejected
from index.formats import ocr
from index.formats.archive import Member
from index.formats.choosing import format_of
from index.formats.content import Content, one_line
from index.formats.limits import FILE_BYTES, Budget, check_size, check_text
from index.formats.naming import title_from_name
from index.formats.unreadable import Unreadable

READER_VERSION = "2 ocr" if ocr.is_available() else "2"
"""Part of every digest: files are read again when it changes, as they must be once pictures of text can be read.
Raise the number when a reader's output changes."""

_PLAIN_ENDINGS = frozenset({".txt", ".md", ".markdown", ".text"})
_PLAIN_FORMATS = frozenset({"text", "markdown"})
_PLAIN_BYTES = 1 << 20
# Where each format is read. Imported when first needed: the libraries behind some are slow to load.
_READERS = {
    "code": "text:read_code",
    "delimited": "delimited:read",
    "docx": "word:read",
    "epub": "epub:read",
    "html": "webpage:read",
    "json": "structured:read",
    "mail": "mail:read",
    "markdown": "markdown:read",
    "notebook": "notebook:read",
    "opendocument": "opendocument:read",
    "pdf": "pdf:read",
    "picture": "ocr:read",
    "pptx": "slides:read",
    "rst": "rst:read",
    "rtf": "rtf:read",
    "text": "text:read",
    "xlsx": "sheets:read",
}
_CONTAINERS = {"zip": "archive:members", "mail": "mail:attachments"}
_DEEPEST = 2  # a file in an archive in an archive


def read_file(root: Path, path: str) -> tuple[Document | Rejected, ...]:
    """The documents of the file `path` (POSIX, relative) of the folder `root`: one, of an archive several.

    Whatever is wrong with the file comes back as `Rejected`; no exception does. Pages of it that are pictures
    without text are one too, called "report.pdf/pages 3-5".
    """
    try:
        return read_unguarded(root, path)
    except MemoryError:
        return (Rejected(path, "failed", "reading it needs more memory than there is"),)


def read_unguarded(root: Path, path: str) -> tuple[Document | Rejected, ...]:
    """As `read_file`, but raises `MemoryError` where memory does not suffice."""
    try:
        data = _bytes(root / path)
    except Unreadable as error:
        return (Rejected(path, error.state, error.reason),)
    return tuple(_documents(data, path, 0, Budget()))


def read_plain(root: Path, path: str) -> tuple[Document | Rejected, ...] | None:
    """As `read_file`, but `None` for a file that is better read in a process of its own: all but small texts.

    What a file is called does not make it a text: the content that has been looked at is the one that is read.
    """
    if PurePosixPath(path).suffix.lower() not in _PLAIN_ENDINGS:
        return None
    try:
        data = _bytes(root / path, _PLAIN_BYTES + 1)
        is_plain = len(data) <= _PLAIN_BYTES and format_of(data, path) in _PLAIN_FORMATS
    except Unreadable as error:
        return (Rejected(path, error.state, error.reason),)
    return tuple(_documents(data, path, 0, Budget())) if is_plain else None


def _documents(data: bytes, path: str, depth: int, budget: Budget) -> Iterator[Document | Rejected]:
    """What a file's content gives; `depth` is the number of archives around it."""
    try:
        if not data.strip(b"\x00\t\n\v\f\r \xef\xbb\xbf\xff\xfe"):
            raise Unreadable("empty", "it has no content")
        name = format_of(data, path)
    except Exception as error:
        yield _rejected(path, error)
        return
    is_sound = True
    if name in _READERS:
        try:
            content = cast("Content", _function(_READERS[name])(data, path))
            yield _document(content, path, budget)
            if content.pictures:
                yield Rejected(f"{path}/{_numbered(content.pictures)}", "scanned", ocr.NO_TEXT)
        except Exception as error:
            yield _rejected(path, error)
            is_sound = False
    if name in _CONTAINERS:  # though it could not be read itself, as a message may not be
        try:
            if depth == _DEEPEST:
                raise Unreadable("unsupported", "archives inside archives inside archives are not read. Unpack it.")
            for member in cast("Iterator[Member]", _function(_CONTAINERS[name])(data, path)):
                yield from _member(member, path, depth + 1, budget)
        except Exception as error:
            if is_sound:
                yield _rejected(path, error)


def _rejected(path: str, error: Exception) -> Rejected:
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, Unreadable):
        return Rejected(path, error.state, error.reason)
    # Parsers of foreign formats raise whatever a damaged file makes them raise.
    what = one_line(str(error))[:200] or "no further reason"
    return Rejected(path, "failed", f"it is damaged or cannot be understood ({type(error).__name__}: {what})")


def _document(content: Content, path: str, budget: Budget) -> Document:
    check_text(len(content.text))
    if not content.text.strip():
        raise Unreadable("empty", "it has no text")
    budget.take_text(len(content.text))
    title = content.title.strip() or title_from_name(path)
    return Document(path, title, content.text, content.pages, content.headings, content.metadata)


def _numbered(pages: Sequence[int]) -> str:
    """Page numbers in words: "page 3", "pages 2-4, 9"."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][-1] == page - 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    shown = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f"page {shown}" if len(pages) == 1 else f"pages {shown}"


def _member(member: Member, path: str, depth: int, budget: Budget) -> Iterator[Document | Rejected]:
    parts = PurePosixPath(member.name).parts
    inside = f"{path}/{'/'.join(part for part in parts if part != '/')}"
    if not parts or ".." in parts or member.name.startswith("/"):
        yield Rejected(inside, "failed", "its name in the archive points to a place outside")
    elif isinstance(member.data, Unreadable):
        yield Rejected(inside, member.data.state, member.data.reason)
    else:
        try:
            budget.take_bytes(len(member.data))
        except Unreadable as error:
            yield Rejected(inside, error.state, error.reason)
            return
        yield from _documents(member.data, inside, depth, budget)


def _function(name: str) -> Callable[[bytes, str], object]:
    module, _, function = name.partition(":")
    found: Callable[[bytes, str], object] = getattr(import_module(f"index.formats.{module}"), function)
    return found


def _bytes(file: Path, most: int = FILE_BYTES) -> bytes:
    """A regular file's content, its first `most` bytes. Never waits for a FIFO or a device."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise Unreadable("failed", f"it cannot be opened: {_why(error)}") from error
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("unsupported", "it is not a regular file")
        check_size(status.st_size)
        try:
            return stream.read(min(status.st_size, most))  # and no more, should it be growing
        except OSError as error:
            raise Unreadable("failed", f"it cannot be read: {_why(error)}") from error


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
