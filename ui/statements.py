"""The text of an answer as HTML: statements, each followed by the markers that open its sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from qa.answers import MARKER, Answer, Citation
from ui.markup import joined, shown
from ui.pages import page_name

# "", or what has become of the document since the answer was written: "changed" or "gone".
Since = Callable[[Citation], str]
SINCE_WORDS: Final = {"changed": "the document has changed since", "gone": "the document is no longer here"}

_BULLET: Final = re.compile(r"[-*•] +|\d{1,3}[.)] +")
_BOLD: Final = re.compile(r"\*\*(?=\S)([^*]{1,300}?)(?<=\S)\*\*")
_SOURCE: Final = re.compile(r"([^\n]{1,160}? \(\d{4}(?:-\d\d){0,2}\)|[^\n]{1,120}?): ")

Cited = Mapping[int, Citation]


def answer_html(answer: Answer, since: Since = lambda _: "") -> Markup:
    """The text of an answer in paragraphs, every marker a button that opens its source."""
    citations = {citation.number: citation for citation in answer.citations}
    return _paragraphs(answer.text, citations, since, answer.model != "extractive")


def partial_html(text: str) -> Markup:
    """The text of an answer on its way: its markers cannot be pressed yet."""
    return _paragraphs(text, {}, lambda _: "", written=False)


def place(page: str, heading: str, title: str) -> str:
    """Where a passage of the document called `title` stands: "page 3 · Costs › Travel"."""
    under = "" if heading == title else heading.removeprefix(f"{title} > ")
    return " · ".join(part for part in (page_name(page) if page else "", under.replace(" > ", " › ")) if part)


def _paragraphs(text: str, citations: Cited, since: Since, written: bool) -> Markup:
    """`written` says that a language model wrote the text, and that its lists and emphasis are meant."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    sides = [] if written else _sides(paragraphs, citations)
    if sides:
        bodies = joined(
            Markup('<section class="side"><h3 class="says" dir="auto">{}</h3>{}</section>').format(
                shown(who), _paragraph(said, citations, since, written)
            )
            for who, said in sides
        )
        lengths = sorted(len(said) for _, said in sides)
        pair = len(sides) == 2 and lengths[1] < 2 * lengths[0]
        return Markup('<div class="sides{}">{}</div>').format(" pair" if pair else "", bodies)
    return joined(_paragraph(paragraph, citations, since, written) for paragraph in paragraphs)


def _sides(paragraphs: Sequence[str], citations: Cited) -> list[tuple[str, str]]:
    """Who says what, where several documents speak, each in a paragraph that begins with its source; else nothing."""
    sides: list[tuple[str, str]] = []
    spoken: list[str] = []
    for paragraph in paragraphs:
        numbers = {int(number) for number in MARKER.findall(paragraph)}
        documents = {citations[number].document for number in numbers if number in citations}
        source = _SOURCE.match(paragraph)
        if source is None or len(documents) != 1:
            return []
        spoken += documents
        sides.append((source[1], paragraph[source.end() :]))
    return sides if len(sides) > 1 and len(set(spoken)) == len(spoken) else []


def _paragraph(paragraph: str, citations: Cited, since: Since, written: bool) -> Markup:
    lines = paragraph.split("\n")
    if written and all(_BULLET.match(line) for line in lines):
        items = joined(
            Markup('<li dir="auto">{}</li>').format(
                _statements(_BULLET.sub("", line, count=1), citations, since, written)
            )
            for line in lines
        )
        return Markup("<ul>{}</ul>").format(items)
    body = joined((_statements(line, citations, since, written) for line in lines), "<br>")
    return Markup('<p dir="auto">{}</p>').format(body)


def _statements(line: str, citations: Cited, since: Since, written: bool) -> Markup:
    return joined(_pieces(line, citations, since, written))


def _pieces(line: str, citations: Cited, since: Since, written: bool) -> Iterator[Markup]:
    at = 0
    for found in MARKER.finditer(line):
        said = line[at : found.start()]
        if said.strip():
            before = " " if said[0].isspace() else ""
            yield Markup('{}<span class="claim">{}</span>').format(before, _said(said.strip(), written))
        yield _marker(int(found[1]), citations, since)
        at = found.end()
    if at < len(line):
        yield _said(line[at:], written)


def _said(text: str, written: bool) -> Markup:
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(shown(text)))) if written else shown(text)


def _marker(number: int, citations: Cited, since: Since) -> Markup:
    citation = citations.get(number)
    if citation is None:
        return Markup('<span class="cite" aria-hidden="true">{}</span>').format(number)
    what = since(citation)
    where = place(citation.page, citation.heading, citation.title)
    label = ", ".join(part for part in (f"Source {number}: {citation.title}", where, SINCE_WORDS.get(what, "")) if part)
    return Markup(
        '<button type="button" class="cite{}" data-act="cite" data-number="{}" aria-label="{}">{}</button>'
    ).format(" since" if what else "", number, shown(label), number)
