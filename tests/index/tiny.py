"""A real embedder that needs no model: words hashed into a vector. Deterministic, quick, and it counts its work."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Sequence
from hashlib import blake2b
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build import Options, update
from index.writing import write_lock

# Children of a server that has loaded everything and done nothing: quick to start, and safe to fork.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.index.tiny", "chromadb", "chromadb.api.client", "chromadb.api.rust"])


class TinyEmbedder:
    dimension = 32

    def __init__(self, name: str = "tiny@1") -> None:
        self.name = name
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, 32), dtype=np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [text]:
            digest = blake2b(f"{self.name}{word}".encode(), digest_size=8).digest()
            for byte in digest:
                vector[byte % self.dimension] += 1 if byte & 128 else -1
        length = float(np.linalg.norm(vector))
        return vector / length if length else np.eye(1, self.dimension, dtype=np.float32)[0]


def update_in_child(documents: str, store: str, model: str, anew: bool) -> None:
    """An update to be run, and killed, in a process of its own."""
    update(Path(documents), store, TinyEmbedder(model), Options(anew=anew))


def hold_lock_in_child(store: str, held: Event, release: Event) -> None:
    """Hold a store's write lock until told to let go."""
    with write_lock(Path(store)):
        held.set()
        release.wait(60)
