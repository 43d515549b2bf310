from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Metadata, Span
from index.passages import Passage
from qa.retrieval import Hit, candidates, fuse, prefer_named

SCORES = st.dictionaries(st.integers(0, 20), st.floats(-1, 1), min_size=1)


@given(SCORES, st.dictionaries(st.integers(0, 20), st.floats(0, 30)))
def test_fusion_scores_every_candidate_and_only_those(cosines, words):
    fused = fuse(cosines, words)
    assert fused.keys() == cosines.keys()
    assert all(map(math.isfinite, fused.values()))


@given(SCORES)
def test_a_search_that_tells_nothing_apart_changes_nothing(cosines):
    assert fuse(cosines, {}) == fuse(cosines, dict.fromkeys(cosines, 3.0))


def test_better_in_both_is_better_fused():
    fused = fuse({1: 0.9, 2: 0.5, 3: 0.1}, {1: 8.0, 2: 2.0})
    assert fused[1] > fused[2] > fused[3]


def embed(query):
    return np.zeros(2, np.float32)


class Shelf:
    """Three passages: 1 is found by words, 2 by meaning, 3 by words but has no vector yet."""

    def search_words(self, query, limit, within=None):
        return [(1, 5.0), (3, 4.0)]

    def score_words(self, query, keys):
        return dict.fromkeys(keys, 0.0)

    def search_vectors(self, vector, limit, within=None):
        return [(2, 0.9)]

    def score_vectors(self, vector, keys):
        return {key: 0.3 for key in keys if key != 3}


def test_what_either_search_finds_is_a_candidate_with_both_scores():
    found = {key: (cosine, words) for key, _, cosine, words in candidates(Shelf(), "q", embed)}
    assert found == {1: (0.3, 5.0), 2: (0.9, 0.0), 3: (0.3, 4.0)}


def test_a_hit_has_finite_scores():
    passage = Passage("a.txt", Span(0, 4), "text", "", "", (Span(0, 4),))
    with pytest.raises(ValueError, match="finite"):
        Hit(passage, "A", Metadata(), float("nan"), 0.0, 0.0)


def test_a_source_that_the_question_names_comes_first():
    def hit(path, score, **metadata):
        passage = Passage(path, Span(0, 4), "text", "", "", (Span(0, 4),))
        return Hit(passage, "A", Metadata(**metadata), score, 0.5, 1.0)

    hits = [hit("a.txt", 1.0, publisher="NPR"), hit("b.txt", 0.5, publisher="Basin Wire"), hit("c.txt", 0.4)]
    assert [h.passage.document for h in prefer_named("According to Basin Wire, who led?", hits)] == [
        "b.txt",
        "a.txt",
        "c.txt",
    ]
    assert prefer_named("Who led?", hits) == hits
