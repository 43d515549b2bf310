"""Conversations taken away: every quote, page and source in them, nothing in them runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from qa.answers import Answer, Citation
from ui.conversations import Conversation, Exchange, conversation_from
from ui.exports import as_questions, copied, exported

QUOTE = "The *fee* is <b>12</b> euros."
ANSWER = Answer(
    "What is the fee?",
    "It is <b>12</b> euros. [1]",
    (Citation(1, "fees/`a`.md", "Fees [2033]", "3", "Costs", 0, len(QUOTE), QUOTE, "d"),),
)
EXCHANGE = Exchange("0123456789abcdef", ANSWER.question, "2033-01-01T00:00:00+00:00", None, "answered", ANSWER)
KEPT = Conversation(
    "f" * 16, "What is the <fee>?", "2033-01-01T00:00:00+00:00", "2033-01-01T00:00:00+00:00", (EXCHANGE,)
)


def test_markdown_keeps_markers_and_escapes_the_rest() -> None:
    name, text = exported(KEPT, "md")
    assert name == "what-is-the-fee.md"
    assert "It is \\<b\\>12\\</b\\> euros. [1]" in text
    assert "> The \\*fee\\* is" in text
    assert "Fees \\[2033\\], page 3, Costs (`` fees/`a`.md ``)" in text


@pytest.mark.parametrize(
    "text",
    [
        "1. First",
        "12) Twelfth",
        "- dash",
        "+ plus\n-",
        "&copy; 2033 &#65; AT&T",
        "Title\n===",
        "Title\n---",
        "a\n- - -",
    ],
)
def test_markdown_reads_as_it_stood(text: str) -> None:
    refused = replace(ANSWER, text=text, citations=(), refused=True)
    markdown = exported(replace(KEPT, exchanges=(replace(EXCHANGE, answer=refused),)), "md")[1]
    (heading, *_), tokens = (found := MarkdownIt().parse(markdown)), [t for t in found if t.type == "inline"]
    assert heading.tag == "h1" and [token.type for token in found].count("paragraph_open") == 1
    assert "".join(each.content or "\n" for each in tokens[-1].children or ()) == text


def test_html_is_a_page_in_which_nothing_runs(read: Callable[[str], Any]) -> None:
    name, text = exported(KEPT, "html")
    assert name.endswith(".html")
    assert "&lt;b&gt;12&lt;/b&gt;" in text and "<b>" not in text
    assert "http" not in text and "<script" not in text


def test_json_is_the_conversation() -> None:
    data = json.loads(exported(KEPT, "json")[1])
    assert conversation_from({"format": 1, **data}) == KEPT


def test_a_copied_answer_brings_its_sources() -> None:
    assert copied(ANSWER) == f"It is <b>12</b> euros. [1]\n\n[1] Fees [2033], page 3, Costs: “{QUOTE}”"


def test_judged_answers_become_questions() -> None:
    second = replace(EXCHANGE, id="1" * 16, question="And in 2034?", useful=False, reason="old figure")
    lines = as_questions([replace(KEPT, exchanges=(EXCHANGE, second))]).splitlines()
    record = json.loads(lines[0])
    assert len(lines) == 1
    assert (record["question"], record["useful"], record["reason"]) == ("And in 2034?", False, "old figure")
    assert record["history"] == [{"question": "What is the fee?", "answer": ANSWER.text}]
