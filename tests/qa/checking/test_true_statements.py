"""True statements that say it otherwise are not flagged, and the same made wrong still are."""

from __future__ import annotations

import pytest

from qa.checking.evidence import Source
from qa.checking.support import check
from qa.checking.wording import content_stems, fold


def shared(text, texts):
    """A stand-in for the cosine that needs no model: the share of the shorter text's words that both have."""
    mine = set(content_stems(fold(text)))
    theirs = [set(content_stems(fold(other))) for other in texts]
    return [len(mine & other) / (min(len(mine), len(other)) or 1) for other in theirs]


def supported(statement, *sentences):
    return check(statement, [Source(sentences)], shared).supported


@pytest.mark.parametrize(
    ("source", "true", "wrong"),
    [
        (
            "In her view the lack of replay means that any error behind the queue turns into lost data.",
            "Without replay any error behind the queue turns into lost data.",
            "With replay any error behind the queue turns into lost data.",
        ),
        (
            "To my mind it is not the species list but the blanks that we shall miss.",
            "We shall miss the blanks rather than the species list.",
            "We shall miss the species list rather than the blanks.",
        ),
        (
            "He would not, for the salt ships are due on the 15th and there would be nobody to load them.",
            "The salt ships were due on the 15th and there would be nobody to load them.",
            "The salt ships were not due on the 15th and there would be nobody to load them.",
        ),
    ],
)
def test_a_denial_in_other_words_is_one(source, true, wrong):
    assert supported(true, source)
    assert not supported(wrong, source)


def test_a_command_that_opens_a_sentence_is_no_part_of_the_name_after_it():
    source = "Open Keyring on the old phone, choose Transfer and sign in with the new phone; then open the door."
    assert supported("Choose Transfer on the old phone and sign in with the new phone.", source)
    assert not supported("Choose Burrow on the old phone and sign in with the new phone.", source)


def test_a_short_answer_is_read_together_with_its_question():
    source = Source(("Up to five unused days can be carried over and must be taken by 31 March.",))
    question = "Until when must I have taken the unused days carried over?"
    said = "Until 31 March, says the policy on leave."

    def low_alone(text, texts):
        return [0.9 if text.startswith(question) else 0.2 for _ in texts]

    assert not check(said, [source], low_alone).supported
    assert check(said, [source], low_alone, question).supported
    assert not check(said.replace("31 March", "30 April"), [source], low_alone, question).supported
    assert not check("Until the ferry sails.", [source], low_alone, question).supported
