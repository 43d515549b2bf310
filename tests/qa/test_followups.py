from __future__ import annotations

import pytest

from qa.answers import Turn
from qa.followups import leans_on_history, parts, resolve

ASKED = [Turn("user", "Who led the technical team on Sarn?"), Turn("assistant", "Judge Ismene Corrow led it. [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "How many people were on it?",
        "And in 2031?",
        "Why?",
        "What about the other one?",
        "Did he agree?",
        "Since when?",
        "What is missing?",
        "What is new?",
        "When was McCarthy's?",
    ],
)
def test_a_question_that_leans_on_history_is_searched_for_after_what_it_follows(question):
    assert leans_on_history(question)
    assert resolve(ASKED, question) == f"Who led the technical team on Sarn? {question}"


def test_no_word_of_a_message_is_lost_between_its_questions() -> None:
    message = "The budget was cut. Who decided that it should be? When will the works go on?"
    assert " ".join(parts(message)) == message


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the Halberd brief?",
        "What does the travel policy say about private cars?",
        "Who is Blinken?",
        "What is inflation?",
    ],
)
def test_a_question_that_stands_alone_is_searched_for_alone(question):
    assert resolve(ASKED, question) == question


def test_without_history_nothing_is_added():
    assert resolve([], " And then? ") == "And then?"
    assert resolve([Turn("assistant", "Hello.")], "Why?") == "Why?"


def test_a_chain_goes_back_to_the_question_that_stood_alone():
    history = [
        Turn("user", "What is the price of the D20?"),
        Turn("assistant", "300 crowns."),
        Turn("user", "Which city is the capital of Thalvey?"),
        Turn("assistant", "Quillhaven."),
        Turn("user", "And how large is it?"),
        Turn("assistant", "Large."),
    ]
    assert resolve(history, "Why?") == "Which city is the capital of Thalvey? And how large is it? Why?"


def test_a_name_comes_from_the_answer_where_no_question_names_anybody():
    history = [Turn("user", "who wrote the column?"), Turn("assistant", "It was written by Ottoline Vray. [1]")]
    assert "Ottoline Vray" in resolve(history, "What did she do before?")


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("When does it end?", 1),
        ("Who led the team on Sarn, and how many people were on it?", 2),
        ("What is the price of the D20? Where can I buy the D25?", 2),
        ("The owner quoted in May later helped science. What did she do there?", 1),
        ("Which lender leads the group, and what does it plan for the orchestra?", 2),
        ("What do Orvelia and Tarkuna say about grain and zinc?", 1),
        ("When? Why? How? Who? What? Where?", 1),
        ("What did the U.S. Secretary of State say in Beijing?", 1),
        ("What is the view of Dr. Smith on sanctions, and where did he state it?", 2),
        ("The visit was announced in June. Why did Washington put sanctions on Li Shangfu?", 1),
        ("Why did Washington put sanctions on Li Shangfu? I need it for a report.", 1),
        ("who led the team on Sarn? how many people were on it?", 2),
        ("I wonder who led the team on Sarn, and how many people were on it.", 2),
        ("The budget was cut. Who decided that it should be? The works stopped. When will they go on again?", 2),
    ],
)
def test_the_questions_of_a_message_are_told_apart(message, asked):
    assert len(parts(message)) == asked
