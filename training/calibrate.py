"""Fit the probabilities: the reader's own (Platt) and the answer's (logistic regression); the ranking; the threshold.

    python -m training.calibrate COLLECTION [COLLECTION ...]

A collection is a folder with `documents/` and `questions.jsonl` that the reader was not trained on. Each
question is answered without refusing. First the reader's own probabilities are fitted to what was read, then the
weights that sentences are ranked by (ranking.py). What was read and ranked becomes the features; whether the
documents answer a question, and whether an answer that is given is right, are the targets. The threshold is the
highest that refuses at most `REFUSED_WRONG` of the answerable questions, each judged by a fit that left its tenth
of the questions out.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from qa.answers import Answer
from qa.choosing import choose
from qa.confidence import COEFFICIENTS, FEATURES, Calibration, features
from qa.evaluation import measure
from qa.extractive import compose, quotes
from qa.ranking import FEATURES as RANKED_BY
from training import platt, ranking
from training.findings import Found, find_all, reranked
from training.measures import auc, calibration_error

REFUSED_WRONG = 0.02  # a quarter of the bar of 0.08: real documents are read with less certainty than these worlds
STRENGTH = 0.2  # inverse of the penalty on weights of standardised features: many of them say nearly the same
EITHER_WAY = ("common", "common_window", "length")  # features whose weights may have any sign
WORK = Path(".work")
log = logging.getLogger("training")

Rows = NDArray[np.float64]


def rows_of(found: Found) -> tuple[list[tuple[float, ...]], list[bool], list[bool]]:
    """Features, whether the documents answer the question, and whether the answer given is right."""
    texts = {path: document.text for path, document in found.documents.items()}
    values, answerable, right = [], [], []
    for question, findings in found.questions:
        chosen = choose(findings.asked, findings.rankings)
        if not chosen:
            continue
        text, citations = compose(quotes(findings.asked, chosen, found.documents), found.documents)
        answer = Answer(findings.asked, text, citations)
        values.append(features(findings.asked, findings.ranked))
        answerable.append(question.answerable)
        right.append(measure(question, answer, texts).get("correct", 0.0) == 1.0)
    return values, answerable, right


def fitted(values: Rows, targets: NDArray[np.bool_]) -> tuple[list[float], Rows]:
    """Intercept and weights for the raw features, and every row's probability by a fit that did not see it."""
    unseen = np.empty(len(values))
    for seen, left in StratifiedKFold(10).split(values, targets):
        intercept, *weights = regression(values[seen], targets[seen])
        unseen[left] = expit(intercept + values[left] @ np.array(weights))
    return regression(values, targets), unseen


def regression(values: Rows, targets: NDArray[np.bool_]) -> list[float]:
    """A penalised logistic regression in which evidence never speaks against an answer: intercept and weights.

    Features that go together would otherwise get weights of opposite signs, which say nonsense of questions that are
    unlike those of the fit: that a question whose words stand nowhere is the likelier to be answered.
    """
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = (values - middle) / spread

    def lost(at: Rows) -> tuple[float, Rows]:
        z = at[0] + scaled @ at[1:]
        wrong = expit(z) - targets
        loss = np.logaddexp(0, z).sum() - z[targets].sum() + at[1:] @ at[1:] / (2 * STRENGTH)
        return float(loss), np.concatenate([[wrong.sum()], scaled.T @ wrong + at[1:] / STRENGTH])

    bounds = [(None, None), *((None, None) if name in EITHER_WAY else (0.0, None) for name in FEATURES)]
    found = minimize(lost, np.zeros(len(FEATURES) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = found[1:] / spread
    return [float(found[0] - weights @ middle), *map(float, weights)]


def make_way() -> None:
    """Put a neutral calibration where there is none for these features: nothing could be read without."""
    try:
        Calibration.load()
    except (OSError, ValueError):
        write([1.0] * len(RANKED_BY), [0.0] * (len(FEATURES) + 1), [0.0] * (len(FEATURES) + 1), 0.0)


def write(weights: list[float], answerable: list[float], right: list[float], threshold: float) -> None:
    """The file that `Calibration.load` reads."""
    stated = {
        "ranked_by": RANKED_BY,
        "ranking": weights,
        "features": FEATURES,
        "answerable": answerable,
        "right": right,
        "threshold": threshold,
    }
    COEFFICIENTS.write_text(json.dumps(stated, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", type=Path, nargs="+")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folders = parser.parse_args().collections
    make_way()
    # The reader's own probabilities come first: the features below are computed from them.
    found = platt.calibrated([find_all(folder / "documents", folder / "questions.jsonl", WORK) for folder in folders])
    weights = ranking.fit([question for one in found for question in ranking.judged(one)])
    found = [reranked(one, weights) for one in found]
    parts = [rows_of(one) for one in found]
    values = np.array([row for part in parts for row in part[0]])
    answerable = np.array([row for part in parts for row in part[1]])
    right = np.array([row for part in parts for row in part[2]])
    by_answerable, unseen = fitted(values, answerable)
    threshold = float(np.quantile(unseen[answerable], REFUSED_WRONG))
    given = unseen >= threshold  # only an answer that is given is right or wrong
    by_right, sure = fitted(values[given], right[given])
    write(weights, by_answerable, by_right, threshold)
    log.info("answerable: AUC %.3f", auc(unseen, answerable))
    log.info("right: AUC %.3f, calibration error %.3f", auc(sure, right[given]), calibration_error(sure, right[given]))
    log.info("threshold %.3f refuses %.3f of the unanswerable", threshold, np.mean(unseen[~answerable] < threshold))


if __name__ == "__main__":
    main()
