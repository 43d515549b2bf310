"""Files that people add through the page: limited, stored under safe names, never outside the documents folder."""

from __future__ import annotations

import os
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from index.errors import DocumentsError
from index.formats.choosing import ENDINGS

TYPES: Final = tuple(f".{ending}" for ending in ENDINGS)
_LONGEST_NAME: Final = 120
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be added: bytes a file, files at once."""

    size: int = 100 * 1024 * 1024
    count: int = 500


def safe_name(name: str) -> str:
    """A file name of the same look and ending without folders, controls, leading dots and reserved words.

    Raises `DocumentsError` for a type of file that is not read.
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/")).rstrip("/").rsplit("/", 1)[-1]
    spaced = (" " if unicodedata.category(character) == "Zs" else character for character in last)
    kept = "".join("_" if _is_unsafe(character) else character for character in spaced).rstrip(" .")
    stem, dot, ending = kept.rpartition(".")
    suffix = dot + ending
    if suffix.lower() not in TYPES:
        kind = f"files that end in {suffix}" if dot else "files without an ending"
        raise DocumentsError(f"{last!r} was not added: {kind} are not read.")
    stem = stem.strip(" .") or "document"
    if stem.casefold() in _RESERVED:
        stem = f"{stem}_"
    while len((stem + suffix).encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return stem + suffix


def store(folder: Path, uploaded: Path, name: str, limits: Limits) -> str:
    """Copies an uploaded file into the documents folder and returns its path there. A name that is taken gets a number.

    Raises `DocumentsError` for a file that is too large or of a type that is not read.
    """
    wanted = safe_name(name)
    size = uploaded.stat().st_size
    if size > limits.size:
        raise DocumentsError(f"{wanted!r} was not added: it has {size:,} bytes, and up to {limits.size:,} are taken.")
    stem, suffix = PurePosixPath(wanted).stem, PurePosixPath(wanted).suffix
    for number in range(1, 10_000):
        path = folder / (wanted if number == 1 else f"{stem} ({number}){suffix}")
        part = path.with_name(f".{path.name}.part")
        try:
            # Creating the name first, and only if it is free, keeps two uploads from overwriting each other.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except FileExistsError:
            continue
        except OSError as error:
            raise DocumentsError(f"{wanted!r} could not be stored in {folder}: {error.strerror}.") from error
        try:
            shutil.copyfile(uploaded, part)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise DocumentsError(f"{wanted!r} could not be stored in {folder}: {error.strerror}.") from error
        return path.name
    raise DocumentsError(f"{wanted!r} was not added: there are too many files of that name.")


def remove(folder: Path, path: str) -> None:
    """Deletes a document's file. Raises `DocumentsError` for anything that is not a file of the documents folder."""
    parts = PurePosixPath(path).parts
    target = folder.joinpath(*parts)
    inside = target.parent.resolve()
    if not parts or path.startswith("/") or ".." in parts or not inside.is_relative_to(folder.resolve()):
        raise DocumentsError(f"{path!r} was not removed: it is not in the documents folder.")
    if not target.is_file():
        raise DocumentsError(f"{path!r} was not removed: it is not a file of its own. Remove the file it is in.")
    try:
        target.unlink()
    except OSError as error:
        raise DocumentsError(f"{path!r} could not be removed: {error.strerror}.") from error


def can_write(folder: Path) -> bool:
    """Whether files can be added to the folder and removed from it."""
    return os.access(folder, os.W_OK)


def _is_unsafe(character: str) -> bool:
    return character in '<>:"/\\|?*' or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
