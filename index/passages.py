"""Passages: runs of whole sentences, small enough to embed, each knowing where it stands.

Text is cut into units first (a sentence of running text, a line of a list or a table, a heading),
then packed. Offsets are computed while cutting and never searched for afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sentencex

from index.documents import Document, Span

SPLITTER_VERSION = "2"
PASSAGE_TOKENS = 180  # leaves room for the heading within the 256 tokens the bundled model reads

WRAPPED_LINE = 55  # characters; a shorter line does not end because the margin was reached
LONG_UNIT = 400  # characters; a quotation this long is cut at the sentences inside it

_LINE = re.compile(r"[^\n]+")
_SEPARATOR = re.compile(r"[\s|:=*_#~+-]*")  # a table's ruling, a thematic break
_OWN_LINE = re.compile(r"\s*(?:#{1,6}\s|\*\*|[A-Z][\w ]{0,24}:\s|[-*+•·–]\s|\d{1,3}[.)]\s|\(?[a-z]\)\s|\||>|```|~~~)")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]*_]*\s*$")
_NUMBERING = re.compile(r"\W*\(?(?:\d{1,3}|[A-Za-z]|[ivxlc]{1,5})[.)]\W*$")
# A lone capital ends no sentence: an initial, or the first half of "U.S." where a hyphen stands before it.
_INITIAL = re.compile(r"(?:^|[^\w.])[A-Z]\.$")
_INNER_END = re.compile(r"(?<=[.!?])[\"”’']?\s+(?=[\"“‘']?[A-Z])")


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one document, under one heading.

    `document` is the document's path; `span` says where `text` stands in the document's text, and
    `sentences` where its sentences stand: spans in the document's text, in order, inside `span`.
    """

    document: str
    span: Span
    text: str
    page: str
    heading: str
    sentences: tuple[Span, ...]

    def __post_init__(self) -> None:
        if len(self.text) != self.span.end - self.span.start:
            raise ValueError(f"a passage of {self.document!r} does not fill its span")
        if not self.sentences or self.sentences[0].start < self.span.start or self.sentences[-1].end > self.span.end:
            raise ValueError(f"a passage of {self.document!r} has no sentences or they leave its span")

    def sentence(self, index: int) -> str:
        """The words of one of its sentences."""
        span = self.sentences[index]
        return self.text[span.start - self.span.start : span.end - self.span.start]


def embedding_text(passage: Passage) -> str:
    """What is embedded for a passage: its text under its heading. Equal texts have equal vectors."""
    return f"{passage.heading}\n{passage.text}" if passage.heading else passage.text


def sentences(text: str, language: str = "en") -> tuple[Span, ...]:
    """The sentences of a text as spans, in order and without overlap, white space trimmed.

    A heading, a line of a list and a row of a table count as sentences of their own; a line of
    running text that was broken at the margin goes on in the next. Rulings and blank lines belong
    to no sentence. `language` is a BCP 47 tag; an unknown one is split by the common rules.
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        spans.extend(_sentences_of_block(text, start, end, language))
    return tuple(spans)


def split(
    document: Document, count_tokens: Callable[[Sequence[str]], list[int]], limit: int = PASSAGE_TOKENS
) -> tuple[Passage, ...]:
    """A document's passages: whole sentences up to `limit` tokens, never across a heading.

    Every sentence of the document is in exactly one passage; only a sentence longer than `limit`
    by itself is cut, at white space. Where a passage must end, it ends with a paragraph if that
    fills at least half of it.
    """
    spans = sentences(document.text, document.metadata.language or "en")
    counts = count_tokens([span.of(document.text) for span in spans])
    units: list[tuple[Span, int]] = []
    for span, count in zip(spans, counts, strict=True):
        if count <= limit:
            units.append((span, count))
        else:
            pieces = _pieces(document.text, span, limit)
            units.extend(zip(pieces, count_tokens([piece.of(document.text) for piece in pieces]), strict=True))
    borders = {heading.start for heading in document.headings}
    passages: list[Passage] = []
    for group in _sections(units, sorted(borders)):
        for run in _pack(document.text, group, limit):
            span = Span(run[0].start, run[-1].end)
            passages.append(
                Passage(
                    document=document.path,
                    span=span,
                    text=span.of(document.text),
                    page=document.page_at(span.start),
                    heading=document.heading_at(span.start),
                    sentences=tuple(run),
                )
            )
    return tuple(passages)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines that read on: a paragraph, or a single heading, list line or table row."""
    start = end = -1
    for line in _LINE.finditer(text):
        if _SEPARATOR.fullmatch(line.group()):
            if start >= 0:
                yield start, end
            start = -1
            continue
        if start >= 0 and not _reads_on(text, start, end, line):
            yield start, end
            start = -1
        if start < 0:
            start = line.start()
        end = line.end()
    if start >= 0:
        yield start, end


def _reads_on(text: str, start: int, end: int, line: re.Match[str]) -> bool:
    """Whether a line goes on with the sentence of the block before it."""
    if text.count("\n", end, line.start()) > 1 or _OWN_LINE.match(line.group()):
        return False
    last = text[text.rfind("\n", start, end) + 1 if "\n" in text[start:end] else start : end]
    if _OWN_LINE.match(last) and last.lstrip().startswith(("#", "|")):
        return False
    if line.group().lstrip()[:1].islower():
        return True
    return len(last) >= WRAPPED_LINE and not _SENTENCE_END.search(last)


def _sentences_of_block(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    block = text[start:end]
    if block.lstrip().startswith(("#", "|")):
        yield _trimmed(text, start, end)
        return
    # The splitter takes a newline for a boundary of its own; inside a block it is only a margin.
    flat = block.replace("\n", " ")
    held = -1  # the start of a bare number ("3.") or what ends with an initial: it belongs to what follows
    for boundary in sentencex.get_sentence_boundaries(language, flat):
        at, until = start + boundary["start_index"], start + boundary["end_index"]
        at = held if held >= 0 else at
        piece = text[at:until]
        if not any(character.isalnum() for character in piece):
            continue
        if _NUMBERING.fullmatch(piece.strip()) and until < end:
            held = at
            continue
        if _INITIAL.search(piece.rstrip()) and until < end:
            held = at
            continue
        held = -1
        yield from _shortened(text, at, until)


def _shortened(text: str, start: int, end: int) -> Iterator[Span]:
    """A sentence, or the sentences inside a long quotation, which splitters keep whole."""
    if end - start > LONG_UNIT:
        for gap in _INNER_END.finditer(text, start, end):
            if gap.start() - start >= LONG_UNIT // 4:
                yield _trimmed(text, start, gap.start() + len(gap.group()) - len(gap.group().lstrip("\"”’'")))
                start = gap.end()
    if text[start:end].strip():
        yield _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _pieces(text: str, span: Span, limit: int) -> list[Span]:
    """A sentence too long for a passage, cut at white space into pieces of at most `limit` characters.

    A token is at least one character, so no piece takes more than `limit` tokens.
    """
    pieces: list[Span] = []
    start = span.start
    while start < span.end:
        end = min(start + limit, span.end)
        if end < span.end:
            gap = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = gap if gap > start else end
        if text[start:end].strip():
            pieces.append(_trimmed(text, start, end))
        start = end
    return pieces


def _sections(units: list[tuple[Span, int]], borders: list[int]) -> Iterator[list[tuple[Span, int]]]:
    """Units grouped so that no group crosses a heading."""
    group: list[tuple[Span, int]] = []
    waiting = iter([*borders, 1 << 62])
    border = next(waiting)
    for unit in units:
        if unit[0].start >= border:
            if group:
                yield group
            group = []
            while unit[0].start >= border:
                border = next(waiting)
        group.append(unit)
    if group:
        yield group


def _pack(text: str, units: list[tuple[Span, int]], limit: int) -> Iterator[list[Span]]:
    """Runs of units of at most `limit` tokens, ended at a paragraph where that is not too early."""
    run: list[tuple[Span, int]] = []
    for unit in units:
        if run and sum(count for _, count in run) + unit[1] > limit:
            cut = _paragraph_end(text, run, limit)
            yield [span for span, _ in run[:cut]]
            run = run[cut:]
        run.append(unit)
    yield [span for span, _ in run]


def _paragraph_end(text: str, run: list[tuple[Span, int]], limit: int) -> int:
    """How many units to take: up to the last paragraph's end past half the limit, else all."""
    filled = sum(count for _, count in run)
    for cut in range(len(run) - 1, 0, -1):
        filled -= run[cut][1]
        if filled < limit // 2:
            break
        if "\n\n" in text[run[cut - 1][0].end : run[cut][0].start]:
            return cut
    return len(run)
