"""A training example, and the files that hold them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.windows import Window

IGNORE = -1  # neither right nor wrong: the loss leaves it out


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a window, and what a reader should say of it.

    `labels` holds one a sentence: 1 evidence, 0 not, IGNORE unknown; `answered` is the same for the window. `answer`
    is the short answer as it stands in an evidence sentence, or empty. `kind` says where the example comes from.
    Examples that follow each other with the same `group` are windows found for one question, to be ranked together.
    """

    question: str
    window: Window
    labels: tuple[int, ...]
    answered: int
    answer: str
    kind: str
    weight: float = 1.0
    group: str = ""

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.window.sentences):
            raise ValueError("an example has one label a sentence")
        if self.answered == 0 and 1 in self.labels:
            raise ValueError("a window with an evidence sentence cannot be one that does not answer")


def write(path: Path, examples: Iterable[Example]) -> int:
    """Examples as gzipped JSON lines; how many there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
            count += 1
    return count


def read(path: Path) -> Iterator[Example]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            window = row.pop("window")
            row["window"] = Window(**window | {"sentences": tuple(window["sentences"])})
            yield Example(**row | {"labels": tuple(row["labels"])})
