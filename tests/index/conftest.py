"""A small folder of documents and its index, built once and copied for each test that changes it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.build import Options, Report, update
from index.checking import check
from index.progress import Progress, silent
from index.snapshot import Snapshot
from index.store import Store
from tests.index.tiny import TinyEmbedder

PLAIN = Options()

TEXTS = {
    "harbour.md": "# The harbour\n\nThe harbour of Vesel opened in 1874. Ships of forty metres may enter it.\n\n"
    "## Tides\n\nThe tide rises four metres at the full moon. Pilots wait for high water.\n",
    "mill.txt": "The mill on the Orra grinds rye and barley. Its wheel was replaced in 1951 by a turbine.\n\n"
    "The miller, Ida Brandt, keeps a diary of the water level.\n",
    "letters/first.txt": "Dear Ida, the turbine has arrived. We need four strong men and a dry day.\n",
    "letters/second.txt": "Dear Jonas, the day was dry but only three men came. The turbine stands.\n",
    "letters/notes.txt": "Rye stands at two crowns. Barley stands at one crown and a half.\n",
    "archive/notes.txt": "The council met on the third of May and spoke of the bridge for two hours.\n",
    "bridge.html": "<html><head><title>The bridge</title></head><body><article><h1>The bridge</h1><p>The bridge over "
    "the Orra carries carts of two tons. It was built of larch and is tarred every spring by the council's "
    "men.</p></article></body></html>",
    "prices.csv": "grain,crowns\nrye,2\nbarley,1.5\noats,1\n",
}


@dataclass(frozen=True)
class Place:
    """A documents folder and the index over it."""

    documents: Path
    store: Path

    def update(
        self, embedder: TinyEmbedder | None = None, options: Options = PLAIN, progress: Progress = silent
    ) -> Report:
        return update(self.documents, self.store, embedder or TinyEmbedder(), options, progress)

    def open(self) -> Store:
        return Store.open(self.store, embedder_name="tiny@1")

    def write(self, path: str, text: str) -> Path:
        file = self.documents / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def contents(self) -> dict[str, object]:
        """All that can be asked of the index, without the keys, which depend on its history."""
        return contents(self.store)

    def clean(self) -> bool:
        found = check(self.store, self.documents)
        assert found.problems == ()
        return True


def contents(store: Path, model: str = "tiny@1") -> dict[str, object]:
    """All that can be asked of an index, without the keys, which depend on its history."""
    embedder = TinyEmbedder(model)
    opened = Store.open(store, embedder_name=model)
    try:
        with opened.snapshot() as now:
            found: dict[str, object] = {
                "documents": now.documents(),
                "rejected": now.rejected(),
                "texts": {record.path: now.document(record.path) for record in now.documents()},
                "vocabulary": now.vocabulary(""),
            }
            for question in ("turbine", "the harbour at high water", "council bridge larch", "rye and barley crowns"):
                for kind, hits in (
                    ("words", now.search_words(question, 10)),
                    ("vectors", now.search_vectors(embedder.embed_query(question), 10)),
                ):
                    passages = now.passages([key for key, _ in hits])
                    # Words that most passages hold score next to nothing, and yet put them in an order.
                    scores = [float(f"{score:.5g}") if kind == "words" else round(score, 4) for _, score in hits]
                    # Of equals at the end of the list any may be in it: which are depends on the keys.
                    last = scores[-1] if len(hits) == 10 else -2.0
                    ranked = [
                        (score, passages[key].text, _documents(now, key))
                        for (key, _), score in zip(hits, scores, strict=True)
                        if score > last
                    ]
                    found[f"{kind}: {question}"] = (sorted(ranked, key=lambda hit: (-hit[0], hit[1])), len(hits), last)
            return found
    finally:
        opened.close()


def _documents(now: Snapshot, key: int) -> list[str]:
    return sorted(passage.document for passage in now.passages(now.places(key)).values())


class StaleEntry:
    """An entry of a folder that can be listed, but not looked at."""

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self._entry = entry

    def __getattr__(self, name: str) -> object:
        return getattr(self._entry, name)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def shut(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the system refuse to list a folder, or to look at a file; whoever runs the tests may be root."""
    scandir = os.scandir

    @contextmanager
    def refusing(folder: str | Path) -> Iterator[Iterable[object]]:
        if os.fspath(folder) == str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with scandir(folder) as entries:
            yield [StaleEntry(entry) if entry.path == str(path) and entry.is_file() else entry for entry in entries]

    patch.setattr("index.parsing.os.scandir", refusing)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The index over `TEXTS`. Not to be changed: see `place`."""
    folder = tmp_path_factory.mktemp("built")
    place = Place(folder / "first" / "documents", folder / "first" / "store")
    for path, text in TEXTS.items():
        place.write(path, text)
    place.update()
    # An index belongs to the folder it was made over while that exists: the copies must be free of it.
    (folder / "first").rename(folder / "second")
    return Place(folder / "second" / "documents", folder / "second" / "store")


def copied(place: Place, folder: Path) -> Place:
    """A copy of a documents folder and its index, in another folder."""
    copy = Place(folder / "documents", folder / "store")
    shutil.copytree(place.documents, copy.documents)
    shutil.copytree(place.store, copy.store)
    return copy


@pytest.fixture
def place(built: Place, tmp_path: Path) -> Place:
    """A copy of the index over `TEXTS`, to be changed."""
    return copied(built, tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    """A folder without documents, and no index yet."""
    (tmp_path / "documents").mkdir()
    return Place(tmp_path / "documents", tmp_path / "store")
