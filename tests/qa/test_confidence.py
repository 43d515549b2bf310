from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Metadata, Span
from index.passages import Passage
from qa.confidence import COEFFICIENTS, DROP, FEATURES, FEW, Calibration, features
from qa.ranking import Evidence
from qa.retrieval import Hit


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_probabilities_are_probabilities(values):
    assert all(0 <= p <= 1 for p in Calibration.load().probabilities(values))


def test_better_evidence_is_never_less_sure():
    """A better sentence raises the score and how far it stands out; its window goes with it."""
    calibration = Calibration.load()
    low = [0.0] * len(FEATURES)
    high = [5.0 if name in ("window", "score", "drop") else 0.0 for name in FEATURES]
    for better, worse in zip(calibration.probabilities(high), calibration.probabilities(low), strict=True):
        assert better >= worse


def test_coefficients_for_other_features_are_refused(tmp_path):
    path = tmp_path / "c.json"
    stated = json.loads(COEFFICIENTS.read_text())
    path.write_text(json.dumps(stated | {"features": ["other"]}))
    with pytest.raises(ValueError, match="other features"):
        Calibration.load(path)


def ranked(passages: int, best: float) -> list[Evidence]:
    """A sentence with a score, and others far behind, each of a passage of its own."""
    hits = [
        Hit(Passage(f"{i}.txt", Span(0, 4), "text", "", "", (Span(0, 4),)), "A", Metadata(), 0.0, 0.5, 1.0)
        for i in range(passages)
    ]
    return [Evidence(hit, 0, best if i == 0 else -9.0, 0.5 if i == 0 else 0.001, 0.3) for i, hit in enumerate(hits)]


@pytest.mark.parametrize("best", [-2.0, 1.8, 6.0])
def test_standing_out_among_few_passages_says_little(best):
    drop = FEATURES.index("drop")
    assert features("Why?", ranked(FEW, best))[drop] == best + 9.0
    assert features("Why?", ranked(FEW - 1, best))[drop] == pytest.approx(DROP * max(best, 0.0))
