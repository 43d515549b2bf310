"""Markers such as [2] in what a language model writes: found, taken out, and never shown by half (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import Span
from index.passages import sentences

_ONE = r"\^?(?:passages?|sources?|nos?\.?)?\s*\^?\d{1,3}"
_NUMBERS = rf"{_ONE}(?:\s*(?:,|;|&|and|und|et|y|-|–)\s*{_ONE})*"
# [1], [1, 2], [1-3], [^1], [passage 1], and the brackets 【1】 and 【1†source】 of some models.
_MARKER = re.compile(rf"[ \t]*(?:\[\s*({_NUMBERS})\s*\]|【\s*({_NUMBERS})\s*(?:†[^】]{{0,40}})?】)", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,3})(?:\s*[-–]\s*\^?(\d{1,3}))?")
# What may still become a marker: an opening bracket near the end, with nothing in it that no marker has.
_UNFINISHED = re.compile(r"[ \t]*(?:\[[^\[\]\n]{0,24}|【[^】\n]{0,48})$")
MOST_IN_ONE = 20  # numbers in one marker; "[1-300]" is none


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence a model has written, markers taken out, and the passages it cites, each once, as they came.

    `layout` is what stood before it: white space and line breaks.
    """

    layout: str
    text: str
    numbers: tuple[int, ...]


def without_markers(text: str) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    """The text without its markers and the white space before them; and where each stood, with its numbers."""
    clean: list[str] = []
    found: list[tuple[int, tuple[int, ...]]] = []
    length = end = 0
    for match in _MARKER.finditer(text):
        numbers = numbers_in(match[1] or match[2])
        if not numbers:
            continue
        clean.append(text[end : match.start()])
        length += match.start() - end
        found.append((length, numbers))
        end = match.end()
    clean.append(text[end:])
    return "".join(clean), found


def numbers_in(marker: str) -> tuple[int, ...]:
    """The numbers that a marker's inside names, each once: "1, 3-5" -> 1, 3, 4, 5; () if they are too many."""
    numbers: list[int] = []
    for match in _NUMBER.finditer(marker):
        low, high = int(match[1]), int(match[2] or match[1])
        if high - low >= MOST_IN_ONE:
            return ()
        numbers += range(low, high + 1) if low <= high else (low, high)
    return tuple(dict.fromkeys(numbers))


def showable(text: str) -> str:
    """As much of a text on its way as may be shown: whole markers taken out, the half of one held back."""
    unfinished = _UNFINISHED.search(text)
    return without_markers(text[: unfinished.start()] if unfinished else text)[0]


def split_written(text: str, complete: bool) -> tuple[list[Written], str]:
    """The sentences of a text that are over, and the rest, which may still grow.

    A sentence is over when another has begun after it, since its markers may follow its full stop. With
    `complete`, all are over and the rest is "".
    """
    unfinished = None if complete else _UNFINISHED.search(text)
    tail = text[unfinished.start() :] if unfinished else ""
    text = text.removesuffix(tail)
    clean, marks = without_markers(text)
    spans = list(sentences(clean))
    over = complete or (bool(spans) and "\n\n" in clean[spans[-1].end :])
    done = len(spans) if over else max(0, len(spans) - 1)
    numbers: list[list[int]] = [[] for _ in spans]
    for at, cited in marks:
        owner = _owner(clean, spans, at)
        if owner is not None:
            numbers[owner] += cited
    written = [
        Written(
            clean[spans[i - 1].end if i else 0 : spans[i].start],
            spans[i].of(clean),
            tuple(dict.fromkeys(numbers[i])),
        )
        for i in range(done)
    ]
    return written, "" if complete else _rest(text, spans[done - 1].end if done else 0) + tail


def _owner(clean: str, spans: Sequence[Span], at: int) -> int | None:
    """The sentence a marker at a place belongs to: the one it stands in or after, or before at a line's start."""
    before = [i for i, span in enumerate(spans) if span.start < at]
    if before and "\n" not in clean[spans[before[-1]].end : at]:
        return before[-1]
    after = [i for i, span in enumerate(spans) if span.start >= at]
    return after[0] if after else (before[-1] if before else None)


def _rest(text: str, end: int) -> str:
    """The raw text after the place `end` of the clean text, and after the markers right there."""
    clean = raw = 0
    for match in _MARKER.finditer(text):
        if not numbers_in(match[1] or match[2]):
            continue
        if clean + match.start() - raw > end:
            break
        clean += match.start() - raw
        raw = match.end()
    return text[raw + end - clean :]


__all__ = ["Written", "numbers_in", "showable", "split_written", "without_markers"]
