"""What an update would do: files added, changed, moved, removed and unchanged."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.catalog import fact
from index.documents import Rejected
from index.parsing import File, Listing
from index.records import FileRecord

# Until the catalog has files to learn from: bytes of a file for each passage, by kind of file.
_PLAIN = frozenset({".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".jsonl", ".eml", ".py", ".html", ".htm"})
PLAIN_BYTES, OTHER_BYTES = 900, 8000
PASSAGES_A_SECOND = 40.0  # measured on 2 cores; replaced by the pace of the last update


@dataclass(frozen=True, slots=True)
class Move:
    """A file found under another path with the same bytes."""

    was: str
    file: File


@dataclass(frozen=True, slots=True)
class Plan:
    """An update, before it is applied.

    `unchanged` counts also the files on record that could not be looked at now.
    `touched` are files with another size or time on record but the same bytes; `anew` says that all
    files are read again, because the model, the splitter or the reader changed or it was asked for.
    `seconds` is an estimate of the time it takes.
    """

    added: tuple[File, ...] = ()
    changed: tuple[File, ...] = ()
    moved: tuple[Move, ...] = ()
    removed: tuple[str, ...] = ()
    touched: tuple[FileRecord, ...] = ()
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    anew: bool = False
    seconds: float = 0.0

    @property
    def to_read(self) -> int:
        """How many files are read."""
        return len(self.added) + len(self.changed) + len(self.moved)

    @property
    def bytes_to_read(self) -> int:
        """How many bytes those files have."""
        return sum(file.size for file in (*self.added, *self.changed, *(move.file for move in self.moved)))

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.to_read or self.removed)


def make_plan(
    root: Path, listing: Listing, connection: sqlite3.Connection | None, *, anew: bool = False, retry: bool = False
) -> Plan:
    """Compare a folder with a catalog, or with none. `retry` reads the files again that gave no document."""
    known = _known(connection)
    again = _without_document(connection) if retry else frozenset()
    present = {file.path for file in listing.files}
    missing = {path: record for path, record in known.items() if path not in present}
    unseen = frozenset(listing.unseen)
    gone = {path: record for path, record in missing.items() if unseen.isdisjoint(_at_or_above(path))}
    gone_by_size: dict[int, list[FileRecord]] = defaultdict(list)
    for former in gone.values():
        gone_by_size[former.size].append(former)

    added: list[File] = []
    changed: list[File] = []
    moved: list[Move] = []
    touched: list[FileRecord] = []
    unchanged = len(missing) - len(gone)
    for file in listing.files:
        record = known.get(file.path)
        if record is None:
            moved_from = _former(root, file, gone_by_size[file.size]) if file.size in gone_by_size else None
            if moved_from is None:
                added.append(file)
            else:
                gone_by_size[file.size].remove(moved_from)
                del gone[moved_from.path]
                moved.append(Move(moved_from.path, file))
        elif not record.sha256 or file.path in again:
            changed.append(file)
        elif (record.size, record.modified_ns) == (file.size, file.mtime_ns):
            unchanged += 1
        elif record.size == file.size and digest_of(root / file.path) == record.sha256:
            touched.append(FileRecord(file.path, file.size, file.mtime_ns, record.sha256))
            unchanged += 1
        else:
            changed.append(file)
    return Plan(
        added=tuple(added),
        changed=tuple(changed),
        moved=tuple(moved),
        removed=tuple(sorted(gone)),
        touched=tuple(touched),
        unchanged=unchanged,
        rejected=listing.rejected,
        anew=anew,
        seconds=_estimate([*added, *changed], connection),
    )


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file's bytes; `b""` where it cannot be read, which equals no digest on record."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def _at_or_above(path: str) -> list[str]:
    return [path, *(str(folder) for folder in PurePosixPath(path).parents)]


def _known(connection: sqlite3.Connection | None) -> dict[str, FileRecord]:
    rows = connection.execute("SELECT path, size, modified_ns, sha256 FROM files") if connection else ()
    return {row[0]: FileRecord(*row) for row in rows}


def _without_document(connection: sqlite3.Connection | None) -> frozenset[str]:
    rows = connection.execute("SELECT DISTINCT file FROM rejected") if connection else ()
    return frozenset(file for (file,) in rows)


def _former(root: Path, file: File, gone: list[FileRecord]) -> FileRecord | None:
    """The file on record that was moved here: same bytes, and the same name where several have them."""
    if not gone:
        return None
    digest = digest_of(root / file.path)
    same = [record for record in gone if record.sha256 == digest]
    name = PurePosixPath(file.path).name
    return min(same, key=lambda record: (PurePosixPath(record.path).name != name, record.path), default=None)


def _estimate(files: list[File], connection: sqlite3.Connection | None) -> float:
    """Seconds to embed files, from what files of their kind gave before."""
    if not files:
        return 0.0
    ratios: dict[str, float] = {}
    pace = PASSAGES_A_SECOND
    if connection is not None:
        pace = float(fact(connection, "pace") or pace)
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for path, size, passages in connection.execute(
            "SELECT files.path, size, sum(passages) FROM files JOIN documents ON documents.file = files.path GROUP BY 1"
        ):
            total = sums[PurePosixPath(path).suffix.lower()]
            total[0] += passages
            total[1] += size
        ratios = {suffix: passages / max(size, 1) for suffix, (passages, size) in sums.items()}
    passages = 0.0
    for file in files:
        suffix = PurePosixPath(file.path).suffix.lower()
        passages += file.size * ratios.get(suffix, 1 / (PLAIN_BYTES if suffix in _PLAIN else OTHER_BYTES))
    return passages / pace
