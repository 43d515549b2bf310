"""Composing: every word shown under a marker stands in the document it cites."""

from __future__ import annotations

import re

import pytest

from index.documents import Document, Heading, Metadata, Span
from index.passages import split
from qa.answers import Answer
from qa.choosing import choose
from qa.extractive import compose, quotes, readable, with_antecedent
from qa.ranking import rank
from qa.retrieval import Hit
from qa.windows import Reading


def document(path="a.txt", text="", **metadata):
    return Document(path, "Title of " + path, text, metadata=Metadata(**metadata))


def read(document, *logits, answered=1.0, score=0.0):
    """A document's only passage, with a reading that gives its sentences these logits."""
    (passage,) = split(document, lambda texts: [1] * len(texts))
    assert len(passage.sentences) == len(logits)
    hit = Hit(passage, document.title, document.metadata, score, 0.5, 1.0)
    return hit, Reading(answered, tuple(map(float, logits)), None, 0.7, tuple(0.5 for _ in logits))


def compose_all(question, *pairs_and_documents):
    documents = {d.path: d for d, _ in pairs_and_documents}
    pairs = [pair for _, pair in pairs_and_documents]
    chosen = choose(question, [rank(question, [p[0] for p in pairs], [p[1] for p in pairs], (1.0, 0.5, 0.6, 0.0, 0.0))])
    return compose(quotes(question, chosen, documents), documents)


def test_the_best_sentence_is_quoted_word_for_word():
    one = document(text="It rained. The talks ended on 19 June. Birds sang.")
    text, citations = compose_all("When did the talks end?", (one, read(one, -5, 4, -6)))
    assert text == "The talks ended on 19 June. [1]"
    assert citations[0].quote == one.text[citations[0].start : citations[0].end] == "The talks ended on 19 June."
    Answer("q", text, citations)


def test_several_documents_speak_under_their_own_names_in_their_own_order():
    one = document("a.txt", "First fact here. Second fact there.", publisher="Basin Wire", date="2037-03-15")
    two = document("b.txt", "Another view entirely.", author="Teo Larrick")
    text, citations = compose_all("Which facts?", (one, read(one, 3, 4)), (two, read(two, 3.5)))
    assert text == (
        "Basin Wire (2037-03-15): First fact here. [1] Second fact there. [2]"
        "\n\nTeo Larrick: Another view entirely. [3]"
    )
    assert [c.document for c in citations] == ["a.txt", "a.txt", "b.txt"]


def test_a_lead_and_its_body_are_said_once():
    one = document(text="The visit ended on Monday in Beijing. The visit ended on Monday in Beijing, he said.")
    _, citations = compose_all("When?", (one, read(one, 4, 3.9)))
    assert len(citations) == 1


def test_an_answer_ends_before_it_gets_too_long_to_read():
    long = "The committee " + "very " * 50 + "often met in May."
    one = document(text=f"{long} {'A panel ' + 'quite ' * 50 + 'rarely sat in June.'} It rained a lot.")
    _, citations = compose_all("When did it meet?", (one, read(one, 4, 3.9, 3.8)))
    assert len(citations) == 1
    _, citations = compose_all("Which months did it meet in?", (one, read(one, 4, 3.9, 3.8)))
    assert len(citations) == 2


def test_a_sentence_that_begins_with_a_pronoun_brings_those_that_explain_it():
    one = document(text="It rained. Mila Dorrit is a teacher. She heard two bursts. She ran. Nobody else did.")
    at = one.text.index

    def given(sentence):
        return with_antecedent(Span(at(sentence), at(sentence) + len(sentence)), one).of(one.text)

    assert given("She heard two bursts.") == "Mila Dorrit is a teacher. She heard two bursts."
    assert given("She ran.") == "Mila Dorrit is a teacher. She heard two bursts. She ran."
    assert given("Nobody else did.") == "Nobody else did."
    assert given("It rained.") == "It rained."


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("The paper gave 6.4. Two digits were exchanged. The correct figure is 4.6. It rained.", 3),
        ("The notice spoke of six cases. It should have said eleven. It rained.", 2),
        ("The notice spoke of six cases. This was wrong. It rained.", 2),
        ("The gate is shut at six. It should be oiled weekly. The lock was correct.", 1),
    ],
)
def test_what_a_document_corrects_is_not_quoted_without_the_correction(text, quoted):
    one = document(text=text)
    sentences = re.split(r"(?<=\.) (?=[A-Z])", text)
    _, citations = compose_all("How many?", (one, read(one, 5, *[-9] * (len(sentences) - 1))))
    assert [c.quote for c in citations] == [" ".join(sentences[:quoted])]


def test_a_sentence_under_a_heading_does_not_bring_the_heading_along():
    one = document(text="Notes.\n\n## The bridge at Kolm\n\nIt was closed on 4 May 2031. It opens soon.")
    at = one.text.index("It was closed")
    span = Span(at, at + len("It was closed on 4 May 2031."))
    assert with_antecedent(span, one) == span


def test_copies_of_a_document_take_no_room_from_what_else_is_said():
    said = "The ferry leaves at noon. A ticket costs 12 crowns. Dogs travel free."
    one, copy, third = document("a.txt", said), document("b.txt", said), document("c.txt", said)
    alone, _ = compose_all("How does the ferry run?", (one, read(one, 4, 3.9, 3.8)))
    among, citations = compose_all(
        "How does the ferry run?", *((each, read(each, 4, 3.9, 3.8)) for each in (one, copy, third))
    )
    assert among == alone and len(citations) == 3


def test_a_publishers_name_is_never_taken_for_a_marker():
    one = document("a.txt", "First fact here.", publisher="Basin Wire [3]")
    two = document("b.txt", "Another view entirely.", author="Teo\nLarrick")
    text, citations = compose_all("Which facts?", (one, read(one, 4)), (two, read(two, 3.5)))
    assert text == "Basin Wire (3): First fact here. [1]\n\nTeo Larrick: Another view entirely. [2]"
    Answer("q", text, citations)


def test_a_label_answers_nothing():
    one = document(text="Newsletter\n\nThe talks ended on Monday.")
    assert compose_all("When did they end?", (one, read(one, 5, 4)))[0] == "The talks ended on Monday. [1]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## Meals and drinks", "Meals and drinks"),
        ("- **Rail** is `mandatory`", "Rail is mandatory"),
        ("> Quoted words", "Quoted words"),
        ("| Rail | mandatory |", "Rail: mandatory"),
        ("As noted [3] before", "As noted (3) before"),
        ("two\nlines", "two lines"),
        ("snake_case and 2*3*4 stay", "snake_case and 2*3*4 stay"),
    ],
)
def test_markup_is_taken_off_and_nothing_looks_like_our_marker(text, shown):
    one = document(text=text)
    assert readable(one, Span(0, len(text))) == shown
    assert not re.search(r"\[\d+\]", shown)


def test_a_row_of_a_wide_table_is_read_with_its_header():
    table = "Prices\n\n| Model | Price | Tank |\n|---|---|---|\n| D20 | €300 | 4.5 l |\n| D25 | €400 | 6 l |"
    one = document(text=table)
    at = table.index("| D25")
    assert readable(one, Span(at, len(table))) == "Model: D25; Price: €400; Tank: 6 l"


LISTED = (
    "The Board imposed three conditions:\n\n- Fares are frozen.\n- The name stays.\n- Slots are given up.\n\n"
    "It met again."
)


def test_a_list_comes_whole_with_the_sentence_that_introduces_it():
    one = document(text=LISTED)
    text, citations = compose_all("What did the Board impose?", (one, read(one, 4, -5, -5, -5, -6)))
    assert citations[0].quote.startswith("The Board imposed") and citations[0].quote.endswith("given up.")
    assert text == "The Board imposed three conditions: Fares are frozen. The name stays. Slots are given up. [1]"


def test_an_item_brings_its_list_only_where_several_things_are_asked_for():
    one = document(text=LISTED)
    _, several = compose_all("Which conditions were imposed?", (one, read(one, -5, 4, -5, -5, -6)))
    assert several[0].quote.startswith("The Board imposed") and several[0].quote.endswith("given up.")
    _, single = compose_all("Who froze the fares?", (one, read(one, -5, 4, -5, -5, -6)))
    assert single[0].quote == "- Fares are frozen."


def test_a_heading_answers_nothing():
    text = "## Adding documents\n\nPut files into the folder."
    one = Document("a.md", "Guide", text, headings=(Heading(0, 2, "Adding documents"),))
    answer, _ = compose_all("How can documents be added?", (one, read(one, 5, 4)))
    assert answer == "Put files into the folder. [1]"
