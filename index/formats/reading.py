"""One file in, its documents out, whatever is wrong with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from index.documents import Document, Rejected
from index.formats.choosing import format_of
from index.formats.content import Content, Unreadable, one_line
from index.formats.limits import FILE_BYTES, check_size, check_text
from index.formats.naming import title_from_name

READER_VERSION = "1"
"""Part of every digest: files are read again when it changes. Raise it when a reader's output changes."""

_PLAIN_ENDINGS = frozenset({".txt", ".md", ".markdown", ".text"})
_PLAIN_BYTES = 1 << 20


def is_plain(path: str, size: int) -> bool:
    """Whether a file of `size` bytes may be read without a process of its own: a small text by its name."""
    return size <= _PLAIN_BYTES and PurePosixPath(path).suffix.lower() in _PLAIN_ENDINGS


def read_file(root: Path, path: str) -> tuple[Document | Rejected, ...]:
    """The documents of the file `path` (POSIX, relative) of the folder `root`: one, of an archive several.

    Whatever is wrong with the file comes back as `Rejected`; only `MemoryError` is an exception.
    """
    try:
        data = _bytes(root / path)
    except Unreadable as error:
        return (Rejected(path, error.state, error.reason),)
    return (read_bytes(data, path),)


def read_bytes(data: bytes, path: str) -> Document | Rejected:
    """What a file's content gives; `path` is what it is to be called."""
    try:
        if not data.strip(b"\x00\t\n\v\f\r \xef\xbb\xbf\xff\xfe"):
            raise Unreadable("empty", "it has no content")
        content = _reader(format_of(data, path))(data, path)
        check_text(len(content.text))
        if not content.text.strip():
            raise Unreadable("empty", "it has no text")
        title = content.title.strip() or title_from_name(path)
        return Document(path, title, content.text, content.pages, content.headings, content.metadata)
    except Unreadable as error:
        return Rejected(path, error.state, error.reason)
    except MemoryError:
        raise  # the process that reads for us knows its limit and says so; without a limit the machine is out of it
    except Exception as error:  # parsers of foreign formats raise whatever a damaged file makes them raise
        what = one_line(str(error))[:200] or "no further reason"
        return Rejected(path, "failed", f"it is damaged or cannot be understood ({type(error).__name__}: {what})")


def _reader(name: str) -> Callable[[bytes, str], Content]:
    """The reader of a format; imported when it is first needed, since the libraries behind some are slow to load."""
    if name == "pdf":
        from index.formats.pdf import read
    elif name == "docx":
        from index.formats.word import read
    elif name == "html":
        from index.formats.webpage import read
    elif name == "markdown":
        from index.formats.markdown import read
    else:
        from index.formats.text import read
    return read


def _bytes(file: Path) -> bytes:
    """A regular file's content. Never waits for a FIFO or a device."""
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
            data = stream.read(FILE_BYTES + 1)
        except OSError as error:
            raise Unreadable("failed", f"it cannot be read: {_why(error)}") from error
    check_size(len(data))
    return data


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
