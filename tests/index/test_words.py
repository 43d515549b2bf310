"""Terms, and scores made of them: ours are those of SQLite's full-text search, whatever the text."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ranking
from index.ranking import HEADING_WEIGHT, TEXT_WEIGHT, TITLE_WEIGHT, Corpus, Scorer, worth
from index.words import terms_of, words_of

WORDS = ["visit", "visits", "visited", "river", "rivers", "mill", "milling", "agreed", "agreement", "oats", "is", "of"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def test_words_fold_case_and_accents_and_keep_endings() -> None:
    assert words_of("Zürich’s VISITS, naïve café_au-lait 3,5 Straße") == [
        *("zurich", "s", "visits", "naive", "cafe", "au", "lait", "3", "5", "strasse")
    ]
    assert words_of("서울 Ⅻ") == ["서울", "xii"]


def test_terms_cut_english_endings() -> None:
    assert terms_of("Visits visited as is") == ["visit", "visit", "as", "is"]


def test_terms_of_unspaced_writing_are_pairs() -> None:
    assert terms_of("北京大学 in 東京") == ["北京", "京大", "大学", "in", "東京"]
    assert terms_of("中 2023年") == ["中", "2023", "年"]


@given(st.text(st.one_of(st.characters(max_codepoint=127), st.sampled_from("’‘“”–—…\u00a0é\u0301ﬁ中"))))
def test_plain_text_has_the_words_that_any_text_has(text: str) -> None:
    """ASCII goes another way, for speed: a letter beyond it, put at the end, takes that away."""
    assert words_of(f"{text} ж") == [*words_of(text), "ж"]


@given(st.text())
def test_any_text_has_terms_that_are_one_word_each(text: str) -> None:
    for term in terms_of(text):
        assert term and not term.isspace() and '"' not in term and "\0" not in term
        assert " " not in term


@given(st.text())
def test_terms_do_not_depend_on_case_or_accents_of_latin(text: str) -> None:
    assert terms_of(text) == terms_of(text.casefold())


@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=12), texts)
def test_scores_are_those_of_sqlite(rows: list[tuple[str, str, str]], query: str) -> None:
    """With its constants the same numbers as FTS5's bm25() with the same weights, for every passage and question."""
    if not query:
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(title, heading, text, tokenize='porter unicode61')")
        connection.executemany("INSERT INTO words VALUES (?, ?, ?)", rows)
        wanted = dict(
            connection.execute(
                "SELECT rowid, -bm25(words, ?, ?, ?) FROM words WHERE words MATCH ?",
                (
                    TITLE_WEIGHT,
                    HEADING_WEIGHT,
                    TEXT_WEIGHT,
                    " OR ".join(f'"{word}"' for word in dict.fromkeys(query.split())),
                ),
            ).fetchall()
        )
    held = [set(terms_of(" ".join(row))) for row in rows]
    lengths = [len(terms_of(" ".join(row))) for row in rows]
    corpus = Corpus(len(rows), sum(lengths) / len(rows) or 1.0)
    worths = {term: worth(len(rows), sum(term in some for some in held)) for term in terms_of(query)}
    # FTS5 counts "visit" and "visits" in a question as two phrases; we ask for each term once.
    if len(worths) < len(dict.fromkeys(query.split())):
        return
    with pytest.MonkeyPatch.context() as constants:
        constants.setattr(ranking, "K1", 1.2)
        constants.setattr(ranking, "B", 0.75)
        scorer = Scorer(corpus, worths)
        found = {i: score for i, row in enumerate(rows, 1) if (score := scorer.bm25(*row)) > 0}
    assert found == pytest.approx(wanted)


def test_a_second_term_of_the_question_counts_for_more_than_the_first_one_again() -> None:
    scorer = Scorer(Corpus(100, 8.0), {"river": 2.0, "mill": 1.0})
    both, often = scorer.bm25("", "", "The mill by the river"), scorer.bm25("", "", "River upon river " * 10)
    assert both > often > scorer.bm25("", "", "The mill") > 0
