"""Examples to padded arrays: the same rows that the reader makes at run time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from index.embedding import bundled_folder
from qa.windows import Part, Row, Tokens, pack
from training.examples import IGNORE, Example

LIMIT = 288  # tokens a row, as the reader packs them
BATCH_TOKENS, BATCH_ROWS = 4096, 32
CHUNK = 1600  # examples sorted by length together


def open_tokenizer() -> Tokenizer:
    """The bundled model's tokenizer, cutting and padding nothing."""
    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tokens]:
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [Tokens(tuple(e.ids), tuple(e.offsets)) for e in encoded]


@dataclass(frozen=True, slots=True)
class Target:
    """A row and what is right for it. `span` is the first and last token, (0, 0) for none, None if unknown."""

    row: Row
    labels: tuple[int, ...]
    answered: int
    span: tuple[int, int] | None
    weight: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded rows and their targets; `labels` and `answered` are IGNORE where unknown, `spans` -100.

    `group` numbers the rows, from 0: those of one question have the same number.
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    pool: Tensor
    labels: Tensor
    answered: Tensor
    spans: Tensor
    weight: Tensor
    group: Tensor


def targets(example: Example, tokenizer: Tokenizer, limit: int = LIMIT) -> list[Target]:
    """An example's rows, usually one. A row without evidence of a window that has some does not answer."""
    w = example.window
    question, prefix, *parts = tokens(tokenizer, [example.question, w.prefix, *w.sentences])
    found = []
    for row in pack(question, prefix, parts, limit):
        labels = tuple(example.labels[part.sentence] for part in row.parts)
        answered = 1 if 1 in labels else IGNORE if IGNORE in labels else 0
        if example.answered != 1:
            answered = example.answered
        found.append(Target(row, labels, answered, _span(example, row.parts, labels, answered), example.weight))
    return found


def _span(example: Example, parts: Sequence[Part], labels: Sequence[int], answered: int) -> tuple[int, int] | None:
    if answered == 0:
        return 0, 0
    if not example.answer:
        # The synthetic questions state a short answer wherever there is one; elsewhere none stated says nothing.
        return (0, 0) if answered == 1 and example.kind.startswith("synthetic/") else None
    for part, value in zip(parts, labels, strict=True):
        at = example.window.sentences[part.sentence].find(example.answer) if value == 1 else -1
        inside = [i for i, (s, e) in enumerate(part.offsets) if at <= s and e <= at + len(example.answer)]
        if at >= 0 and inside:
            return part.start + inside[0], part.start + inside[-1]
    return None


def collate(units: Sequence[Sequence[Target]]) -> Batch:
    chosen = [target for unit in units for target in unit]
    width = longest(chosen)
    most = max(1, *(len(t.labels) for t in chosen))
    ids = torch.zeros(len(chosen), width, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    pool = torch.zeros(len(chosen), most, width)
    labels = torch.full((len(chosen), most), float(IGNORE))
    spans = torch.full((len(chosen), 2), -100, dtype=torch.long)
    for i, t in enumerate(chosen):
        size = len(t.row.ids)
        ids[i, :size] = torch.tensor(t.row.ids)
        types[i, t.row.second : size] = 1
        mask[i, :size] = 1
        for j, part in enumerate(t.row.parts):
            pool[i, j, part.start : part.end] = 1 / (part.end - part.start)
            labels[i, j] = t.labels[j]
        if t.span is not None:
            spans[i] = torch.tensor(t.span)
    answered = torch.tensor([float(t.answered) for t in chosen])
    weight = torch.tensor([t.weight for t in chosen])
    group = torch.tensor([number for number, unit in enumerate(units) for _ in unit])
    return Batch(ids, mask, types, pool, labels, answered, spans, weight, group)


def batches(examples: Sequence[Example], tokenizer: Tokenizer, rng: Random) -> Iterator[Batch]:
    """Batches of rows of like length, in an order that `rng` alone decides; a question's windows stay together."""
    units = [list(unit) for _, unit in groupby(enumerate(examples), key=lambda each: each[1].group or each[0])]
    rng.shuffle(units)
    at = 0
    while at < len(units):
        chunk: list[list[Target]] = []
        rows = 0
        while at < len(units) and rows < CHUNK:
            chunk.append([target for _, example in units[at] for target in targets(example, tokenizer)])
            rows += len(chunk[-1])
            at += 1
        chunk = [unit for unit in chunk if unit]
        chunk.sort(key=longest)
        packed: list[list[list[Target]]] = [[]]
        rows = 0
        for unit in chunk:
            rows += len(unit)
            if packed[-1] and (rows > BATCH_ROWS or rows * longest(unit) > BATCH_TOKENS):
                packed.append([])
                rows = len(unit)
            packed[-1].append(unit)
        rng.shuffle(packed)
        yield from (collate(each) for each in packed if each)


def longest(unit: Sequence[Target]) -> int:
    """The tokens of the longest row."""
    return max(len(target.row.ids) for target in unit)
