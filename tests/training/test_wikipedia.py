"""The questions on real prose: whole, and pointing only at what their collection has."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from training import gold
from training.wikipedia import QUESTIONS, WORDS, opening, quoted

ARTICLES = json.loads((QUESTIONS / "articles.json").read_text(encoding="utf-8"))


def test_an_opening_is_whole_paragraphs_and_no_more_than_needed() -> None:
    paragraphs = [f"{i} " + "word " * 99 for i in range(30)]
    kept = opening("\n".join(paragraphs)).split("\n")
    assert kept == paragraphs[: len(kept)]
    assert WORDS <= 100 * len(kept) < WORDS + 100
    assert opening("short") == "short"


def test_evidence_becomes_the_words_it_points_at() -> None:
    question = {"id": "q", "evidence": [{"doc": "a.txt", "start": 4, "end": 7, "group": 1}]}
    assert quoted(question, {"a.txt": "One two."})["evidence"] == [{"doc": "a.txt", "sentence": "two", "group": 1}]


@pytest.mark.parametrize("name", ARTICLES)
def test_questions_are_whole(name: str) -> None:
    questions = [json.loads(line) for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({question["id"] for question in questions}) == len(questions)
    files = {f"{unquote(title)}.txt" for title in ARTICLES[name]}
    for question in questions:
        assert bool(question["evidence"]) == question["answerable"], question["id"]
        assert question["answerable"] or not question["must_include"]
        for e in question["evidence"]:
            assert e["doc"] in files
            assert 0 <= e["start"] < e["end"]


def test_what_is_kept_out_is_not_trained_on() -> None:
    kept_out = {"studies", "council", "rescue", "federation", "observatory", "envoys", "almanac", "annals"}
    assert not kept_out & set(gold.SHARES)
    assert set(ARTICLES) - kept_out == set(gold.ARTICLES)
