"""Embedding by several processes: the same index as by one, also when one of them dies at it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from index import generations
from index.build import update
from index.catalog import unpack
from index.cli import Place as Where
from index.cli import app
from index.embedding import BUNDLED, Embedder, open_embedder
from index.errors import EmbeddingError
from index.spread import SHARE, ProcessCrew, SpreadEmbedder, open_spread, size_of
from tests.index.conftest import Place
from tests.index.tiny import TinyEmbedder


class Fragile(TinyEmbedder):
    """In a worker it is killed at a text with "poison" in it, the first time or `always`; a line in `deaths` tells."""

    def __init__(self, deaths: Path, parent: int, *, always: bool = False, name: str = "tiny@1") -> None:
        super().__init__(name)
        self._deaths, self._parent, self._always = deaths, parent, always

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        dies = os.getpid() != self._parent and (self._always or not self._deaths.exists())
        if dies and any("poison" in text for text in texts):
            with self._deaths.open("a") as file:
                file.write("died\n")
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed(texts)


class Other(TinyEmbedder):
    """Another model under the same name."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.roll(super().embed(texts), 1, axis=1)


class Asking(TinyEmbedder):
    """A model that embeds questions in another way than documents."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return np.roll(super().embed_query(text), 1)


@contextmanager
def spread(opener: Callable[[], TinyEmbedder], size: int) -> Iterator[Embedder]:
    with closing(ProcessCrew(size)) as crew:
        yield SpreadEmbedder(TinyEmbedder(), opener, crew)


def fill(place: Place, sections: int) -> None:
    """Two files whose every section is a passage of its own, and a short one with the poison."""
    for name in ("a.md", "b.md"):
        text = "".join(f"# {name} {i}\n\nSection {i} of the file {name} on grain.\n\n" for i in range(sections))
        place.write(name, text)
    place.write("c.md", "# Of\n\nA poison.\n")


def vectors(store: Path) -> NDArray[np.float32]:
    """All vectors in a catalog, in the order of their texts' keys."""
    generation = generations.current(store)
    assert generation is not None
    (catalog,) = generation.glob("*.sqlite3")
    with closing(sqlite3.connect(catalog)) as connection:
        return unpack([blob for (blob,) in connection.execute("SELECT vector FROM vectors ORDER BY key")])


def test_the_program_makes_the_same_vectors_with_two_processes(empty: Place, tmp_path: Path) -> None:
    fill(empty, SHARE)
    for store, flags in ((empty.store, []), (tmp_path / "two", ["--workers", "2"])):
        ran = CliRunner().invoke(app, flags, obj=Where(empty.documents, str(store), None))
        assert ran.exit_code == 0 and f"added    a.md: {SHARE} passages\n" in ran.output
    alone, by_two = vectors(empty.store), vectors(tmp_path / "two")
    assert alone.shape == by_two.shape == (2 * SHARE + 1, 384)
    assert np.abs(alone - by_two).max() < 1e-5


def test_what_a_killed_process_had_is_done_by_another(empty: Place, tmp_path: Path) -> None:
    fill(empty, 150)
    deaths = tmp_path / "deaths"
    with spread(partial(Fragile, deaths, os.getpid()), 2) as several:
        report = update(empty.documents, empty.store, several)
    assert deaths.read_text() == "died\n"  # it happened
    assert report.embedded == 301 and empty.clean()
    alone = Place(empty.documents, tmp_path / "alone")
    alone.update()
    assert alone.contents() == empty.contents()


def test_an_update_whose_processes_all_die_fails_and_keeps_what_is_done(empty: Place, tmp_path: Path) -> None:
    fill(empty, 100)
    deaths = tmp_path / "deaths"
    with spread(partial(Fragile, deaths, os.getpid(), always=True), 1) as one:
        with pytest.raises(EmbeddingError, match="What was done before is kept"):
            update(empty.documents, empty.store, one)
    assert 3 <= len(deaths.read_text().splitlines()) <= 4
    again = TinyEmbedder()
    assert empty.update(again).embedded == len(again.texts) == 201 - 128  # nothing twice
    assert empty.clean()


def test_a_worker_with_another_model_is_found_out() -> None:
    with spread(Other, 1) as one:
        with pytest.raises(EmbeddingError, match="gives other vectors"):
            one.embed([str(i) for i in range(SHARE + 1)])


def test_a_model_that_embeds_questions_otherwise_is_spread_too() -> None:
    texts = [str(i) for i in range(SHARE + 1)]
    with closing(ProcessCrew(1)) as crew:
        assert np.array_equal(SpreadEmbedder(Asking(), Asking, crew).embed(texts), Asking().embed(texts))


def test_little_work_starts_no_process() -> None:
    with closing(ProcessCrew(2)) as crew:
        embedder = SpreadEmbedder(TinyEmbedder(), Other, crew)
        texts = [str(i) for i in range(SHARE)]
        assert np.array_equal(embedder.embed(texts), TinyEmbedder().embed(texts))
        assert embedder.embed([]).shape == (0, 32)


def test_it_is_the_same_model_by_the_same_name() -> None:
    plain = open_embedder()
    with open_spread(BUNDLED, 2) as several, open_spread(BUNDLED) as one:
        assert (several.name, several.dimension, size_of(several)) == (plain.name, plain.dimension, 2)
        assert type(one) is type(plain) and size_of(one) == 1


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--workers", "0"], "0 is not in the range x>=1"),
        (["--workers", "2", "--ray", "auto"], "not both"),
        (["rebuild", "--ray", "auto", "--workers", "2"], "not both"),
        (["--workers", "2", "status"], "--workers before status would be ignored"),
        (["--dry-run", "rebuild"], "--dry-run before rebuild would be ignored"),
        (["--retry", "--json", "check"], "--json before check would be ignored"),
    ],
)
def test_flags_that_make_no_sense_are_refused(empty: Place, flags: list[str], message: str) -> None:
    ran = CliRunner().invoke(app, flags, obj=Where(empty.documents, str(empty.store), None))
    assert ran.exit_code == 2 and message in ran.output
