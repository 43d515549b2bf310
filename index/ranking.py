"""BM25: how well a passage's words match a question's (pure).

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the
usual constants. A term counts by the column it stands in, as in SQLite's FTS5. Scores are made of the
catalog's own counts, so they do not depend on which index found a passage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from index.words import terms_of

# A title stands over every passage of its document, so it tells least about any one of them.
TITLE_WEIGHT, HEADING_WEIGHT, TEXT_WEIGHT = 0.5, 0.6, 1.0
K1, B = 1.2, 0.75
# What a term is worth that stands in more than half of all passages: next to nothing, but not less.
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Corpus:
    """How many passages there are, and how many terms they have on average."""

    passages: int
    average: float


def worth(passages: int, holding: int) -> float:
    """The weight of a term that `holding` of `passages` hold."""
    return max(math.log((passages - holding + 0.5) / (holding + 0.5)), LEAST)


def bm25(corpus: Corpus, worths: Mapping[str, float], title: str, heading: str, text: str) -> float:
    """A passage's score for a question's terms, given what each is worth; 0 if it holds none."""
    counts: dict[str, float] = {}
    length = 0
    for column, weight in ((title, TITLE_WEIGHT), (heading, HEADING_WEIGHT), (text, TEXT_WEIGHT)):
        terms = terms_of(column)
        length += len(terms)
        for term in terms:
            if term in worths:
                counts[term] = counts.get(term, 0.0) + weight
    norm = K1 * (1 - B + B * length / corpus.average)
    return sum(worths[term] * count * (K1 + 1) / (count + norm) for term, count in counts.items())
