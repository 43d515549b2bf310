"""What the reader finds when it is given the right passage: the figures of its model card.

    python -m training.evaluate_reader [FOLDER ...] [--limit N] [--data DIR]

A folder holds `reader.safetensors` and `reader.json`, as `python -m training export` writes them; without one the
shipped weights are measured. For each set kept out of training:

first      answerable: share of questions whose best-scored sentence is one of the evidence
span       answerable with a short answer stated: share whose best stretch of words overlaps it
answered   AUC of the window's logit: the chance that a passage that answers scores above one that does not
evidence   AUC of the sentences' logits: the same for sentences, over all windows of the set

With several folders, the others are also compared with the first, logit by logit.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np

from qa.reader import FOLDER, Reader
from qa.windows import Reading
from training import sources
from training.examples import Example
from training.measures import auc

SEED = 13
COLUMNS = ("first", "span", "answered", "evidence")
Measured = tuple[Example, Reading]


def sets(data: Path, limit: int) -> dict[str, list[Example]]:
    """The sets kept out of training by name, each at most `limit` examples that the seed alone chooses."""
    synthetic = [row for row in sources.synthetic(data / "synthetic") if sources.held_out(row["passage"])]
    every = {
        "clapnq": list(sources.clapnq(data / "clapnq")),
        "squad": list(sources.squad(data / "squad", kept_out=True)),
        "synthetic": [sources.synthetic_example(row) for row in synthetic],
    }
    return {name: sample(examples, limit) for name, examples in every.items()}


def sample(examples: Sequence[Example], limit: int) -> list[Example]:
    """At most `limit` of the examples, in their order; the same ones every time."""
    chosen = Random(SEED).sample(range(len(examples)), min(limit, len(examples)))
    return [examples[i] for i in sorted(chosen)]


def read(reader: Reader, examples: Sequence[Example]) -> list[Measured]:
    return [(example, reader.read(example.question, [example.window])[0]) for example in examples]


def measures(rows: Sequence[Measured]) -> dict[str, float]:
    """The columns that apply to some examples and what was read of them."""
    found: dict[str, float] = {}
    right = [(e, r) for e, r in rows if 1 in e.labels]
    if right:
        found["first"] = float(np.mean([e.labels[int(np.argmax(r.evidence))] == 1 for e, r in right]))
    stated = [(e, r) for e, r in right if e.answer]
    if stated:
        found["span"] = float(np.mean([overlaps(e, r) for e, r in stated]))
    windows = [(r.answered, e.answered) for e, r in rows if e.answered >= 0]
    sentences = [pair for e, r in rows for pair in zip(r.evidence, e.labels, strict=True) if pair[1] >= 0]
    for name, pairs in (("answered", windows), ("evidence", sentences)):
        logits, labels = np.array([p[0] for p in pairs]), np.array([p[1] == 1 for p in pairs])
        if labels.any() and not labels.all():
            found[name] = auc(logits, labels)
    return found


def overlaps(example: Example, reading: Reading) -> bool:
    """Whether the best stretch, however weak, shares a word with the stated short answer."""
    span = reading.span
    if span is None:
        return False
    stretch = example.window.sentences[span.sentence][span.start : span.end]
    return bool(set(stretch.casefold().split()) & set(example.answer.casefold().split()))


def by_kind(rows: Sequence[Measured]) -> dict[str, tuple[int, dict[str, float]]]:
    """How many examples there are of each kind, and their measures.

    The windows' AUC holds an answerable kind against all that is unanswerable, and the other way round.
    """
    found = {}
    for kind in sorted({example.kind for example, _ in rows}):
        mine = [(e, r) for e, r in rows if e.kind == kind]
        against = [(e, r) for e, r in rows if e.answered != mine[0][0].answered]
        held = {name: value for name, value in measures([*mine, *against]).items() if name == "answered"}
        found[kind] = len(mine), measures(mine) | held
    return found


def differences(rows: Sequence[Measured], others: Sequence[Measured]) -> dict[str, float]:
    """How far apart two readers are on the same examples, in logits, and how often their best sentence is the same."""
    windows = [abs(a.answered - b.answered) for (_, a), (_, b) in zip(rows, others, strict=True)]
    sentences = [
        abs(x - y)
        for (_, a), (_, b) in zip(rows, others, strict=True)
        for x, y in zip(a.evidence, b.evidence, strict=True)
    ]
    same = [
        np.argmax(a.evidence) == np.argmax(b.evidence)
        for (_, a), (_, b) in zip(rows, others, strict=True)
        if a.evidence
    ]
    return {
        "window": float(np.mean(windows)),
        "sentence": float(np.mean(sentences)),
        "largest": float(max(windows + sentences)),
        "same first": float(np.mean(same)),
    }


def line(name: str, count: int, values: Mapping[str, float]) -> str:
    cells = "".join(f"{values[column]:10.3f}" if column in values else f"{'':10}" for column in COLUMNS)
    return f"{name:32}{count:6}{cells}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", default=[FOLDER])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the public sets")
    parser.add_argument("--limit", type=int, default=300, help="examples of each set")
    args = parser.parse_args()
    chosen = sets(args.data, args.limit)
    first: dict[str, list[Measured]] = {}
    for folder in args.folders:
        reader = Reader.open(folder)
        print(f"{folder}\n{'':38}{''.join(f'{column:>10}' for column in COLUMNS)}")
        for name, examples in chosen.items():
            rows = read(reader, examples)
            print(line(name, len(rows), measures(rows)))
            if name == "synthetic":
                for kind, (count, values) in by_kind(rows).items():
                    print(line(f"  {kind.removeprefix('synthetic/')}", count, values))
            if name in first:
                apart = differences(first[name], rows)
                print("  from the first folder: " + ", ".join(f"{k} {v:.3f}" for k, v in apart.items()))
            first.setdefault(name, rows)


if __name__ == "__main__":
    main()
