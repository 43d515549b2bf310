"""How good scores and probabilities are (pure)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def auc(scores: Floats, truths: Truths) -> float:
    """The chance that a true row has a higher score than a false one; equal scores count half."""
    true, false = scores[truths], np.sort(scores[~truths])
    below, upto = np.searchsorted(false, true, "left"), np.searchsorted(false, true, "right")
    return float((below + upto).sum() / (2 * len(true) * len(false)))


def calibration_error(probabilities: Floats, truths: Truths, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Naeini et al., 2015)."""
    at = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [abs(probabilities[at == b].mean() - truths[at == b].mean()) * np.mean(at == b) for b in set(at)]
    return float(sum(gaps))
