"""Generations: whole indexes side by side, of which `current` names the one that serves.

    STORE/current              the name of the generation that serves
    STORE/write.lock           held by the one process that may write
    STORE/<generation>/        catalog.sqlite3 and chroma/

A change of model, splitter or reader builds the next generation beside the current one, which
answers until one atomic rename. A generation that is neither current nor being built is swept.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from index import schema
from index.catalog import fact
from index.errors import StoreError
from index.schema import Recipe

CURRENT = "current"
_NAME = re.compile(r"g\d{4,}")
_NUMBER = re.compile(r"g(\d{4,})")


def current(store: Path) -> Path | None:
    """The generation that serves, or None where there is no index yet."""
    try:
        name = (store / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The index at {store} cannot be read: {error}") from error
    if not _NAME.fullmatch(name):
        raise StoreError(f"{store / CURRENT} does not name an index. Run: python -m index check --repair")
    return store / name


def switch(store: Path, generation: Path) -> None:
    """Let a generation serve, from this instant."""
    part = store / f"{CURRENT}.part"
    with part.open("w") as file:
        file.write(generation.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(store / CURRENT)
    _sync(store)


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
    """The generations that do not serve, oldest first."""
    serving = current(store)
    found = [path for path in store.iterdir() if _NAME.fullmatch(path.name.removesuffix(".gone")) and path != serving]
    return sorted(found)


def prepare(store: Path) -> Path:
    """Make the next generation's folder, with nothing in it yet."""
    numbers = [int(found[1]) for path in store.iterdir() if (found := _NUMBER.match(path.name))]
    generation = store / f"g{max(numbers, default=0) + 1:04d}"
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


def _sync(folder: Path) -> None:
    """Make a rename in a folder last through a power cut, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
