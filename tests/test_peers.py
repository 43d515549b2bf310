from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.comparison import Measure, bars, markdown
from benchmarks.scores import Question, answer_in_place, first_words, gains, judged, ndcg, recall, within

PARAGRAPH = "The mill was built in 1804 by two brothers. It burnt down in 1804 too, and nobody built it again."
GAINS = st.lists(st.booleans(), max_size=30)


def sought(*evidence: tuple[str, str], relevant: tuple[str, ...] = ("mill.txt",), whole: bool = False) -> Question:
    return Question("1", "When was the mill built?", relevant, evidence, whole)


@given(GAINS, st.integers(1, 12))
def test_measures_are_shares_and_grow_with_what_is_found(gained, depth):
    relevant = max(1, sum(gained))
    assert 0 <= ndcg(gained, relevant, depth) <= 1 + 1e-9
    assert recall(gained, relevant, depth) <= recall(gained, relevant, depth + 1) <= 1
    best = sorted(gained, reverse=True)
    assert ndcg(gained, relevant, depth) <= ndcg(best, relevant, depth) + 1e-9
    assert ndcg([True] * relevant, relevant, depth) == pytest.approx(1)


def test_ndcg_of_a_ranking_worked_out_by_hand():
    assert ndcg([False, True, False, True], 2, 10) == pytest.approx((0.63093 + 0.43068) / 1.63093, abs=1e-5)
    assert ndcg([False, False], 2, 10) == 0


def test_a_document_counts_once_however_many_of_its_passages_are_found():
    question = sought(relevant=("a", "b"), whole=True)
    found = [("a", "one"), ("a", "two"), ("c", "three"), ("b", "four")]
    assert gains(question, found) == [True, False, True]
    assert judged(question, found) == {
        "recall@5": 1,
        "recall@10": 1,
        "nDCG@10": pytest.approx((1 + 0.5) / 1.63093, abs=1e-5),
    }


def test_an_answer_counts_in_its_place_and_not_wherever_its_words_stand():
    place = answer_in_place(PARAGRAPH, PARAGRAPH.index("1804"), "1804")
    question = sought(*(("mill.txt", words) for words in place))
    assert gains(question, [("mill.txt", "It burnt down in 1804 too, and nobody built it again.")]) == [False]
    assert gains(question, [("barn.txt", PARAGRAPH), ("mill.txt", PARAGRAPH), ("mill.txt", PARAGRAPH)]) == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("cut", ["mill was\nbuilt  in 1804", "1804 by two brothers. It"])
def test_a_passage_that_begins_or_ends_at_the_answer_holds_it(cut):
    place = answer_in_place(PARAGRAPH, PARAGRAPH.index("1804"), "1804")
    assert gains(sought(*(("mill.txt", words) for words in place)), [("mill.txt", cut)]) == [True]


def test_an_answer_with_little_around_it_keeps_all_of_it():
    assert answer_in_place("In 1804, then.", 3, "1804") == ("in 1804 then",)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("xy ", max_size=20)), max_size=6), st.integers(0, 15))
def test_the_first_words_are_the_first_words(passages, limit):
    every = [word for _, text in passages for word in text.split()]
    assert [word for _, text in first_words(passages, limit) for word in text.split()] == every[:limit]


def test_evidence_must_stand_whole_in_the_first_words():
    question = sought(("mill.txt", "built in 1804"))
    found = [("barn.txt", "a barn " * 10), ("mill.txt", "The mill was built in 1804.")]
    assert not within(question, found, 25)
    assert within(question, found, 26)


def test_ratios_are_taken_within_a_round():
    measure = Measure("p50", "ms", False, {"Footnote, search": [1, 8, 3], "A": [2, 2, 9], "B": [4, 4, 6]})
    assert measure.ratio("Footnote, search") == 0.5  # of 1/2, 8/2 and 3/6
    assert measure.ratio("Footnote, answer") is None


def test_the_table_has_every_figure_and_names_what_failed():
    measure = Measure("p50", "ms", False, {"Footnote, search": [2.0], "A": [4.0]})
    table = markdown([measure], ["Footnote, search", "A"], {"B": "it cannot be installed"})
    assert "| p50, ms | 2 | 4 | 0.50 x |" in table
    assert "B was not measured: it cannot be installed" in table
    assert bars([measure], ["Footnote, search", "A"]).count("<rect") == 3
