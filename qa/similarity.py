"""How alike texts are in meaning, by the index's embedding model; each text is embedded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from index.embedding import Embedder, Vectors

KEPT = 4096  # vectors remembered: 6 MB with the bundled model


class Similar:
    """The cosine of one text with each of several: `Similar(embedder)(text, texts)`."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def __call__(self, text: str, texts: Sequence[str]) -> list[float]:
        """One cosine (-1..1) for each of the texts."""
        if not texts:
            return []
        vectors = self._vectors([text, *texts])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if unknown:
            self._kept.update(zip(unknown, self._embedder.embed(unknown), strict=True))
        for text in texts:
            self._kept.move_to_end(text)
        rows = np.stack([self._kept[text] for text in texts])
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return rows
