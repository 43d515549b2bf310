"""Questions made from documents: natural, answered where they are shown, spread over the documents."""

from __future__ import annotations

import pytest

from index.documents import Document, Heading
from ui.suggestions import candidates, chosen


def document(text: str, title: str = "Notes", path: str = "a.txt", headings: tuple[Heading, ...] = ()) -> Document:
    return Document(path, title, text, headings=headings)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The ferry Astrid was built in 1987 at the yard in Brell.", "When was the ferry Astrid built?"),
        ("The old bridge was closed on 4 May 2033.", "When was the old bridge closed?"),
        ("A day ticket costs 12 euros for adults.", "How much does a day ticket cost?"),
        ("The crossing takes about 40 minutes.", "How long does the crossing take?"),
        ("An embedding is a row of numbers.", "What is an embedding?"),
        ("Linkbox is a radio module.", "What is Linkbox?"),
        ("On Friday the mayor, Ottoline Vance, said that it would stay.", "What did Ottoline Vance say?"),
    ],
)
def test_sentences_are_turned_into_questions(sentence: str, question: str) -> None:
    assert next(candidates(document(sentence))) == question


@pytest.mark.parametrize(
    "sentence", ["This was built in 1987.", "It is a box.", "What Xi Jinping said counts.", "x " * 5000]
)
def test_others_are_not(sentence: str) -> None:
    assert list(candidates(document(sentence))) == ["Summarise Notes"]


def test_headings_and_titles_give_questions_where_sentences_do_not() -> None:
    made = document("Fares\nLow.\n", "Ferry handbook (draft)", headings=(Heading(0, 1, "Fares"),))
    assert list(candidates(made)) == ["What does “Ferry handbook” say about fares?", "Summarise Ferry handbook"]


def test_only_what_is_answered_is_chosen_and_documents_take_turns() -> None:
    first = document("The ferry was built in 1987. The pier was built in 1990.", path="1.txt", title="One")
    second = document("The tower was built in 1851.", path="2.txt", title="Two")
    asked: list[tuple[str, str]] = []

    def answers(question: str, path: str) -> bool:
        asked.append((question, path))
        return "pier" not in question

    found = list(chosen([first, second], answers, 4))
    assert found == ["When was the ferry built?", "When was the tower built?", "Summarise Two"]
    assert ("When was the pier built?", "1.txt") in asked
