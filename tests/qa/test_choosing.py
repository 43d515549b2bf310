"""Choosing: the best sentence, those close to it, and what they leave out; never the same thing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Document, Metadata
from index.passages import split
from qa.choosing import REACH, TABLE, asks_for_several, choose, same
from qa.lengths import BUDGETS, LONG, NORMAL, SHORT
from qa.ranking import Evidence, ordered
from qa.retrieval import Hit

FILLER = tuple(f"The clerk of ward {n} counted {n} other things that nobody had asked for." for n in range(12))


def read(path: str, text: str, *scores: float, title: str = "") -> list[Evidence]:
    """A document's only passage, its sentences with these scores."""
    (passage,) = split(Document(path, title or path, text), lambda texts: [1] * len(texts))
    assert len(passage.sentences) == len(scores), [passage.sentence(i) for i in range(len(passage.sentences))]
    hit = Hit(passage, title or path, Metadata(), 0.0, 0.5, 1.0)
    return [Evidence(hit, i, score, 0.5, 0.5) for i, score in enumerate(scores)]


def texts(question: str, *documents: list[Evidence], length: str = "normal") -> list[str]:
    chosen = choose(question, [ordered(e for some in documents for e in some)], BUDGETS[length])  # type: ignore[index]
    return [e.text for e in chosen]


def noise(score: float = -9.0) -> list[Evidence]:
    """What is read besides and says nothing to the matter."""
    return [e for n in range(10) for e in read(f"noise{n}.txt", " ".join(FILLER), *(score,) * len(FILLER))]


def test_what_is_far_behind_the_best_is_no_evidence() -> None:
    boat = read("boat.txt", "The boat is green. It was built of oak. It rained on that day.", 5, 5 - 2.4, 5 - 2.6)
    assert texts("What colour is the boat?", boat, noise()) == ["The boat is green.", "It was built of oak."]


def test_the_other_side_of_a_comparison_is_added_though_it_is_behind() -> None:
    tern = read("tern.txt", "The Tern is 12 metres long. Her hull is green.", 6, 0)
    heron = read("heron.txt", "The Heron is 15 metres long. Her hull is white.", 2, 0)
    question = "Which is longer, the Tern or the Heron?"
    assert texts(question, tern, heron, noise()) == ["The Tern is 12 metres long.", "The Heron is 15 metres long."]
    assert texts("How long is the Tern?", tern, heron, noise()) == ["The Tern is 12 metres long."]
    further = [replace(heron[0], score=6 - REACH - 0.1), replace(heron[1], score=-9)]
    assert texts(question, tern, further, noise()) == ["The Tern is 12 metres long."]


def test_what_a_sentence_stands_under_is_told_by_it() -> None:
    tern = read("tern.txt", "She is 12 metres long.", 6, title="The Tern")
    heron = read("heron.txt", "She is 15 metres long.", 2, title="The Heron")
    question = "How long are the Tern and the Heron?"
    assert texts(question, tern, heron, noise()) == ["She is 12 metres long.", "She is 15 metres long."]


def test_a_word_that_is_everywhere_is_worth_nothing() -> None:
    said = "The harbour opens at six. The harbour master has a harbour dog. In the harbour nobody swims."
    harbour = read("harbour.txt", said, 6, 2, 1)
    assert texts("When does it open at the harbour, dog or no dog?", harbour) == ["The harbour opens at six."]


def test_the_rows_of_a_table_come_together() -> None:
    bids = "| Dunmore | 612 | 48.9 |\n| Kestrel | 598 | 50.0 |\n| Larkfield | 671 | 44.6 |"
    table = f"| Bid | Price | Points |\n|---|---|---|\n{bids}"
    rows = read("bids.md", table, -9, 6, 6 - TABLE + 0.1, 6 - TABLE - 0.1)
    assert texts("What did they bid?", rows, noise()) == ["| Dunmore | 612 | 48.9 |", "| Kestrel | 598 | 50.0 |"]
    assert texts("What did they bid?", rows, noise(), length="short") == ["| Dunmore | 612 | 48.9 |"]


def test_nothing_is_added_beyond_what_people_read() -> None:
    long = f"The Heron, {'a boat of many repairs and no little fame, ' * 12}is 15 metres long."
    tern, heron = read("tern.txt", "The Tern is 12 metres long.", 6), read("heron.txt", long, 3)
    assert texts("Was the Tern built as the Heron was?", tern, heron, noise()) == ["The Tern is 12 metres long."]


def test_headings_labels_and_repetitions_are_no_sentences_of_an_answer() -> None:
    page = read("fees.md", "# Fees\n\nNewsletter\n\nA ticket is 12 crowns.", 6, 5, 4, title="Fees")
    copy = read("copy.md", "A ticket is 12 crowns.", 4)
    assert texts("What are the fees?", page, copy, noise()) == ["A ticket is 12 crowns."]
    assert texts("What are the fees?", page[:2]) == []
    assert choose("What are the fees?", [()]) == []


@given(st.lists(st.floats(-8, 8), min_size=len(FILLER), max_size=len(FILLER)), st.booleans())
def test_a_longer_answer_says_what_a_shorter_one_does_and_more(scores: list[float], several: bool) -> None:
    question = "Which things did the clerks of ward 3, 7 and 11 count?" if several else "Who counted in ward 7 and 11?"
    ranked = ordered(read("wards.txt", " ".join(FILLER), *scores))
    short, normal, long = (choose(question, [ranked], budget) for budget in (SHORT, NORMAL, LONG))
    assert short == normal[: len(short)] and normal == long[: len(normal)]
    assert choose(question, [ranked]) == normal
    assert short[0] is ranked[0]
    assert len({e.sentence for e in long}) == len(long)


def test_each_question_of_a_message_has_its_own_sentences_and_none_comes_twice() -> None:
    boat = read("boat.txt", "The boat is green. It was built of oak.", 5, 1)
    other = [replace(boat[0], score=1.0), replace(boat[1], score=5.0)]
    chosen = choose("What colour is it, and of what was it built?", [ordered(boat), ordered(other)])
    assert [e.text for e in chosen] == ["The boat is green.", "It was built of oak."]


def test_sentences_that_differ_in_their_figures_do_not_say_the_same() -> None:
    assert same("A b c d e.", "a b c d e f")
    assert not same("A b c", "d e f")
    assert not same("The trial enrolled 212 patients in May.", "The trial enrolled 214 patients in May.")


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("When did it end?", False),
        ("Who wrote the brief?", False),
        ("Which countries signed?", True),
        ("What are the reasons for the delay?", True),
        ("How do I reset it?", True),
        ("Compare the two plans.", True),
        ("What steps were taken after the accident?", True),
        ("What is this?", False),
        ("What was the first address?", False),
    ],
)
def test_questions_that_ask_for_several_things_get_more_sentences(question: str, several: bool) -> None:
    assert asks_for_several(question) == several
