"""The files of a folder, and their reading in processes that can be killed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from index.documents import Document, Rejected
from index.errors import DocumentsError
from index.formats import read_plain
from index.workers import READ_FILE, Died, Worker

_IGNORED = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class File:
    """A regular file below the documents folder: POSIX path relative to it, size in bytes, time of last change."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds, each part sorted by path: files to read, and what is there but no regular file.

    `unseen` are the paths, among the rejected, of files and folders that could not be looked at, and of which it is
    thus not known what is there or below.
    """

    files: tuple[File, ...]
    rejected: tuple[Rejected, ...]
    unseen: tuple[str, ...] = ()


def list_files(root: Path, exclude: tuple[Path, ...] = ()) -> Listing:
    """The files below `root`, however deep.

    Left out without a word: hidden files and folders, lock files of Office ("~$..."), `__pycache__`,
    `node_modules`, and everything below the folders `exclude`. Links are followed to files and folders inside
    `root`; others, loops, devices, FIFOs and sockets are `Rejected`, and so are names that are not valid
    Unicode (their path shows the bytes as "\\xff") and what cannot be looked at. Raises `DocumentsError` when `root`
    is no readable folder.
    """
    walk = _Walk(root, exclude)
    try:
        walk.folder(_Folder(os.fspath(root), "", (walk.real,)))
    except OSError as error:
        raise DocumentsError(
            f"Cannot read the documents folder {root}: {error.strerror}. Name an existing folder."
        ) from error
    while walk.folders:
        folder = walk.folders.pop()
        try:
            walk.folder(folder)
        except OSError as error:
            walk.miss(folder.prefix.rstrip("/"), f"the folder cannot be read: {error.strerror}")
    return Listing(
        tuple(sorted(walk.files, key=lambda file: file.path)),
        tuple(sorted(walk.rejected, key=lambda one: one.path)),
        tuple(sorted(walk.unseen)),
    )


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be listed.

    `prefix` is its path below the root with "/" at its end, `above` the real paths of it and the folders over it.
    """

    path: str
    prefix: str
    above: tuple[str, ...]


class _Walk:
    def __init__(self, root: Path, exclude: tuple[Path, ...]) -> None:
        self.real = os.path.realpath(root)
        self.folders: list[_Folder] = []  # still to be listed
        self.files: list[File] = []
        self.rejected: list[Rejected] = []
        self.unseen: list[str] = []
        self._excluded = frozenset(os.path.realpath(folder) for folder in exclude)

    def folder(self, folder: _Folder) -> None:
        """Takes in a folder, but for the folders in it, which are to be listed then."""
        with os.scandir(folder.path) as entries:
            for entry in entries:
                if not _is_ignored(entry.name):
                    self._entry(entry, folder.prefix + entry.name, folder.above)

    def miss(self, path: str, reason: str) -> None:
        """Notes that something could not be looked at."""
        self._reject(path, "failed", reason)
        self.unseen.append(path)

    def _entry(self, entry: os.DirEntry[str], path: str, above: tuple[str, ...]) -> None:
        try:
            path.encode()
            if entry.is_symlink():
                self._link(entry, path, above)
            elif entry.is_dir(follow_symlinks=False):
                real = f"{above[-1].rstrip(os.sep)}{os.sep}{entry.name}"
                if real not in self._excluded:
                    self.folders.append(_Folder(entry.path, path + "/", (*above, real)))
            else:
                self._file(entry.stat(follow_symlinks=False), path)
        except UnicodeEncodeError:
            self._reject(path, "failed", "its name is not valid Unicode. Rename it.")
        except OSError as error:
            self.miss(path, f"it cannot be looked at: {error.strerror}")

    def _link(self, entry: os.DirEntry[str], path: str, above: tuple[str, ...]) -> None:
        real = os.path.realpath(entry.path)
        target = Path(real)
        if not target.exists():
            self._reject(path, "failed", "it is a link to nothing, or to itself")
        elif not _is_inside(real, self.real):
            self._reject(path, "unsupported", "it is a link to a place outside the documents folder")
        elif any(_is_inside(real, folder) for folder in self._excluded):
            return
        elif not target.is_dir():
            self._file(target.stat(), path)
        elif real in above:
            self._reject(path, "unsupported", "it is a link to a folder that it is in itself")
        else:
            self.folders.append(_Folder(entry.path, path + "/", (*above, real)))

    def _file(self, status: os.stat_result, path: str) -> None:
        if stat.S_ISREG(status.st_mode):
            self.files.append(File(path, status.st_size, status.st_mtime_ns))
        else:
            self._reject(path, "unsupported", f"it is {_kind(status.st_mode)}, not a file")

    def _reject(self, path: str, state: str, reason: str) -> None:
        self.rejected.append(
            Rejected(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), state, reason)
        )


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "~$")) or name in _IGNORED


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISCHR, "a device"),
    ):
        if test(mode):
            return name
    return "something else"


class Parser:
    """Reads files of the folder `root`, those whose parsing is a risk each in a process that can be killed.

    A file gets `seconds` of wall-clock time (when words in pictures are recognised, each page gets as much) and its
    process `megabytes` of memory (address space, where the
    system can limit it); a process past either, or one that crashes, is replaced and the file `Rejected`.
    `processes` files are parsed at once; `read` may be called from that many threads. Small text files are read
    in the calling process. `reader` names the function that parses there, as "module:function". Close the
    parser, or use it in a `with` statement.
    """

    def __init__(
        self, root: Path, seconds: float = 120.0, megabytes: int = 3072, processes: int = 1, reader: str = READ_FILE
    ) -> None:
        if seconds <= 0 or megabytes <= 0 or processes < 1:
            raise ValueError(
                f"a parser needs seconds > 0, megabytes > 0, processes >= 1: {seconds}, {megabytes}, {processes}"
            )
        self._root = root.absolute()
        self._seconds = seconds
        self._megabytes = megabytes
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._workers = [Worker(self._root, seconds, megabytes, reader) for _ in range(processes)]
        for worker in self._workers:
            self._idle.put(worker)

    def read(self, path: str) -> tuple[Document | Rejected, ...]:
        """The documents of one file, as `read_file` has them."""
        plain = read_plain(self._root, path)
        if plain is not None:
            return plain
        worker = self._idle.get()
        try:
            return worker.read(path)
        except Died as error:
            return (Rejected(path, "failed", str(error)),)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends the processes; a file that is being read in another thread comes back as `Rejected`."""
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
