"""Conversations on disk: whole or not at all, one person's apart from another's, found again as they were."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event, current_thread, main_thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import FootnoteError
from qa.answers import Answer, Citation, Nearest, Statement, Step, Turn
from qa.settings import Settings
from tests.ui.conftest import wait_for
from ui.asking import Asking
from ui.conversations import Conversation, Conversations, Exchange, clipped_title, new_id, now
from ui.desk import Desk
from ui.library import Library
from ui.pictures import Pictures

ANSWER = Answer(
    "When?",
    "On Monday. [1]",
    (Citation(1, "a.md", "A", "3", "When", 0, 10, "On Monday.", "digest"),),
    confidence=0.5,
    searched_for="When was it?",
    seconds=0.1,
)
WRITTEN = replace(ANSWER, model="m", statements=(Statement(0, 14, "supported", 0.9, "", (1,)),))
REFUSAL = Answer("Why?", "They do not say.", refused=True, nearest=(Nearest("a.md", "A", "", "", 0, 1, "x", 0.1),))


def exchange(question: str = "When?", answer: Answer | None = ANSWER) -> Exchange:
    return Exchange(new_id(), question, now(), state="answered" if answer else "stopped", answer=answer)


def conversation(*exchanges: Exchange) -> Conversation:
    begun = Conversation.begun("When?")
    for each in exchanges:
        begun = begun.with_exchange(each)
    return begun


def test_a_conversation_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = conversation(exchange(), exchange("Why?", REFUSAL), exchange("Who?", None), exchange("And?", WRITTEN))
    kept = kept.with_changed(replace(kept.exchanges[0], useful=False, reason="late", within=("a.md",)))
    Conversations(tmp_path).save("ann", kept)
    assert Conversations(tmp_path).get("ann", kept.id) == kept
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"]


def test_conversations_of_one_second_are_listed_the_last_used_first(tmp_path: Path) -> None:
    kept = [conversation(exchange()) for _ in range(20)]
    for each in kept:
        Conversations(tmp_path).save("ann", each)
    assert Conversations(tmp_path).all("ann") == tuple(reversed(kept))


@settings(deadline=None)
@given(person=st.text(min_size=1, max_size=40), other=st.text(min_size=1, max_size=40))
def test_everybody_has_a_place_of_their_own(tmp_path_factory: pytest.TempPathFactory, person: str, other: str) -> None:
    folder = tmp_path_factory.mktemp("conversations")
    store = Conversations(folder)
    kept = conversation(exchange())
    store.save(person, kept)
    assert store.get(person, kept.id) == kept
    if other != person:
        assert store.get(other, kept.id) is None
        assert store.all(other) == ()
    assert all(
        path.is_relative_to(folder) and len(path.relative_to(folder).parts) == 2 for path in folder.rglob("*.json")
    )


@pytest.mark.parametrize("id", ["", "..", "../of-bob/0123456789abcdef", "0123456789ABCDEF", "x" * 16])
def test_only_ids_of_its_own_are_looked_for(tmp_path: Path, id: str) -> None:
    store = Conversations(tmp_path)
    store.save("bob", conversation(exchange()))
    assert store.get("ann", id) is None
    store.delete("ann", id)
    assert len(store.all("bob")) == 1


def test_the_last_used_comes_first_and_search_reads_answers(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    old = replace(conversation(exchange()), updated="2033-01-01T00:00:00+00:00")
    new = replace(conversation(exchange("Where is Dunmore?", None)), updated="2033-01-02T00:00:00+00:00")
    store.save("ann", old)
    store.save("ann", new)
    assert [each.id for each in store.all("ann")] == [new.id, old.id]
    assert [each.id for each in store.find("ann", "MONDAY when")] == [old.id]
    assert store.find("ann", "monday dunmore") == ()


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    kept = conversation(exchange())
    store.save("ann", kept)
    folder = next(tmp_path.iterdir())
    (folder / "0000000000000000.json").write_text('{"format": 1, "exch')
    (folder / "0000000000000001.json").write_text(json.dumps({"format": 2}))
    assert store.all("ann") == (kept,)
    assert (folder / "0000000000000000.json").exists()


def test_a_changed_question_takes_the_place_of_what_followed() -> None:
    first, second, third = exchange("one"), exchange("two"), exchange("three")
    kept = conversation(first, second, third).with_exchange(exchange("two again"), instead_of=second.id)
    assert [each.question for each in kept.exchanges] == ["one", "two again"]


def test_history_holds_what_was_answered_before() -> None:
    first, stopped, last = exchange("one"), exchange("two", None), exchange("three")
    assert conversation(first, stopped, last).history(last.id) == (Turn("user", "one"), Turn("assistant", ANSWER.text))


def test_surrogates_survive(tmp_path: Path) -> None:
    kept = conversation(exchange("a\ud800b", None))
    Conversations(tmp_path).save("ann", kept)
    assert Conversations(tmp_path).get("ann", kept.id) == kept


def test_titles_are_short() -> None:
    assert clipped_title("  a\nb ") == "a b"
    assert len(clipped_title("word " * 100)) <= 80


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, or the error it ends with, all begun at the same moment."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        barrier.wait(10)
        try:
            return work()
        except FootnoteError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


@pytest.fixture
def held() -> Event:
    """Questions are answered once it is set."""
    return Event()


@pytest.fixture
def desk(tmp_path: Path, held: Event) -> Iterator[Desk]:
    def stream(question: str, *_: Any) -> Generator[Step, None, None]:
        assert held.wait(20)
        answer = replace(ANSWER, question=question)
        yield Step(answer.text, answer)

    settings = Settings(tmp_path / "documents", tmp_path / "store")
    asking = Asking(stream, lambda *_: (), 4)
    with closing(asking), closing(Library(settings)) as library:  # there is no folder: no document is in the way
        yield Desk(library, Conversations(tmp_path / "conversations"), asking, Pictures(settings.folder))
        held.set()


@pytest.mark.parametrize("_", range(3))
def test_of_two_questions_at_once_one_is_kept_and_the_other_changes_nothing(desk: Desk, held: Event, _: int) -> None:
    kept = conversation(exchange(), exchange("Why?"))
    first, second = kept.exchanges
    desk.conversations.save("ann", kept)
    *begun, renamed, judged = at_once(
        *(lambda n=n: desk.begin("ann", kept.id, f"And {n}?", None, second.id) for n in range(4)),
        lambda: desk.rename("ann", kept.id, "Renamed", ""),
        lambda: desk.judge("ann", kept.id, first.id, False, "old"),
    )
    assert [isinstance(each, FootnoteError) for each in begun].count(False) == 1
    assert renamed["title"] == "Renamed" and judged == {}
    held.set()
    wait_for(lambda: not desk.open("ann", kept.id)["running"])
    found = desk.conversations.get("ann", kept.id)
    assert found is not None
    assert (found.title, found.exchanges[0].useful) == ("Renamed", False)
    assert [each.state for each in found.exchanges] == ["answered", "answered"]
    assert found.exchanges[1].question.startswith("And")


def test_a_deleted_conversation_stays_deleted(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    kept = conversation(exchange())
    store.save("ann", kept)

    def slowly(found: Conversation) -> Conversation:
        time.sleep(0.3)
        return replace(found, title="changed")

    def soon() -> None:
        time.sleep(0.1)
        store.delete("ann", kept.id)

    at_once(lambda: store.change("ann", kept.id, slowly), soon)
    assert store.get("ann", kept.id) is None


class Slow(Conversations):
    """Conversations that the test's own thread has read only when a question of theirs has ended."""

    def __init__(self, folder: Path, ended: Callable[[str], None]) -> None:
        super().__init__(folder)
        self._ended = ended

    def get(self, person: str, id: str) -> Conversation | None:
        found = super().get(person, id)
        if current_thread() is main_thread():
            self._ended(id)
        return found


def test_a_question_that_ends_while_it_is_opened_is_never_called_interrupted(
    desk: Desk, held: Event, tmp_path: Path
) -> None:
    def ended(id: str) -> None:
        held.set()
        wait_for(lambda: desk.running("ann", id) is None)

    begun = desk.begin("ann", "", "When?", None)["conversation"]
    opening = Desk(desk.library, Slow(tmp_path / "conversations", ended), desk.asking, desk.pictures)
    assert "interrupted" not in opening.open("ann", begun)["thread"]
    assert "On Monday" in desk.open("ann", begun)["thread"]


def test_a_question_that_ended_before_it_could_be_followed_is_still_shown(desk: Desk, held: Event) -> None:
    held.set()
    begun = desk.begin("ann", "", "When?", None)["conversation"]
    wait_for(lambda: desk.running("ann", begun) is None)
    last = desk.conversations.get("ann", begun)
    assert last is not None
    assert f'data-exchange="{last.exchanges[0].id}"' in desk.ended("ann", begun)
    assert "On Monday" in desk.ended("ann", begun) and f'data-over="{begun}"' in desk.ended("ann", begun)
    assert desk.ended("bob", begun) == f'<i hidden data-over="{begun}"></i>'
