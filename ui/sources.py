"""The pane beside the chat: a document, opened at the passage that a citation rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from markupsafe import Markup

from index.documents import Document
from qa.answers import Answer, Citation, Nearest
from ui.icons import icon
from ui.markup import joined, name, shown
from ui.pages import Mark, page_html, page_name
from ui.pictures import Box, Picture
from ui.statements import place

# Documents up to this many characters are shown whole; of longer ones, this much around the passage.
WHOLE: Final = 80_000
_MOST: Final = 1_200_000

Found = Literal["here", "moved", "changed", "gone"]


class Quoted(Protocol):
    """What a citation and a passage offered beside a refusal have in common."""

    @property
    def document(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def quote(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A passage looked up in its document as it is now.

    `found` is "here" where it still stands at its place, "moved" where the document has changed but still holds
    the words once, elsewhere; "changed" where it does not, and "gone" where the document is not there any more.
    """

    found: Found
    start: int = 0
    end: int = 0


def look_up(document: Document | None, quoted: Quoted) -> Opened:
    """Where a quote stands in the document as it is now. Never a place that does not hold exactly its words."""
    if document is None:
        return Opened("gone")
    if document.text[quoted.start : quoted.end] == quoted.quote:
        return Opened("here", quoted.start, quoted.end)
    at = document.text.find(quoted.quote)
    if at >= 0 and document.text.find(quoted.quote, at + 1) < 0:
        return Opened("moved", at, at + len(quoted.quote))
    return Opened("changed")


def citation_pane(
    document: Document | None,
    citations: Sequence[Citation],
    number: int,
    picture: Picture | None = None,
    reach: int = WHOLE,
) -> Markup:
    """The document of citation `number`, all passages that the answer takes from it marked, this one stronger."""
    chosen = citations[number - 1]
    opened = look_up(document, chosen)
    kicker = f"Source {number} of {len(citations)}"
    if document is None or opened.found in ("changed", "gone"):
        return _pane(kicker, chosen.title, _where(chosen, None), _lost(chosen, opened.found), number, len(citations))
    marks = [Mark(opened.start, opened.end, number, chosen=True)]
    for citation in citations:
        if citation.document == chosen.document and citation.number != number:
            other = look_up(document, citation)
            if other.found in ("here", "moved"):
                marks.append(Mark(other.start, other.end, citation.number))
    note = Markup("")
    if opened.found == "moved":
        note = _note("This document has changed since the answer was written. The words still stand in it, here.")
    body = note + _views(document, marks, picture, reach)
    return _pane(kicker, document.title, _where(chosen, document), body, number, len(citations))


def nearest_pane(
    document: Document | None, near: Nearest, picture: Picture | None = None, reach: int = WHOLE
) -> Markup:
    """The document of a passage that came close to an answer, the passage marked."""
    opened = look_up(document, near)
    if document is None or opened.found in ("changed", "gone"):
        return _pane("Close to an answer", near.title, _where(near, None), _lost(near, opened.found))
    body = _views(document, [Mark(opened.start, opened.end, 0, chosen=True)], picture, reach)
    return _pane("Close to an answer", document.title, _where(near, document), body)


def document_pane(document: Document, about: Sequence[str], reach: int = WHOLE, at: int = 0) -> Markup:
    """A document as it is: what is known of it, its headings, room for its overview, and its text from `at` on."""
    parts = [_facts(about), Markup('<div id="overview" data-path="{}"></div>').format(shown(document.path))]
    if len(document.headings) > 1:
        parts.append(_outline(document))
    mark = [Mark(at, min(at + 1, len(document.text)), 0, chosen=True)] if at else []
    return _pane("Document", document.title, "", joined(parts) + _text(document, mark, reach))


def overview_html(whole: Answer, questions: Sequence[str]) -> Markup:
    """A document's key sentences, each leading to its place, and questions that it answers."""
    sentences = joined(
        Markup(
            '<li><button type="button" class="link" data-act="heading" data-at="{}" dir="auto">{}</button></li>'
        ).format(citation.start, shown(" ".join(citation.quote.split())))
        for citation in whole.citations
    )
    parts = []
    if sentences:
        parts.append(Markup('<section class="key"><h3>Key sentences</h3><ul>{}</ul></section>').format(sentences))
    if questions:
        parts.append(_questions(questions))
    return joined(parts)


def window(text: str, around: int, reach: int) -> tuple[int, int]:
    """The part of a text to show: the whole of a short one, else `reach` characters around a place, in whole lines."""
    if len(text) <= reach:
        return 0, len(text)
    start = max(0, around - reach // 3)
    start = max(text.rfind("\n", 0, start) + 1, start - 2000) if start else 0
    end = min(len(text), start + reach)
    line_end = text.find("\n", end, end + 2000)
    return start, line_end + 1 if line_end >= 0 else end


def _views(document: Document, marks: Sequence[Mark], picture: Picture | None, reach: int) -> Markup:
    text = _text(document, marks, reach)
    if picture is None:
        return text
    tabs = Markup(
        '<div class="views" role="group" aria-label="How the page is shown">'
        '<button type="button" data-act="view" data-view="picture" aria-pressed="true">Page</button>'
        '<button type="button" data-act="view" data-view="text" aria-pressed="false">Text</button></div>'
        '<button type="button" class="link zoom" data-act="zoom" aria-pressed="false">Larger</button>'
    )
    return Markup('<div class="viewed" data-view="picture">{}{}{}</div>').format(
        tabs, _picture(document, marks, picture), text
    )


def _picture(document: Document, marks: Sequence[Mark], picture: Picture) -> Markup:
    boxes = joined(
        [*(_box(box, "box") for box in picture.rectangles), *(_box(box, "box other") for box in picture.others)]
    )
    label = f"{document.title}, {page_name(document.page_at(marks[0].start))}, the cited words marked"
    return Markup('<div class="sheet"><img src="{}" width="{}" height="{}" alt="{}">{}</div>').format(
        picture.address, picture.width, picture.height, shown(label), boxes
    )


def _box(box: Box, kind: str) -> Markup:
    left, top, right, bottom = box
    return Markup('<span class="{}" style="left:{:.3%};top:{:.3%};width:{:.3%};height:{:.3%}"></span>').format(
        kind, left, top, right - left, bottom - top
    )


def _text(document: Document, marks: Sequence[Mark], reach: int) -> Markup:
    around = marks[0].start if marks else 0
    within = window(document.text, around, min(reach, _MOST))
    more = within != (0, len(document.text))
    language = document.metadata.language
    paper = Markup('<div class="paper"{}>{}</div>').format(
        Markup(' lang="{}"').format(shown(language)) if language else "", page_html(document, within, marks)
    )
    if not more:
        return paper
    share = f"{(within[1] - within[0]) / len(document.text):.0%}"
    if reach >= _MOST:
        return paper + Markup('<p class="part">This is {} of the document, around the passage.</p>').format(share)
    return paper + Markup(
        '<p class="part">This is {} of the document, around the passage. '
        '<button type="button" class="link" data-act="more" data-reach="{}">Show more</button></p>'
    ).format(share, reach * 4)


def _pane(kicker: str, title: str, where: Markup | str, body: Markup, number: int = 0, count: int = 0) -> Markup:
    steps = Markup("")
    if count > 1:
        steps = joined(
            Markup(
                '<button type="button" class="quiet" data-act="cite" data-number="{}" '
                'aria-label="{}" title="{}"{}>{}</button>'
            ).format(to, label, label, "" if 1 <= to <= count else Markup(" disabled"), icon(picture))
            for to, label, picture in (
                (number - 1, "Previous source", "previous"),
                (number + 1, "Next source", "next"),
            )
        )
    return Markup(
        '<header class="source-head"><div class="bar"><p class="kicker">{}</p>{}'
        '<button type="button" class="quiet" data-act="close-source" aria-label="Close the source" '
        'title="Close (Esc)">{}'
        '</button></div><h2 tabindex="-1" id="source-title">{}</h2>{}</header><div class="source-body">{}</div>'
    ).format(kicker, steps, icon("close"), name(title), where, body)


def _where(quoted: Citation | Nearest, document: Document | None) -> Markup:
    stands = place(quoted.page, quoted.heading, quoted.title)
    about = [document.metadata.publisher or document.metadata.author, document.metadata.date] if document else []
    parts = [shown(part) for part in (stands, *about) if part]
    lines = [Markup('<p class="where">{}</p>').format(joined(parts, " · "))] if parts else []
    return joined([*lines, Markup('<p class="path">{}</p>').format(name(quoted.document))])


def _lost(quoted: Citation | Nearest, found: Found) -> Markup:
    words = (
        "This document is no longer in the folder. These are the words the answer rested on."
        if found == "gone"
        else "This document has changed since the answer was written, and these words are no longer in it. "
        "Ask again for an answer from the document as it is now."
    )
    return _note(words) + Markup('<blockquote class="kept-quote" dir="auto">{}</blockquote>').format(
        shown(quoted.quote)
    )


def _note(words: str) -> Markup:
    return Markup('<p class="notice" role="note">{}{}</p>').format(icon("warning"), words)


def _facts(about: Sequence[str]) -> Markup:
    return Markup('<ul class="facts">{}</ul>').format(
        joined(Markup("<li>{}</li>").format(name(fact)) for fact in about)
    )


def _questions(questions: Sequence[str]) -> Markup:
    items = joined(
        Markup('<li><button type="button" class="example" data-act="example" dir="auto">{}</button></li>').format(
            shown(text)
        )
        for text in questions
    )
    return Markup(
        '<section class="asks"><h3>Questions it can answer</h3><ul class="examples">{}</ul></section>'
    ).format(items)


def _outline(document: Document) -> Markup:
    items = joined(
        Markup(
            '<li data-depth="{}"><button type="button" class="link" data-act="heading" data-at="{}">{}</button></li>'
        ).format(min(heading.level, 6), heading.start, name(heading.text))
        for heading in document.headings[:400]
    )
    return Markup('<details class="outline"><summary>{}Contents</summary><ul>{}</ul></details>').format(
        icon("chevron"), items
    )
