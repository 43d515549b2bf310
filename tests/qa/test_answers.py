"""The invariants of answers: a wrong one cannot be built."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answers import MARKER, Answer, Citation, Turn


def citation(number, quote="some words"):
    return Citation(number, "a.txt", "A", "", "", 5, 5 + len(quote), quote, "0" * 64)


@given(st.text(alphabet="ab [123]", max_size=30), st.integers(0, 4))
def test_an_answer_exists_only_if_its_markers_are_its_citations(text, count):
    cited = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    right = bool(text.strip()) and count > 0 and list(dict.fromkeys(cited)) == list(range(1, count + 1))
    try:
        answer = Answer("q", text, tuple(citation(i + 1) for i in range(count)))
    except ValueError:
        assert not right
    else:
        assert right
        assert len(answer.citations) == len({int(n) for n in MARKER.findall(answer.text)})


def test_a_refusal_has_no_citations():
    assert Answer("q", "The documents do not say.", refused=True).citations == ()
    with pytest.raises(ValueError, match="a refusal has no citations"):
        Answer("q", "No [1]", (citation(1),), refused=True)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_confidence_is_a_probability(confidence):
    with pytest.raises(ValueError, match="probability"):
        Answer("q", "Yes [1]", (citation(1),), confidence=confidence)


@pytest.mark.parametrize("change", [{"number": 0}, {"end": 4}, {"quote": "other length"}, {"quote": " " * 10}])
def test_a_citation_cannot_lie_about_its_span(change):
    given = {"number": 1, "start": 5, "end": 15, "quote": "some words"} | change
    with pytest.raises(ValueError, match="citation"):
        Citation(document="a.txt", title="A", page="", heading="", digest="", **given)


def test_a_short_answer_is_words_of_the_text():
    assert Answer("q", "On 19 June. [1]", (citation(1),), short="19 June").short == "19 June"
    with pytest.raises(ValueError, match="short answer"):
        Answer("q", "On 19 June. [1]", (citation(1),), short="20 June")


def test_a_turn_is_spoken_by_one_of_two():
    assert Turn("user", "Hello").role == "user"
    with pytest.raises(ValueError, match="spoken by"):
        Turn("system", "Hello")


def test_to_dict_is_json_and_holds_every_field_of_the_contract():
    stated = json.loads(json.dumps(Answer("q", "Yes [1]", (citation(1),), confidence=0.5).to_dict()))
    assert {"question", "text", "refused", "confidence", "searched_for", "model", "seconds", "nearest"} <= stated.keys()
    contract = {"number", "document", "title", "page", "heading", "start", "end", "quote"}
    assert contract <= stated["citations"][0].keys()
