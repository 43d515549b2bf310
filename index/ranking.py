"""BM25: how well a passage's words match a question's (pure).

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with constants
for passages. A term counts by the column it stands in, as in SQLite's FTS5. Scores are made of the
catalog's own counts, so they do not depend on which index found a passage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.words import terms_of

# A title stands over every passage of its document, so it tells least about any one of them.
TITLE_WEIGHT, HEADING_WEIGHT, TEXT_WEIGHT = 0.5, 0.6, 1.0
# Of a short passage it tells more which of the question's terms it holds than how often, so K1 is far below the usual
# 1.2. With 1.2, 0.75 and the words at half weight nDCG@10 on SciFact is 0.731, with these 0.741, and the first six
# passages hold 0.86 of the evidence that studies, council and the news articles ask for, not 0.84.
K1, B = 0.3, 0.4
# What a term is worth that stands in more than half of all passages: next to nothing, but not less.
LEAST = 1e-6
REMEMBERED = 8192  # titles, headings and texts whose terms are kept: 12 MB of passages like SciFact's


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many passages there are, and how many terms they have on average."""

    passages: int
    average: float


def worth(passages: int, holding: int) -> float:
    """The weight of a term that `holding` of `passages` hold."""
    return max(math.log((passages - holding + 0.5) / (holding + 0.5)), LEAST)


class Scorer:
    """Scores passages for one question's terms."""

    def __init__(self, corpus: Corpus, worths: Mapping[str, float]) -> None:
        """`worths`: what each of the question's terms is worth."""
        self._corpus = corpus
        self._worths = worths

    def bm25(self, title: str, heading: str, text: str) -> float:
        """A passage's score; 0 if it holds none of the terms."""
        counts: dict[str, float] = {}
        length = 0
        for column, weight in ((title, TITLE_WEIGHT), (heading, HEADING_WEIGHT), (text, TEXT_WEIGHT)):
            terms = _terms(column)
            length += len(terms)
            for term in [term for term in terms if term in self._worths]:
                counts[term] = counts.get(term, 0.0) + weight
        norm = K1 * (1 - B + B * length / self._corpus.average)
        return sum(self._worths[term] * count * (K1 + 1) / (count + norm) for term, count in counts.items())


@lru_cache(REMEMBERED)
def _terms(column: str) -> tuple[str, ...]:
    """A column's terms, remembered by its words: those of a passage that is found often are made out once."""
    return tuple(terms_of(column))
