"""Evidence to Answer, without a language model: the documents' own sentences, put together (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.documents import Document, Span
from index.passages import sentences
from qa.answers import MARKER, Citation
from qa.choosing import MARKS, asks_for_several
from qa.ranking import Evidence

ANTECEDENT_REACH = 1500  # characters before a sentence in which what it refers to is looked for

_PRONOUN = re.compile(r"[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|These|Such|The (?:former|latter))\b")
_CORRECTS = re.compile(
    r"\W*(?:The correct\b|Correct(?:ly|ed|ion)?\b"
    r"|(?:It|This|That|They|The \w+) should (?:read|have (?:been|read|said|stated))\b"
    r"|(?:It|This|That|The \w+) (?:is|was) (?:wrong|incorrect|mistaken|an error)\b)"
)
_ITEM = re.compile(r"\s*(?:[-*+•·–]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_ROW = re.compile(r"\s*\|(.*?)\|?\s*$")


def quotes(question: str, chosen: Sequence[Evidence], documents: Mapping[str, Document]) -> list[tuple[str, Span]]:
    """Which words of which document are quoted for some evidence: the best document first, each in its own order.

    A sentence brings along what it cannot be understood without: the one before it if it begins with a pronoun,
    the list that it introduces; and, where several things are asked for, the whole list that it is an item of.
    """
    several = asks_for_several(question)
    groups: dict[str, list[Evidence]] = {}
    for evidence in chosen:
        groups.setdefault(evidence.document, []).append(evidence)
    quoted: list[tuple[str, Span]] = []
    for path, group in groups.items():
        end = -1
        for span in sorted((whole(e, documents[path], several) for e in group), key=lambda s: (s.start, -s.end)):
            if span.start >= end:
                quoted.append((path, span))
            elif span.end > end:
                quoted[-1] = (path, Span(quoted[-1][1].start, span.end))
            end = max(end, span.end)
    return quoted


def whole(evidence: Evidence, document: Document, several: bool) -> Span:
    """A sentence with the list it introduces or, if several things are asked for, stands in."""
    passage = evidence.hit.passage
    items = [_ITEM.match(passage.sentence(i)) is not None for i in range(len(passage.sentences))]
    first = last = evidence.sentence
    if items[first] and several:
        while first > 0 and (items[first - 1] or passage.sentence(first - 1).rstrip().endswith(":")):
            first -= 1
            if not items[first]:
                break
    if passage.sentence(last).rstrip("*_ ").endswith(":") or (items[last] and several):
        last = min(last + 1, len(items) - 1)
        while last + 1 < len(items) and items[last] and items[last + 1]:
            last += 1
        if items[evidence.sentence] and not items[last]:
            last -= 1
    if first == last:
        return Span(with_antecedent(evidence.span, document).start, with_correction(evidence).end)
    return Span(passage.sentences[first].start, passage.sentences[last].end)


def compose(quoted: Sequence[tuple[str, Span]], documents: Mapping[str, Document]) -> tuple[str, tuple[Citation, ...]]:
    """The answer's text with its markers, and the citations they stand for, from words of some documents.

    Where several documents speak, each is a paragraph that says whose words they are and of when.
    """
    paragraphs: dict[str, list[str]] = {}
    citations: list[Citation] = []
    for path, span in quoted:
        citations.append(cite(documents[path], span, len(citations) + 1))
        statement = f"{readable(documents[path], span)} [{len(citations)}]"
        paragraphs.setdefault(path, []).append(statement)
    if len(paragraphs) == 1:
        return " ".join(*paragraphs.values()), tuple(citations)
    told = [
        f"{source}: {' '.join(said)}" if (source := attribution(documents[path])) else " ".join(said)
        for path, said in paragraphs.items()
    ]
    return "\n\n".join(told), tuple(citations)


def with_antecedent(span: Span, document: Document) -> Span:
    """A sentence, with those before it (two at most) where it begins with a pronoun that they explain."""
    text = document.text
    reach = max(0, span.start - ANTECEDENT_REACH)
    earlier = sentences(text[reach : span.start])[-2:]
    start = span.start
    for before in reversed(earlier):
        if _PRONOUN.match(text, start) is None:
            break
        gap = text[reach + before.end : start]
        if "\n\n" in gap.replace(" ", "") and MARKS.match(text[reach + before.start : start]):
            break
        start = reach + before.start
    return Span(start, span.end)


def with_correction(evidence: Evidence) -> Span:
    """A sentence, with those after it up to the one (of the next two) that says what is right in place of it."""
    passage = evidence.hit.passage
    for i in range(evidence.sentence + 1, min(evidence.sentence + 3, len(passage.sentences))):
        if _CORRECTS.match(passage.sentence(i)):
            return Span(evidence.span.start, passage.sentences[i].end)
    return evidence.span


def cite(document: Document, span: Span, number: int) -> Citation:
    """A citation of some words of a document, taken from its text."""
    return Citation(
        number=number,
        document=document.path,
        title=document.title,
        page=document.page_at(span.start),
        heading=document.heading_at(span.start),
        start=span.start,
        end=span.end,
        quote=span.of(document.text),
        digest=document.digest,
    )


def attribution(document: Document) -> str:
    """Who says it and when, as far as the document states it; "" where it names nobody."""
    stated = document.metadata
    who = _unbracketed(stated.publisher or stated.author)
    return f"{who} ({stated.date})" if who and stated.date else who


def readable(document: Document, span: Span) -> str:
    """A span of a document as running text: markup taken off, a table's row with its header."""
    text = span.of(document.text)
    row = _ROW.match(text)
    if row and "\n" not in text.strip():
        return _row(document, span, row[1])
    flat = " ".join(MARKS.sub("", line).strip() for line in text.splitlines())
    return _unbracketed(flat)


def _unbracketed(text: str) -> str:
    """Text in one line; a bracketed number of a document's own would be taken for a marker of ours."""
    return " ".join(MARKER.sub(r"(\1)", text).split())


def _row(document: Document, span: Span, row: str) -> str:
    cells = [MARKS.sub("", cell).strip() for cell in row.split("|")]
    header = _header(document.text, span.start)
    if len(header) == len(cells) > 2:
        text = "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(header, cells, strict=True) if cell)
    else:
        text = ": ".join(cell for cell in cells if cell)
    return _unbracketed(text)


def _header(text: str, start: int) -> list[str]:
    """The cells of the first row of the Markdown table that a row stands in."""
    top = text.rfind("\n\n", 0, start) + 1
    lines = [line for line in text[top:start].splitlines() if line.lstrip().startswith("|")]
    match = _ROW.match(lines[0]) if lines else None
    return [MARKS.sub("", cell).strip() for cell in match[1].split("|")] if match else []
