"""Words: as written, for the vocabulary; as terms that are searched for (pure).

A term is a word with case and accents folded and its English ending cut (Porter's algorithm), so
that "visits" finds "visit" and "Zurich" finds "Zürich". Chinese and Japanese, written without
spaces, become overlapping pairs of characters.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]

TERMS_VERSION = "2"

_WORD = re.compile(r"[^\W_]+")
_FOLDED = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}  # ASCII, as it is in words
_MARKS = "’‘“”–—…\u00a0"  # what English prose has beyond ASCII, none of it part of a word
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
LONGEST = 64  # characters; what is longer is no word, and is kept whole but not stemmed


def words_of(text: str) -> list[str]:
    """A text's words in order, as the vocabulary spells them: case and accents folded, endings kept."""
    if not text.isascii():
        for mark in _MARKS:
            text = text.replace(mark, " ")
    if text.isascii():  # four times as fast as a pattern, and a search scores a few hundred passages
        return text.translate(_FOLDED).split()
    # Cases first: an accent may fold to a letter, as the Greek iota below does.
    text = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())))
    return _WORD.findall(text.casefold())


def terms_of(text: str) -> list[str]:
    """A text's terms in order, as they are indexed and searched for."""
    return terms_from(words_of(text))


def terms_from(words: Iterable[str]) -> list[str]:
    """The terms of words in order, the words as `words_of` spells them."""
    terms: list[str] = []
    for word in words:
        if word.isascii() or not _UNSPACED.search(word):
            terms.append(stem(word))
        else:
            terms.extend(_pairs(word))
    return terms


@lru_cache(1 << 17)
def stem(word: str) -> str:
    """A word without its English ending."""
    return _stemmers.of_thread().stemWord(word) if 2 < len(word) <= LONGEST else word


class _Stemmers(threading.local):
    """A stemmer for each thread: one cannot serve two at once."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("porter")

    def of_thread(self) -> Stemmer.Stemmer:
        return self._stemmer


_stemmers = _Stemmers()


def _pairs(word: str) -> list[str]:
    """A run of characters without spaces as pairs; what stands between such runs as words."""
    terms: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > at:
            terms.append(stem(word[at : run.start()]))
        characters = run.group()
        terms.extend(characters[i : i + 2] for i in range(max(len(characters) - 1, 1)))
        at = run.end()
    if at < len(word):
        terms.append(stem(word[at:]))
    return terms
