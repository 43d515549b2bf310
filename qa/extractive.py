"""Evidence to Answer, without a language model: the documents' own sentences, put together (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.documents import Document, Span
from index.passages import sentences
from qa.answers import MARKER, Citation
from qa.lengths import NORMAL, Budget
from qa.ranking import Evidence

FEWEST_WORDS = 3  # of a sentence without a number
ANTECEDENT_REACH = 1500  # characters before a sentence in which what it refers to is looked for
ALIKE = 0.8  # share of the shorter sentence's words that makes two sentences say the same

_LISTED = re.compile(
    r"\b(?:(?:which|what) (?!(?:is|was|does|has)\b)(?:\w+ )?(?!(?:is|was|does|has|this|his|its|us)\b)\w+s\b|"
    r"what are|who are|list|name (?:the|all|two|three|four|five)|all the|what (?:two|three|four|five)|"
    r"how (?:do|does|did|has|have|is|are|was|were|can|should)|compare|comparison|differ(?:ent|ence|s)?|versus|vs|"
    r"both|respectively|summari[sz]e|overview|steps|reasons|ways|measures|views?|sides?|agree|compared)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"[\"“'‘]?(?:He|She|They|It|His|Her|Their|Its|This|These|Such|The (?:former|latter))\b")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•·–]\s+)+|\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")
_ITEM = re.compile(r"\s*(?:[-*+•·–]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_ROW = re.compile(r"\s*\|(.*?)\|?\s*$")
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def asks_for_several(question: str) -> bool:
    """Whether a question asks for a list, a way, reasons or a comparison rather than for one fact."""
    return _LISTED.search(question) is not None


def choose(question: str, rankings: Sequence[Sequence[Evidence]], budget: Budget = NORMAL) -> list[Evidence]:
    """The sentences an answer is made of: the best and those close to it that add something, best first.

    `budget` says how many, and how close. There is a ranking for each question that was asked at once; each has its
    own sentences chosen.
    """
    several = asks_for_several(question)
    most = budget.of_part if len(rankings) > 1 else budget.listed if several else budget.sentences
    longest = budget.words_listed if several else budget.words
    chosen: list[Evidence] = []
    for ranked in rankings:
        earlier, own, words = tuple(chosen), list[Evidence](), 0
        for evidence in ranked:
            if len(own) == most or evidence.score < ranked[0].score - budget.margin:
                break
            if is_heading(evidence) or is_fragment(evidence) or any(same(evidence.text, o.text) for o in own):
                continue
            words += len(evidence.text.split())
            if own and words > longest:
                break
            own.append(evidence)
        chosen += [e for e in own if not any(same(e.text, other.text) for other in earlier)]
    return chosen


def is_heading(evidence: Evidence) -> bool:
    """Whether a sentence only names what follows it: a heading or a title, which answers nothing by itself."""
    text = _MARKS.sub("", evidence.text).strip()
    return text in evidence.hit.passage.heading.split(" > ") or text == evidence.hit.title


def is_fragment(evidence: Evidence) -> bool:
    """Whether a sentence is too short to say anything: a label, a link, a button's name."""
    return len(_WORD.findall(evidence.text)) < FEWEST_WORDS and not any(c.isdigit() for c in evidence.text)


def same(a: str, b: str) -> bool:
    """Whether two sentences say the same in nearly the same words and figures, as a lead and its body do.

    Figures that differ are what two documents that disagree differ in.
    """
    one, other = set(_FIGURE.findall(a)), set(_FIGURE.findall(b))
    if not (one <= other or other <= one):
        return False
    first, second = set(_WORD.findall(a.casefold())), set(_WORD.findall(b.casefold()))
    return len(first & second) >= ALIKE * min(len(first), len(second))


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
        return with_antecedent(evidence.span, document)
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
        if "\n\n" in gap.replace(" ", "") and _MARKS.match(text[reach + before.start : start]):
            break
        start = reach + before.start
    return Span(start, span.end)


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
    flat = " ".join(_MARKS.sub("", line).strip() for line in text.splitlines())
    return _unbracketed(flat)


def _unbracketed(text: str) -> str:
    """Text in one line; a bracketed number of a document's own would be taken for a marker of ours."""
    return " ".join(MARKER.sub(r"(\1)", text).split())


def _row(document: Document, span: Span, row: str) -> str:
    cells = [_MARKS.sub("", cell).strip() for cell in row.split("|")]
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
    return [_MARKS.sub("", cell).strip() for cell in match[1].split("|")] if match else []
