from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.measures import auc, calibration_error

ROWS = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2).filter(
    lambda rows: len({truth for _, truth in rows}) == 2
)


@given(ROWS)
def test_auc_is_the_share_of_pairs_in_order(rows):
    scores, truths = np.array([float(s) for s, _ in rows]), np.array([t for _, t in rows])
    pairs = [(a, b) for a, right in rows if right for b, wrong in rows if not wrong]
    assert auc(scores, truths) == pytest.approx(np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs]))
    assert auc(-scores, truths) == pytest.approx(1 - auc(scores, truths))


def test_the_calibration_error_is_the_gap_between_what_is_said_and_what_is_so():
    said = np.array([0.95] * 10 + [0.05] * 10)
    assert calibration_error(said, np.array([True] * 10 + [False] * 10)) == pytest.approx(0.05)
    assert calibration_error(said, np.array([False] * 10 + [True] * 10)) == pytest.approx(0.95)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0
