"""Text made comparable, and the numbers, dates and names found in it."""

from __future__ import annotations

from datetime import date

import pytest

from qa.checking.dates import Dated, dates, resolve, same_date
from qa.checking.facts import facts
from qa.checking.names import initials_of, same_name_word
from qa.checking.quantities import quantities, same_quantity
from qa.checking.tongues import differ, language_of
from qa.checking.wording import content_stems, fold, stem


def number(text):
    [found] = facts(text).numbers
    return found


def test_folding_gives_quotes_dashes_spaces_and_marks_one_form():
    assert fold("The **U.S.** said “no” – 5–35\u00a0°C.") == 'The US said "no" - 5-35 °C.'
    assert fold("- an *item*\n3. a `line`") == "an item\na 'line'"
    assert fold("snake_case stays") == "snake_case stays"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("opposes", "opposed"),
        ("rose", "rises"),
        ("Written", "write"),
        ("children", "child"),
        ("Élan", "elan"),
        ("Ann's", "ann"),
    ],
)
def test_forms_of_a_word_share_a_stem(a, b):
    assert stem(a) == stem(b)


def test_words_of_substance_are_no_function_words_and_no_figures():
    assert content_stems(fold("It was the council that fined them 300 crowns")) == ["council", "fine", "crown"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("3,000", "3000"),
        ("10 000 hours", "10,000 hours"),
        ("twelve people", "12 people"),
        ("two hundred and five", "205"),
        ("a dozen", "12"),
        ("1.4 million tonnes", "1,400,000 tonnes"),
        ("£1.4m", "£1.4 million"),
        ("61%", "61 per cent"),
        ("two weeks", "14 days"),
        ("1 km", "1,000 metres"),
        ("60 minutes", "an hour, that is 1 hour"),
        ("two thirds", "two-thirds"),
        ("2 pm", "14:00"),
        ("9:40 pm", "21:40"),
        ("midnight", "0:00"),
        ("€3,000", "3000 euros"),
        ("third", "3rd"),
        ("1.234,5", "1,234.5"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(a, b):
    assert any(same_quantity(x, y) for x in facts(a).numbers for y in facts(b).numbers)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("14", "16"),
        ("16 hours", "16 days"),
        ("€3,000", "£3,000"),
        ("31 m", "31 million"),
        ("9%", "9 crowns"),
        ("21:15", "21:40"),
        ("the third", "the fourth"),
        ("60", "60 %"),
        ("2 km", "2 m"),
    ],
)
def test_different_numbers_stay_different(a, b):
    assert not any(same_quantity(x, y) for x in facts(a).numbers for y in facts(b).numbers)


def test_a_rounded_number_agrees_only_where_it_is_said_to_be_rough():
    assert same_quantity(number("about 18,600 votes"), number("18,612 votes"))
    assert not same_quantity(number("18,600 votes"), number("18,612 votes"))
    assert not same_quantity(number("about 415 sensors"), number("410 sensors"))


def test_a_unit_is_shared_along_a_range_and_a_range_holds_what_lies_inside():
    low, high = quantities(fold("from 5–7 °C"))[:2]
    assert low.kind == high.kind == "celsius"
    assert any(n.values == (8.0,) for n in facts("berths 7 to 9").numbers)


def test_codes_are_no_numbers():
    found = facts("The D20S (SN-41, firmware 2.5.0) weighs 20kg")
    assert [code for code, _, _ in found.codes] == ["d20s", "sn41", "2.5.0"]
    assert [n.text for n in found.numbers] == ["20kg"]


@pytest.mark.parametrize(
    "text",
    [
        "14 March 2037",
        "March 14, 2037",
        "2037-03-14",
        "14/03/2037",
        "the 14th of March 2037",
        "14. März 2037",
        "14 de marzo de 2037",
    ],
)
def test_a_date_is_the_same_in_every_style(text):
    [found] = dates(fold(text))
    assert (found.year, found.month, found.day) == (2037, 3, 14)


def test_march_and_may_are_months_only_where_they_are():
    assert dates("he may march in step") == []
    assert [d.month for d in dates("in March and May 2031")] == [3, 5]


def test_both_days_of_a_range_are_dates():
    assert [(d.day, d.month) for d in dates("from 15-17 June")] == [(15, 6), (17, 6)]


def test_a_date_agrees_with_one_that_says_as_much_and_nothing_else():
    assert same_date(Dated(month=3), Dated(month=3, day=14))
    assert same_date(Dated(year=2037, month=3, day=14), Dated(month=3, day=14))
    assert not same_date(Dated(month=3, day=14), Dated(month=3))
    assert not same_date(Dated(month=3, day=14), Dated(month=3, day=15))
    assert same_date(Dated(weekday=5), Dated(2037, 4, 25))
    assert not same_date(Dated(weekday=4), Dated(2037, 4, 25))


def test_a_weekday_means_the_days_around_the_text_it_stands_in():
    tuesday = dates("The Cabinet decided on Tuesday")
    meant = {d.calendar() for d in resolve(tuesday, date(2036, 11, 12), "")}
    assert date(2036, 11, 11) in meant
    assert date(2036, 11, 10) not in meant
    assert resolve([], date(2036, 11, 12), "it fell yesterday")[0].day == 11


@pytest.mark.parametrize(
    ("text", "names", "speakers"),
    [
        (
            "Noor Haddad (Environmental Health) reported 318 complaints",
            ["noor haddad", "environmental health"],
            ["Noor Haddad"],
        ),
        ("According to Ms Ruhl, the layoffs had other causes", ["ruhl"], ["Ms Ruhl"]),
        ('"It will be hard," says Ryan Hass, a former official.', ["ryan hass"], ["Ryan Hass"]),
        ("He said that Orvelia would pay", ["orvelia"], []),
        ("The council met in Corn Hall on Tuesday in May", ["corn hall"], []),
    ],
)
def test_names_and_speakers_are_found(text, names, speakers):
    found = facts(text)
    assert [" ".join(name.words) for name in found.names] == names
    assert [name.text for name in found.speakers] == speakers


def test_a_place_and_its_people_share_a_name_and_two_people_do_not():
    assert same_name_word("orvelia", "orvelian")
    assert same_name_word("tarkuna", "tarkunan")
    assert same_name_word("china", "chinese")
    assert not same_name_word("toft", "tofte")
    assert not same_name_word("wenbin", "wentao")
    assert initials_of("qbc", ("quill", "basin", "compact"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ordinance takes effect on the first of the month", "en"),
        ("Die Verordnung tritt am 1. November in Kraft und gilt nicht für den Markt", "de"),
        ("Le conseil a adopté la règle avec 9 voix", "fr"),
        ("会议于下午九点结束", "CJK"),
        ("Совет принял решение", "CYRILLIC"),
        ("Fines rise", ""),
        ("12:30", ""),
    ],
)
def test_a_language_is_told_where_it_is_clear(text, language):
    assert language_of(text) == language


def test_texts_differ_in_language_only_where_both_are_clear():
    assert differ("Der Rat hat die Regel nicht beschlossen", "The council did not adopt the rule")
    assert not differ("Fines rise", "Die Verordnung tritt am 1. November in Kraft und gilt nicht")
