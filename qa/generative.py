"""An answer written by a language model from passages, every sentence of it checked before it stands.

The model is called a few times at most: to plan the searches, to write, and to write again where it asks for another
search or was given too much. Whatever goes wrong, the answer made of the documents' own sentences is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from index.errors import ModelError
from qa import planning
from qa.answers import Answer, Step, Turn
from qa.checking.evidence import Similarity
from qa.citations import Draft, Given
from qa.markers import showable, split_written
from qa.model_errors import ContextExceeded
from qa.models import LanguageModel, Message
from qa.prompts import NOT_SAID, SEARCH, answer_messages, fitting, one_line
from qa.retrieval import in_turns
from qa.settings import Settings

CALLS = 4  # of the model for one question, planning and retries included
DOUBTFUL = 0.1  # probability that the documents answer, below which an answer of the model's is shown with a warning

_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>\s*|$)", re.DOTALL)
_LABEL = re.compile(r"\A\s*(?:\*\*)?Answer:(?:\*\*)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found: the passages, best first, and what can be said without a language model.

    `extracted` is the answer made of the documents' own sentences, which may be a refusal; `refusal` the refusal
    with the nearest passages.
    """

    given: tuple[Given, ...]
    extracted: Answer
    refusal: Answer


Find = Callable[[str, Sequence[Turn]], Found]
"""Searches for a question asked after some turns."""


def generate(
    question: str,
    history: Sequence[Turn],
    model: LanguageModel,
    find: Find,
    similarity: Similarity,
    settings: Settings,
) -> Iterator[Step]:
    """The answer in steps, the last of which carries it. Never raises `ModelError`: see `Answer.notice`.

    Of `settings` it heeds `strict`, which leaves out what no passage supports instead of marking it, `length` and
    `passages`. With no passage found, the model is not called.
    """
    ruled = planning.by_rule(question, history)
    found = find(question, history)
    if not found.given:
        yield Step(found.refusal.text, found.refusal, len(found.refusal.text))
        return
    searched, pool, calls, plan = [ruled.question], found.given, CALLS, ruled
    if planning.needs_model(question, history):
        calls -= 1
        plan = planning.by_model(question, history, model)
        for query in plan.searches:
            if query not in searched:
                searched.append(query)
                pool = in_turns([pool, find(query, ()).given])
    try:
        while True:
            calls -= 1
            chosen = fitting(plan.question, pool, model.context, settings.given)
            draft = Draft(chosen, similarity, plan.question, settings.strict)
            messages = answer_messages(plan.question, chosen, may_search=calls > 0, told=settings.budget.told)
            try:
                again = yield from _written(draft, model, messages)
            except ContextExceeded:
                if not calls or len(chosen) < 2:
                    raise
                pool = pool[: len(chosen) // 2]
                continue
            if not again or not calls or again in searched:
                break
            searched.append(again)
            pool = in_turns([find(again, ()).given, pool])
        answer = _answer(question, draft, found, model.name)
    except ModelError as error:
        notice = f"{error} This answer is made of the documents' own sentences instead."
        answer = replace(found.extracted, notice=f"{notice} {found.extracted.notice}".strip())
    answer = replace(answer, question=question.strip(), searched_for=" · ".join(searched))
    yield Step(answer.text, answer, len(answer.text))


def _written(draft: Draft, model: LanguageModel, messages: Sequence[Message]) -> Generator[Step, None, str]:
    """Reads one reply into the draft; returns the other search the model asks for, or ""."""
    raw, rest, begun = "", "", False
    for piece in model.stream(messages):
        raw += piece
        if not begun:
            opening = _opening(raw)
            if _may_command(opening):
                continue
            begun, rest = True, opening
        else:
            rest += piece
        written, rest = split_written(rest, complete=False)
        for sentence in written:
            draft.add(sentence)
        shown = draft.preview(showable(rest))
        yield Step(draft.text + shown, settled=len(draft.text))
    if not begun:
        rest = _opening(raw)
        if rest.upper().startswith(SEARCH):
            return (
                one_line(rest[len(SEARCH) :].splitlines()[0])[: planning.LONGEST_QUERY]
                if rest[len(SEARCH) :].strip()
                else ""
            )
        if not rest:
            raise ModelError(f"The language model {model.name} gave no answer. Ask again, or use another model.")
        if rest.upper().startswith(NOT_SAID):
            rest = rest[len(NOT_SAID) :]
    for sentence in split_written(rest.replace(NOT_SAID, ""), complete=True)[0]:
        draft.add(sentence)
    return ""


def _opening(raw: str) -> str:
    """A reply without what some models put before it: their thoughts, a label."""
    return _LABEL.sub("", _THOUGHTS.sub("", raw, count=1), count=1).lstrip()


def _may_command(opening: str) -> bool:
    """Whether a reply is, or may still become, one of the two that are no answer."""
    line = opening.upper()
    return any(line.startswith(command) or command.startswith(line) for command in (NOT_SAID, SEARCH)) or (
        "ANSWER:".startswith(line) or "<THINK>".startswith(line) or "**ANSWER:**".startswith(line)
    )


def _answer(question: str, draft: Draft, found: Found, name: str) -> Answer:
    if not draft.citations:
        wrote = draft.dropped or any(s.verdict == "unsupported" for s in draft.statements)
        notice = "What the language model wrote was not supported by the documents and is left out." if wrote else ""
        return replace(found.refusal, model=name, notice=notice)
    scores = [s.score if s.verdict != "unsupported" else 0.0 for s in draft.statements]
    notices = []
    unsupported = sum(s.verdict == "unsupported" for s in draft.statements)
    if unsupported:
        notices.append(f"{unsupported} of {len(scores)} sentences are not supported by the documents and are marked.")
    if draft.dropped and not unsupported:
        notices.append(f"{draft.dropped} of the language model's sentences were left out: no document supports them.")
    if found.extracted.refused and found.extracted.confidence < DOUBTFUL:
        notices.append(
            "The documents hardly seem to answer this question: read the cited words before you rely on this."
        )
    return Answer(
        question=question,
        text=draft.text,
        citations=tuple(draft.citations),
        confidence=sum(scores) / len(scores),
        model=name,
        notice=" ".join(notices),
        statements=tuple(draft.statements),
    )
