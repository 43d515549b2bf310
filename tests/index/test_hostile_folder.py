"""A folder of the worst that people keep: every file is accounted for, and the good ones among them are found."""

from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.documents import Rejected
from tests.index.conftest import TEXTS, Place

SCRIPT = "<img src=x onerror=alert(1)>.txt"
LINE = "The surveyor of Quarn measured field {0} and found {1} paces from the oak to the boundary stone.\n"


@pytest.fixture
def hostile(place: Place) -> Place:
    canvas = Canvas(str(place.documents / "half.pdf"))
    canvas.drawString(72, 700, "This page is whole until it is cut in half.")
    canvas.save()
    whole = (place.documents / "half.pdf").read_bytes()
    (place.documents / "half.pdf").write_bytes(whole[: len(whole) // 3])
    (place.documents / "noise.pdf").write_bytes(bytes(range(256)) * 40)
    (place.documents / "empty.txt").write_bytes(b"")
    (place.documents / "latin.txt").write_bytes("Der Müller von Höxheim mahlt früh am Tag Gerste.\n".encode("latin-1"))
    (place.documents / "wide.txt").write_text("The beacon of Tarn was lit by Ødegård.\n", encoding="utf-16")
    place.write(SCRIPT, "The warden of Ellmoor counts herons every April.\n")
    return place


def found(place: Place, word: str) -> set[str]:
    store = place.open()
    try:
        with store.snapshot() as now:
            hits = now.passages([key for key, _ in now.search_words(word, 5)])
            return {passage.document for passage in hits.values()}
    finally:
        store.close()


def test_every_file_is_accounted_for_and_the_rest_is_found(hostile: Place) -> None:
    report = hostile.update()
    states = {outcome.path: outcome.state for outcome in report.outcomes}
    assert set(states) == {file.name for file in hostile.documents.iterdir() if file.is_file()} - set(TEXTS)
    assert {path for path, state in states.items() if state != "indexed"} == {"half.pdf", "noise.pdf", "empty.txt"}
    assert all(isinstance(file, Rejected) and file.reason for file in report.rejected)
    assert found(hostile, "Höxheim") == {"latin.txt"}
    assert found(hostile, "Ødegård") == {"wide.txt"}
    assert found(hostile, "Ellmoor") == {SCRIPT}
    assert hostile.update().outcomes == ()
    hostile.clean()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_megabytes_in_one_file_are_one_more_document(hostile: Place) -> None:
    with (hostile.documents / "survey.txt").open("w") as file:
        number = 0
        while file.tell() < 50_000_000:
            file.write(LINE.format(number, number * 7919 % 10007) + ("\n" if number % 9 == 0 else ""))
            number += 1
    report = hostile.update()
    assert {o.path: o.state for o in report.outcomes}["survey.txt"] == "indexed"
    assert found(hostile, "Ellmoor") == {SCRIPT}
    assert found(hostile, f"{number - 1}") == {"survey.txt"}
    hostile.clean()
