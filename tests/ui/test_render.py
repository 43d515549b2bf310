"""Exchanges as HTML: hostile text stays text, markers become exactly the citations, refusals help."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Metadata, Span
from index.passages import Passage
from qa.answers import Answer, Citation, Nearest, Statement
from qa.retrieval import Hit
from ui.conversations import Exchange
from ui.markup import name
from ui.render import confidence_words, exchange_html, missing_words, welcome_html, working_html
from ui.statements import HELD, answer_html, partial_html, place

Read = Callable[[str], Any]
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</article></div><h1>x",
    "{{value}} ${alert(1)} {0} %s",
    "a\nb\u202ec\u0000d",
    "&lt;b&gt;&amp;",
    "`[1]`(javascript:alert(1))",
)
TAGS = set(
    "article div h2 h3 button svg path rect circle p q details summary ol ul li span bdi section br strong".split()
)
words = st.one_of(st.sampled_from(HOSTILE), st.text(alphabet="ab <>&\"'{}$", min_size=1, max_size=20)).filter(str.strip)


def citation(number: int, quote: str = "The fee is 12 euros.", document: str = "fees.md", **more: str) -> Citation:
    values = {"title": "Fees", "page": "", "heading": "", "digest": "d"} | more
    return Citation(number=number, document=document, start=0, end=len(quote), quote=quote, **values)


def answered(answer: Answer, **more: Any) -> Exchange:
    return Exchange(
        "0123456789abcdef", answer.question, "2033-01-01T00:00:00+00:00", state="answered", answer=answer, **more
    )


def here(_: Citation) -> str:
    return ""


@settings(deadline=None)
@given(
    question=words,
    title=words,
    quote=words,
    heading=words,
    path=words,
    said=words,
    model=st.sampled_from(["extractive", "m"]),
)
def test_whatever_is_in_an_answer_stays_text(
    read: Read, question: str, title: str, quote: str, heading: str, path: str, said: str, model: str
) -> None:
    text = said.replace("[", "(") + " [1]"
    cited = citation(1, quote, path, title=title, heading=heading)
    answer = Answer(question, text, (cited,), searched_for=f"{question} more", model=model, notice=quote)
    page = exchange_html(answered(answer), here)
    reading = read(page)
    assert reading.tags <= TAGS
    assert not {attribute for attribute in reading.attributes if attribute.startswith("on")}
    assert question in reading.text


@settings(deadline=None)
@given(question=words, title=words, quote=words)
def test_whatever_is_in_a_refusal_stays_text(read: Read, question: str, title: str, quote: str) -> None:
    near = Nearest("a.txt", title, "3", quote, 0, len(quote), quote, 0.5)
    answer = Answer(question, "The documents do not say.", refused=True, nearest=(near,), searched_for=question)
    reading = read(exchange_html(answered(answer, within=("a.txt",)), here))
    assert reading.tags <= TAGS


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_markers_become_exactly_the_citations(order: list[int]) -> None:
    first_seen = {number: rank for rank, number in enumerate(dict.fromkeys(order), 1)}
    numbers = [first_seen[number] for number in order]
    text = " ".join(f"Statement. [{number}]" for number in numbers)
    answer = Answer("q", text, tuple(citation(number) for number in sorted(set(numbers))))
    page = str(answer_html(answer))
    assert [int(found) for found in re.findall(r'<button[^>]*class="cite"[^>]*data-number="(\d+)"', page)] == numbers
    assert page.count('class="claim"') == len(numbers)


def test_the_last_word_keeps_its_markers_beside_it() -> None:
    cited = (citation(1), citation(2))
    page = str(answer_html(Answer("q", "It began late. [1] [2] " + "x" * 500 + " [1]", cited)))
    kept = [re.sub(r"<[^>]*>", "", found) for found in re.findall(r'<span class="held">(.*?)</span>', page)]
    assert kept == ["late.12", "x" * HELD + "1"]


def test_a_documents_own_numbers_are_not_buttons() -> None:
    answer = Answer("q", "As shown in (3), it works. [1]", (citation(1, "As shown in [3], it works."),))
    assert str(answer_html(answer)).count("<button") == 1


def test_a_partial_answer_has_no_buttons() -> None:
    page = partial_html("One. [1] Two. [2")
    assert "<button" not in page
    assert page.count('class="cite"') == 1


def test_sources_that_speak_for_themselves_stand_apart() -> None:
    text = "Basin Wire (2037-04-26): It was postponed. [1]\n\nThe Ministry (2037-05-11): It was held. [2]"
    answer = Answer("q", text, (citation(1, document="a.txt"), citation(2, document="b.txt")))
    page = str(answer_html(answer))
    assert page.count('class="side"') == 2
    assert ">Basin Wire (2037-04-26)</h3>" in page
    same = replace(answer, citations=(citation(1, document="a.txt"), citation(2, document="a.txt")))
    assert 'class="side"' not in answer_html(same)


def test_lists_and_emphasis_are_a_language_models_only() -> None:
    answer = Answer("q", "- **One** [1]\n- two [1]", (citation(1),))
    assert "<li" not in answer_html(answer) and "<strong>" not in answer_html(answer)
    written = answer_html(replace(answer, model="openai:m"))
    assert written.count("<li") == 2 and "<strong>One</strong>" in written


def test_the_short_answer_and_what_has_no_support_stand_out() -> None:
    text = "It costs 12 euros. [1] It is blue. (not supported: nothing says so)"
    doubted = Statement(23, len(text), "unsupported", 0.0, "nothing says so")
    answer = Answer("q", text, (citation(1),), model="m", short="12 euros", statements=(doubted,))
    page = str(answer_html(answer))
    assert "".join(re.findall(r'<strong class="short">(.*?)</strong>', page)) == "12 euros"
    assert '<span class="doubted">It is blue. (not supported: nothing says so)</span>' in page


@pytest.mark.parametrize(
    ("text", "short", "shown"),
    [
        ("In 1964 there were 6 boats. [1]", "6", 'In 1964 there were <strong class="short">6</strong>'),
        ("It rose from 3.6 to 6. [1]", "6", 'to <strong class="short">6'),
        ("首都是北京市。 [1]", "北京", '<strong class="short">北京</strong>'),
    ],
)
def test_the_short_answer_is_a_word_of_its_own(text: str, short: str, shown: str) -> None:
    page = str(answer_html(Answer("q", text, (citation(1),), short=short)))
    assert shown in re.sub(r"</?span[^>]*>", "", page)
    assert page.count("short") == 1


def test_a_follow_up_shows_what_was_searched_for() -> None:
    answer = Answer("Why?", "x [1]", (citation(1),), searched_for="Why was the summit postponed?")
    assert "Searched for" in exchange_html(answered(answer), here)
    alike = replace(answer, question="why was the summit postponed")
    assert "Searched for" not in exchange_html(answered(alike), here)


def test_a_changed_document_is_told_at_the_citation() -> None:
    answer = Answer("q", "x [1]", (citation(1),))
    page = exchange_html(answered(answer), lambda _: "changed")
    assert 'class="cite since"' in page
    assert "the document has changed since" in page


def test_a_refusal_says_why_the_nearest_passages_fall_short() -> None:
    near = Nearest("a.txt", "Fees", "", "", 0, 5, "The fee for a bicycle is 12 euros.", 0.5)
    answer = Answer("What is the fee for a boat?", "The documents do not say.", refused=True, nearest=(near,))
    page = exchange_html(answered(answer), here)
    assert "It does not mention “boat”." in page
    assert "Search all documents" not in page
    assert "Search all documents" in exchange_html(answered(answer, within=("a.txt",)), here)


def test_missing_words_allow_for_inflection() -> None:
    assert missing_words("Who approved the costs in 2031?", "The approval of the cost was given in 2031.") == ()
    assert missing_words("Who approved it in 2032?", "It was approved in 2031.") == ("2032",)


def test_failed_stopped_and_interrupted_questions_say_so() -> None:
    asked = Exchange("0123456789abcdef", "q", "2033-01-01T00:00:00+00:00")
    assert "interrupted" in exchange_html(asked, here)
    assert "Stopped" in exchange_html(replace(asked, state="stopped"), here)
    failed = replace(asked, state="failed", problem="<b>The model</b> broke off.")
    assert "&lt;b&gt;The model" in exchange_html(failed, here)
    assert "Searching" in working_html(asked, "", "Searching")


def test_what_is_read_is_told_while_it_is_read() -> None:
    text = "<b>One</b> fact."
    places = [("a.pdf", "3"), ("a.pdf", "4"), ("b.txt", ""), *((f"{n}.txt", "") for n in range(9))]
    found = [
        Hit(
            Passage(path, Span(0, len(text)), text, page, "Costs", (Span(0, len(text)),)),
            f"<i>{path}",
            Metadata(),
            1,
            1,
            0,
        )
        for path, page in places
    ]
    asked = Exchange("0123456789abcdef", "q", "2033-01-01T00:00:00+00:00")
    page = working_html(asked, "", "Reading", found)
    assert "&lt;i&gt;a.pdf" in page and "page 3, page 4" in page and "Costs" in page
    assert page.count("<li>") == 5 and "and 6 more documents" in page
    assert "found" not in working_html(asked, "Some text", "Reading", found)


@pytest.mark.parametrize(("confidence", "start"), [(1.0, "The sources"), (0.7, "Probably"), (0.1, "Uncertain")])
def test_confidence_is_said_in_words(confidence: float, start: str) -> None:
    assert confidence_words(confidence).startswith(start)


def test_names_show_what_would_hide() -> None:
    assert name("evil\u202efdp.exe\n<b>") == "<bdi>evil\ufffdfdp.exe &lt;b&gt;</bdi>"


def test_places_are_short() -> None:
    assert place("3", "Guide > Costs > Travel", "Guide") == "page 3 · Costs › Travel"
    assert place("slide 2", "Guide", "Guide") == "slide 2"
    assert place("", "Guidelines", "Guide") == "Guidelines"


def test_the_welcome_says_how_things_stand() -> None:
    assert "3 documents" in welcome_html(("Why <b>?",), 3, True, "")
    assert "Why &lt;b&gt;?" in welcome_html(("Why <b>?",), 3, True, "")
    assert "no documents yet" in welcome_html((), 0, True, "")
    assert "being read" in welcome_html((), 0, False, "")
    assert "It is broken." in welcome_html((), 0, False, "It is broken.")
