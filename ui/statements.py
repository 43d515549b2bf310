"""The text of an answer as HTML: statements, each followed by the markers that open its sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from qa.answers import MARKER, Answer, Citation
from ui.markup import joined, shown
from ui.pages import page_name
from ui.structure import Range

# "", or what has become of the document since the answer was written: "changed" or "gone".
Since = Callable[[Citation], str]
SINCE_WORDS: Final = {"changed": "the document has changed since", "gone": "the document is no longer here"}

HELD: Final = 24  # characters of a last word that never leave their marker

# Of a script that sets its words apart, as Thai, Lao, Burmese, Khmer and those of East Asia do not.
_LETTER: Final = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ufaff]"
_MARKERS: Final = re.compile(r"\[\d+\](?:\s*\[\d+\])*")
_BULLET: Final = re.compile(r"[-*•] +|\d{1,3}[.)] +")
_BOLD: Final = re.compile(r"\*\*(?=\S)([^*]{1,300}?)(?<=\S)\*\*")
_PARAGRAPH: Final = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_LINE: Final = re.compile(r"[^\n]+")
_SOURCE: Final = re.compile(r"([^\n]{1,160}? \(\d{4}(?:-\d\d){0,2}\)|[^\n]{1,120}?): ")


def answer_html(answer: Answer, since: Since = lambda _: "") -> Markup:
    """The text of an answer in paragraphs, every marker a button that opens its source.

    The short answer stands out, and so does what a language model wrote without support.
    """
    short = _short(answer)
    return _Text(
        answer.text,
        {citation.number: citation for citation in answer.citations},
        since,
        written=answer.model != "extractive",
        short=short.span() if short else (0, 0),
        doubted=tuple((each.start, each.end) for each in answer.statements if each.verdict == "unsupported"),
    ).html()


def _short(answer: Answer) -> re.Match[str] | None:
    """Where the short answer stands in the text: at a word's edges, which a number's points and commas are not."""
    around = rf"(?<!{_LETTER})(?<!\d[.,]){re.escape(answer.short)}(?!{_LETTER}|[.,]\d)"
    return re.search(around, answer.text) if answer.short else None


def partial_html(text: str) -> Markup:
    """The text of an answer on its way: its markers cannot be pressed yet."""
    return _Text(text, {}, lambda _: "").html()


def place(page: str, heading: str, title: str) -> str:
    """Where a passage of the document called `title` stands: "page 3 · Costs › Travel"."""
    under = "" if heading == title else heading.removeprefix(f"{title} > ")
    return " · ".join(part for part in (page_name(page) if page else "", under.replace(" > ", " › ")) if part)


@dataclass(frozen=True, slots=True)
class _Text:
    """An answer's text. `written` says that a language model wrote it, and that its lists and emphasis are meant."""

    text: str
    citations: Mapping[int, Citation]
    since: Since
    written: bool = False
    short: Range = (0, 0)
    doubted: tuple[Range, ...] = ()

    def html(self) -> Markup:
        """All of it."""
        paragraphs = [found.span() for found in _PARAGRAPH.finditer(self.text)]
        sides = [] if self.written else self._sides(paragraphs)
        if not sides:
            return joined(self._paragraph(*paragraph) for paragraph in paragraphs)
        bodies = joined(
            Markup('<section class="side"><h3 class="says" dir="auto">{}</h3>{}</section>').format(
                shown(who), self._paragraph(start, end)
            )
            for who, start, end in sides
        )
        lengths = sorted(end - start for _, start, end in sides)
        pair = len(sides) == 2 and lengths[1] < 2 * lengths[0]
        return Markup('<div class="sides{}">{}</div>').format(" pair" if pair else "", bodies)

    def _sides(self, paragraphs: Sequence[Range]) -> list[tuple[str, int, int]]:
        """Who says what, where several documents speak, each in a paragraph that begins with its source."""
        sides: list[tuple[str, int, int]] = []
        spoken: list[str] = []
        for start, end in paragraphs:
            numbers = {int(number) for number in MARKER.findall(self.text[start:end])}
            documents = {self.citations[number].document for number in numbers if number in self.citations}
            source = _SOURCE.match(self.text, start, end)
            if source is None or len(documents) != 1:
                return []
            spoken += documents
            sides.append((source[1], source.end(), end))
        return sides if len(sides) > 1 and len(set(spoken)) == len(spoken) else []

    def _paragraph(self, start: int, end: int) -> Markup:
        lines = [found.span() for found in _LINE.finditer(self.text, start, end)]
        bullets = [_BULLET.match(self.text, *line) for line in lines]
        if self.written and all(bullets):
            items = joined(
                Markup('<li dir="auto">{}</li>').format(self._statements(bullet.end(), line[1]))
                for bullet, line in zip(bullets, lines, strict=True)
                if bullet
            )
            return Markup("<ul>{}</ul>").format(items)
        body = joined((self._statements(*line) for line in lines), "<br>")
        return Markup('<p dir="auto">{}</p>').format(body)

    def _statements(self, start: int, end: int) -> Markup:
        return joined(self._pieces(start, end))

    def _pieces(self, start: int, end: int) -> Iterator[Markup]:
        at = start
        for found in _MARKERS.finditer(self.text, start, end):
            said = self.text[at : found.start()]
            markers = joined(self._marker(int(number)) for number in MARKER.findall(found[0]))
            left, right = at + len(said) - len(said.lstrip()), at + len(said.rstrip())
            if left < right:
                # The last word keeps its markers on its line; of what has no spaces an end does, for a line must break.
                last = max(self.text.rfind(" ", left, right) + 1, left, right - HELD)
                yield shown(self.text[at:left])
                yield Markup('<span class="claim">{}<span class="held">{}{}</span></span>').format(
                    self._said(left, last), self._said(last, right), markers
                )
            else:
                yield markers
            at = found.end()
        yield self._said(at, end)

    def _said(self, start: int, end: int) -> Markup:
        edges = {start, end}
        for span in (self.short, *self.doubted):
            edges |= {edge for edge in span if start < edge < end}
        return joined(self._run(left, right) for left, right in pairwise(sorted(edges)))

    def _run(self, start: int, end: int) -> Markup:
        text = shown(self.text[start:end])
        if self.written:
            text = Markup(_BOLD.sub(r"<strong>\1</strong>", str(text)))
        if self.short[0] <= start and end <= self.short[1]:
            text = Markup('<strong class="short">{}</strong>').format(text)
        if any(left <= start and end <= right for left, right in self.doubted):
            text = Markup('<span class="doubted">{}</span>').format(text)
        return text

    def _marker(self, number: int) -> Markup:
        citation = self.citations.get(number)
        if citation is None:
            return Markup('<span class="cite" aria-hidden="true">{}</span>').format(number)
        what = self.since(citation)
        where = place(citation.page, citation.heading, citation.title)
        label = [f"Source {number}: {citation.title}", where, SINCE_WORDS.get(what, "")]
        return Markup(
            '<button type="button" class="cite{}" data-act="cite" data-number="{}" aria-label="{}">{}</button>'
        ).format(" since" if what else "", number, shown(", ".join(part for part in label if part)), number)
