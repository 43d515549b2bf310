"""The whole way, on real files, a real store and the real models: ask, cite, refuse, follow up, update."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import qa
from index.errors import FootnoteError
from qa import Assistant, Settings, Turn
from qa.evaluation import measure, read_questions, summarise

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    with Assistant.open(Settings(store=tmp_path_factory.mktemp("store"))) as opened:
        yield opened


@pytest.fixture
def own(tmp_path):
    """A folder of two short documents, and settings over it."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "ferry.md").write_text(
        "---\ntitle: Ferry timetable\npublisher: Harbour Office\ndate: 2031-04-02\n---\n"
        "# Crossings\n\nThe ferry to Ostrey leaves at 07:40 and at 16:15. A single ticket costs 12 crowns.\n",
        encoding="utf-8",
    )
    (folder / "bakery.txt").write_text(
        "The Mill Bakery\n\nThe bakery opens at six on weekdays. Its oven was built in 1874 by Hanna Brusk.\n",
        encoding="utf-8",
    )
    return Settings(documents=folder, store=tmp_path / "store")


def test_every_quote_stands_where_its_citation_says(assistant):
    answer = assistant.answer("Which American officials may visit China after Blinken?")
    assert not answer.refused
    for citation in answer.citations:
        document = assistant.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote
        assert document.digest == citation.digest
        assert document.title == citation.title


def test_the_seed_questions_are_answered_well_enough(assistant):
    texts = {record.path: assistant.document(record.path).text for record in assistant.documents()}
    questions = read_questions(SEEDS / "questions.jsonl")
    rows = [measure(q, assistant.answer(q.text, q.history), texts) for q in questions[::2]]
    total = summarise(rows)
    assert total["valid"] == 1.0
    assert total["correct"] >= 0.6
    assert total["refused_right"] >= 0.4
    assert total["refused_wrong"] <= 0.2


def test_what_the_documents_do_not_say_is_refused_with_the_nearest_passages(assistant):
    answer = assistant.answer("What is the boiling point of tungsten?")
    assert answer.refused
    assert answer.citations == ()
    assert 1 <= len(answer.nearest) <= 3
    nearest = answer.nearest[0]
    assert assistant.document(nearest.document).text[nearest.start : nearest.end] == nearest.quote


def test_the_same_question_has_the_same_answer(assistant):
    first, second = (assistant.answer("Who is Jin Canrong?") for _ in range(2))
    assert (first.text, first.citations, first.confidence) == (second.text, second.citations, second.confidence)


def test_a_follow_up_is_understood_by_what_came_before(own):
    with Assistant.open(own) as assistant:
        history = [Turn("user", "When does the ferry to Ostrey leave?"), Turn("assistant", "At 07:40 and 16:15. [1]")]
        answer = assistant.answer("And what does it cost?", history)
        assert "12 crowns" in answer.text
        assert answer.searched_for == "When does the ferry to Ostrey leave? And what does it cost?"


def test_pages_headings_and_publishers_come_with_the_citation(own):
    with Assistant.open(own) as assistant:
        (citation, *_) = assistant.answer("When does the ferry to Ostrey leave?").citations
        assert (citation.document, citation.title, citation.heading) == ("ferry.md", "Ferry timetable", "Crossings")


def test_the_answer_follows_the_folder(own):
    with Assistant.open(own) as assistant:
        assert "07:40" in assistant.answer("When does the ferry to Ostrey leave?").text
        ferry = Path(own.documents) / "ferry.md"
        ferry.write_text(ferry.read_text(encoding="utf-8").replace("07:40", "08:05"), encoding="utf-8")
        assistant.update()
        answer = assistant.answer("When does the ferry to Ostrey leave?")
        assert "08:05" in answer.text and "07:40" not in answer.text
        ferry.unlink()
        assistant.update()
        assert all(c.document != "ferry.md" for c in assistant.answer("When does the ferry to Ostrey leave?").citations)


def test_a_question_can_be_limited_to_some_documents(own):
    with Assistant.open(own) as assistant:
        answer = assistant.answer("When does the ferry to Ostrey leave?", within={"bakery.txt"})
        assert {c.document for c in answer.citations} | {n.document for n in answer.nearest} <= {"bakery.txt"}


@pytest.mark.parametrize(
    "question",
    [
        "Who won the chess world championship in 1972?",
        "How heavy is the great bell of Tarrow?",
        "How long is the longest path in the Orrin hills?",
        "Which newspaper has the editor dismissed?",
    ],
)
def test_few_documents_do_not_answer_everything(own, question):
    """With few passages it cannot be told what is common among them; what is far off is refused all the same."""
    with Assistant.open(own) as assistant:
        assert assistant.answer(question).refused
        assert assistant.answer(question, within=["bakery.txt"]).refused
        assert not assistant.answer("When was the oven of the bakery built?").refused


def test_a_blank_question_is_a_mistake_of_the_caller(assistant):
    with pytest.raises(ValueError, match="empty"):
        assistant.answer("  \n")


def test_a_misspelt_name_is_found(own):
    with Assistant.open(own) as assistant:
        answer = assistant.answer("Who built the oven of the bakkery?")
        assert "Hanna Brusk" in answer.text
        assert "bakery" in answer.searched_for


def test_nothing_is_asked_of_the_network(own, monkeypatch):
    """Building an index and answering open no socket at all, not even to look up a name."""
    asked = Counter()

    def refuse(*args, **kwargs):
        asked["socket"] += 1
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with Assistant.open(own) as assistant:
        assert not assistant.answer("When does the ferry to Ostrey leave?").refused
    assert not asked


def test_the_program_prints_what_python_returns(own):
    command = [sys.executable, "-m", "qa", "--documents", str(own.documents), "--store", str(own.store)]
    question = "When does the ferry to Ostrey leave?"
    root = SEEDS.parent
    done = subprocess.run([*command, question, "--json"], capture_output=True, text=True, check=True, cwd=root)
    printed = json.loads(done.stdout)
    with Assistant.open(own) as assistant:
        answer = assistant.answer(question).to_dict()
    assert {k: v for k, v in printed.items() if k != "seconds"} == {k: v for k, v in answer.items() if k != "seconds"}


def test_one_question_is_answered_alike_without_opening_chroma(own):
    question = "When does the ferry to Ostrey leave?"
    with Assistant.open(own) as usual:
        answer = usual.answer(question).to_dict() | {"seconds": 0}
    code = (
        "import json, sys; from qa import Assistant, Settings; "
        f"assistant = Assistant.open(Settings({str(own.documents)!r}, {str(own.store)!r}), once=True); "
        f"print(json.dumps([assistant.answer({question!r}).to_dict() | {{'seconds': 0}}, 'chromadb' in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SEEDS.parent)
    assert json.loads(done.stdout) == [answer, False]


def test_the_program_prints_words_as_they_are(own):
    (own.folder / "signs.txt").write_text("Signs\n\nThe harbour sign reads :warning: [bold]deep water[/bold].\n")
    command = [sys.executable, "-m", "qa", "--documents", str(own.documents), "--store", str(own.store)]
    asked = [*command, "What does the harbour sign read?"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=SEEDS.parent)
    assert ":warning: [bold]deep water[/bold]" in done.stdout


def test_an_answer_as_json_can_be_printed_in_any_encoding(own):
    (own.folder / "far.txt").write_text("Far\n\nThe harbour of 東京 was closed.\n", encoding="utf-8")
    command = [sys.executable, "-m", "qa", "--documents", str(own.documents), "--store", str(own.store), "--json"]
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    asked = [*command, "Which harbour was closed?"]
    done = subprocess.run(asked, capture_output=True, check=True, cwd=SEEDS.parent, env=environment)
    assert "東京" in json.loads(done.stdout)["text"]


def test_a_batch_gives_one_line_an_answer(own, tmp_path):
    batch = tmp_path / "batch.jsonl"
    history = [{"question": "When does the ferry to Ostrey leave?", "answer": "At 07:40."}]
    rows = [
        {"id": "a", "question": "When does the ferry to Ostrey leave?"},
        {"id": "b", "question": "And what does it cost?", "history": history},
    ]
    batch.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "qa", "--documents", str(own.documents), "--store", str(own.store)]
    done = subprocess.run(
        [*command, "--batch", str(batch)], capture_output=True, text=True, check=True, cwd=SEEDS.parent
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert "12 crowns" in answers[1]["text"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Nothing was asked"),
        (["q", "--documents", "/no/such/folder"], "/no/such/folder"),
        (["--batch", "/no/such/file"], "cannot be read"),
        (["eval", "/no/such/file"], "cannot be read"),
    ],
)
def test_mistakes_are_answered_in_one_line(arguments, says, tmp_path):
    command = [sys.executable, "-m", "qa", *arguments, "--store", str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=SEEDS.parent, check=False)
    assert done.returncode == 1
    assert says in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_answering_takes_little_memory(assistant):
    """Both models are held once: with a second copy of their weights it would be over 600 MB."""
    code = (
        "from qa import Settings, answer; import re; "
        f"answer('When did the visit end?', settings=Settings(store={str(assistant.settings.store)!r})); "
        "print(re.search('VmHWM: *([0-9]+)', open('/proc/self/status').read().replace('\\t', ' '))[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=SEEDS.parent, check=True)
    assert int(done.stdout) / 1024 < 400


def test_length_changes_what_is_said_and_never_whether(assistant):
    questions = ["Which measures did the two sides agree on?", "Who is Jin Canrong?", "Who won the 1972 chess title?"]
    lengths = {}
    for question in questions:
        answers = {each: assistant.adjusted(length=each).answer(question) for each in ("short", "normal", "long")}
        assert len({(answer.refused, answer.confidence) for answer in answers.values()}) == 1
        assert answers["normal"].text == assistant.answer(question).text
        lengths[question] = [len(answer.text) for answer in answers.values()]
        assert lengths[question] == sorted(lengths[question])
    assert any(short < normal < long for short, normal, long in lengths.values())
    whole = [assistant.adjusted(length=each).answer("Summarise the editorial policy") for each in ("short", "long")]
    assert whole[0].refused or len(whole[0].citations) < len(whole[1].citations)


def test_what_is_handed_on_is_of_all_the_questions_of_a_message(assistant):
    message = "What is an embedding, and why did Washington put sanctions on Li Shangfu?"
    with assistant.snapshot() as now:
        findings = assistant.find(now, message)
    first, second = ([e.hit.passage.document for e in ranking[:1]] for ranking in findings.rankings)
    assert first != second
    assert [hit.passage.document for hit in findings.hits[:2]] == [*first, *second]
    places = [(hit.passage.document, hit.passage.span) for hit in findings.hits]
    assert len(places) == len(set(places))
    found = assistant.as_retriever(limit=2).invoke(message)
    assert [each.metadata["source"] for each in found] == [*first, *second]


@pytest.mark.parametrize("question", ["Who met Xi Jinping? \ud83d", "Who met \ud83d\ude00 Xi Jinping?"])
def test_half_a_character_in_a_question_is_no_trouble(assistant, question):
    answer = assistant.answer(question, [Turn("user", "\ud800")])
    json.dumps(answer.to_dict(), ensure_ascii=False).encode()


def test_a_folder_named_in_passing_is_looked_up_where_the_program_is(own, monkeypatch, tmp_path):
    for name, says in (("one", "The ferry leaves at noon."), ("two", "The ferry leaves at midnight.")):
        (tmp_path / name / "documents").mkdir(parents=True)
        (tmp_path / name / "documents" / "a.txt").write_text(f"Ferry\n\n{says}\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / name)
        assert says in qa.answer("When does the ferry leave?", settings=Settings("documents", "store")).text


def test_as_many_passages_are_read_as_the_settings_say(assistant):
    for passages in (1, 4, 15):
        other = assistant.adjusted(passages=passages)
        with other.snapshot() as now:
            ranked = other.find(now, "What did the two sides agree on?", thorough=True).ranked
        read = {evidence.hit for evidence in ranked}
        assert len(read) == passages
        assert read == set(other.search("What did the two sides agree on?"))
    with pytest.raises(ValueError, match="between 1 and 50"):
        assistant.adjusted(passages=0)
    with pytest.raises(ValueError, match="length"):
        assistant.adjusted(length="huge")


def test_settings_come_from_flags_then_the_environment():
    environment = {"length": "long", "passages": "7", "auth": "ann:x"}
    none = {"model": None, "length": None, "passages": None}
    assert Settings.chosen(environment, strict=True, **none) == Settings(length="long", passages=7, strict=True)
    flags = none | {"length": "short", "passages": 3}
    assert Settings.chosen(environment, **flags) == Settings(length="short", passages=3)
    for wrong in ({"passages": "many"}, {"passages": "51"}, {"length": "huge"}):
        with pytest.raises((ValueError, FootnoteError)):
            Settings.chosen(wrong, **none)
