"""Whether a question is written in a language that the documents do not speak, told by their vocabulary."""

from __future__ import annotations

from index.words import words_of
from qa.spelling import Vocabulary

FEWEST = 3  # words; of fewer, nothing can be told
KNOWN = 0.5  # share of a question's words below which it is taken for another language

NOTICE = (
    "Few words of the question stand in the documents. If it is written in another language than they are, "
    "ask in theirs, or use a language model."
)


def is_foreign(question: str, vocabulary: Vocabulary) -> bool:
    """Whether fewer than half of a question's words, numbers left out, stand anywhere in the documents."""
    words = [word for word in words_of(question) if not word.isdigit()]
    if len(words) < FEWEST:
        # A text written without spaces is one long word.
        return any(len(word) >= 2 * FEWEST and not word.isascii() and not _known(word, vocabulary) for word in words)
    return sum(_known(word, vocabulary) for word in words) < KNOWN * len(words)


def _known(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary(word, range(len(word), len(word) + 1))
