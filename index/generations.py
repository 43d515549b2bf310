"""Generations: whole indexes side by side, of which `current` names the one that serves.

    STORE/current              the name of the generation that serves
    STORE/root                 the documents folder it is over, for where its catalog cannot be read any more
    STORE/owner                where the vectors are on a server: the mark of this index's collections there
    STORE/write.lock           held by the one process that may write
    STORE/<generation>/        catalog.sqlite3 and chroma/

A change of model, splitter or reader builds the next generation beside the current one, which
answers until one atomic rename. A generation that is neither current nor being built is swept.
Numbers only grow, so one that is being built has a higher number than the one that serves.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from index import notes, schema
from index.catalog import fact
from index.errors import StoreError, StoreTooNew
from index.schema import Recipe

CURRENT = "current"
ROOT = "root"
_NAME = re.compile(r"g\d{4,}")
_NUMBER = re.compile(r"g(\d{4,})")


def current(store: Path) -> Path | None:
    """The generation that serves, or None where there is no index yet."""
    name = notes.read(store, CURRENT)
    if name is None:
        return None
    if not _NAME.fullmatch(name):
        raise StoreError(f"{store / CURRENT} does not name an index. Run: python -m index check --repair")
    return store / name


def found(store: Path) -> Path | None:
    """The generation that serves; where `current` does not say, the newest that an update completed, if any."""
    name = notes.read(store, CURRENT) or ""
    if _NAME.fullmatch(name):
        return store / name
    return next((path for path in reversed(_all(store)) if _is_completed(path)), None)


def recover(store: Path, said: Callable[[str], None]) -> Path | None:
    """`found`, and `current` says so again; `said` is told if it did not. For one who holds the write lock."""
    serving = found(store)
    if serving is not None and notes.read(store, CURRENT) != serving.name:
        said(f"{store / CURRENT} was lost or damaged; {serving.name}, the last generation completed, serves again.")
        switch(store, serving)
    return serving


def switch(store: Path, generation: Path) -> None:
    """Let a generation serve, from this instant."""
    notes.write(store, CURRENT, generation.name)


def root(store: Path) -> str | None:
    """The documents folder that the store is over, if it was noted."""
    return notes.read(store, ROOT)


def note_root(store: Path, root: str | None) -> None:
    """Note beside the generations which documents folder they are over; `None` for none."""
    if root is None:
        (store / ROOT).unlink(missing_ok=True)
    elif notes.read(store, ROOT) != root:
        notes.write(store, ROOT, root)


def recipe_of(generation: Path) -> Recipe:
    """What a generation was made with."""
    with schema.reading(generation) as connection:
        return Recipe.from_json(fact(connection, "recipe") or "")


def follows(generation: Path, recipe: Recipe) -> bool:
    """Whether a generation is of this version and made with this recipe, so that it can be gone on with."""
    if schema.version_of(generation) != schema.SCHEMA_VERSION:
        return False
    with schema.reading(generation) as connection:
        return fact(connection, "recipe") == recipe.to_json()  # as text: another version's may not be readable


def others(store: Path) -> list[Path]:
    """The generations that do not serve, oldest first, and what is left of deleted ones."""
    serving = current(store)
    return [*(path for path in _all(store) if path != serving), *sorted(store.glob("g*.gone"))]


def begun(store: Path, serving: Path | None) -> list[Path]:
    """The generations that were begun after the one that serves, newest first."""
    return [path for path in reversed(_all(store)) if serving is None or _number(path) > _number(serving)]


def prepare(store: Path) -> Path:
    """Make the next generation's folder, with nothing in it yet."""
    last = max(map(_number, (path for path in store.iterdir() if _NUMBER.match(path.name))), default=0)
    generation = store / f"g{last + 1:04d}"
    generation.mkdir()
    return generation


def begin(store: Path, recipe: Recipe, last_key: int) -> Path:
    """Make the next generation with an empty catalog, whose keys come after `last_key`."""
    generation = prepare(store)
    schema.create(generation, recipe, last_key=last_key)
    return generation


def remove(generation: Path) -> None:
    """Delete a generation. Where another process still has a file of it open and the system objects, later."""
    gone = generation.with_name(generation.name.removesuffix(".gone") + ".gone")
    try:
        generation.replace(gone)
        shutil.rmtree(gone)
    except OSError:
        pass


def _all(store: Path) -> list[Path]:
    """The generations, oldest first."""
    return sorted((path for path in store.glob("g*") if _NAME.fullmatch(path.name)), key=_number)


def _number(generation: Path) -> int:
    return int(generation.name[1:].partition(".")[0])


def _is_completed(generation: Path) -> bool:
    try:
        with closing(schema.connect_former(generation)) as connection:
            return bool(fact(connection, "updated"))
    except StoreTooNew:
        raise
    except (StoreError, sqlite3.Error):
        return False
