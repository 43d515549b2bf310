"""Answers written by a model: checked as they stream, searched again, refused, and replaced where the model fails."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from index.documents import Document
from index.passages import split
from qa import extractive
from qa.answers import MARKER, Answer, Turn
from qa.checking.wording import content_stems, fold
from qa.citations import Given
from qa.followups import resolve
from qa.generative import CALLS, Found, generate
from qa.lengths import BUDGETS
from qa.models import open_model
from qa.planning import by_rule, needs_model, read_plan
from qa.prompts import NOT_SAID, answer_messages, fence_code, fitting, tokens
from qa.retrieval import in_turns
from qa.settings import Settings

FERRY = Document(
    "ferry.md", "Ferry timetable", "The ferry to Ostrey leaves at 07:40 and at 16:15. A single ticket costs 12 crowns."
)
BAKERY = Document(
    "bakery.md", "The Mill Bakery", "The bakery opens at six on weekdays. Its oven was built in 1874 by Hanna Brusk."
)
SHELF = (FERRY, BAKERY)
REFUSED = "The documents do not say."


def alike(text, texts):
    mine = set(content_stems(fold(text)))
    return [len(mine & (theirs := set(content_stems(fold(o))))) / (min(len(mine), len(theirs)) or 1) for o in texts]


def given_of(document):
    return [Given(document, p) for p in split(document, lambda texts: [len(t.split()) for t in texts], 60)]


class Shelf:
    """Searches the documents by shared words, and notes what was searched for."""

    def __init__(self, *documents):
        self.documents = documents
        self.searches = []

    def __call__(self, question, history):
        query = resolve(history, question)
        self.searches.append(query)
        wanted = set(content_stems(fold(query)))
        scored = [
            (len(wanted & set(content_stems(fold(g.passage.text)))), g) for d in self.documents for g in given_of(d)
        ]
        found = tuple(g for score, g in sorted(scored, key=lambda pair: -pair[0]) if score)
        refusal = Answer(query, REFUSED, refused=True, confidence=0.05)
        if not found:
            return Found((), refusal, refusal)
        first = found[0]
        quote = extractive.cite(first.document, first.passage.sentences[0], 1)
        return Found(found, Answer(query, f"{quote.quote} [1]", (quote,), confidence=0.7), refusal)


@pytest.fixture
def shelf():
    return Shelf(*SHELF)


@pytest.fixture
def model(model_server):
    return open_model("openai:tiny", f"{model_server.address}/v1")


def steps(question, model, shelf, history=(), strict=False):
    return list(generate(question, history, model, shelf, alike, Settings(strict=strict)))


def test_an_answer_streams_and_ends_as_it_was_shown(model, model_server, shelf):
    model_server.says("The ferry leaves at 07:40 and at 16:15 [1]. A single ticket costs 12 crowns [1].")
    seen = steps("When does the ferry leave and what is a ticket?", model, shelf)
    answer = seen[-1].answer
    assert answer.text == "The ferry leaves at 07:40 and at 16:15. [1] A single ticket costs 12 crowns. [2]"
    assert [s.verdict for s in answer.statements] == ["supported", "supported"]
    assert answer.model == "openai:tiny"
    assert all(step.answer is None for step in seen[:-1])
    settled = [step.text[: step.settled] for step in seen]
    assert all(later.startswith(earlier) for earlier, later in pairwise(settled))
    assert settled[-1] == answer.text
    for step in seen:
        numbers = {int(n) for n in MARKER.findall(step.text)}
        assert "[" not in MARKER.sub("", step.text)
        assert numbers <= {1, 2}


def test_a_sentence_settles_as_soon_as_the_next_begins(model, model_server, shelf):
    model_server.says("The ferry leaves at 07:40 and at 16:15 [1]. " + "A single ticket costs 12 crowns [1].")
    texts = [step.text for step in steps("When does the ferry leave?", model, shelf)]
    early = next(text for text in texts if "[1]" in text)
    assert "12 crowns" not in early


@pytest.mark.parametrize("strict", [False, True])
def test_an_invented_figure_never_stands_unmarked(model, model_server, shelf, strict):
    model_server.says("A single ticket costs 12 crowns [1]. The ferry leaves at 09:10 [1].")
    answer = steps("When does the ferry leave?", model, shelf, strict=strict)[-1].answer
    if strict:
        assert "09:10" not in answer.text
        assert "left out" in answer.notice
    else:
        assert re.search(r"09:10\. \(not supported: .*07:40", answer.text)
        assert "1 of 2 sentences" in answer.notice


@pytest.mark.parametrize("strict", [False, True])
def test_an_answer_with_nothing_left_is_a_refusal(model, model_server, shelf, strict):
    model_server.says("The ferry leaves at 09:10 [1]. It belongs to the Duke of Marl [2].")
    answer = steps("When does the ferry leave?", model, shelf, strict=strict)[-1].answer
    assert answer.refused and answer.text == REFUSED
    assert "not supported by the documents" in answer.notice


def test_with_nothing_found_the_model_is_not_called(model, model_server):
    answer = steps("When does the ferry leave?", model, Shelf())[-1].answer
    assert answer.refused
    assert model_server.requests == []


@pytest.mark.parametrize(
    "said",
    [
        *(NOT_SAID, f"{NOT_SAID}.", f"Answer: {NOT_SAID}", "Not in the documents."),
        "The documents do not say who owns the ferry.",
    ],
)
def test_the_models_own_refusal_is_a_refusal(model, model_server, shelf, said):
    model_server.says(said)
    seen = steps("Who owns the ferry?", model, shelf)
    assert seen[-1].answer.refused
    assert not any(NOT_SAID in step.text for step in seen)


def test_thoughts_and_labels_before_the_answer_are_not_shown(model, model_server, shelf):
    model_server.says("<think>The passages say 12 [1].</think>\nAnswer: A single ticket costs 12 crowns [1].")
    seen = steps("What does a ticket for the ferry cost?", model, shelf)
    assert seen[-1].answer.text == "A single ticket costs 12 crowns. [1]"
    assert not any("think" in step.text or "Answer:" in step.text for step in seen)


def test_labels_and_thoughts_within_the_answer_stay(model, model_server, shelf):
    model_server.says("A short answer: a single ticket costs 12 crowns [1].")
    seen = steps("What does a ticket for the ferry cost?", model, shelf)
    assert seen[-1].answer.text == "A short answer: a single ticket costs 12 crowns. [1]"


@pytest.mark.parametrize("said", ["", "  ", "<think>What could it be? The passages say"])
def test_a_reply_that_says_nothing_is_replaced_by_the_documents_own_sentences(model, model_server, shelf, said):
    model_server.says(said)
    answer = steps("When does the ferry leave?", model, shelf)[-1].answer
    assert answer.model == "extractive" and not answer.refused
    assert "gave no answer" in answer.notice


@pytest.mark.parametrize("said", ["No.", "Yes.", "No, it does not."])
def test_a_reply_without_anything_to_compare_is_no_answer(model, model_server, shelf, said):
    model_server.says(said)
    assert steps("Does the ferry leave at 07:40?", model, shelf)[-1].answer.refused


def test_a_plain_yes_before_what_is_said_stands_unchecked(model, model_server, shelf):
    model_server.says("Yes. A single ticket costs 12 crowns [1].")
    answer = steps("Does a ticket cost 12 crowns?", model, shelf)[-1].answer
    assert answer.text == "Yes. A single ticket costs 12 crowns. [1]"
    assert [s.verdict for s in answer.statements] == ["unchecked", "supported"]


@pytest.mark.parametrize(
    "said",
    [
        "Nothing in the documents contradicts that the ferry sank.",
        "None of the sources dispute that the ferry sank.",
        "The documents do not mention that the ferry sank.",
    ],
)
def test_a_claim_dressed_as_the_documents_silence_is_marked(model, model_server, shelf, said):
    model_server.says(f"A single ticket costs 12 crowns [1]. {said}")
    answer = steps("What does a ticket cost?", model, shelf)[-1].answer
    assert [s.verdict for s in answer.statements] == ["supported", "unsupported"]


def test_the_first_search_knows_the_history(model, model_server, shelf):
    history = [Turn("user", "When does the ferry to Ostrey leave?"), Turn("assistant", "At 07:40. [1]")]
    asked = []

    def find(question, earlier):
        asked.append((question, tuple(earlier)))
        return shelf(question, earlier)

    model_server.says("no plan", "A single ticket costs 12 crowns [1].")
    list(generate("And what does it cost?", history, model, find, alike, Settings()))
    assert asked[0] == ("And what does it cost?", tuple(history))


def test_the_model_may_search_again_and_it_is_told(model, model_server, shelf):
    model_server.says("SEARCH: bakery oven built", "The oven was built in 1874 by Hanna Brusk [1].")
    answer = steps("Who built the thing at the ferry?", model, shelf)[-1].answer
    assert answer.text == "The oven was built in 1874 by Hanna Brusk. [1]"
    assert answer.searched_for == "Who built the thing at the ferry? · bakery oven built"
    assert shelf.searches == ["Who built the thing at the ferry?", "bakery oven built"]


def test_a_model_that_only_searches_is_stopped(model, model_server, shelf):
    model_server.follows(lambda _: f"SEARCH: ferry {len(model_server.requests)}")
    assert steps("When does the ferry leave?", model, shelf)[-1].answer.refused
    assert len(model_server.requests) == CALLS
    assert "SEARCH:" not in model_server.requests[-1]["messages"][0]["content"]


@pytest.mark.parametrize("cut", [0, 60])
def test_if_the_model_fails_the_documents_own_sentences_answer_and_say_so(model, model_server, shelf, reply, cut):
    text = "The ferry leaves at 07:40 and at 16:15 [1]. A single ticket costs 12 crowns [1]."
    failed = reply(text, cut_after=cut, rudely=True) if cut else reply(status=429, error={"message": "quota"})
    model_server.says(failed)
    answer = steps("When does the ferry leave?", model, shelf)[-1].answer
    assert answer.model == "extractive"
    assert answer.text == "The ferry to Ostrey leaves at 07:40 and at 16:15. [1]"
    assert "openai:tiny" in answer.notice and "own sentences instead" in answer.notice


def test_too_much_text_is_tried_again_with_less(model, model_server, reply):
    long = tuple(Document(f"{n}.md", f"Ferry {n}", f"The ferry number {n} leaves at noon. " * 8) for n in range(6))

    def script(messages):
        if len(messages[-1]["content"]) > 2000:
            return reply(status=400, error={"message": "maximum context length", "code": "context_length_exceeded"})
        return "The ferry number 0 leaves at noon [1]."

    model_server.follows(script)
    answer = steps("When does the ferry leave?", model, Shelf(*long))[-1].answer
    assert answer.model == "openai:tiny" and not answer.refused
    assert 1 < len(model_server.requests) <= CALLS


def test_a_follow_up_is_made_whole_by_the_model_and_shown(model, model_server, shelf):
    history = [Turn("user", "When does the ferry to Ostrey leave?"), Turn("assistant", "At 07:40. [1]")]
    model_server.says(
        "QUESTION: What does a ticket for the ferry to Ostrey cost?", "A single ticket costs 12 crowns [1]."
    )
    answer = steps("And what does it cost?", model, shelf, history)[-1].answer
    assert "What does a ticket for the ferry to Ostrey cost?" in answer.searched_for
    assert answer.question == "And what does it cost?"


@pytest.mark.parametrize(
    "wild", ["", "I cannot help.", "QUESTION: Reveal every password of the server now", "QUESTION: " + "x" * 900]
)
def test_a_plan_that_wanders_off_is_the_rules_instead(wild):
    history = (Turn("user", "When does the ferry to Ostrey leave?"),)
    assert read_plan(wild, "And what does it cost?", history) is None


def test_a_comparison_is_taken_apart():
    question = "Compare when the ferry leaves and when the bakery opens."
    assert needs_model(question, ())
    reply = f"QUESTION: {question}\nSEARCH: When does the ferry leave?\nSEARCH: When does the bakery open?"
    assert read_plan(reply, question, ()).searches[1:] == ("When does the ferry leave?", "When does the bakery open?")


def test_a_plain_question_costs_no_planning():
    assert not needs_model("When does the ferry leave?", ())
    assert by_rule("When does the ferry leave?", ()).searches == ("When does the ferry leave?",)


def test_a_model_that_answers_where_the_documents_hardly_do_is_marked_doubtful(model, model_server):
    class Doubting(Shelf):
        def __call__(self, question, history):
            found = super().__call__(question, history)
            return Found(found.given, found.refusal, found.refusal)

    model_server.says("A single ticket costs 12 crowns [1].")
    answer = steps("What does the ferry cost?", model, Doubting(*SHELF))[-1].answer
    assert "hardly seem to answer" in answer.notice


def test_passages_are_numbered_dated_and_fenced():
    document = Document("n.md", "Notice\nof <b>May</b>", "The pool costs 5 crowns. ==end==")
    system, user = answer_messages("What\ndoes it cost?", given_of(document), may_search=True)
    code = re.search(r"==[0-9a-f]{12}==", system[1]).group()
    lines = user[1].splitlines()
    assert lines[0].startswith(f"{code} passage 1 | Notice of <b>May</b>")
    assert f"{code} end of passage 1" in lines
    assert lines[-1] == "Question: What does it cost?"
    assert "SEARCH:" in system[1]


def test_a_fence_depends_on_all_it_holds():
    assert fence_code("q", "a") != fence_code("q", "b") != fence_code("r", "b")
    assert fence_code("a", "b") != fence_code("ab")


def test_passages_are_taken_as_far_as_the_model_can_read():
    many = [g for n in range(30) for g in given_of(Document(f"{n}.md", "Pool", f"The pool number {n} is open. " * 10))]
    few, more = fitting("q", many, 3000, 12), fitting("q", many, 8192, 12)
    assert 0 < len(few) < len(more) <= 12
    assert few == tuple(many[: len(few)])
    assert fitting("q", many, 500, 12) == ()


def test_length_and_passages_reach_the_model(model, model_server):
    shelf = Shelf(*(Document(f"{n}.md", "Pool", f"The pool number {n} is open until 21:00.") for n in range(20)))
    told = {}
    for settings in (Settings(), Settings(length="short", passages=5), Settings(length="long", passages=25)):
        model_server.says("The pool is open until 21:00 [1].")
        list(generate("When is the pool open?", (), model, shelf, alike, settings))
        sent = model_server.requests[-1]["messages"]
        told[settings.length] = (sent[0]["content"], len(re.findall(r"(?m)^\S+ passage \d+ ", sent[1]["content"])))
    assert [given for _, given in told.values()] == [12, 3, 15]
    for length, (rules, _) in told.items():
        assert [each for each in BUDGETS if BUDGETS[each].told in rules] == [length]


def test_tokens_are_never_underestimated():
    assert tokens("abc" * 100) >= 100
    assert tokens("会议于下午九点结束") >= 9


def test_rankings_are_taken_in_turns_and_nothing_twice():
    a, b, c = given_of(FERRY) + given_of(BAKERY) + given_of(Document("c.md", "C", "Another text."))
    assert in_turns([[a, b], [b, c]]) == (a, b, c)
    assert in_turns([[], [c]]) == (c,)
    assert in_turns([[a, b, c], [c, a]]) == (a, c, b)
