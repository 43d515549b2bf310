"""Batches: every row once, a question's windows together, and ranked against each other."""

from __future__ import annotations

from random import Random

import torch

from qa.windows import Window
from training.batches import BATCH_ROWS, BATCH_TOKENS, batches, open_tokenizer
from training.examples import Example
from training.train import _question_loss, _rank_loss


def example(number: int, group: str) -> Example:
    sentences = tuple(f"Sentence {number} of {i} words and more." for i in range(1 + number % 5))
    labels = (1,) + (0,) * (len(sentences) - 1)
    return Example(f"Question {number}?", Window("Title", "", "", sentences), labels, 1, "", "test", group=group)


def test_every_example_is_a_row_and_groups_stay_together() -> None:
    examples = [example(n, f"g{n // 4}" if n < 80 else "") for n in range(120)]
    made = list(batches(examples, open_tokenizer(), Random(1)))
    assert sum(len(batch.ids) for batch in made) == 120
    for batch in made:
        assert len(batch.ids) <= BATCH_ROWS and batch.ids.numel() <= BATCH_TOKENS
        assert batch.group.tolist() == sorted(batch.group.tolist())
    sizes = sorted(int(size) for batch in made for size in batch.group.bincount())
    assert sizes == [1] * 40 + [4] * 20


def test_the_same_seed_gives_the_same_batches() -> None:
    examples = [example(n, f"g{n // 3}") for n in range(60)]
    one, two = (list(batches(examples, open_tokenizer(), Random(7))) for _ in range(2))
    assert all(torch.equal(a.ids, b.ids) and torch.equal(a.labels, b.labels) for a, b in zip(one, two, strict=True))


def test_evidence_is_ranked_against_all_sentences_of_its_question() -> None:
    scores = torch.tensor([[2.0, 0.0], [1.0, 3.0], [5.0, -1.0]])
    labels = torch.tensor([[1.0, 0.0], [0.0, -1.0], [1.0, -1.0]])
    together = _rank_loss(scores, labels, torch.tensor([0, 0, 0]))
    judged, right = torch.tensor([2.0, 0.0, 1.0, 5.0]), torch.tensor([2.0, 5.0])
    assert torch.isclose(together, judged.logsumexp(0) - right.logsumexp(0))
    # By itself the second row has no evidence and the third nothing else: only the first says something.
    apart = _rank_loss(scores, labels, torch.tensor([0, 1, 2]))
    assert torch.isclose(apart, torch.tensor([2.0, 0.0]).logsumexp(0) - 2.0)


def test_a_question_is_judged_by_all_its_windows_together() -> None:
    windows = torch.tensor([-3.0, 2.0, -1.0, 0.5, -2.0, 4.0])
    answered = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    told = _question_loss(windows, answered, torch.tensor([0, 0, 1, 1, 2, 2]))
    sure = _question_loss(
        windows - torch.tensor([0.0, 0.0, 3.0, 3.0, 9.0, 9.0]), answered, torch.tensor([0, 0, 1, 1, 2, 2])
    )
    assert sure < told
    # Where a window may answer, and none is known to, nothing is said; nor of a single window.
    unknown = _question_loss(windows[:2], torch.tensor([0.0, -1.0]), torch.tensor([0, 0]))
    assert unknown == _question_loss(windows[:1], answered[:1], torch.tensor([0])) == 0
