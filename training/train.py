"""The training loop: a fixed number of minutes, resumable, useful whenever it is cut off."""

from __future__ import annotations

import copy
import logging
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from index.embedding import bundled_folder, bundled_weights
from training.batches import Batch, batches, open_tokenizer
from training.examples import Example, read
from training.model import ReaderModel, load_encoder, load_weights, save_weights

log = logging.getLogger("training")

SENTENCE, WINDOW, SPAN, RANK, QUESTION = 2.0, 1.0, 0.5, 0.5, 0.5  # weights of the five losses
WINDOW_SHARE = 0.5  # of a window's logit in the score of its sentences, as it was first ranked by
SMOOTHING = 0.02
WARM_UP = 0.05  # share of the minutes
AVERAGING = 0.99  # decay a step of the averaged weights, which are the ones exported


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where to start, where to write, for how long and how fast. `start` None is the bundled MiniLM.

    `bf16`: matrices are multiplied in bfloat16, which some processors do twice as fast; the weights stay float32.
    """

    passes: tuple[Path, ...]
    folder: Path
    minutes: float
    start: Path | None
    encoder_rate: float
    head_rate: float
    seed: int
    bf16: bool = False
    save_every: float = 180.0  # seconds


def losses(model: nn.Module, batch: Batch) -> Tensor:
    """The weighted sum of the losses of sentences, windows, spans, a question's sentences as ranked, and questions."""
    sentence, window, span = model(batch.ids, batch.mask, batch.types, batch.pool)
    known = (batch.labels >= 0).float() * batch.weight[:, None]
    by_sentence = F.binary_cross_entropy_with_logits(sentence, _smooth(batch.labels.clamp(min=0)), reduction="none")
    total = SENTENCE * (by_sentence * known).sum() / known.sum().clamp(min=1)
    known = (batch.answered >= 0).float() * batch.weight
    by_window = F.binary_cross_entropy_with_logits(window, _smooth(batch.answered.clamp(min=0)), reduction="none")
    total = total + WINDOW * (by_window * known).sum() / known.sum().clamp(min=1)
    if (batch.spans >= 0).any():
        total = total + SPAN * _span_loss(span, batch.spans)
    # As the assistant ranks them, a sentence of one window against those of the others.
    total = total + RANK * _rank_loss(sentence + WINDOW_SHARE * window[:, None], batch.labels, batch.group)
    # As the assistant refuses: by the window that seems to answer most, whichever it is.
    return total + QUESTION * _question_loss(window, batch.answered, batch.group)


def _smooth(labels: Tensor) -> Tensor:
    return labels * (1 - 2 * SMOOTHING) + SMOOTHING


def _span_loss(span: Tensor, wanted: Tensor) -> Tensor:
    first = F.cross_entropy(span[:, :, 0], wanted[:, 0], ignore_index=-100)
    return (first + F.cross_entropy(span[:, :, 1], wanted[:, 1], ignore_index=-100)) / 2


def _rank_loss(scores: Tensor, labels: Tensor, group: Tensor) -> Tensor:
    """Minus the log of the softmax's share that evidence has among a question's judged sentences; the questions' mean.

    `scores` and `labels`: (rows, sentences); `group`: (rows,), the same number for the windows of one question.
    """
    lost = []
    for number in range(int(group[-1]) + 1):
        rows = group == number
        value, label = scores[rows], labels[rows]
        if (label == 1).any() and (label == 0).any():
            lost.append(value[label >= 0].logsumexp(0) - value[label == 1].logsumexp(0))
    return torch.stack(lost).mean() if lost else scores.sum() * 0


def _question_loss(windows: Tensor, answered: Tensor, group: Tensor) -> Tensor:
    """Whether any window of a question answers it, by the log-sum-exp of their logits; the mean over judged questions.

    `windows` and `answered`: (rows,), of `answered` 1 yes, 0 no, below 0 unknown; `group` as in `_rank_loss`. A
    question none of whose windows answers is judged only where none is unknown.
    """
    values, targets = [], []
    for number in range(int(group[-1]) + 1):
        value, known = windows[group == number], answered[group == number]
        if len(value) > 1 and ((known == 1).any() or (known == 0).all()):
            values.append(value.logsumexp(0))
            targets.append((known == 1).any().float())
    if not values:
        return windows.sum() * 0
    return F.binary_cross_entropy_with_logits(torch.stack(values), _smooth(torch.stack(targets)))


def rate(share: float) -> float:
    """The learning rate at a share of the minutes, 0..1, as a factor: warm-up, then linear to zero."""
    return min(share / WARM_UP, (1 - share) / (1 - WARM_UP)) if share < 1 else 0.0


def ordered(passes: Sequence[Path], seed: int) -> Iterator[Batch]:
    """All batches of all passes, then of the first again, for ever; the same for the same seed."""
    tokenizer, turn = open_tokenizer(), 0
    while True:
        examples: list[Example] = list(read(passes[turn % len(passes)]))
        yield from batches(examples, tokenizer, Random(f"{seed}/{turn}/order"))
        turn += 1


def train(recipe: Recipe) -> Path:
    """Train, resuming from the folder's checkpoint where there is one; the averaged weights' path."""
    torch.manual_seed(recipe.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = ReaderModel()
    if recipe.start:
        load_weights(model, recipe.start)
    else:
        load_encoder(model, bundled_weights(bundled_folder()))
    model.to(device).train()
    heads = [p for name, p in model.named_parameters() if not name.startswith("enc.")]
    encoder = [p for name, p in model.named_parameters() if name.startswith("enc.") and ".pooler." not in name]
    groups = [{"params": encoder, "peak": recipe.encoder_rate}, {"params": heads, "peak": recipe.head_rate}]
    optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=0.01, fused=True)
    average = copy.deepcopy(model)
    step, rows, elapsed = 0, 0, 0.0
    recipe.folder.mkdir(parents=True, exist_ok=True)
    checkpoint, exported = recipe.folder / "checkpoint.pt", recipe.folder / "weights.safetensors"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        step, rows, elapsed = saved["step"], saved["rows"], saved["elapsed"]
        log.info("resumed at step %d, %.1f minutes", step, elapsed / 60)

    def save() -> None:
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
        temporary = checkpoint.with_suffix(".tmp")
        torch.save(state | {"step": step, "rows": rows, "elapsed": elapsed}, temporary)
        temporary.replace(checkpoint)
        save_weights(average, exported)
        log.info("saved at step %d", step)

    stopping = False

    def stop(signal_number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    seconds, saved_at, last, running = recipe.minutes * 60, elapsed, time.monotonic(), 0.0
    skip, since, since_rows = step, elapsed, rows
    for number, batch in enumerate(ordered(recipe.passes, recipe.seed)):
        if number < skip:
            continue
        if stopping or elapsed >= seconds:
            break
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * rate(elapsed / seconds)
        batch = Batch(*(getattr(batch, name).to(device) for name in Batch.__slots__))
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bf16):
            loss = losses(model, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*encoder, *heads], 1.0)
        optimiser.step()
        step, rows, running = step + 1, rows + len(batch.ids), running + float(loss.detach())
        with torch.no_grad():
            decay = min(AVERAGING, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        now = time.monotonic()
        elapsed, last = elapsed + now - last, now
        if step % 20 == 0:
            speed = (rows - since_rows) / max(elapsed - since, 1e-9)
            log.info(
                "step %d rows %d minutes %.1f loss %.4f rows/s %.2f", step, rows, elapsed / 60, running / 20, speed
            )
            running, since, since_rows = 0.0, elapsed, rows
        if elapsed - saved_at >= recipe.save_every:
            save()
            saved_at, last = elapsed, time.monotonic()
    save()
    return exported
