"""One generation, open for reading: its connections and its sealed bases, shared by all snapshots."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from index import generations, schema
from index.catalog import fact
from index.errors import StoreError
from index.exact import Recent
from index.fulltext import WordBase, WordBases
from index.location import Location
from index.snapshot import EXACT, OpenVectors, OpenWords
from index.vectors import Base, Bases, LocalBases

RETRY_SECONDS = 30.0  # before a Chroma that failed is tried again
KEPT = 2  # bases of a kind kept open: the newest, and one that a snapshot taken before may still ask for


def bases_of(location: Location, generation: Path) -> Bases:
    """Where a generation's vectors are sealed."""
    if location.server:
        from index.server import ServerBases

        return ServerBases(location, generation.name)
    return LocalBases(generation)


def remove(location: Location, generation: Path) -> None:
    """Delete a generation, and its vectors where they are sealed outside its folder."""
    bases_of(location, generation).sweep(None)
    generations.remove(generation)


def remove_others(location: Location) -> None:
    """Delete every generation but the one that serves."""
    for other in generations.others(location.folder):
        remove(location, other)


class Generation:
    """Safe from several threads. A base that cannot be opened is done without: everything counts as recent.

    So it does with `once`, for a program that asks one question, while scoring all takes less time than to open Chroma.
    """

    def __init__(self, location: Location, path: Path, once: bool = False) -> None:
        self.path = path
        self._once = once
        self.recipe = generations.recipe_of(path)
        self._notices: dict[str, str] = {}  # by kind, why a base is done without
        self._bases = bases_of(location, path)
        self._word_bases = WordBases(path)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        self._opening = threading.Lock()  # held while Chroma opens
        self._vectors: dict[str, OpenVectors] = {}
        self._words: dict[str, OpenWords] = {}
        self._retry_at = 0.0

    @property
    def notice(self) -> str:
        """Why a base is done without, "" if none is."""
        return " ".join(self._notices.values())

    def connection(self) -> Connection:
        """A connection to the catalog, to be given back."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return schema.connect(self.path)

    def give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle now, and the rest when it is given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._vectors, self._words = {}, {}
        for connection in idle:
            connection.close()

    def vectors(self, base: Base | None) -> OpenVectors:
        """The vectors of a snapshot that names this base."""
        if base is None or (self._once and base.count <= EXACT):
            return self._held("") or self._keep("", OpenVectors(None, 0, 0, Recent(0)))
        if held := self._held(base.name):
            return held
        earlier = self._earlier(base)
        if earlier is None:
            with self._opening:
                return self._held(base.name) or self._open_vectors(base)
        # What came after it counts as recent, so an earlier base does too: nobody waits for the new one.
        if self._opening.acquire(blocking=False):
            threading.Thread(target=self._open_later, args=(base,), name="footnote-vectors", daemon=True).start()
        return earlier

    def words(self, base: WordBase | None) -> OpenWords:
        """The words of a snapshot that names this base."""
        name = base.name if base else ""
        with self._lock:
            held = self._words.get(name)
        if held is None:
            held = OpenWords(None, 0)
            if base is not None:
                try:
                    held = OpenWords(self._word_bases.open(name), base.upto)
                    self._notices.pop("words", None)
                except StoreError as error:
                    self._notices["words"] = str(error)
            with self._lock:
                self._words[name] = held
                _forget_oldest(self._words)
        return held

    def lost(self, error: StoreError) -> None:
        """Do without Chroma for a while, because a search in it failed."""
        with self._lock:
            self._notices["vectors"] = str(error)
            self._retry_at = time.monotonic() + RETRY_SECONDS
            self._vectors = {name: OpenVectors(None, 0, 0, Recent(0)) for name in self._vectors}

    def _held(self, name: str) -> OpenVectors | None:
        with self._lock:
            held = self._vectors.get(name)
            failed = name and held is not None and held.sealed is None
            return None if failed and time.monotonic() >= self._retry_at else held

    def _earlier(self, base: Base) -> OpenVectors | None:
        with self._lock:
            usable = [one for one in self._vectors.values() if one.sealed is not None and one.upto <= base.upto]
            return usable[-1] if usable else None

    def _open_later(self, base: Base) -> None:
        try:
            self._open_vectors(base)
        finally:
            self._opening.release()

    def _open_vectors(self, base: Base) -> OpenVectors:
        try:
            opened = OpenVectors(self._bases.open(base.name), base.count, base.upto, Recent(base.upto))
            self._notices.pop("vectors", None)
        except StoreError as error:
            self.lost(error)
            opened = OpenVectors(None, 0, 0, Recent(0))
        return self._keep(base.name, opened)

    def _keep(self, name: str, opened: OpenVectors) -> OpenVectors:
        with self._lock:
            self._vectors.pop(name, None)
            self._vectors[name] = opened
            _forget_oldest(self._vectors)
        return opened


@dataclass(frozen=True, slots=True)
class NamedBases:
    """The bases that one snapshot's catalog names."""

    generation: Generation
    vector_base: Base | None
    word_base: WordBase | None

    @classmethod
    def of(cls, generation: Generation, connection: Connection) -> NamedBases:
        vectors, words = fact(connection, "vectors"), fact(connection, "words")
        return cls(
            generation,
            Base.from_json(vectors) if vectors else None,
            WordBase.from_json(words) if words else None,
        )

    def vectors(self) -> OpenVectors:
        return self.generation.vectors(self.vector_base)

    def words(self) -> OpenWords:
        return self.generation.words(self.word_base)

    def lost(self, error: StoreError) -> None:
        self.generation.lost(error)


def _forget_oldest(held: dict[str, OpenVectors] | dict[str, OpenWords]) -> None:
    while len(held) > KEPT:
        del held[next(iter(held))]
