"""Questions on their way: everybody sees what was found at once, and how many are answered first."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from index.documents import Metadata, Span
from index.errors import FootnoteError
from index.passages import Passage
from qa.answers import Answer, Step, Turn
from qa.lengths import BUDGETS
from qa.retrieval import Hit
from qa.settings import Settings
from tests.ui.conftest import wait_for
from ui.asking import Asked, Asking, Search
from ui.conversations import Exchange, new_id, now
from ui.manner import AS_STARTED, Manner, Timings

TEXT = "The fee is 12 euros."
FOUND = (Hit(Passage("a.pdf", Span(0, 20), TEXT, "3", "", (Span(0, 20),)), "Fees", Metadata(), 1.0, 0.5, 1.0),)


def searching(*_: Any) -> tuple[Hit, ...]:
    return FOUND


@contextmanager
def asking(search: Search, held: Event) -> Iterator[tuple[Asking, list[Manner]]]:
    """Answers one question at a time, each as soon as `held` is set."""
    manners: list[Manner] = []

    def stream(
        question: str, history: Sequence[Turn], within: tuple[str, ...] | None, manner: Manner
    ) -> Generator[Step, None, None]:
        manners.append(manner)
        assert held.wait(20)
        yield Step("no", Answer(question, "The documents do not say.", refused=True))

    opened = Asking(stream, search, 1)
    try:
        yield opened, manners
    finally:
        held.set()
        opened.close()


def begun(asking: Asking, manner: Manner = AS_STARTED) -> Asked:
    asked = Asked(Exchange(new_id(), "What is the fee?", now()), (), lambda _: None, manner)
    asking.begin("ann", asked.exchange.id, asked)
    return asked


def test_those_who_wait_see_what_was_found_and_their_place() -> None:
    held = Event()
    with asking(searching, held) as (opened, manners):
        first, second, third, fourth = [begun(opened) for _ in range(3)] + [begun(opened, Manner(True, "long", 5))]
        wait_for(lambda: first.place is None and all(each.found for each in (first, second, third, fourth)))
        assert first.doing == "Reading one passage of one document"
        assert second.doing == "Its turn is next"
        assert third.doing == "Waiting for its turn: one question waits before it"
        assert fourth.doing == "Waiting for its turn: 2 questions wait before it"
        held.set()
        wait_for(lambda: fourth.finished)
        assert fourth.exchange.state == "answered"
        assert manners[-1] == Manner(True, "long", 5)


def test_a_question_that_waits_is_stopped_at_once_and_others_move_up() -> None:
    held = Event()
    with asking(searching, held) as (opened, manners):
        first, second, third = (begun(opened) for _ in range(3))
        wait_for(lambda: first.place is None)
        opened.stop("ann", second.exchange.id)
        assert second.finished and second.exchange.state == "stopped"
        assert opened.running("ann", second.exchange.id) is None
        assert third.doing == "Its turn is next"
        held.set()
        wait_for(lambda: third.finished)
        assert len(manners) == 2


@pytest.mark.parametrize("error", [FootnoteError("The index is gone."), RuntimeError("x")])
def test_a_search_that_fails_leaves_the_answer_to_come(error: Exception) -> None:
    def failing(*_: Any) -> tuple[Hit, ...]:
        raise error

    held = Event()
    with asking(failing, held) as (opened, _):
        asked = begun(opened)
        wait_for(lambda: asked.place is None)
        assert asked.doing == "Searching the documents"
        held.set()
        wait_for(lambda: asked.finished)
        assert asked.exchange.state == "answered"


def test_a_question_that_cannot_be_kept_leaves_its_place_to_another() -> None:
    def full() -> None:
        raise OSError("no space left")

    held = Event()
    held.set()
    with asking(searching, held) as (opened, manners):
        asked = Asked(Exchange(new_id(), "What is the fee?", now()), (), lambda _: None)
        with pytest.raises(OSError):
            opened.begin("ann", "c", asked, full)
        assert asked.finished and not manners
        again = Asked(Exchange(new_id(), "What is the fee?", now()), (), lambda _: None)
        opened.begin("ann", "c", again)
        wait_for(lambda: again.finished)
        assert again.exchange.state == "answered"


def test_what_answers_cost_is_the_median_of_those_there_were() -> None:
    timings = Timings()
    assert timings.median("") is None
    for seconds, settings in (
        (1.0, Settings()),
        (3.0, Settings()),
        (9.0, Settings(passages=30)),
        (5.0, Settings(length="long")),
        (90.0, Settings(model="ollama:x")),
    ):
        timings.note(settings, seconds)
    assert timings.median("", length="normal", passages=20) == 2.0
    assert timings.median("", passages=20) == 3.0
    assert timings.median("", passages=30) == 9.0
    assert timings.median("ollama:x", length="normal") == 90.0
    assert timings.median("", length="short") is None


def test_a_manner_is_understood_or_refused() -> None:
    for length in (None, *BUDGETS):
        assert Manner.of({"plain": True, "length": length, "passages": 50}) == Manner(True, length, 50)
    usual: dict[str, Any] = {"plain": False, "length": None, "passages": None}
    for wrong in ({"length": "huge"}, {"passages": 0}, {"passages": "5"}, {"plain": "yes"}, {"passages": 1.5}):
        with pytest.raises(FootnoteError):
            Manner.of(usual | wrong)
    with pytest.raises(FootnoteError):
        Manner.of({})
