"""The whole way with a language model: a real index, the real reader, the real LangChain client.

By default the model is a server that knows the answers to the questions below. `make test-model MODEL=ollama:llama3.2`
(with MODEL_URL=... for a server of one's own) asks a real one the same.
"""

from __future__ import annotations

import re

import pytest

from qa import Assistant, Settings, Turn
from qa.answers import MARKER
from qa.retriever import as_retriever

DOCUMENTS = {
    "ferry.md": "---\ntitle: Ferry timetable\ndate: 2031-04-02\n---\n# Crossings\n\n"
    "The ferry to Ostrey leaves at 07:40 and at 16:15. A single ticket costs 12 crowns. Dogs travel free of charge.\n",
    "notice.md": "---\ntitle: Harbour notice\ndate: 2031-06-01\n---\n# Fares\n\n"
    "From 1 June 2031 a single ticket for the ferry to Ostrey costs 15 crowns.\n",
    "bakery.md": "# The Mill Bakery\n\n"
    "The bakery opens at six on weekdays. Its oven was built in 1874 by Hanna Brusk.\n",
}
SCRIPT = {
    "When does the ferry to Ostrey leave?": "The ferry to Ostrey leaves at 07:40 and at 16:15 [{ferry}].",
    "Who built the oven of the Mill Bakery?": "Its oven was built in 1874 by Hanna Brusk [{bakery}].",
    "What does a single ticket for the ferry cost?": "The sources differ: the timetable gives 12 crowns for a single "
    "ticket [{ferry}]. The notice gives 15 crowns for a single ticket from 1 June 2031 [{notice}].",
    "Wann fährt die Fähre nach Ostrey ab?": "Die Fähre nach Ostrey fährt um 07:40 und um 16:15 ab [{ferry}].",
    "Who owns the ferry company?": "NOT IN THE DOCUMENTS",
    "What does the ferry to Ostrey cost?": "A single ticket costs 12 crowns [{ferry}].",
}


def knowing(messages):
    """The reply to a question of the script, with the numbers its passages have in this prompt."""
    rules, asked = messages[0]["content"], messages[-1]["content"]
    question = asked.rpartition("Question: ")[2]
    if rules.startswith("You turn a question"):
        return (
            "QUESTION: What does the ferry to Ostrey cost?"
            if question == "And what does it cost?"
            else f"QUESTION: {question}"
        )
    numbers = {}
    titles = {"Ferry timetable": "ferry", "Harbour notice": "notice", "The Mill Bakery": "bakery"}
    for number, title in re.findall(r"(?m)^\S+ passage (\d+) \| ([^|\n]+?)(?: \||$)", asked):
        numbers[titles[title]] = number
    return SCRIPT[question].format_map(numbers)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("store")
    Assistant.open(Settings(documents=folder, store=place)).close()
    return place


@pytest.fixture
def assistant(request, folder, store, model_server):
    name, address = request.config.getoption("--model"), request.config.getoption("--model-url")
    if not name:
        model_server.follows(knowing)
        name, address = "openai:knowing", f"{model_server.address}/v1"
    settings = Settings(documents=folder, store=store, model=name, base_url=address)
    with Assistant.open(settings, refresh=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When does the ferry to Ostrey leave?", ["07:40", "16:15"]),
        ("Who built the oven of the Mill Bakery?", ["Brusk"]),
    ],
)
def test_a_plain_question_is_answered_in_checked_sentences(assistant, question, expected):
    answer = assistant.answer(question)
    assert answer.model == assistant.settings.model
    assert not answer.refused, answer.notice
    assert all(word in answer.text for word in expected)
    for citation in answer.citations:
        document = assistant.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote
        assert document.digest == citation.digest
    assert any(statement.verdict == "supported" for statement in answer.statements)


def test_the_answer_streams_and_its_last_step_is_the_answer(assistant):
    steps = list(assistant.stream("When does the ferry to Ostrey leave?"))
    assert len(steps) > 2
    assert steps[-1].answer is not None and steps[-1].text == steps[-1].answer.text
    assert all(step.answer is None for step in steps[:-1])
    assert not any(re.search(r"\[\d*$", step.text) for step in steps)


def test_documents_that_disagree_are_both_told(assistant):
    answer = assistant.answer("What does a single ticket for the ferry cost?")
    assert "12" in answer.text and "15" in answer.text
    assert {citation.document for citation in answer.citations} >= {"ferry.md", "notice.md"}


def test_what_is_not_there_is_refused(assistant):
    answer = assistant.answer("Who owns the ferry company?")
    assert answer.refused
    assert answer.nearest


def test_a_follow_up_is_understood(assistant):
    history = [Turn("user", "When does the ferry to Ostrey leave?"), Turn("assistant", "At 07:40 and 16:15. [1]")]
    answer = assistant.answer("And what does it cost?", history)
    assert not answer.refused
    assert "Ostrey" in answer.searched_for
    assert "12" in answer.text or "15" in answer.text


def test_the_askers_language_is_spoken_and_figures_are_checked_against_the_source(assistant):
    answer = assistant.answer("Wann fährt die Fähre nach Ostrey ab?")
    assert not answer.refused, answer.notice
    assert "07:40" in answer.text or "7:40" in answer.text
    assert "ferry.md" in {citation.document for citation in answer.citations}


def test_every_number_in_the_text_is_a_citation(assistant):
    answer = assistant.answer("When does the ferry to Ostrey leave?")
    assert {int(number) for number in MARKER.findall(answer.text)} == {citation.number for citation in answer.citations}


def test_the_search_is_a_langchain_retriever_with_exact_spans(folder, store):
    with Assistant.open(Settings(documents=folder, store=store), refresh=False) as assistant:
        found = as_retriever(assistant, limit=2).invoke("When does the ferry to Ostrey leave?")
        assert len(found) == 2
        assert found[0].metadata["source"] in ("ferry.md", "notice.md")
        for each in found:
            document = assistant.document(each.metadata["source"])
            assert document.text[each.metadata["start"] : each.metadata["end"]] == each.page_content
            assert each.metadata["digest"] == document.digest
            for start, end in each.metadata["sentences"]:
                assert each.metadata["start"] <= start < end <= each.metadata["end"]
        only = as_retriever(assistant, within=["bakery.md"]).invoke("When does the ferry leave?")
        assert {each.metadata["source"] for each in only} == {"bakery.md"}
        with pytest.raises(ValueError, match="at least one"):
            as_retriever(assistant, limit=0)
