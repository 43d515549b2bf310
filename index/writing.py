"""The right to write: one process at a time, given up when it ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreBusy, StoreError


@contextmanager
def write_lock(folder: Path, *, wait: bool = True, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the write lock of the store in a folder, which is made if need be.

    Where another process holds it: waits, after telling `waiting` who does, or raises `StoreBusy`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The index folder {folder} cannot be made: {error.strerror}. Give another with --store."
        ) from error
    lock = FileLock(folder / "write.lock", thread_local=False)
    note = folder / "writer"
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = _holder(note)
            if not wait:
                raise StoreBusy(
                    f"Another process{holder} is writing to the index at {folder}. Try again when it is done, or leave "
                    "out --no-wait to wait for it."
                ) from None
            if waiting is not None:
                waiting(f"Waiting for another process{holder} that is writing to the index at {folder}.")
            lock.acquire()
    except OSError as error:
        raise StoreError(f"The index at {folder} cannot be locked for writing: {error}.") from error
    try:
        with suppress(OSError):
            note.write_text(str(os.getpid()))
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def is_writing(folder: Path) -> bool:
    """Whether a process holds the write lock of the store in a folder."""
    if not (folder / "write.lock").exists():
        return False
    lock = FileLock(folder / "write.lock", thread_local=False)
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False  # a folder that may not be written to


def _holder(note: Path) -> str:
    try:
        return f" (number {int(note.read_text())})"
    except (OSError, ValueError):
        return ""
