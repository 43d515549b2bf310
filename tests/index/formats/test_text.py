"""Plain text and source code: every character kept, whatever the encoding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Document
from index.formats.content import lines_of, one_line, verbatim
from index.formats.encoding import decode
from index.formats.unreadable import Unreadable

One = Callable[[str, bytes], Document]
WESTERN = "Die Größe des Cafés kostet 3 £ – naïve Señora, “très bien”. " * 5
GREEK = "Το λιμάνι είναι ανοιχτό κάθε μέρα. Τα πλοία φεύγουν το πρωί και γυρίζουν το βράδυ. " * 5
RUSSIAN = "Гавань открыта каждый день. Лодки уходят утром и возвращаются вечером с уловом. " * 5


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "utf-8"),
        (WESTERN, "utf-8-sig"),
        (WESTERN, "utf-16"),
        (WESTERN, "utf-16-le"),
        (WESTERN, "utf-16-be"),
        (WESTERN, "utf-32"),
        (WESTERN, "cp1252"),
        (WESTERN.replace("–", "-").replace("“", '"').replace("”", '"'), "latin-1"),
        (GREEK, "utf-8"),
        (GREEK, "iso8859-7"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("港は毎日開いています。船は朝に出て、夕方に戻ります。" * 5, "shift_jis"),
        ("港口每天开放。船只早上离开,晚上回来。" * 5, "gb18030"),
    ],
)
def test_every_usual_encoding_is_understood(one: One, text: str, encoding: str) -> None:
    assert one("note.txt", text.encode(encoding)).text == text


def test_a_little_damage_does_not_make_utf_8_another_encoding() -> None:
    data = WESTERN.encode()[:-3].replace("ß".encode(), b"\xc3\x28", 1) + b"\xe2\x80"
    assert decode(data).count("\ufffd") == 3
    assert "Cafés" in decode(data)


def test_the_text_is_kept_word_for_word(one: One) -> None:
    text = "\n\n  Two  spaces,\ta tab.\x0c\n\n\n\nFour lines down: “quotes”, [3], <b>.\n   \n"
    assert one("note.txt", text.encode()).text == text
    assert one("note.txt", b"\xef\xbb\xbfone\r\ntwo\rthree\x00\n").text == "one\ntwo\nthree\n"
    assert one("tide.py", b"def f():\r\n\treturn 1\r\n").text == "def f():\n\treturn 1\n"


def test_source_code_is_called_by_its_path(one: One) -> None:
    assert one("sea/tide/__init__.py", b"TIDE = 12\n").title == "sea/tide/__init__.py"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except Unreadable as error:
        assert error.state == "unsupported"


@settings(deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_normalised_text_can_be_stored_and_normalising_again_changes_nothing(text: str) -> None:
    for function in (verbatim, lines_of, one_line):
        once = function(text)
        once.encode()
        assert "\0" not in once
        assert "\r" not in once
        assert function(once) == once
    assert "\n" not in one_line(text)


def test_headings_are_taken_only_when_there_is_no_doubt(one: One) -> None:
    capitals = one(
        "leaflet.txt", b"SAVE OUR LIMES!\nA leaflet\n\nText comes first.\n\nWHAT HAPPENED\nThey fell.\n\nOK.\n"
    )
    assert [heading.text for heading in capitals.headings] == ["WHAT HAPPENED"]
    numbered = one("minutes.txt", b"Minutes\n\n1. Review of dues\nThey rise.\n\n2. Other business\nNone.\n\n9. Beer\n")
    assert [heading.text for heading in numbered.headings] == ["1. Review of dues", "2. Other business"]
    lined = one("guide.txt", b"Guide\n=====\n\nDues\n----\nThey rise.\n")
    assert [(heading.level, heading.text) for heading in lined.headings] == [(1, "Guide"), (2, "Dues")]
    assert one("list.txt", b"Shopping\n\n1. Bread and two pounds of butter.\n\n1. Milk\n\nTV\n").headings == ()


def test_fifty_megabytes_are_read_in_bounded_time(one: One) -> None:
    line = "The tide turns twice a day, and boats leave with the ebb before the sun is up.\n"
    document = one("long.txt", line.encode() * 620_000)
    assert len(document.text) > 48_000_000
