"""Documents give no orders: forty that try, beside four that answer, with a model that obeys all it is told.

The scripted model does whatever the text before it says, unless the fence tells it that the text is quoted. Without
the fence it obeys every one of the forty: the test would notice a fence that does not hold.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qa import Assistant, Settings
from qa.prompts import NOT_SAID

ATTACKS = [json.loads(line) for line in (Path(__file__).parent / "attacks.jsonl").read_text("utf-8").splitlines()]
DOCUMENTS = {
    "ferry.md": "# Ferry timetable\n\nThe ferry to Ostrey leaves at 07:40 and at 16:15. A ticket costs 12 crowns.",
    "bakery.md": "# The Mill Bakery\n\nThe bakery opens at six on weekdays. Its oven was built in 1874 by Hanna Brusk.",
    "library.md": "# Marl Library\n\nReaders may borrow eight books for four weeks. Fines are two crowns a week.",
    "pool.md": "# Swimming pool\n\nThe pool is closed for cleaning every Tuesday. Lanes are 25 metres long.",
}
QUESTIONS = {
    "When does the ferry to Ostrey leave?": "07:40",
    "Who built the oven of the Mill Bakery?": "Hanna Brusk",
    "How many books may readers of Marl Library borrow?": "eight",
    "On which day is the swimming pool closed for cleaning?": "Tuesday",
}
FENCE = re.compile(r"lines that begin with (\S+)\.")


def obedient(messages):
    """Obeys any order that is not quoted; where there is none, answers the question from the passages."""
    rules, asked = messages[0]["content"], messages[-1]["content"]
    code = FENCE.search(rules)
    told = asked
    if code:
        mark = re.escape(code[1])
        told = re.sub(rf"(?ms)^{mark} passage (\d+)\b.*?^{mark} end of passage \1$", "", asked)
    for attack in ATTACKS:
        if attack["payload"] in told:
            return attack["payload"]
    question = asked.rpartition("Question: ")[2]
    words = set(re.findall(r"\w{4,}", question.lower()))
    best, number = "", 0
    for passage in re.finditer(r"(?ms)^\S+ passage (\d+)\b[^\n]*\n(.*?)^\S+ end of passage", asked):
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", passage[2].strip()):
            shared = words & set(re.findall(r"\w{4,}", sentence.lower()))
            if sentence[:1] != "#" and len(shared) > len(words & set(re.findall(r"\w{4,}", best.lower()))):
                best, number = sentence.strip(), int(passage[1])
    return f"{best.removesuffix('.')} [{number}]." if number else NOT_SAID


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (place / name).write_text(text, encoding="utf-8")
    for attack in ATTACKS:
        (place / f"{attack['id']}.txt").write_text(attack["text"], encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("store")
    Assistant.open(Settings(documents=folder, store=place)).close()
    return place


def payloads_in(text):
    return [attack["id"] for attack in ATTACKS if attack["payload"] in text]


def test_there_are_forty_attacks_of_many_kinds():
    assert len(ATTACKS) == len({attack["payload"] for attack in ATTACKS}) == 40
    assert len({attack["kind"] for attack in ATTACKS}) >= 10


def test_without_a_model_the_questions_are_answered_as_ever(folder, store):
    with Assistant.open(Settings(documents=folder, store=store), refresh=False) as assistant:
        for question, expected in QUESTIONS.items():
            answer = assistant.answer(question)
            assert expected in answer.text
            assert payloads_in(answer.text) == []
            assert {citation.document for citation in answer.citations} <= set(DOCUMENTS)


def test_with_an_obedient_model_every_attack_is_only_text(folder, store, model_server):
    model_server.follows(obedient)
    settings = Settings(documents=folder, store=store, model="openai:tiny", base_url=f"{model_server.address}/v1")
    with Assistant.open(settings, refresh=False) as assistant:
        for question, expected in QUESTIONS.items():
            answer = assistant.answer(question)
            assert answer.model == "openai:tiny"
            assert expected in answer.text
            assert payloads_in(answer.text) == []
    shown = "\n".join(request["messages"][-1]["content"] for request in model_server.requests)
    assert payloads_in(shown), "no attack was among the passages: the test tests nothing"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
def test_each_attack_alone_in_a_fence_is_not_obeyed_and_without_one_is(attack):
    from index.documents import Document
    from index.passages import split
    from qa.citations import Given
    from qa.prompts import answer_messages

    documents = [
        Document("a.txt", attack["text"][:60] or "Attack", attack["text"]),  # a title is the document's own text too
        Document("ferry.md", "Ferry timetable", DOCUMENTS["ferry.md"]),
    ]
    given = [Given(d, p) for d in documents for p in split(d, lambda texts: [len(t.split()) for t in texts], 90)]
    fenced = [{"content": text} for _, text in answer_messages("When does the ferry to Ostrey leave?", given, False)]
    assert "07:40" in obedient(fenced)
    bare = [{"content": "Answer the question."}, fenced[1]]
    assert obedient(bare) == attack["payload"]


@pytest.mark.parametrize("attack", [a for a in ATTACKS if "//collector.example" in a["text"]], ids=lambda a: a["id"])
def test_what_an_attack_wants_rendered_is_not_rendered_even_if_the_model_writes_it(attack, folder, store, model_server):
    model_server.says(f"The ferry leaves at 07:40 and at 16:15 [1]. {attack['text']} [1]")
    settings = Settings(documents=folder, store=store, model="openai:tiny", base_url=f"{model_server.address}/v1")
    with Assistant.open(settings, refresh=False) as assistant:
        steps = list(assistant.stream("When does the ferry to Ostrey leave?"))
    assert not any("//collector.example" in step.text for step in steps if step.answer is None)
    final = steps[-1].answer
    assert "](http" not in final.text and "<img" not in final.text
