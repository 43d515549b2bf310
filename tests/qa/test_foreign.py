from __future__ import annotations

import pytest

from qa.foreign import is_foreign

WORDS = "what did blinken say in beijing about the visit to china when how many people were asked and who".split()


def vocabulary(prefix, lengths):
    return {word: 1 for word in WORDS if word.startswith(prefix) and len(word) in lengths}


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("What did Blinken say about the visit?", False),
        ("blinken beijing", False),
        ("¿Qué dijo Blinken en Pekín sobre la prohibición?", True),
        ("北京为什么中断了与美国的军事对话？", True),
        ("Who?", False),
        ("2031 2032 2033", False),
    ],
)
def test_a_question_in_another_language_is_told_by_its_words(question, foreign):
    assert is_foreign(question, vocabulary) == foreign
