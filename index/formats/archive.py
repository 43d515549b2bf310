"""Zip archives: their members, each a file of its own."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from index.formats.limits import MEMBERS, check_size, check_zip
from index.formats.unreadable import Unreadable

_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another: its name there, and its content or why it cannot be had."""

    name: str
    data: bytes | Unreadable


def members(data: bytes, path: str) -> Iterator[Member]:
    """The members of a zip archive, folders and hidden files left out. Raises `Unreadable` for the whole of it."""
    archive = check_zip(data)
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not is_ignored(entry.filename)]
    if not entries:
        raise Unreadable("empty", "it holds no files")
    if len(entries) > MEMBERS:
        raise Unreadable(
            "failed", f"it holds {len(entries)} files; up to {MEMBERS} are read from one archive. Unpack it."
        )
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        yield Member(
            name, Unreadable("failed", "the archive holds it twice") if name in seen else _content(archive, entry)
        )
        seen.add(name)


def is_ignored(name: str) -> bool:
    """Whether a member is none of the author's: hidden, or left by a program."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any((part.startswith((".", "~$")) and part != "..") or part in {"__MACOSX", "__pycache__"} for part in parts)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | Unreadable:
    try:
        if entry.flag_bits & _ENCRYPTED:
            return Unreadable("locked", "it asks for a password. Unpack the archive, or pack it without one.")
        check_size(entry.file_size)
        return archive.read(entry)
    except Unreadable as error:
        return error
    except NotImplementedError:
        return Unreadable("unsupported", "it is packed by a method that is not read")
    except MemoryError:
        raise
    except Exception as error:  # each way of packing has errors of its own
        return Unreadable("failed", f"it is damaged inside the archive: {error}")
