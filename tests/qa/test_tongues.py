from __future__ import annotations

import pytest

from qa.checking.tongues import differ

ENGLISH = "The talks that were held in the capital ended with an agreement on the price of grain for both sides."


@pytest.mark.parametrize(
    ("question", "differs"),
    [
        ("What did Blinken say about the visit to the capital?", False),
        ("¿Qué dijo Blinken en Pekín sobre la prohibición de TikTok?", True),
        ("Warum hat der Minister die Reise nach Peking nicht verschoben, und was sagt er dazu?", True),
        ("北京为什么中断了与美国的军事对话？", True),
        ("blinken beijing", False),
        ("2031", False),
    ],
)
def test_a_question_in_another_language_is_told_from_the_documents(question, differs):
    assert differ(question, ENGLISH) == differs


def test_a_text_without_words_is_in_no_language():
    assert not differ("", ENGLISH)
    assert not differ("12 %", "第一句话。")
