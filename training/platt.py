"""The reader's own probabilities: one slope and shift for windows, one for sentences (Platt, 1999).

Fitted on what the assistant finds for questions that the reader was not trained on, so that 0.5 is even odds
among the windows and sentences it is really given, of which few are evidence. `training.calibrate` does this
first: the features of the answer's confidence are computed from these probabilities.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa.evaluation import Question
from qa.finding import window
from qa.ranking import Evidence
from qa.reader import FOLDER, Platt
from training.examples import Example
from training.findings import Found, logit, rescaled
from training.gold import Placed, example
from training.measures import Floats, Truths, auc, calibration_error

log = logging.getLogger("training")

Sample = tuple[Floats, Truths]  # logits, and which of them are right


def calibrated(found: Sequence[Found], folder: Path = FOLDER) -> list[Found]:
    """Fit both scalings on some collections, write them beside the weights, and give what was found under them."""
    each = [samples(one) for one in found]
    fitted = []
    for name, parts in zip(("answered", "evidence"), zip(*each, strict=True), strict=True):
        fitted.append(fit(together(parts)))
        log.info("%s: slope %.3f, shift %.3f", name, fitted[-1].slope, fitted[-1].shift)
        log.info("%s: %s", name, judged(parts))
    answered, evidence = fitted
    path = folder / "reader.json"
    stated = json.loads(path.read_text(encoding="utf-8"))
    stated |= {name: [p.slope, p.shift] for name, p in (("answered", answered), ("evidence", evidence))}
    path.write_text(json.dumps(stated, indent=1) + "\n", encoding="utf-8")
    return [rescaled(one, answered, evidence) for one in found]


def samples(found: Found) -> tuple[Sample, Sample]:
    """Windows and sentences that were read and can be judged: their logits, and whether they are evidence.

    Messages that ask several things are left out: the lists of evidence do not say which of the questions it answers.
    """
    windows, sentences = [], []
    for question, findings in found.questions:
        if len(findings.rankings) != 1:
            continue
        for rows in passages(findings.rankings[0]):
            right = labelled(question, rows)
            windows.append((logit(rows[0].window, found.answered), right.answered))
            for row in rows:
                sentences.append((logit(row.probability, found.evidence), right.labels[row.sentence]))
    return sample(windows), sample(sentences)


def passages(ranked: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """The sentences that were read, passage by passage."""
    groups: dict[tuple[str, int], list[Evidence]] = {}
    for evidence in ranked:
        groups.setdefault((evidence.document, evidence.hit.passage.span.start), []).append(evidence)
    yield from groups.values()


def labelled(question: Question, rows: Sequence[Evidence]) -> Example:
    """The passage that some sentences stand in, judged as it would be for training."""
    listed = [{"doc": path, "sentence": sentence} for group in question.evidence for path, sentence in group]
    row = {"question": question.text, "must_include": question.facts, "evidence": listed}
    return example(row, Placed(rows[0].document, window(rows[0].hit)), question.kind)


def sample(pairs: Sequence[tuple[float, int]]) -> Sample:
    """Logits and labels as arrays, without those of unknown label."""
    known = [(value, label == 1) for value, label in pairs if label >= 0]
    return np.array([value for value, _ in known]), np.array([right for _, right in known], dtype=np.bool_)


def together(parts: Sequence[Sample]) -> Sample:
    return np.concatenate([logits for logits, _ in parts]), np.concatenate([truths for _, truths in parts])


def fit(sample: Sample) -> Platt:
    """The slope and shift under which the labels are most likely. Raises `ValueError` if a logit tells nothing."""
    logits, truths = sample
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], truths)
    slope, shift = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:
        raise ValueError(f"a higher logit must mean a higher probability, but the slope is {slope}")
    return Platt(slope, shift)


def probabilities(platt: Platt, logits: Floats) -> Floats:
    return np.array([platt(value) for value in logits])


def judged(parts: Sequence[Sample]) -> str:
    """What the fit is worth: each collection under a fit to the others, against logits taken as they are."""
    logits, truths = together(parts)
    share = f"{len(truths)} judged, {truths.mean():.3f} right, AUC {auc(logits, truths):.3f}, calibration error "
    before = calibration_error(probabilities(Platt(1.0, 0.0), logits), truths)
    if len(parts) < 2:
        return f"{share}{before:.3f} unscaled"
    unseen = [probabilities(fit(together([*parts[:i], *parts[i + 1 :]])), part[0]) for i, part in enumerate(parts)]
    return f"{share}{before:.3f} unscaled, {calibration_error(np.concatenate(unseen), truths):.3f} with the others' fit"
