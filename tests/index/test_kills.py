"""Killed at any instant, an index shows each document as before or as after, and the next update puts it right."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from index.build import Options, update
from index.checking import check
from index.documents import Document
from index.formats import read_file
from index.parsing import list_files
from index.store import Store
from tests.index.conftest import contents
from tests.index.tiny import CHILDREN, TinyEmbedder, update_in_child

WORDS = "rye barley oats mill turbine bridge harbour tide council letter crown water wheel ferry road quarry".split()


def texts(folder: Path) -> dict[str, str]:
    """The digest of each document that a folder gives."""
    found = [one for file in list_files(folder).files for one in read_file(folder, file.path)]
    return {one.path: one.digest for one in found if isinstance(one, Document)}


def change(folder: Path, chance: random.Random) -> None:
    """Add, rewrite, rename and delete a few files.

    They are so small that after 200 rounds there are fewer than `FEW` passages: so many are searched exactly, and
    what is found must be the same to the last one. Beyond that, tantivy proposes by nearly the scores that decide.
    """
    for _ in range(chance.randint(1, 6)):
        files = sorted(path for path in folder.rglob("*.md"))
        what = chance.choice(["add", "add", "rewrite", "rename", "delete"]) if len(files) > 4 else "add"
        target = folder / f"{chance.choice('abc')}/{chance.randrange(10**6):06}.md"
        target.parent.mkdir(exist_ok=True)
        if what == "delete":
            chance.choice(files).unlink()
        elif what == "rename":
            chance.choice(files).rename(target)
        else:
            sections = [
                f"# {chance.choice(WORDS)} {i}\n\n{' '.join(chance.choices(WORDS, k=20)).capitalize()}.\n"
                for i in range(chance.randint(1, 8))
            ]
            (target if what == "add" else chance.choice(files)).write_text("\n".join(sections))


def run_kills(folder: Path, kills: int, seed: int, *, compare_each: bool) -> int:
    """Kill so many updates; returns how many were still running when they were killed."""
    chance = random.Random(seed)
    documents, store = folder / "documents", folder / "store"
    documents.mkdir()
    change(documents, chance)
    model, indexed, took, hit = "tiny@1", {}, 1.0, 0
    for number in range(kills):
        if number:
            change(documents, chance)
        anew = False
        if number % 5 == 4:  # a generation switch
            model = "tiny@2" if model == "tiny@1" and chance.random() < 0.5 else "tiny@1"
            anew = True
        wanted = texts(documents)
        child = CHILDREN.Process(target=update_in_child, args=(str(documents), str(store), model, anew))
        began = time.monotonic()
        child.start()
        child.join(chance.uniform(0, took * 1.1))
        ended = time.monotonic() - began
        child.kill()  # of no effect on one that has just ended
        child.join()
        if child.exitcode == -signal.SIGKILL:
            hit += 1
        else:
            took = ended
        if (store / "current").exists():
            opened = Store.open(store)
            for record in opened.documents():
                allowed = (indexed.get(record.path), wanted.get(record.path))
                assert opened.document(record.path).digest == record.digest
                assert record.digest in allowed, f"kill {number}: {record.path} is neither as before nor as after"
            opened.close()
        began = time.monotonic()
        update(documents, store, TinyEmbedder(model))
        took = max(took, time.monotonic() - began)
        found = check(store, documents)
        assert (found.problems, found.skipped) == ((), 0), f"after kill {number}"
        opened = Store.open(store, embedder_name=model)
        indexed = {record.path: record.digest for record in opened.documents()}
        opened.close()
        assert indexed == wanted
        if compare_each or number == kills - 1:
            peace = folder / f"peace{number}"
            update(documents, peace, TinyEmbedder(model))
            assert contents(store, model) == contents(peace, model), f"after kill {number}"
    return hit


def test_kills(tmp_path: Path) -> None:
    assert run_kills(tmp_path, 15, seed=1, compare_each=False) >= 5


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_kills(tmp_path: Path) -> None:
    assert run_kills(tmp_path, 200, seed=2, compare_each=True) >= 100


def test_killed_while_its_bases_are_made(tmp_path: Path) -> None:
    """The longest part of a first build has its own chance to be hit."""
    (tmp_path / "documents").mkdir()
    change(tmp_path / "documents", random.Random(3))
    update(tmp_path / "documents", tmp_path / "peace", TinyEmbedder())
    for delay in (0.3, 0.6, 0.9, 1.2):
        child = CHILDREN.Process(
            target=update_in_child, args=(str(tmp_path / "documents"), str(tmp_path / "store"), "tiny@1", False)
        )
        child.start()
        child.join(delay)
        child.kill()
        child.join()
    update(tmp_path / "documents", tmp_path / "store", TinyEmbedder(), Options())
    assert check(tmp_path / "store", tmp_path / "documents").problems == ()
    assert contents(tmp_path / "store") == contents(tmp_path / "peace")
