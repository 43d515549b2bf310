"""Title, author, publisher and date from a text's first lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats.dates import dates_in, iso_date
from index.formats.naming import date_from_name, title_from_name
from index.formats.opening import stated_in

OPENINGS = {  # first lines of texts: title, publisher, author, date
    "wire": (
        "BASIN WIRE\nGuards dead in shooting at Sarn Crossing\nBy Teo Larrick in Selmeth and Nadia Forsk in Dashgol\n"
        "Sunday 15 March 2037, 09:10 (third update)\n\nAt least two guards were killed on 14 March 2037.\n",
        ("Guards dead in shooting at Sarn Crossing", "BASIN WIRE", "Teo Larrick and Nadia Forsk", "2037-03-15"),
    ),
    "paper with a menu": (
        "The Selmeth Courier\nNews | Opinion | Business | Log in\nYour free articles this month: 2 of 5.\n\nWORLD\n"
        "Toft home, Dray still held\nSaturday 11 April 2037, updated 14:05\nBy Henrik Aune, diplomatic correspondent\n",
        ("Toft home, Dray still held", "The Selmeth Courier", "Henrik Aune", "2037-04-11"),
    ),
    "column": (
        "The Selmeth Courier\nOPINION\nGrief is not a policy\nOttoline Vray\n19 March 2037\n\nWe went to school.\n",
        ("Grief is not a policy", "The Selmeth Courier", "Ottoline Vray", "2037-03-19"),
    ),
    "wiki": (
        "Tarnwick Wiki | Home | People | Finance | Log out\n\nFinance > Travel and expenses > Expenses FAQ\n"
        "Page created 12 May 2030 by Ulla Ferncastle (Accounts). Last edit 7 January 2031.\n\nWhen do I get it?\n",
        ("Expenses FAQ", "Tarnwick Wiki", "Ulla Ferncastle", "2031-01-07"),
    ),
    "press release": (
        "PRESS RELEASE - FOR IMMEDIATE USE\nTidewright Medical, Port Skell, 6 February 2032\n\n"
        "SEAWEED DRESSING HEALS MORE ULCERS\n\nTidewright Medical today welcomed the publication.\n",
        ("SEAWEED DRESSING HEALS MORE ULCERS", "Tidewright Medical", "", "2032-02-06"),
    ),
    "letter of a firm": (
        "From: Dana Kessler, Head of People\nTo: all-staff\nDate: 14 April 2031\nSubject: Two office days\n\nDear,\n",
        ("Two office days", "", "Dana Kessler", "2031-04-14"),
    ),
    "ordinance": (
        "TOWN OF PENNOWAY\nORDINANCE 2034/02 ON QUIET HOURS\nAdopted by the Full Council on 22 May 2034. "
        "In force from 1 July 2034.\n\nSection 1. Quiet hours run from 22:00 to 07:00.\n",
        ("ORDINANCE 2034/02 ON QUIET HOURS", "TOWN OF PENNOWAY", "", "2034-05-22"),
    ),
    "saved web page": (
        "Language : English\nForeign Policy\n\nA Crucial Moment in Relations\n\nJun 21, 2023\n  • Ada Holm\n\n"
        "    Fellow, Tsinghua University\n\n\nThe talks of Monday were long, and both sides said they were candid.\n",
        ("A Crucial Moment in Relations", "", "Ada Holm", "2023-06-21"),
    ),
    "journal": (
        "LETTERS IN GEL SCIENCE 2027;9:141\nPublished 23 April 2027\n\nA self-healing hydrogel from kelp\n\n"
        "Jarek Lindqvane and Mirea Tolland\nTeskmoor Institute of Soft Materials\n\nWe made a gel.\n",
        (
            "A self-healing hydrogel from kelp",
            "LETTERS IN GEL SCIENCE",
            "Jarek Lindqvane and Mirea Tolland",
            "2027-04-23",
        ),
    ),
    "dates of other things": (
        "Warranty terms\nBought between 1 January 2030 and 31 December 2031\n\nText.\n",
        ("Warranty terms", "", "", ""),
    ),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_what_the_usual_places_state_is_taken(name: str) -> None:
    text, (title, publisher, author, date) = OPENINGS[name]
    found = stated_in(text, "file.txt")
    assert (found.title, found.metadata.publisher, found.metadata.author, found.metadata.date) == (
        title,
        publisher,
        author,
        date,
    )


def test_prose_states_nothing() -> None:
    text = "On 3 April 2034 the digger met a layer of peat, and by noon Ada Holm of the Town Council was on the site.\n"
    found = stated_in(text, "notes.txt")
    assert (found.title, found.metadata.author, found.metadata.publisher, found.metadata.date) == ("Notes", "", "", "")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Sunday 15 March 2037, 09:10", "2037-03-15"),
        ("Jun 21, 2023", "2023-06-21"),
        ("3rd of May 1998", "1998-05-03"),
        ("14. März 2031", "2031-03-14"),
        ("1er août 1999", "1999-08-01"),
        ("5 de mayo de 2020", "2020-05-05"),
        ("2031-02-18", "2031-02-18"),
        ("2031-02-18T10:00:00Z", "2031-02-18"),
        ("September 2030", "2030-09"),
        ("31 February 2031", "2031-02"),
        ("version 2.4.0 of 12", ""),
        ("room 12 May", ""),
        ("17 marchers 2031", ""),
    ],
)
def test_dates_as_people_write_them(text: str, iso: str) -> None:
    found = dates_in(text)
    assert (found[0].iso if found else "") == iso


@settings(deadline=None)
@given(st.dates())
def test_every_iso_date_is_read_as_itself(date: object) -> None:
    assert iso_date(date) == str(date)
    assert iso_date(str(date)) == str(date)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates_and_first_lines(text: str) -> None:
    for found in dates_in(text):
        assert 0 <= found.start < found.end <= len(text)
    assert stated_in(text, "file.txt").title.strip()


@pytest.mark.parametrize(
    ("name", "title", "date"),
    [
        ("2037-03-15-basin-wire-crossing.txt", "Basin wire crossing", "2037-03-15"),
        ("reports/2031-q1_update.md", "2031 q1 update", ""),
        ("minutes_2031-02.txt", "Minutes 2031 02", "2031-02"),
        ("budget-revision-june-2034.txt", "Budget revision june 2034", "2034-06"),
        ("notebook-4-oct-2026.md", "Notebook 4 oct 2026", "2026-10"),
        ("20310214_scan.pdf", "Scan", "2031-02-14"),
        ("x200-manual.txt", "X200 manual", ""),
        ("....txt", "...", ""),
    ],
)
def test_names_of_files(name: str, title: str, date: str) -> None:
    assert (title_from_name(name), date_from_name(name)) == (title, date)


def test_a_name_of_codes_gives_way_to_the_first_words() -> None:
    text = "TAIPEI — Rapprochement or retrenchment? The secretary is headed to the mainland this weekend.\n"
    assert stated_in(text, "002_8562c7c1710246c1.txt").title.startswith("TAIPEI — Rapprochement or retrenchment?")
