"""Questions about a whole document: which one is meant, and the sentences that stand for it (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.documents import Document, Span
from index.passages import sentences
from index.records import DocumentRecord

PARTS = 4  # stretches of a document that each give one sentence
SHORTEST = 6  # words; shorter sentences are headings, captions and labels
SENTENCES_READ = 400  # of a document, evenly spread, so that a book takes no longer than a report

_ASKS_FOR_WHOLE = re.compile(
    r"\b(?:summari[sz]e|summary|sum up|overview of|main (?:points?|arguments?|ideas?|message|thesis)|key points|"
    r"central argument|gist|tl;?dr|what(?:'s| is) (?:the|this) (?:document|article|report|page|file|paper|piece|text|"
    r"brief|study|policy|column|memo|letter) about)\b",
    re.IGNORECASE,
)
_COMMON = frozenset(
    "a an the of in on at to for from by with and or summary summarise summarize main argument arguments point points "
    "piece idea ideas message thesis central sum up tl dr tldr article document report paper page file text brief "
    "what s is are this that it about give me us overview key gist study policy column memo letter please can "
    "could you i need want short shortly briefly quick quickly whole its does do say says provide content contents "
    "finding findings takeaway takeaways most important everything all here".split()
)
_WORD = re.compile(r"[^\W_]+")


def asks_for_whole(question: str) -> bool:
    """Whether a question asks what a document as a whole says."""
    return _ASKS_FOR_WHOLE.search(question) is not None


def meant(question: str, records: Sequence[DocumentRecord]) -> str | None:
    """The path of the one document that a question names by title, publisher, author or file name, if it names one.

    A collection of one document needs no naming, but a question that names something else does not mean it.
    """
    asked = _words(question) - _COMMON
    if len(records) == 1:
        return records[0].path if asked <= set().union(*_names(records[0])) else None
    scores = {r.path: _named(asked, r) for r in records}
    ranked = sorted(scores, key=lambda path: -scores[path])
    if scores[ranked[0]] >= 0.5 and scores[ranked[0]] > scores[ranked[1]]:
        return ranked[0]
    return None


def candidates(document: Document) -> list[Span]:
    """The sentences that could stand for a document: those long enough to say something."""
    spans = [s for s in sentences(document.text) if len(_WORD.findall(s.of(document.text))) >= SHORTEST]
    step = -(-len(spans) // SENTENCES_READ) if spans else 1
    return spans[::step]


def central(vectors: NDArray[np.float32], parts: int = PARTS) -> list[int]:
    """The numbers of the most central sentences, one from each of `parts` stretches of the document, in order.

    `vectors` are the sentences' unit vectors, (sentences, dimension). Central is nearest to the mean of all.
    """
    middle = vectors.mean(axis=0)
    closeness = vectors @ middle
    stretches = np.array_split(np.arange(len(vectors)), min(parts, len(vectors)))
    return [int(stretch[np.argmax(closeness[stretch])]) for stretch in stretches]


def _named(asked: set[str], record: DocumentRecord) -> float:
    """The largest share of a title's, publisher's, author's or file name's words that a question says."""
    return max((len(asked & words) / len(words) for words in _names(record)), default=0.0)


def _names(record: DocumentRecord) -> list[set[str]]:
    """The words of a title, a publisher, an author and a file name, each as far as it has any of its own."""
    stated = record.metadata
    names = (record.title, stated.publisher, stated.author, record.path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return [words for name in names if (words := _words(name) - _COMMON)]


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
