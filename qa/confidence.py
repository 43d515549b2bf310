"""How sure an answer is: from what was read to two probabilities, and the threshold for refusing (pure)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa import ranking
from qa.ranking import Evidence

COEFFICIENTS = Path(__file__).parent / "weights" / "confidence.json"
FEATURES = ("second", "common", "window", "common_window", "score", "drop", "length")

# With few passages read, what is common cannot be told: most are about the matter, or nearly none is. Then it is taken
# to be what goes with such a best passage in the collections this was fitted on, in logits, and no more is made of how
# far the best sentence stands above the others than goes with its score there.
FEW = 12  # passages
COMMON = -6.5
COMMON_WINDOW, WITH_BEST = -4.8, 0.19  # where the best passage's logit is 0, and for each by which it is more
DROP = 0.64  # of the score


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is fitted on held-out questions by training/calibrate.py.

    `ranking` holds the weights of `qa.ranking.FEATURES`. `answerable` and `right` are two logistic regressions over
    `FEATURES`: the intercept and one weight a feature. `threshold` (0..1) is the probability of being answerable
    below which an answer is refused.
    """

    ranking: tuple[float, ...]
    answerable: tuple[float, ...]
    right: tuple[float, ...]
    threshold: float

    def __post_init__(self) -> None:
        if not len(self.answerable) == len(self.right) == len(FEATURES) + 1:
            raise ValueError(f"a calibration has an intercept and {len(FEATURES)} weights, twice")
        if len(self.ranking) != len(ranking.FEATURES):
            raise ValueError(f"a ranking has {len(ranking.FEATURES)} weights, one a feature")

    @classmethod
    def load(cls, path: Path = COEFFICIENTS) -> Calibration:
        """Read coefficients written by training/calibrate.py. They count for the features they name, in order."""
        stated = json.loads(path.read_text(encoding="utf-8"))
        if tuple(stated["features"]) != FEATURES or tuple(stated["ranked_by"]) != ranking.FEATURES:
            raise ValueError(f"{path} was fitted on other features: {stated['features']}. Run training/calibrate.py.")
        return cls(tuple(stated["ranking"]), tuple(stated["answerable"]), tuple(stated["right"]), stated["threshold"])

    def probabilities(self, values: Sequence[float]) -> tuple[float, float]:
        """The probabilities that the documents answer the question, and that the answer given is right."""
        return _logistic(self.answerable, values), _logistic(self.right, values)


def features(question: str, ranked: Sequence[Evidence]) -> tuple[float, ...]:
    """What the two probabilities are computed from, in the order of `FEATURES`.

    The second sentence's logit and the middle one's; the best passage's logit and the mean from the fifth on; the
    best sentence's score and how far it stands above the fifth's; and the question's words. What is common is there
    because some documents are read with less certainty all over. `question` is the one asked last.
    """
    sentences = sorted((_logit(e.probability) for e in ranked), reverse=True)
    windows = sorted({id(e.hit): _logit(e.window) for e in ranked}.values(), reverse=True)
    few = len(windows) < FEW
    score = ranked[0].score
    drop = score - ranked[min(4, len(ranked) - 1)].score
    return (
        sentences[min(1, len(sentences) - 1)],
        COMMON if few else sentences[len(sentences) // 2],
        windows[0],
        COMMON_WINDOW + WITH_BEST * windows[0] if few else float(np.mean(windows[4:])),
        score,
        min(drop, DROP * max(score, 0.0)) if few else drop,
        float(len(question.split())),
    )


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _logistic(weights: Sequence[float], values: Sequence[float]) -> float:
    z = weights[0] + sum(w * v for w, v in zip(weights[1:], values, strict=True))
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0
