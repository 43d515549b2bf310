"""Fused BM25 and MiniLM retrieval over windows held in memory: where hard negatives come from."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from index.ranking import K1, B
from qa.retrieval import WORDS_WEIGHT
from qa.windows import Window


def _stems(text: str) -> list[str]:
    return [re.sub(r"(?:ing|ed|es|s)$", "", word) or word for word in re.findall(r"\w+", text.casefold())]


class Fused:
    """Ranks windows for a question by the sum of z-scores of cosine and BM25, as the assistant's search adds them."""

    def __init__(self, windows: Sequence[Window], embedder: Embedder | None) -> None:
        """`embedder` None ranks by BM25 alone, for pools too large to embed in passing."""
        texts = [f"{w.prefix}\n{' '.join(w.sentences)}" for w in windows]
        self._embedder = embedder
        self._vectors = embedder.embed(texts) if embedder else None
        counts = [Counter(_stems(text)) for text in texts]
        self._lengths = np.array([sum(c.values()) for c in counts], dtype=np.float32)
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                postings[word].append((number, times))
        self._postings = {word: np.array(found) for word, found in postings.items()}

    def rank(
        self, questions: Sequence[str], top: int, words: float = WORDS_WEIGHT, meaning: float = 1.0
    ) -> list[list[int]]:
        """For each question the numbers of its `top` windows, best first; the other two weigh the scores."""
        ranked = []
        asked = self._embedder.embed(questions) if self._embedder else None
        for number, question in enumerate(questions):
            fused = words * _z(self._bm25(question))
            if asked is not None and self._vectors is not None:
                fused += meaning * _z(self._vectors @ asked[number])
            ranked.append([int(i) for i in np.argsort(-fused, kind="stable")[:top]])
        return ranked

    def _bm25(self, question: str) -> NDArray[np.float32]:
        scores = np.zeros(len(self._lengths), dtype=np.float32)
        norm = K1 * (1 - B + B * self._lengths / self._lengths.mean())
        for word in set(_stems(question)):
            if (postings := self._postings.get(word)) is None:
                continue
            numbers, times = postings.T
            idf = math.log(1 + (len(scores) - len(numbers) + 0.5) / (len(numbers) + 0.5))
            scores[numbers] += idf * times * (K1 + 1) / (times + norm[numbers])
        return scores


def _z(values: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
