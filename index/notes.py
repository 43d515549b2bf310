"""Notes: files of one line in an index's folder, each replaced whole, so that a reader meets the old or the new."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import StoreError


def read(store: Path, name: str) -> str | None:
    """The line that a file of the store holds, None where there is no such file."""
    try:
        return (store / name).read_text("utf-8", "surrogateescape").removesuffix("\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The index at {store} cannot be read: {error}") from error


def write(store: Path, name: str, line: str) -> None:
    """Let a file of the store hold a line, from one instant to the next."""
    part = store / f"{name}.part"
    try:
        with part.open("w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(store / name)
        _sync(store)
    except OSError as error:
        raise StoreError(f"Writing {store / name} failed: {error}. What was done before is kept.") from error


def _sync(folder: Path) -> None:
    """Make a rename in a folder last through a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
