"""How sure an answer is: from what was read to two probabilities, and the threshold for refusing (pure)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa import ranking
from qa.ranking import Evidence

COEFFICIENTS = Path(__file__).parent / "weights" / "confidence.json"
FEATURES = (
    *("best", "second", "all", "common", "window", "second_window", "common_window", "score", "drop"),
    *("short", "cosine", "names", "words", "length"),
)

# With few passages read, most are about the matter, and what is common cannot be told: then it is taken to be what it
# is in the collections this was fitted on, in logits.
FEW = 12  # passages
COMMON, COMMON_WINDOW = -6.2, -4.6

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_STOP = frozenset(
    "a an the of in on at to for from by with and or but as is are was were be been being do does did has have had "
    "who whom whose what which when where why how that this these those it its he she they his her their them him i "
    "you we me my your our if then than there here not no any some can could will would shall should may might must "
    "about into over under between during before after again also so such only just much many more most other".split()
)


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


def features(question: str, ranked: Sequence[Evidence], chosen: Sequence[Evidence]) -> tuple[float, ...]:
    """What the two probabilities are computed from, in the order of `FEATURES`.

    The two best sentences' logits, all sentences' together and the middle one's; the two best passages' logits and the
    mean from the fifth on; the best sentence's score and how far it stands above the fifth's; whether there is a short
    answer; how near the best passage is in meaning, how many of the question's names and words stand in it; and the
    question's words. What is common is there because some documents are read with less certainty all over.
    `question` is the one asked last, without what it leans on: only its own names must be found.
    """
    sentences = sorted((_logit(e.probability) for e in ranked), reverse=True)
    windows = sorted({id(e.hit): _logit(e.window) for e in ranked}.values(), reverse=True)
    passages = {id(e.hit): e.hit for e in chosen}.values()
    text = " ".join(f"{h.title} {h.passage.heading} {h.passage.text}" for h in passages).casefold()
    found = set(_WORD.findall(text))
    asked = [word for word in _WORD.findall(question) if word.casefold() not in _STOP]
    named = [
        w for i, w in enumerate(asked) if any(c.isdigit() for c in w) or (w[0].isupper() and (i > 0 or len(asked) < 3))
    ]
    return (
        sentences[0],
        sentences[min(1, len(sentences) - 1)],
        float(np.logaddexp.reduce(sentences)),
        sentences[len(sentences) // 2] if len(windows) >= FEW else COMMON,
        windows[0],
        windows[min(1, len(windows) - 1)],
        float(np.mean(windows[4:])) if len(windows) >= FEW else COMMON_WINDOW,
        ranked[0].score,
        ranked[0].score - ranked[min(4, len(ranked) - 1)].score,
        float(bool(chosen[0].short)),
        max(hit.cosine for hit in passages),
        _share(named, found),
        _share(asked, found),
        float(len(question.split())),
    )


def _share(words: Sequence[str], found: set[str]) -> float:
    return sum(_stands(word, found) for word in words) / len(words) if words else 1.0


def _stands(word: str, found: set[str]) -> bool:
    """Whether a word, or another form of it, is among those found: the first letters decide."""
    word = word.casefold().removesuffix("'s").removesuffix("’s")
    if word in found or word + "s" in found:
        return True
    if any(c.isdigit() for c in word) or len(word) < 5:
        return False
    stem = word[: max(4, len(word) - 3)]
    return any(other.startswith(stem) for other in found)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _logistic(weights: Sequence[float], values: Sequence[float]) -> float:
    z = weights[0] + sum(w * v for w, v in zip(weights[1:], values, strict=True))
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0
