"""Questions that a document's sentences answer, made by turning the sentences round. English only. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from index.documents import Document
from index.passages import sentences

_READ: Final = 400  # sentences of a document that are looked at
_MONTH: Final = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY: Final = rf"(?:in|on|since|from)\s+(?:early\s+|late\s+|\d{{1,2}}\s+)?(?:{_MONTH}\b|(?:1[5-9]|20)\d\d\b)"
_NAME: Final = r"[A-Z][\w’'-]+(?:\s+(?:of|de|van|von|al|[A-Z][\w’'.-]*))*\s+[A-Z][\w’'-]+"
_THING: Final = r"(?P<article>The|A|An)\s+(?P<thing>[\w’'-]+(?:\s+[\w’'-]+){0,4}?)"
_SPEAKING: Final = re.compile(
    rf"(?:^|[\s,])(?P<name>{_NAME})(?:,[^,]{{3,80}},|,)?\s+(?:said|says|argued|argues|warned|warns)\b"
)
_WHEN: Final = re.compile(
    rf"^{_THING}\s+(?P<was>was|were)\s+(?:first\s+)?(?P<done>\w+(?:ed|lt|ld|nd|en|id|ut))\b.*?\s{_DAY}"
)
_COSTS: Final = re.compile(rf"^{_THING}\s+costs\s+[^.]*\d")
_LASTS: Final = re.compile(rf"^{_THING}\s+(?P<verb>lasts|takes)\s+[^.]*\d+\s+(?:minute|hour|day|week|month|year)")
_IS: Final = re.compile(
    r"^(?P<article>(?:An?|The)\s+)?(?P<name>(?<=\s)[a-z][\w-]+(?:\s+[\w-]+){0,2}|[A-Z][\w-]+(?:\s+[\w-]+){0,2})\s+is\s+(?:a|an|the)\s+\w+"
)
_EMPTY: Final = re.compile(
    r"(?:what|who|when|where|why|how|which|overview|introduction|summary|contents|background|conclusions?|notes?|annex|"
    r"appendix|references|sources|section|chapter|part|page)\b|\W|\d",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"\s+\([^()]*\)$")
_LONGEST_TITLE: Final = 48
_POINTS: Final = frozenset(
    "this that these those it he she they we you there here what which one another each every all some such both "
    "same other others result reason question answer problem first second third last next only more most "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


def candidates(document: Document) -> Iterator[str]:
    """Questions made from a document, in its order, each once. Whether it answers them is for the reader to say."""
    seen: set[str] = set()
    for question in _made(document):
        if question not in seen and 12 <= len(question) <= 110:
            seen.add(question)
            yield question


def _made(document: Document) -> Iterator[str]:
    for span in islice(sentences(document.text), _READ):
        sentence = " ".join(span.of(document.text).split()).lstrip("#>-*•| ").replace("**", "")
        question = _turned(sentence, document.text)
        if question:
            yield question
    title = _ASIDE.sub("", document.title)
    if len(title) <= _LONGEST_TITLE:
        for heading in document.headings:
            topic = heading.text.lstrip("0123456789. ").rstrip(" .:")
            if topic.endswith("?") and len(topic.split()) > 3:
                yield topic
            elif 1 <= len(topic.split()) <= 4 and topic != document.title and not _EMPTY.match(topic):
                yield f"What does “{title}” say about {_in_running_text(topic)}?"
    yield f"Summarise {title}"


def _turned(sentence: str, text: str) -> str:
    if (found := _WHEN.match(sentence)) and _telling(found["thing"]):
        return f"When {found['was']} the {found['thing']} {found['done']}?"
    if (found := _COSTS.match(sentence)) and _telling(found["thing"]):
        return f"How much does {found['article'].lower()} {found['thing']} cost?"
    if (found := _LASTS.match(sentence)) and _telling(found["thing"]):
        return f"How long does {found['article'].lower()} {found['thing']} {found['verb'].removesuffix('s')}?"
    if (found := _IS.match(sentence)) and _telling(found["name"]):
        name = found["name"] if found["article"] or found["name"].lower() not in text else found["name"].lower()
        return f"What is {(found['article'] or '').lower()}{name}?"
    if (found := _SPEAKING.search(sentence)) and not _EMPTY.match(found["name"]):
        return f"What did {found['name']} say?"
    return ""


def _telling(words: str) -> bool:
    return not {word.casefold() for word in words.split()} & _POINTS


def _in_running_text(words: str) -> str:
    """Words as they are written inside a sentence: "Flights" -> "flights", "The talks" -> "the talks", "MFA" as is."""
    article = words.split()[0] in ("The", "A", "An")
    return words[0].lower() + words[1:] if article or words[1:] == words[1:].lower() else words


def chosen(documents: Iterable[Document], answers: Callable[[str, str], bool], wanted: int) -> Iterator[str]:
    """Up to `wanted` questions, each of another document as far as they go, that `answers(question, path)` confirms.

    Of the set forms ("Summarise ...", "What does ... say about ...") each is used once.
    """
    waiting = [(document.path, candidates(document)) for document in documents]
    forms: set[str] = set()
    found = 0
    while waiting and found < wanted:
        path, questions = waiting.pop(0)
        question = next((question for question in questions if _form(question) not in forms), None)
        if question is None:
            continue
        waiting.append((path, questions))
        if answers(question, path):
            forms.add(_form(question))
            found += 1
            yield question


def _form(question: str) -> str:
    set_form = question.startswith("Summarise ") or " say about " in question
    return question.split()[0] + (" about" if " say about " in question else "") if set_form else question
