"""An exchange of question and answer as HTML. Pure: everything from documents and people is escaped on its way in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from qa.answers import Answer, Citation, Nearest
from qa.retrieval import Hit
from ui.conversations import Exchange
from ui.icons import icon
from ui.markup import joined, name, shown
from ui.pages import is_markdown
from ui.statements import SINCE_WORDS, Since, answer_html, partial_html, place

_MARKS: Final = re.compile(
    r"^ {0,3}(?:#{1,6}[ \t]+|> ?|[-*+] +)|^[ \t]*\|?[ \t:|-]*-{3,}[ \t:|-]*$|\*\*|__|`|\|", re.MULTILINE
)
_MOST_FOUND: Final = 5  # documents told of while they are read
_PLACES_TOLD: Final = 3
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SMALL_WORDS: Final = frozenset(
    "about after also and any are before been between but can could did does doing during each else "
    "ever for from had has "
    "have her here him his how into its just kind like made make many may might more most much must "
    "not off one only other "
    "our out over own said same say says shall she should some still such tell than that the their "
    "them then there these "
    "they this those through under until upon very was were what when where whether which while who "
    "whom whose why will "
    "with would you your is it in of on or to as at be by do if an no so up we us me my he a i".split()
)


def exchange_html(exchange: Exchange, since: Since) -> Markup:
    """A finished exchange: the question, its answer with markers and sources, and what can be done with it."""
    parts = [_question(exchange)]
    answer = exchange.answer
    if answer is None:
        parts.append(_unanswered(exchange))
    else:
        parts += [_searched_for(answer), _refusal(answer, exchange) if answer.refused else _answer(answer, since)]
        if answer.notice:
            parts.append(Markup('<p class="notice">{}{}</p>').format(icon("warning"), shown(answer.notice)))
    parts.append(_actions(exchange))
    return _turn(exchange, joined(parts))


def working_html(exchange: Exchange, text: str, doing: str, found: Sequence[Hit] = ()) -> Markup:
    """An exchange still being answered: the answer so far, or what is being done and where the passages stand."""
    if text.strip():
        body = Markup('<div class="answer" aria-busy="true">{}</div>').format(partial_html(text))
    else:
        body = Markup('<p class="working" role="status"><span class="pulse" aria-hidden="true"></span>{}</p>').format(
            shown(doing)
        ) + _found(found)
    return _turn(exchange, _question(exchange) + body)


def confidence_words(confidence: float) -> str:
    """The calibrated probability that an answer is right, in words."""
    if confidence >= 0.85:
        return "The sources state this clearly"
    if confidence >= 0.6:
        return "Probably right; the sources show how far"
    return "Uncertain; read the sources before relying on it"


def missing_words(question: str, quote: str) -> tuple[str, ...]:
    """The telling words of a question that a passage does not have, in the question's order."""
    present = {_stem(word) for word in _WORD.findall(quote.casefold())}
    telling = [word for word in _WORD.findall(question) if word.casefold() not in _SMALL_WORDS and len(word) > 1]
    return tuple(dict.fromkeys(word for word in telling if _stem(word.casefold()) not in present))


def welcome_html(suggestions: Sequence[str], documents: int, opened: bool, problem: str) -> Markup:
    """What stands in an empty conversation: what this is, and questions the documents can answer."""
    if problem and not opened:
        lead = f"Your documents cannot be used yet. {problem}"
    elif documents:
        count = "1 document" if documents == 1 else f"{documents:,} documents"
        lead = (
            f"Answers come from your {count} and nothing else. Every statement carries a number; press it to read "
            "the words it rests on."
        )
    elif opened:
        lead = "There are no documents yet. Add files on the left, and ask."
    else:
        lead = "Your documents are being read. The first questions can be asked in a moment."
    cards = joined(
        Markup('<li><button type="button" class="example" data-act="example" dir="auto">{}</button></li>').format(
            shown(text)
        )
        for text in suggestions
    )
    examples = Markup('<ul class="examples" aria-label="Questions the documents can answer">{}</ul>').format(cards)
    return Markup('<div class="welcome"><h1>Ask your documents</h1><p>{}</p>{}</div>').format(
        shown(lead), examples if suggestions else ""
    )


def _turn(exchange: Exchange, body: Markup) -> Markup:
    return Markup('<article class="turn" data-exchange="{0}" aria-labelledby="q-{0}">{1}</article>').format(
        exchange.id, body
    )


def _question(exchange: Exchange) -> Markup:
    return Markup(
        '<div class="question"><h2 id="q-{}" dir="auto">{}</h2>'
        '<button type="button" class="quiet" data-act="edit" aria-label="Edit the question" '
        'title="Edit">{}</button></div>'
    ).format(exchange.id, shown(exchange.question), icon("edit"))


def _found(found: Sequence[Hit]) -> Markup:
    """The documents that are read, the most promising first, and where in them."""
    if not found:
        return Markup("")
    places: dict[str, list[str]] = {}
    titles = {hit.passage.document: hit.title for hit in found}
    for hit in found:
        where = place(hit.passage.page, "" if hit.passage.page else hit.passage.heading, hit.title)
        places.setdefault(hit.passage.document, []).append(where)
    rows = []
    for document, stands in list(places.items())[:_MOST_FOUND]:
        told = list(dict.fromkeys(where for where in stands if where))
        more = f" and {len(told) - _PLACES_TOLD} more" if len(told) > _PLACES_TOLD else ""
        where = shown(", ".join(told[:_PLACES_TOLD]) + more)
        rows.append(Markup('<li>{}<span class="where">{}</span></li>').format(name(titles[document]), where))
    if len(places) > _MOST_FOUND:
        more = "1 more document" if len(places) == _MOST_FOUND + 1 else f"{len(places) - _MOST_FOUND} more documents"
        rows.append(Markup('<li class="where">and {}</li>').format(more))
    return Markup('<ul class="found" aria-label="Passages that are read">{}</ul>').format(joined(rows))


def _searched_for(answer: Answer) -> Markup:
    if not answer.searched_for or _same(answer.searched_for, answer.question):
        return Markup("")
    return Markup(
        '<p class="searched">Searched for <q dir="auto">{0}</q>'
        '<button type="button" class="link" data-act="reword" data-text="{0}">Change</button></p>'
    ).format(shown(answer.searched_for))


def _answer(answer: Answer, since: Since) -> Markup:
    return Markup('<div class="answer">{}</div><p class="trust">{}</p>{}').format(
        answer_html(answer, since), confidence_words(answer.confidence), _sources(answer.citations, since)
    )


def _refusal(answer: Answer, exchange: Exchange) -> Markup:
    parts = [Markup('<p class="lead" dir="auto">{}</p>').format(shown(answer.text))]
    if exchange.within is not None:
        parts.append(
            Markup(
                '<p>Only {} searched. <button type="button" class="link" '
                'data-act="everywhere">Search all documents</button></p>'
            ).format("1 document was" if len(exchange.within) == 1 else f"{len(exchange.within)} documents were")
        )
    if answer.nearest:
        asked = answer.searched_for or answer.question
        items = joined(_near(number, near, asked) for number, near in enumerate(answer.nearest))
        parts.append(Markup('<h3>The closest passages</h3><ol class="nearest">{}</ol>').format(items))
    return Markup('<div class="refusal">{}</div>').format(joined(parts))


def _near(number: int, near: Nearest, asked: str) -> Markup:
    missing = missing_words(asked, near.quote)
    why = (
        f"It does not mention {_listed(missing)}."
        if missing
        else "It has the question's words, but does not say what was asked."
    )
    return Markup(
        '<li><button type="button" class="near" data-act="near" data-number="{}">'
        '<span class="from">{}<span class="where">{}</span></span><q dir="auto">{}</q></button><p '
        'class="why">{}</p></li>'
    ).format(
        number,
        name(near.title),
        shown(place(near.page, near.heading, near.title)),
        shown(_clipped(_below(near), near.document, 220)),
        shown(why),
    )


def _sources(citations: Sequence[Citation], since: Since) -> Markup:
    documents = len({citation.document for citation in citations})
    passages = "1 passage" if len(citations) == 1 else f"{len(citations)} passages"
    label = f"{passages} from {'1 document' if documents == 1 else f'{documents} documents'}"
    items = joined(_source(citation, since(citation)) for citation in citations)
    return Markup('<details class="sources"><summary>{}{}</summary><ol>{}</ol></details>').format(
        icon("chevron"), label, items
    )


def _source(citation: Citation, since: str) -> Markup:
    note = Markup('<span class="since">{}</span>').format(SINCE_WORDS[since].capitalize()) if since else ""
    return Markup(
        '<li data-number="{0}"><button type="button" class="source" data-act="cite" data-number="{0}">'
        '<span class="number" aria-hidden="true">{0}</span>'
        '<span class="from">{1}<span class="where">{2}</span></span><q dir="auto">{3}</q>{4}</button></li>'
    ).format(
        citation.number,
        name(citation.title),
        shown(place(citation.page, citation.heading, citation.title)),
        shown(_clipped(citation.quote, citation.document)),
        note,
    )


def _unanswered(exchange: Exchange) -> Markup:
    if exchange.state == "failed":
        return Markup('<div class="problem" role="alert">{}<p>{}</p></div>').format(
            icon("warning"), shown(exchange.problem)
        )
    words = "Stopped." if exchange.state == "stopped" else "The answer was interrupted. Ask again to get it."
    return Markup('<p class="stopped">{}</p>').format(words)


def _actions(exchange: Exchange) -> Markup:
    answer = exchange.answer
    buttons = [_action("retry", "retry", "Ask again")]
    aside = ""
    if answer is not None:
        buttons = [
            _action("copy", "copy", "Copy the answer with its sources"),
            *buttons,
            _action("useful", "up", "This answer is right", pressed=exchange.useful is True),
            _action("useless", "down", "This answer is wrong", pressed=exchange.useful is False),
        ]
        aside = f"{answer.seconds:.1f} s" + ("" if answer.model == "extractive" else f" · {answer.model}")
    return Markup('<div class="actions">{}<span class="aside">{}</span></div>').format(joined(buttons), shown(aside))


def _action(act: str, picture: str, label: str, pressed: bool | None = None) -> Markup:
    state = "" if pressed is None else Markup(' aria-pressed="{}"').format("true" if pressed else "false")
    return Markup(
        '<button type="button" class="quiet" data-act="{0}" aria-label="{1}" title="{1}"{2}>{3}</button>'
    ).format(act, label, state, icon(picture))


def _listed(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words[:5]]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


def _below(near: Nearest) -> str:
    """A passage without the heading that it begins with: that is shown above it already."""
    heading = near.heading.rsplit(" > ", 1)[-1]
    first, _, rest = near.quote.lstrip().partition("\n")
    return rest if heading and rest.strip() and _MARKS.sub("", first).strip() == heading else near.quote


def _clipped(quote: str, document: str, limit: int = 320) -> str:
    """The first words of a quote, on one line, without Markdown's marks."""
    unmarked = _MARKS.sub("", quote) if is_markdown(document) else quote
    plain = " ".join(unmarked.split())
    return plain if len(plain) <= limit else plain[:limit].rsplit(" ", 1)[0] + " …"


def _same(one: str, other: str) -> bool:
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def _stem(word: str) -> str:
    # Enough to see "costs" in "cost" and "approved" in "approval"; a wrong guess only changes a hint's wording.
    return word if word.isdigit() else word.removesuffix("'s").removesuffix("’s")[:6].removesuffix("s")
