"""Markers: found in every style, taken out, never shown by half, the same whether a text comes whole or in pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.markers import numbers_in, showable, split_written, without_markers

TEXT = (
    "Quiet hours begin at 23:00 [1]. They took effect on 1 November 2033.[2][3] Fines rise [1, 2]!\n\n"
    "- First item [^2]\n- Second item 【3†source】\n\nSee [the annex] and [a link](https://a.example/x). The end [1-3]"
)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("So it is [1].", [(1,)]),
        ("So it is[1][2].", [(1,), (2,)]),
        ("So it is [1, 2].", [(1, 2)]),
        ("So it is [1; 3 and 5].", [(1, 3, 5)]),
        ("So it is [2-4].", [(2, 3, 4)]),
        ("So it is [2–4].", [(2, 3, 4)]),
        ("So it is 【1】.", [(1,)]),
        ("So it is 【4†notes.txt】.", [(4,)]),
        ("So it is [^7].", [(7,)]),
        ("So it is [Passage 3].", [(3,)]),
        ("So it is [passage 1, passage 2].", [(1, 2)]),
    ],
)
def test_every_style_of_marker_is_found_and_taken_out(written, numbers):
    clean, found = without_markers(written)
    assert clean == "So it is."
    assert [cited for _, cited in found] == numbers


@pytest.mark.parametrize(
    "plain", ["[the annex]", "[2033-09-14]", "array[1000]", "[1](x", "(1)", "[]", "[1-300]", "[sic]"]
)
def test_other_brackets_are_left_alone(plain):
    text = f"He wrote {plain} there"
    if plain == "[1](x":
        assert without_markers(text)[1] == [(8, (1,))]
    else:
        assert without_markers(text) == (text, [])


def test_numbers_of_a_range_stand_once():
    assert numbers_in("3, 1-4, 3") == (3, 1, 2, 4)
    assert numbers_in("5-3") == (5, 3)


@given(st.lists(st.integers(1, 12), max_size=len(TEXT)))
def test_in_pieces_or_whole_the_sentences_are_the_same(sizes):
    whole, rest = split_written(TEXT, complete=True)
    assert rest == ""
    pieces, buffer, at = [], "", 0
    for size in [*sizes, len(TEXT)]:
        buffer += TEXT[at : at + size]
        at += size
        written, buffer = split_written(buffer, complete=False)
        pieces += written
    assert pieces + split_written(buffer, complete=True)[0] == whole


def test_no_step_of_a_stream_shows_part_of_a_marker():
    buffer = ""
    for character in TEXT:
        buffer += character
        assert not re.search(r"\[\^?\d|【|\[$", showable(buffer)), buffer


def test_a_marker_belongs_to_the_sentence_before_it_even_after_the_full_stop():
    written, _ = split_written("It rained. [1] It stopped [2]. [3] Then snow fell.", complete=True)
    assert [(each.text, each.numbers) for each in written] == [
        ("It rained.", (1,)),
        ("It stopped.", (2, 3)),
        ("Then snow fell.", ()),
    ]


def test_a_marker_that_opens_a_line_belongs_to_what_follows():
    written, _ = split_written("First line here.\n[2] The second line.", complete=True)
    assert [each.numbers for each in written] == [(), (2,)]


@given(st.text(alphabet="ab [].1,\n【】", max_size=40))
def test_any_text_can_be_split(text):
    written, _ = split_written(text, complete=False)
    again, nothing = split_written(text, complete=True)
    assert nothing == ""
    assert len(again) >= len(written)
    assert showable(text) is not None
