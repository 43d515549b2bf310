"""Groups of windows as training sees them."""

from __future__ import annotations

from qa.windows import Window
from training.examples import Example
from training.mixture import split


def window(number: int, answered: int) -> Example:
    return Example("Who came?", Window("", "", "", (f"Sentence {number}.",)), (answered,), answered, "", "k", group="q")


def test_a_split_loses_no_window_and_leaves_one_group_unanswered() -> None:
    unit = [window(0, 1), window(1, 0), window(2, 0), window(3, -1), window(4, 0)]
    rest, apart = split(unit)
    assert sorted(e.window.sentences for e in [*rest, *apart]) == [e.window.sentences for e in unit]
    assert {e.answered for e in apart} == {0} and {e.group for e in apart} == {"q/withheld"}
    assert 1 in {e.answered for e in rest} and {e.group for e in rest} == {"q"}


def test_a_question_that_only_has_windows_of_one_kind_stays_whole() -> None:
    answering = [window(0, 1)]
    assert split(answering) == [answering]
    others = [window(0, 0), window(1, 0), window(2, 0)]
    assert split(others) == [others]
