"""The weights by which the sentences read for a question are ranked: those under which evidence is likeliest to lead.

A question's evidence should have most of the softmax over all sentences that were read for it (ListNet's top-one loss:
Cao et al. 2007). Five weights, fitted on what the assistant finds for questions that the reader was not trained on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from qa.ranking import FEATURES
from training.findings import Found, ranked_by
from training.platt import labelled, passages

SHRINKAGE = 0.03  # of the squared weights of standardised features
log = logging.getLogger("training")

Rows = NDArray[np.float64]
Question = tuple[Rows, NDArray[np.bool_]]  # (sentences, features), and which sentences are evidence


def judged(found: Found) -> list[Question]:
    """The sentences read for each question that has evidence among them; those of unknown worth left out."""
    questions = []
    for question, findings in found.questions:
        if len(findings.rankings) != 1:
            continue
        rows: list[tuple[float, ...]] = []
        right: list[bool] = []
        for passage in passages(findings.rankings[0]):
            labels = labelled(question, passage).labels
            for e in passage:
                if labels[e.sentence] >= 0:
                    rows.append(ranked_by(findings.asked, e, found))
                    right.append(labels[e.sentence] == 1)
        if any(right) and not all(right):
            questions.append((np.array(rows), np.array(right)))
    return questions


def fit(questions: Sequence[Question]) -> list[float]:
    """One weight for each of `FEATURES`."""
    spread = np.concatenate([rows for rows, _ in questions]).std(axis=0) + 1e-9
    scaled = [(rows / spread, right) for rows, right in questions]

    def lost(weights: Rows) -> tuple[float, Rows]:
        total, slope = SHRINKAGE * float(weights @ weights), 2 * SHRINKAGE * weights
        for rows, right in scaled:
            values = rows @ weights
            every, evidence = logsumexp(values), logsumexp(values[right])
            total += float(every - evidence) / len(scaled)
            shares = np.exp(values - every)
            held = np.where(right, np.exp(values - evidence), 0.0)
            slope = slope + (shares - held) @ rows / len(scaled)
        return total, slope

    found = minimize(lost, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B")
    log.info("ranking: loss %.3f, weights %s", found.fun, dict(zip(FEATURES, found.x.round(2), strict=True)))
    return [float(weight) for weight in found.x / spread]
