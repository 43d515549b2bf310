from __future__ import annotations

import json

import pytest

from qa.answers import Answer, Citation
from qa.evaluation import Question, measure, read_questions, summarise

TEXT = "The talks ended on 19 June. Nobody signed anything. A third round is planned."
QUESTION = Question.from_json(
    {
        "id": "q1",
        "type": "factoid",
        "question": "When did it end?",
        "must_include": [["19 June", "June 19"]],
        "evidence": [{"doc": "a.txt", "sentence": "The talks ended on 19 June."}],
    }
)


def cited(text, *quotes):
    citations = []
    for number, quote in enumerate(quotes, 1):
        at = TEXT.index(quote)
        citations.append(Citation(number, "a.txt", "A", "", "", at, at + len(quote), quote, ""))
    return Answer("q", text, tuple(citations))


def test_a_right_answer_on_its_evidence_is_perfect():
    row = measure(QUESTION, cited("On 19 June. [1]", "The talks ended on 19 June."), {"a.txt": TEXT})
    names = ("correct", "facts", "supported", "cited", "precise", "valid")
    assert [row[name] for name in names] == [1, 1, 1, 1, 1, 1]
    assert (row["refused_wrong"], row["words"]) == (0, 3)


def test_right_words_on_other_evidence_are_not_supported():
    row = measure(QUESTION, cited("On 19 June. [1]", "Nobody signed anything."), {"a.txt": TEXT})
    assert (row["correct"], row["supported"], row["precise"], row["valid"]) == (1, 0, 0, 1)


def test_words_past_the_limit_do_not_count():
    row = measure(QUESTION, cited("word " * 90 + "19 June [1]", "The talks ended on 19 June."), {"a.txt": TEXT})
    assert row["correct"] == 0


def test_refusing_is_right_or_wrong_by_what_the_documents_say():
    refusal = Answer("q", "The documents do not say.", refused=True)
    row = measure(QUESTION, refusal, {})
    assert (row["refused_wrong"], row["correct"], row["facts"]) == (1, 0, 0)
    unanswerable = Question.from_json(
        {"id": "q2", "question": "x", "answerable": False, "must_not_include": ["signed anything"]}
    )
    assert measure(unanswerable, refusal, {})["refused_right"] == 1
    row = measure(unanswerable, cited("Nobody signed anything. [1]", "Nobody signed anything."), {"a.txt": TEXT})
    assert (row["refused_right"], row["forbidden"]) == (0, 1)


def test_a_quote_that_is_not_in_the_document_is_not_valid():
    row = measure(QUESTION, cited("On 19 June. [1]", "The talks ended on 19 June."), {"a.txt": "Changed since."})
    assert row["valid"] == 0


def test_summaries_are_means_over_what_applies_and_medians_of_words():
    summary = summarise([{"correct": 1, "words": 10}, {"correct": 0, "words": 30}, {"refused_right": 1, "words": 20}])
    assert summary == {"correct": 0.5, "refused_right": 1, "words": 20}


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 3}',
        '["a"]',
        '{"id": "a", "question": " "}',
        '{"id": "a", "question": "b", "history": [{"question": null}]}',
        '{"id": "a", "question": "b", "history": ["c"]}',
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path, line):
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"id": "a", "question": "b"}) + f"\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3"):
        read_questions(path)


def test_a_question_may_hold_any_character_and_an_answer_be_missing(tmp_path):
    path = tmp_path / "q.jsonl"
    row = {"id": "a", "question": "Who\u2028came?", "history": [{"question": "Why?", "answer": None}]}
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    (question,) = read_questions(path)
    assert question.text == "Who\u2028came?"
    assert [turn.text for turn in question.history] == ["Why?", ""]


def test_a_question_that_states_only_answers_is_right_with_one_of_them():
    row = {"id": "a", "question": "When?", "answers": ["19 June", "June 19"]}
    question = Question.from_json(row)
    assert measure(question, cited("On June 19. [1]", "The talks ended on 19 June."), {})["correct"] == 1
    assert measure(question, cited("On Monday. [1]", "The talks ended on 19 June."), {})["correct"] == 0
