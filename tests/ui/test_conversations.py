"""Conversations on disk: whole or not at all, one person's apart from another's, found again as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answers import Answer, Citation, Nearest, Statement, Turn
from ui.conversations import Conversation, Conversations, Exchange, clipped_title, new_id, now

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
