"""A conversation to take away: Markdown, HTML and JSON, with quotes, pages and sources; judged answers as questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Final, Literal

from markupsafe import Markup

from qa.answers import Answer
from ui.conversations import Conversation, Exchange
from ui.markup import joined, shown
from ui.pages import page_name

Kind = Literal["md", "html", "json"]

# Up to a character that Markdown would read as a mark, by itself or where a line begins.
_BEFORE_MARK: Final = re.compile(
    r"(?=[\\`*_{}\[\]<>#|~!])|(?=&#?\w+;)|^\s*(?=[-+](?:\s|$)|-[- ]*$|=+\s*$)|^\s*\d+(?=[.)](?:\s|$))", re.MULTILINE
)
_STYLE: Final = (
    "body{font:17px/1.6 Georgia,serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1d1c1a;background:#fdfcfa}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.5rem}blockquote{margin:.3rem 0 1rem;padding-left:1rem;"
    "border-left:3px solid #f2c94c;color:#4b4843}footer{color:#6b675f;font-size:.85rem}sup{color:#7a5a00}"
)


def exported(conversation: Conversation, kind: Kind) -> tuple[str, str]:
    """The name and the text of a file that holds a conversation."""
    name = re.sub(r"[^\w-]+", "-", conversation.title.casefold()).strip("-")[:60] or "conversation"
    text = {"md": as_markdown, "html": as_html, "json": as_json}[kind](conversation)
    return f"{name}.{kind}", text


def as_json(conversation: Conversation) -> str:
    """The conversation as it is kept."""
    return json.dumps(asdict(conversation), ensure_ascii=True, indent=2)


def as_markdown(conversation: Conversation) -> str:
    """The conversation as Markdown; what people and documents wrote is escaped, so that it reads as it stands."""
    parts = [f"# {_plain(conversation.title)}", ""]
    for exchange in conversation.exchanges:
        parts += [f"## {_plain(exchange.question)}", "", *_markdown_answer(exchange), ""]
    return "\n".join(parts)


def as_html(conversation: Conversation) -> str:
    """The conversation as a page that needs nothing else."""
    body = joined(_html_exchange(exchange) for exchange in conversation.exchanges)
    return str(
        Markup(
            '<!doctype html>\n<html><head><meta charset="utf-8"><title>{0}</title><style>{1}</style></head>\n'
            "<body><h1>{0}</h1>\n{2}</body></html>\n"
        ).format(shown(conversation.title), Markup(_STYLE), body)
    )


def copied(answer: Answer) -> str:
    """An answer to paste elsewhere: its text, and below it the sources its markers stand for."""
    lines = [answer.text, *([""] if answer.citations else [])]
    for citation in answer.citations:
        lines.append(
            f"[{citation.number}] {_source(citation.title, citation.page, citation.heading)}: “{_line(citation.quote)}”"
        )
    return "\n".join(lines)


def as_questions(conversations: Iterable[Conversation]) -> str:
    """The judged questions in the format of `python -m qa --batch`, with the verdict and the answer it was given on."""
    lines = []
    for conversation in conversations:
        for exchange in conversation.exchanges:
            if exchange.useful is None or exchange.answer is None:
                continue
            record = {
                "id": f"{conversation.id}-{exchange.id}",
                "question": exchange.question,
                "history": [
                    {"question": earlier.question, "answer": earlier.answer.text}
                    for earlier in _before(conversation, exchange)
                    if earlier.answer is not None
                ],
                "useful": exchange.useful,
                "reason": exchange.reason,
                "answer": exchange.answer.to_dict(),
            }
            lines.append(json.dumps(record, ensure_ascii=True))
    return "".join(f"{line}\n" for line in lines)


def _before(conversation: Conversation, exchange: Exchange) -> Iterator[Exchange]:
    for earlier in conversation.exchanges:
        if earlier.id == exchange.id:
            return
        yield earlier


def _markdown_answer(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None:
        yield "*Not answered.*"
        return
    yield _plain(answer.text, keep_markers=not answer.refused)
    for citation in answer.citations:
        yield ""
        source = _plain(_source(citation.title, citation.page, citation.heading))
        yield f"[{citation.number}] {source} ({_code(citation.document)})"
        yield ""
        yield f"> {_plain(_line(citation.quote))}"


def _html_exchange(exchange: Exchange) -> Markup:
    answer = exchange.answer
    head = Markup("<h2>{}</h2>\n").format(shown(exchange.question))
    if answer is None:
        return head + Markup("<p><em>Not answered.</em></p>\n")
    text = joined(Markup("<p>{}</p>\n").format(shown(part)) for part in answer.text.split("\n\n"))
    sources = joined(
        Markup("<p><strong>[{}]</strong> {} <code>{}</code></p><blockquote>{}</blockquote>\n").format(
            citation.number,
            shown(_source(citation.title, citation.page, citation.heading)),
            shown(citation.document),
            shown(citation.quote),
        )
        for citation in answer.citations
    )
    return head + text + sources + Markup("<footer>{}</footer>\n").format(exchange.asked)


def _source(title: str, page: str, heading: str) -> str:
    return ", ".join(part for part in (_line(title), page_name(page) if page else "", heading) if part)


def _plain(text: str, keep_markers: bool = False) -> str:
    escaped = _BEFORE_MARK.sub(r"\g<0>\\", text)
    return re.sub(r"\\\[(\d+)\\\]", r"[\1]", escaped) if keep_markers else escaped


def _code(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{_line(text)}{fence}" if fence == "`" else f"{fence} {_line(text)} {fence}"


def _line(text: str) -> str:
    return " ".join(text.split())
