"""Folders that are written once, checked, and from then on only read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from index.errors import StoreError


class Seals:
    """The sealed folders of one kind, each under a name that is never used again.

    Beside a folder stands a note of its files' sizes and times as they were when it was last seen to
    be whole. While they have not changed, it is opened without another check.
    """

    def __init__(self, folder: Path, pattern: str) -> None:
        """`pattern` names the files that must not change, relative to a sealed folder."""
        self._folder = folder
        self._pattern = pattern

    @contextmanager
    def writing(self, check: Callable[[Path], None]) -> Iterator[tuple[str, Path]]:
        """A new name and an empty folder to fill; sealed at the end if `check` does not object."""
        name = uuid4().hex[:12]
        part = self._folder / f"{name}.part"
        try:
            part.mkdir(parents=True)
            yield name, part
            check(part)
            part.rename(self.path(name))
        except OSError as error:
            raise StoreError(f"Writing to {part} failed: {error}") from error
        self._note(name)

    def path(self, name: str) -> Path:
        return self._folder / name

    def see_whole(self, name: str, check: Callable[[Path], None], *, anyway: bool = False) -> None:
        """See that a folder is there and as it was, or else, or `anyway`, that `check` does not object."""
        path = self.path(name)
        if not path.is_dir():
            raise StoreError(f"{path} is missing. Run python -m index to make it again.")
        stamps, noted = self._stamps(name), self._noted(name)
        if anyway or stamps != noted:
            if isinstance(noted, dict) and _sizes(stamps) != _sizes(noted):
                raise StoreError(f"{path} is damaged: its files have other sizes than when made. Run python -m index.")
            check(path)
            self._note(name)

    def unchanged(self, name: str) -> bool:
        """Whether a folder is there and as it was when it was last seen to be whole."""
        return self.path(name).is_dir() and self._stamps(name) == self._noted(name)

    def sweep(self, keep: str | None) -> None:
        """Delete all but one. What another process still has open goes the next time."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name.split(".")[0] != keep:
                with suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _stamps(self, name: str) -> dict[str, list[int]]:
        path = self.path(name)
        try:
            return {
                file.relative_to(path).as_posix(): [file.stat().st_size, file.stat().st_mtime_ns]
                for file in sorted(path.glob(self._pattern))
                if file.is_file()
            }
        except OSError:
            return {}

    def _noted(self, name: str) -> object:
        try:
            return json.loads(self.path(f"{name}.checked").read_text())
        except (OSError, ValueError):
            return None

    def _note(self, name: str) -> None:
        with suppress(OSError):  # a reader without the right to write checks again next time
            self.path(f"{name}.checked").write_text(json.dumps(self._stamps(name)))


def _sizes(stamps: dict[str, list[int]]) -> dict[str, int]:
    return {file: size for file, (size, _) in stamps.items()}
