"""What an index holds and how it is, for people: quick, and without loading any model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index import generations, rows, schema
from index.catalog import fact
from index.documents import Rejected
from index.errors import StoreError
from index.fulltext import WordBase
from index.location import locate
from index.records import DocumentRecord
from index.schema import Recipe
from index.vectors import Base
from index.writing import is_writing


@dataclass(frozen=True, slots=True)
class Status:
    """An index, described. Sizes are in bytes.

    `updated` is the time of the last completed update (ISO 8601, UTC), "" if none was completed.
    `sealed_vectors` and `sealed_passages` are how many Chroma and tantivy hold; the rest is searched
    from the catalog. `writing` says that a process is updating it now; `unfinished` names generations
    that are being built, or that were left unfinished.
    """

    store: str
    root: str
    generation: str
    recipe: Recipe
    updated: str
    files: int
    passages: int
    vectors: int
    sealed_vectors: int
    sealed_passages: int
    catalog_bytes: int
    chroma_bytes: int
    words_bytes: int
    writing: bool
    unfinished: tuple[str, ...]
    documents: tuple[DocumentRecord, ...]
    rejected: tuple[Rejected, ...]


def status(store: str | Path) -> Status:
    """Describe an index. Raises `StoreError` where there is none, or none that can be read."""
    location = locate(store)
    generation = generations.current(location.folder)
    if generation is None:
        raise StoreError(f"There is no index at {location} yet. Make it with: python -m index")
    with schema.reading(generation) as connection:
        connection.execute("BEGIN")
        vector_base, word_base = fact(connection, "vectors"), fact(connection, "words")

        def count(table: str) -> int:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

        return Status(
            store=str(location),
            root=fact(connection, "root") or "",
            generation=generation.name,
            recipe=Recipe.from_json(fact(connection, "recipe") or ""),
            updated=fact(connection, "updated") or "",
            files=count("files"),
            passages=int(connection.execute("SELECT passages FROM totals").fetchone()[0]),
            vectors=count("vectors"),
            sealed_vectors=Base.from_json(vector_base).count if vector_base else 0,
            sealed_passages=WordBase.from_json(word_base).count if word_base else 0,
            catalog_bytes=_size(generation, f"{schema.CATALOG}*"),
            chroma_bytes=_size(generation / "chroma", "**/*"),
            words_bytes=_size(generation / "words", "**/*"),
            writing=is_writing(location.folder),
            unfinished=tuple(other.name for other in generations.others(location.folder)),
            documents=rows.documents(connection),
            rejected=rows.rejected(connection),
        )


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())
