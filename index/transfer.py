"""A whole index in one file, and back: texts, spans and vectors, so that nothing is embedded again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from index import generations, schema
from index.catalog import fact, transaction
from index.errors import StoreError
from index.fulltext import WordBases
from index.location import locate
from index.opened import bases_of, remove, remove_others
from index.progress import Progress, Repaired, Waiting, silent
from index.schema import Recipe
from index.sealing import seal_vectors, seal_words
from index.writing import write_lock


def export_index(store: str | Path, file: Path) -> int:
    """Write the index as it is now to a new file, one SQLite database; returns its size in bytes.

    Updates may go on meanwhile. Raises `StoreError` where there is no index or the file exists.
    """
    location = locate(store)
    generation = generations.current(location.folder)
    if generation is None:
        raise StoreError(f"There is no index at {location} yet. Make it with: python -m index")
    if file.exists():
        raise StoreError(f"The file {file} exists already. Give another name, or delete it first.")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(schema.connect(generation)) as connection:
            connection.execute("PRAGMA query_only = OFF")  # the copy is written, not the catalog
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(sqlite3.connect(part)) as copy, copy:
            # Where its sealed bases and its documents were has no meaning elsewhere.
            copy.execute("DELETE FROM facts WHERE name IN ('vectors', 'words', 'root')")
        part.rename(file)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreError(f"Writing {file} failed: {error}. Give a file in a folder with enough space.") from error
    return file.stat().st_size


def import_index(
    file: Path, store: str | Path, *, replace: bool = False, wait: bool = True, progress: Progress = silent
) -> Recipe:
    """Open an exported index at `store`; returns what it was made with. Nothing is embedded.

    Where there is an index already, it answers until the imported one takes its place, which must be
    asked for with `replace`; the keys of the one before mean nothing then, since the imported one brings
    its own. Raises `StoreError` for a file that is not an exported index.
    """
    location = locate(store)
    with write_lock(location.folder, wait=wait, waiting=lambda message: progress(Waiting(message))):
        serving = generations.recover(location.folder, lambda message: progress(Repaired(message)))
        if serving is not None and not replace:
            raise StoreError(
                f"There is an index at {location} already. Give another place with --store, or replace it: --replace"
            )
        generation = generations.prepare(location.folder)
        try:
            _copy_in(file, generation)
            with closing(schema.connect(generation, write=True)) as connection:
                recipe = Recipe.from_json(fact(connection, "recipe") or "")
                seal_vectors(connection, bases_of(location, generation), progress)
                seal_words(connection, WordBases(generation), progress)
        except BaseException:
            remove(location, generation)
            raise
        generations.switch(location.folder, generation)
        generations.note_root(location.folder, None)
        remove_others(location)
        return recipe


def _copy_in(file: Path, generation: Path) -> None:
    """Copy an exported index to a generation's folder once it is seen to be one, whole and nothing else."""
    catalog = generation / schema.CATALOG
    try:
        shutil.copyfile(file, catalog)
        with closing(schema.connect(generation, write=True)) as connection:
            if schema.shape_of(connection) != schema.expected_shape():
                raise StoreError(f"{file} is not an index exported by this version of Footnote.")
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise StoreError(f"{file} is damaged ({found}). Export it again.")
            connection.execute("PRAGMA journal_mode = WAL")
            with transaction(connection):
                connection.execute("DELETE FROM facts WHERE name IN ('vectors', 'words', 'root')")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{file} cannot be imported: {error}. Give a file made by: python -m index export FILE"
        ) from error
