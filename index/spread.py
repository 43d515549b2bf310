"""Embedding by several workers at once: processes of this machine, or a Ray cluster (`raycluster.py`).

Only texts go out and only vectors come back. Files are read, documents split and the catalog written by the one
process that holds the write lock, so nothing here needs to be idempotent: a text without a vector in the catalog is
handed out again, by this update or the next.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from index.embedding import Embedder, Vectors, open_embedder
from index.encoder import usable_cores
from index.errors import EmbeddingError

SHARE = 32  # texts handed to a worker at a time: a second's work of one core, and little to do again if it dies
PROBE = "The quick brown fox jumps over the lazy dog."
SAME = 0.999  # the least cosine between two computations of one text by one model, on whatever machines
DEATHS = 3  # in a row, with nothing done in between


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker must know: how to open the model, its name, and the vector that the probe must come out as."""

    opener: Callable[[], Embedder]
    name: str
    probe: bytes


class Crew(Protocol):
    """Workers. `size` is how many texts they embed at the same time."""

    size: int

    def embed(self, job: Job, shares: Sequence[Sequence[str]]) -> list[Vectors]:
        """The vectors of each share. What a dead worker had is given to another. Raises `EmbeddingError`."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


class SpreadEmbedder:
    """An embedder whose texts a crew embeds: the same model by the same name, and so the same index.

    What one worker would do alone, a question and the counting of tokens are done here, without the crew.
    """

    def __init__(self, plain: Embedder, opener: Callable[[], Embedder], crew: Crew) -> None:
        self.name = plain.name
        self.dimension = plain.dimension
        self.size = crew.size
        self._plain = plain
        self._opener = opener
        self._crew = crew
        self._job: Job | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        shares = [list(texts[at : at + SHARE]) for at in range(0, len(texts), SHARE)]
        if len(shares) <= 1:
            return self._plain.embed(texts)
        if self._job is None:
            self._job = Job(self._opener, self.name, self._plain.embed([PROBE])[0].tobytes())
        rows = np.concatenate(self._crew.embed(self._job, shares))
        assert rows.shape == (len(texts), self.dimension)
        return rows

    def embed_query(self, text: str) -> Vectors:
        return self._plain.embed_query(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._plain.count_tokens(texts)


def size_of(embedder: Embedder) -> int:
    """How many texts are embedded at the same time."""
    return embedder.size if isinstance(embedder, SpreadEmbedder) else 1


@contextmanager
def open_spread(model: str, workers: int = 1, ray: str = "") -> Iterator[Embedder]:
    """The embedder `open_embedder(model)` gives, spread over processes, or over the Ray cluster at an address."""
    if not ray and workers == 1:
        yield open_embedder(model)
        return
    crew: Crew
    if ray:
        from index.raycluster import RayCrew

        crew, threads = RayCrew(ray), 1
    else:
        crew, threads = ProcessCrew(workers), max(1, usable_cores() // workers)
    with closing(crew):
        yield SpreadEmbedder(open_embedder(model), partial(open_embedder, model, threads), crew)


class ProcessCrew:
    """Processes of this machine, started when there is work for them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool: ProcessPoolExecutor | None = None

    def embed(self, job: Job, shares: Sequence[Sequence[str]]) -> list[Vectors]:
        done: dict[int, Vectors] = {}
        deaths = 0
        while len(done) < len(shares):
            before = len(done)
            try:
                self._round(job, shares, done)
            except BrokenProcessPool as error:  # one has died, and with it the pool
                self.close()
                deaths = deaths + 1 if len(done) == before else 0
                if deaths == DEATHS:
                    raise EmbeddingError(
                        f"Embedding with {self.size} processes failed: they died {DEATHS} times in a row, most often "
                        "for want of memory. What was done before is kept. Run the same command again with fewer "
                        "--workers."
                    ) from error
        return [done[i] for i in range(len(shares))]

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _round(self, job: Job, shares: Sequence[Sequence[str]], done: dict[int, Vectors]) -> None:
        """Have the shares embedded that are not `done`, and add them to it."""
        if self._pool is None:
            # Spawned, not forked: the model's threads do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.size, context, _depend_on_parent)
        pool = self._pool
        work = {pool.submit(embed_share, job, share): i for i, share in enumerate(shares) if i not in done}
        broken = None
        for future in as_completed(work):
            try:
                done[work[future]] = future.result()
            except BrokenProcessPool as error:  # the rest is looked through for what was done before that
                broken = error
        if broken is not None:
            raise broken


_models: dict[str, Embedder] = {}


def embed_share(job: Job, texts: Sequence[str]) -> Vectors:
    """In a worker: the vectors of some texts. The model is opened, and seen to be the same, the first time."""
    if job.name not in _models:
        embedder = job.opener()
        expected = np.frombuffer(job.probe, dtype=np.float32)
        found = embedder.embed([PROBE])[0]
        if embedder.name != job.name or found.shape != expected.shape or float(found @ expected) < SAME:
            raise EmbeddingError(
                f"The embedding model {job.name} gives other vectors in a worker on {platform.node()} than here. "
                "Nothing of that worker was kept. Install the same version of Footnote and of the model there."
            )
        _models[job.name] = embedder
    return _models[job.name].embed(texts)


def _depend_on_parent() -> None:
    """In a process at its start: whoever started it ends it, an interruption does not; without a parent it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
