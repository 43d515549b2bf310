"""Misspelt words of a question, mended from the index's own vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.words import words_of

SHORTEST = 5  # letters; shorter words have too many neighbours to guess at

_WORD = re.compile(r"[^\W\d_]+")
# Spellings of one sound, and double letters: "Josef" is one slip from "Joseph", by ear none.
_SOUNDS = (("ph", "f"), ("ck", "k"), ("y", "i"), ("z", "s"), ("c", "k"))
_DOUBLE = re.compile(r"(\w)\1")

Vocabulary = Callable[[str, range], Mapping[str, int]]


def mend(question: str, vocabulary: Vocabulary) -> str:
    """The question with each word that no passage holds replaced by the nearest that some passage holds.

    `vocabulary(prefix, lengths)` gives the indexed words that begin with a prefix and have a length in
    a range, and in how many passages each stands. One slip (a letter more, less, other, or two swapped)
    is mended in words of 5 to 7 letters, two in longer ones; failing that, one fewer in how it sounds. The first letter
    is taken to be right.
    """
    return _WORD.sub(lambda match: _mended(match.group(), vocabulary), question)


def _mended(word: str, vocabulary: Vocabulary) -> str:
    folded = "".join(words_of(word))
    if len(folded) < SHORTEST:
        return word
    if folded in vocabulary(folded, range(len(folded), len(folded) + 1)):
        return word  # as most words are; all others that begin alike need not be looked at
    slips = 1 if len(folded) < 8 else 2
    near = vocabulary(folded[0], range(len(folded) - slips, len(folded) + slips + 1))
    if _inflected(folded, near):
        return word
    written = {candidate: candidate for candidate in near}
    heard = {candidate: sound(candidate) for candidate in near}
    found = _nearest(folded, written, slips) or _nearest(sound(folded), heard, slips - 1)
    if not found:
        return word
    best = min(found, key=lambda candidate: (found[candidate], -near[candidate], candidate))
    return best.capitalize() if word[0].isupper() else best


def _nearest(word: str, spelt: Mapping[str, str], slips: int) -> dict[str, int]:
    """The five nearest candidates that are at most so many slips away, and how many each is. `spelt`: how each is."""
    found = process.extract(word, spelt, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=5)
    return {candidate: int(distance) for _, distance, candidate in found}


def sound(word: str) -> str:
    """A word as it sounds, roughly: one spelling for sounds that have several, no double letters."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _DOUBLE.sub(r"\1", word)


def _inflected(word: str, near: Mapping[str, int]) -> bool:
    """Whether the index holds the word with another ending: that is grammar, not a slip."""
    stems = {word.removesuffix(ending) for ending in ("s", "es", "ed", "d", "ing", "ly")} | {word}
    return any(stem + ending in near for stem in stems for ending in ("", "s", "es", "ed", "d", "ing", "e"))
