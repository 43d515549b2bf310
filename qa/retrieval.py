"""Question to ranked passages: words and vectors, fused."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.documents import Metadata, Span
from index.passages import Passage
from index.words import words_of

CANDIDATES = 50  # taken from the words and from the vectors each, before they are fused
Candidate = tuple[int, float, float, float]  # key, fused score, cosine, BM25
WORDS_WEIGHT = 0.75
NAMED_BONUS = 1.0  # on a sum of z-scores, for a document whose publisher or author the question names


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how. `score` is the fused score, comparable within one search only.

    `cosine` is -1..1; `words` is BM25, 0 where no word of the question stands in the passage.
    """

    passage: Passage
    title: str
    metadata: Metadata
    score: float
    cosine: float
    words: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.score, self.cosine, self.words))):
            raise ValueError(f"scores are finite, got {self.score}, {self.cosine}, {self.words}")


class Searchable(Protocol):
    """What retrieval asks of a store."""

    def search_words(
        self, query: str, limit: int, within: Collection[str] | None = None
    ) -> list[tuple[int, float]]: ...
    def score_words(self, query: str, keys: Collection[int]) -> Mapping[int, float]: ...
    def search_vectors(
        self, vector: NDArray[np.float32], limit: int, within: Collection[str] | None = None
    ) -> list[tuple[int, float]]: ...
    def score_vectors(self, vector: NDArray[np.float32], keys: Collection[int]) -> Mapping[int, float]: ...


def fuse(cosines: Mapping[int, float], words: Mapping[int, float]) -> dict[int, float]:
    """One score a passage from both searches: the sum of z-scores, the words' at three quarters.

    `cosines` names every candidate; one without a score in `words` has 0, as BM25 would give it.
    A search in which all candidates score alike says nothing and adds nothing.
    """
    keys = list(cosines)
    dense = _standardised([cosines[key] for key in keys])
    sparse = _standardised([words.get(key, 0.0) for key in keys])
    return {key: d + WORDS_WEIGHT * s for key, d, s in zip(keys, dense, sparse, strict=True)}


def candidates(
    store: Searchable,
    query: str,
    embed: Callable[[str], NDArray[np.float32]],
    within: Collection[str] | None = None,
) -> list[Candidate]:
    """The passages either search finds, best first.

    `embed` gives the query's unit vector; it is called in another thread, while the words are searched for.
    """
    with ThreadPoolExecutor(1, "embed-query") as beside:
        embedded = beside.submit(embed, query)
        words = dict(store.search_words(query, CANDIDATES, within))
        vector = embedded.result()
    cosines = dict(store.search_vectors(vector, CANDIDATES, within))
    # Every candidate needs both scores: absence from one search's best fifty is not a zero.
    words |= store.score_words(query, [key for key in cosines if key not in words])
    cosines |= store.score_vectors(vector, [key for key in words if key not in cosines])
    # A passage whose vector is not there yet is still found by its words, as if its meaning were the least alike.
    least = min(cosines.values(), default=0.0)
    fused = fuse({key: cosines.get(key, least) for key in cosines | words}, words)
    ranked = sorted(fused, key=lambda key: (-fused[key], key))
    return [(key, fused[key], cosines.get(key, least), words.get(key, 0.0)) for key in ranked]


def contenders(found: Sequence[Candidate], limit: int) -> Sequence[Candidate]:
    """Of candidates, best first, those that can be among the first `limit` once a source that is named is preferred."""
    if len(found) <= limit:
        return found
    least = found[limit - 1][1] - NAMED_BONUS
    return [one for one in found if one[1] >= least]


def prefer_named(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with those first whose document's publisher or author the question names, as "according to" does.

    A preference, not a filter: the document that is named may only be quoted in another.
    """
    asked = set(words_of(question))
    raised = [replace(hit, score=hit.score + NAMED_BONUS) if _named(asked, hit.metadata) else hit for hit in hits]
    return best_first(raised)


def best_first(hits: Iterable[Hit]) -> list[Hit]:
    """The best score first; of equals, as they stand in the documents. It is the order they are read in."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage.document, hit.passage.span.start))


class _Of(Protocol):
    @property
    def passage(self) -> Passage: ...


Ranked = TypeVar("Ranked", bound=_Of)


def in_turns(rankings: Iterable[Sequence[Ranked]]) -> tuple[Ranked, ...]:
    """Several rankings of passages as one, taken in turns; a passage in more than one keeps its best place."""
    kept: dict[tuple[str, Span], Ranked] = {}
    for turn in zip_longest(*rankings):
        for each in turn:
            if each is not None:
                kept.setdefault((each.passage.document, each.passage.span), each)
    return tuple(kept.values())


def _named(asked: set[str], metadata: Metadata) -> bool:
    names = (metadata.publisher, *metadata.author.split(","))
    return any(words <= asked for name in names if (words := set(words_of(name)) - {"the", "and"}))


def _standardised(values: list[float]) -> list[float]:
    array = np.asarray(values, dtype=np.float64)
    spread = array.std() if len(array) else 0.0
    return [0.0] * len(array) if spread == 0.0 else ((array - array.mean()) / spread).tolist()
