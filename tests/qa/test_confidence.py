from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.confidence import COEFFICIENTS, FEATURES, Calibration


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
