from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.spelling import mend

WORDS = {
    "blinken": 40,
    "beijing": 30,
    "policy": 5,
    "police": 2,
    "visit": 9,
    "tarkuna": 3,
    "dehumidifier": 2,
    "joseph": 4,
}


def vocabulary(prefix, lengths):
    return {word: n for word, n in WORDS.items() if word.startswith(prefix) and len(word) in lengths}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("When did Blinkin visit Bejing?", "When did Blinken visit Beijing?"),
        ("the dehumidifer polcy", "the dehumidifier policy"),
        ("Tarukna", "Tarkuna"),
        ("what did josef say", "what did joseph say"),
        ("visits and visited", "visits and visited"),
        ("Xyzzyq in 2031", "Xyzzyq in 2031"),
    ],
)
def test_words_that_no_passage_holds_are_mended_from_those_that_some_do(typed, meant):
    assert mend(typed, vocabulary) == meant


@given(st.text(max_size=60))
def test_marks_and_numbers_stay_and_mending_again_changes_nothing(text):
    once = mend(text, vocabulary)
    assert mend(once, vocabulary) == once
    keep = [c for c in text if not c.isalpha()]
    assert [c for c in once if not c.isalpha()] == keep
