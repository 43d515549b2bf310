"""Putting right what a check found, from what is still good."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index import generations, schema
from index.build import Options, Report, update_locked
from index.catalog import recount, set_fact, transaction
from index.checking import Findings, Problem, check
from index.embedding import Embedder
from index.errors import StoreError
from index.location import locate
from index.progress import Progress, Repaired, Waiting, silent
from index.writing import write_lock


def repair(
    documents: Path, store: str | Path, embedder: Embedder, *, wait: bool = True, progress: Progress = silent
) -> tuple[Findings, Report]:
    """Check an index, put right what is wrong, and bring it up to date; returns what the check found, and the update.

    Broken documents are read again from their files; words and vectors are made again from the
    catalog; a catalog that cannot be read at all is built anew, with the vectors that can still be read.
    """
    location = locate(store)
    with write_lock(location.folder, wait=wait, waiting=lambda message: progress(Waiting(message))):
        generations.recover(location.folder, lambda message: progress(Repaired(message)))
        findings = _check(store, documents, progress)
        for message in dict.fromkeys(map(_said, findings.problems)):
            progress(Repaired(message))
        anew = any(problem.part == "catalog" for problem in findings.problems)
        if not anew:
            generation = generations.current(location.folder)
            assert generation is not None  # or the check would have found the catalog missing
            with closing(schema.connect(generation, write=True)) as connection, transaction(connection):
                _mend(connection, findings.problems)
        return findings, update_locked(
            documents.expanduser().resolve(), location, embedder, Options(anew=anew), progress
        )


def _check(store: str | Path, documents: Path, progress: Progress) -> Findings:
    """A check for which a catalog that cannot be opened is a finding like any other."""
    try:
        return check(store, documents, progress)
    except StoreError as error:
        return Findings((Problem("catalog", str(error)),), 0, 0, 0, 0)


def _mend(connection: sqlite3.Connection, problems: Sequence[Problem]) -> None:
    """Make the next update redo what is broken."""
    broken = {problem.path for problem in problems if problem.part in ("document", "source")}
    connection.executemany(
        "UPDATE files SET sha256 = x'' WHERE path = ?1 OR path = (SELECT file FROM documents WHERE path = ?1)",
        [(path,) for path in broken],
    )
    if broken or any(problem.part == "words" for problem in problems):
        # Before the documents are taken out: that takes their words out as the passages now say them.
        recount(connection)
        set_fact(connection, "words", "")
    if any(problem.part == "vectors" for problem in problems):
        set_fact(connection, "vectors", "")


def _said(problem: Problem) -> str:
    return f"{problem.path}: {problem.message}" if problem.path else problem.message
