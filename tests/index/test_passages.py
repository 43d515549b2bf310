"""The laws of splitting: every passage is the document sliced by its own span, and nothing is lost."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Document, Heading, Metadata, Page, Span
from index.passages import Passage, embedding_text, sentences, split


def count(texts):
    """A token is a word or a mark here; the laws hold for any count of at least one a character run."""
    return [max(1, len(re.findall(r"\w{1,6}|[^\w\s]", text))) for text in texts]


def words(text):
    return re.findall(r"[^\W_]+", text)


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "He came. She left at 3.5 p.m. on 5 May.\n",
                "\n\n## Heading\n\n",
                "- an item\n- another item\n",
                "| a | b |\n|---|---|\n| 1 | 2 |\n",
                '"We called twice. They did not answer," he said.',
                "3. Completion. The works are complete.\n",
                "x" * 500,
                "word " * 200,
                "第一句话。第二句话。",
                "\r",
                "———\n",
            ]
        ),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(5, 60))
def test_every_passage_is_its_slice_and_no_word_is_lost(text, limit):
    if not text.strip():
        return
    headings = tuple(Heading(m.start(), 2, "Heading") for m in re.finditer("## Heading", text))
    passages = split(Document("a.txt", "A", text, headings=headings), count, limit)
    end = 0
    for passage in passages:
        assert passage.text == passage.span.of(text)
        assert passage.span.start >= end
        end = passage.span.end
        for i, sentence in enumerate(passage.sentences):
            assert passage.sentence(i) == sentence.of(text)
            assert sentence.of(text) == sentence.of(text).strip() != ""
        assert not any(passage.span.start < h.start < passage.span.end for h in headings)
        if len(passage.sentences) > 1:
            assert sum(count([passage.sentence(i) for i in range(len(passage.sentences))])) <= limit
    assert "".join(words(" ".join(p.text for p in passages))) == "".join(words(text))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_sentences_are_in_order_apart_and_hold_every_word(text):
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join(words(" ".join(s.of(text) for s in spans))) == "".join(words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Xi came. The U.S. Dept. agreed.", ["Mr. Xi came.", "The U.S. Dept. agreed."]),
        (
            '"We called. They slept," he said. It was 3.5 p.m. then.',
            ['"We called. They slept," he said.', "It was 3.5 p.m. then."],
        ),
        ("China-U.S. ties fell. The then-U.S. Speaker came.", ["China-U.S. ties fell.", "The then-U.S. Speaker came."]),
        ("He lives in the U.S. He met J. K. Orun.", ["He lives in the U.S.", "He met J. K. Orun."]),
        ("3. Completion. The works end.", ["3. Completion.", "The works end."]),
        ("BASIN WIRE\nTwo guards dead\nBy Teo Larrick", ["BASIN WIRE", "Two guards dead", "By Teo Larrick"]),
        (
            "This line of running text was broken at the margin of the\npage and goes on here.",
            ["This line of running text was broken at the margin of the\npage and goes on here."],
        ),
        ("| Topic | Rule |\n|---|---|\n| Rail | always |", ["| Topic | Rule |", "| Rail | always |"]),
        ("# Title\nText follows.", ["# Title", "Text follows."]),
        ("- one\n- two\n  more", ["- one", "- two\n  more"]),
        ("**Owner:** A\n**Date:** B", ["**Owner:** A", "**Date:** B"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert [span.of(text) for span in sentences(text)] == expected


def test_a_long_quotation_is_cut_at_the_sentences_inside_it():
    inside = " ".join(f"We said number {i} many times over and nobody in the hall answered us." for i in range(12))
    spans = sentences(f'"{inside}" she said.')
    assert len(spans) > 1
    assert all(len(span.of(inside)) < 400 for span in spans)


def test_a_passage_ends_with_a_paragraph_where_it_can():
    text = "One one one. Two two two.\n\nThree three three. Four four four."
    passages = split(Document("a.txt", "A", text), count, 11)
    assert [p.text for p in passages] == ["One one one. Two two two.", "Three three three. Four four four."]


def test_passages_know_their_page_and_heading():
    text = "# Top\n\nFirst words.\n\n## Deep\n\nSecond words."
    at = text.index("## Deep")
    document = Document(
        "a.md",
        "Top",
        text,
        pages=(Page(0, "1"), Page(at, "2")),
        headings=(Heading(0, 1, "Top"), Heading(at, 2, "Deep")),
    )
    first, second = split(document, count)
    assert (first.page, first.heading, second.page, second.heading) == ("1", "Top", "2", "Top > Deep")
    assert embedding_text(second) == "Top > Deep\n## Deep\n\nSecond words."


@pytest.mark.parametrize("language", ["en", "de", "zz-unknown"])
def test_any_language_tag_is_split(language):
    document = Document("a.txt", "A", "Erster Satz. Zweiter Satz.", metadata=Metadata(language=language))
    assert len(split(document, count)[0].sentences) == 2


def test_a_passage_cannot_lie_about_its_span():
    with pytest.raises(ValueError, match="does not fill"):
        Passage("a.txt", Span(0, 5), "four", "", "", (Span(0, 4),))
    with pytest.raises(ValueError, match="leave its span"):
        Passage("a.txt", Span(0, 4), "four", "", "", (Span(0, 5),))


def test_time_grows_with_the_text_and_no_faster():
    from time import perf_counter

    def seconds(size):
        document = Document("a.txt", "A", "All work and no play makes for a dull text, they said. " * size)
        began = perf_counter()
        split(document, lambda texts: [13] * len(texts))
        return perf_counter() - began

    seconds(100)
    assert seconds(16_000) < 12 * 4 * max(seconds(4_000), 0.01)
