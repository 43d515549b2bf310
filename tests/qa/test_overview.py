from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Document, Metadata
from index.records import DocumentRecord
from qa.overview import asks_for_whole, candidates, central, meant


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Summarize the report on the harbour.", True),
        ("What is this document about?", True),
        ("What are the main points of the travel policy?", True),
        ("When was the summary court abolished in 1820?", True),  # taken for one, unless a document is named
        ("When does the ferry leave?", False),
        ("What does the policy say about cars?", False),
    ],
)
def test_questions_about_a_whole_document_are_told_apart(question, whole):
    assert asks_for_whole(question) == whole


def record(path, title, **metadata):
    return DocumentRecord(path, path, title, 100, 1, 0, "", Metadata(**metadata))


RECORDS = [
    record("travel-policy.md", "Travel Policy, version 4"),
    record("leave.md", "Leave rules", publisher="Basin Wire"),
    record("c.txt", "Travel costs"),
]


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Summarise the Travel Policy, version 4", "travel-policy.md"),
        ("Summarize the main argument of the Basin Wire piece", "leave.md"),
        ("Summarize the weather", None),
    ],
)
def test_the_document_meant_is_the_one_that_is_named(question, path):
    assert meant(question, RECORDS) == path


@pytest.mark.parametrize(
    "question", ["What is this about?", "Please give me the gist of it.", "Summarise the travel policy", "tl;dr"]
)
def test_an_only_document_needs_no_name(question):
    assert meant(question, RECORDS[:1]) == "travel-policy.md"


@pytest.mark.parametrize(
    "question",
    ["What is the main argument against nuclear power?", "Give me the gist of the 1972 chess championship."],
)
def test_an_only_document_is_not_meant_by_a_question_about_something_else(question):
    assert meant(question, RECORDS[:1]) is None


@given(st.integers(1, 40), st.integers(1, 6))
def test_central_sentences_come_from_all_over_in_order(count, parts):
    vectors = np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32)
    chosen = central(vectors, parts)
    assert len(chosen) == min(parts, count)
    assert chosen == sorted(set(chosen))


def test_labels_and_captions_do_not_stand_for_a_document():
    text = (
        "Contents\n\nThe harbour was dug between 1820 and 1831 by hand.\n\nFigure 3\n\n"
        + "One more sentence here. " * 3
    )
    document = Document("a.txt", "A", text)
    assert [s.of(text) for s in candidates(document)] == ["The harbour was dug between 1820 and 1831 by hand."]
