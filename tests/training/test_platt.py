"""The reader's probabilities: what a fit finds, and that it does not matter under which scaling things were read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader import Platt
from training import platt
from training.findings import Found, find_all, logit, rescaled

DOCUMENT = """The port of Merrow has nine berths. Visitors may use berths 7, 8 and 9 free of duty.
Storms are common in March. The mayor, Anna Holt, was born in Selmeth.

The ferry to Selmeth leaves at 7.40 from the north pier. A ticket costs four crowns.
Dogs travel free if they are small. Bicycles cost one crown more.
"""
QUESTIONS = (
    ("Which berths may visitors use?", "Visitors may use berths 7, 8 and 9 free of duty.", "7"),
    ("When does the ferry leave?", "The ferry to Selmeth leaves at 7.40 from the north pier.", "7.40"),
    ("Who is the mayor?", "The mayor, Anna Holt, was born in Selmeth.", "Anna Holt"),
    ("How deep is the harbour?", "", ""),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    root = tmp_path_factory.mktemp("merrow")
    documents = root / "documents"
    documents.mkdir()
    (documents / "merrow.txt").write_text(DOCUMENT, encoding="utf-8")
    (documents / "stars.txt").write_text("The comet returns in 2061. It was seen from Merrow in May.", encoding="utf-8")
    rows = [
        {
            "id": f"m-{number}",
            "question": question,
            "answerable": bool(sentence),
            "must_include": [[fact]] if fact else [],
            "evidence": [{"doc": "merrow.txt", "sentence": sentence}] if sentence else [],
        }
        for number, (question, sentence, fact) in enumerate(QUESTIONS)
    ]
    (root / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    read = find_all(documents, root / "questions.jsonl", root / "work")
    kept = find_all(documents, root / "questions.jsonl", root / "work")
    assert chances(kept) == pytest.approx(chances(read), abs=1e-9), "what was kept is what was read"
    return read


def chances(found: Found) -> list[float]:
    rankings = [ranking for _, findings in found.questions for ranking in findings.rankings]
    return [value for ranking in rankings for e in ranking for value in (e.probability, e.window)]


@given(st.floats(-15, 15), st.floats(0.1, 3), st.floats(-6, 6))
def test_a_probability_gives_its_logit_back(value, slope, shift):
    scaling = Platt(slope, shift)
    if abs(slope * value + shift) < 20:
        assert logit(scaling(value), scaling) == pytest.approx(value, abs=1e-3)


def test_scaling_and_back_changes_nothing(found):
    there = rescaled(found, Platt(0.5, -2.0), Platt(0.7, -3.0))
    assert chances(there) != chances(found)
    assert chances(rescaled(there, found.answered, found.evidence)) == pytest.approx(chances(found), abs=1e-9)


def test_the_sentences_of_the_evidence_are_the_right_ones(found):
    windows, sentences = platt.samples(found)
    assert sentences[1].sum() == 3
    assert 0 < windows[1].sum() < len(windows[1])


def test_a_fit_finds_the_scaling_that_made_the_labels():
    rng = np.random.default_rng(13)
    logits = rng.normal(0, 3, 20_000)
    truths = rng.random(20_000) < platt.probabilities(Platt(0.6, -1.5), logits)
    fitted = platt.fit((logits, truths))
    assert fitted.slope == pytest.approx(0.6, abs=0.03)
    assert fitted.shift == pytest.approx(-1.5, abs=0.06)


def test_logits_that_point_the_wrong_way_are_refused():
    logits = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="higher logit"):
        platt.fit((logits, logits < 0.5))


def test_the_fit_does_not_depend_on_the_scaling_before_it(found, tmp_path: Path):
    fits = []
    for before in (found, rescaled(found, Platt(0.4, -1.0), Platt(2.0, 1.0))):
        (tmp_path / "reader.json").write_text('{"sha256": "kept", "answered": [1, 0], "evidence": [1, 0]}')
        (after,) = platt.calibrated([before], tmp_path)
        stated = json.loads((tmp_path / "reader.json").read_text(encoding="utf-8"))
        assert stated["sha256"] == "kept"
        assert stated["answered"] == [after.answered.slope, after.answered.shift]
        assert stated["evidence"] == [after.evidence.slope, after.evidence.shift]
        fits.append([*stated["answered"], *stated["evidence"], *chances(after)])
    assert fits[0] == pytest.approx(fits[1], rel=1e-3, abs=1e-6)
