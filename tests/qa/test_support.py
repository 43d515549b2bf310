"""The check: what a source bears out, what it does not, and the reason given; over strings, with a plain likeness."""

from __future__ import annotations

import pytest

from qa.checking.evidence import Source, narrow
from qa.checking.support import check
from qa.checking.wording import content_stems, fold

MINUTES = Source(
    (
        "Noor Haddad (Environmental Health) reported 318 noise complaints in the twelve months to August 2033, "
        "against 204 the year before.",
        'Cllr Tobias Crane: "My residents have not slept on a Friday since the Copper Room opened."',
        "Cllr Dewi Prosser feared for small music venues and moved a 23:00 start.",
        "His motion fell, 5 votes to 8.",
        "The ordinance was then adopted by 9 votes to 3 and takes effect on 1 November 2033.",
        "Repair would cost about £240,000; replacement £580,000 with a design life of 100 years.",
        "The ban does not cover Corn Square on market days.",
    ),
    about="Pennoway Town Council – Minutes of the Full Council",
    written="2033-09-14",
)
WIRE = Source(
    (
        "In a poll published on Friday, 57 percent of Orvelians supported the meeting and 31 percent opposed it.",
        "Trade Minister Petra Halvick handed the delegation to her deputy, Joss Emmerich, on 26 June, saying the "
        "minister should not be both referee and player.",
        "Wang Wenbin said on Tuesday that the talks would go on.",
        "The first shot was fired after midnight, not before.",
    ),
    about="Basin Wire",
    written="2037-06-28",
)


def alike(text, texts):
    """A stand-in for the cosine that needs no model: the share of the shorter text's words that both have."""
    mine = set(content_stems(fold(text)))
    out = []
    for other in texts:
        theirs = set(content_stems(fold(other)))
        out.append(len(mine & theirs) / (min(len(mine), len(theirs)) or 1))
    return out


def verdict(statement, *sources, question=""):
    return check(statement, sources or (MINUTES,), alike, question)


@pytest.mark.parametrize(
    "statement",
    [
        "Noor Haddad reported 318 noise complaints in the year to August 2033.",
        "There were 204 noise complaints the year before.",
        "The ordinance takes effect on November 1, 2033.",
        "The ordinance was adopted by nine votes to three.",
        "Replacing it would cost £580 thousand.",
        "Tobias Crane said his residents have not slept on a Friday since the Copper Room opened.",
        "Prosser moved an 11 pm start, but his motion fell by 5 votes to 8.",
        "The ban doesn't cover Corn Square on market days.",
        "According to the minutes of Pennoway Town Council, the ordinance takes effect on 1 November.",
        "Repair would cost about £240,000; the ordinance takes effect on 1 November 2033.",
    ],
)
def test_what_the_source_says_is_supported_however_it_is_put(statement):
    found = verdict(statement)
    assert found.supported, found.reason
    assert found.reason == ""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("Noor Haddad reported 316 noise complaints in the twelve months to August 2033.", '"318"'),
        ("Noor Haddad reported 204 noise complaints in the twelve months to August 2033.", '"318"'),
        ("Hilda Marsh reported 318 noise complaints in the twelve months to August 2033.", "Hilda Marsh"),
        ("The ordinance takes effect on 3 November 2033.", "3 November 2033"),
        ("The ordinance takes effect on 1 November 2034.", "2034"),
        ("The ordinance does not take effect on 1 November 2033.", "denies"),
        ("The ban covers Corn Square on market days.", "denies"),
        ("Replacement would cost €580,000.", "580,000"),
        ("Replacement has a design life of 100 days.", "100 days"),
        ("Dewi Prosser said his residents have not slept on a Friday since the Copper Room opened.", "Tobias Crane"),
        ('Crane said "my residents sleep like stones every night".', "do not stand"),
        ("The council bought a new organ for the church.", "does not say"),
    ],
)
def test_what_differs_from_the_source_is_not_and_the_reason_names_it(statement, reason):
    found = verdict(statement)
    assert not found.supported
    assert reason in found.reason


@pytest.mark.parametrize(
    ("statement", "supported"),
    [
        ("57 percent of Orvelians supported the meeting and 31 percent opposed it.", True),
        ("31 percent of Orvelians supported the meeting and 57 percent opposed it.", False),
        ("31 percent opposed the meeting.", True),
        ("Petra Halvick said the minister should not be both referee and player.", True),
        ("Joss Emmerich handed the delegation to his deputy, saying the minister should not be both.", False),
        ("Wang Wenbin said on Tuesday, 23 June 2037, that the talks would go on.", True),
        ("Wang Wentao said on Tuesday that the talks would go on.", False),
        ("Wang Wenbin said on Wednesday that the talks would go on.", False),
        ("The first shot was fired before midnight.", False),
    ],
)
def test_figures_names_and_days_answer_to_their_own_place(statement, supported):
    assert verdict(statement, WIRE).supported is supported


def test_a_statement_is_narrowed_to_the_sentences_that_bear_it_out():
    assert narrow("The ordinance takes effect on 1 November 2033.", [WIRE, MINUTES], alike).places == ((1, 4),)
    both = "Prosser moved a 23:00 start, which fell by 5 votes to 8."
    assert narrow(both, [MINUTES], alike).places == ((0, 2), (0, 3))


def test_two_sources_can_bear_out_one_sentence_together():
    found = verdict(
        "Haddad reported 318 noise complaints, and 57 percent of Orvelians supported the meeting.", MINUTES, WIRE
    )
    assert found.supported
    assert {source for source, _ in found.evidence} == {0, 1}


def test_the_questions_words_need_little_support_but_its_figures_need_all():
    question = "How many gripes about din came in during the 16 months?"
    assert verdict(
        "318 gripes about noise came in during the twelve months to August 2033.", question=question
    ).supported
    assert not verdict("318 noise complaints came in during the 16 months.", question=question).supported


def test_across_languages_figures_and_dates_are_compared_and_nothing_else():
    said = "Die Verordnung wurde mit 9 zu 3 Stimmen beschlossen und gilt ab dem 1. November 2033."
    found = verdict(said)
    assert found.supported and found.translated
    wrong = verdict(said.replace("1. November", "3. November"))
    assert not wrong.supported and "3. November" in wrong.reason


def test_without_a_source_nothing_is_supported():
    found = check("It rained.", [], alike)
    assert (found.score, found.evidence) == (0.0, ())
