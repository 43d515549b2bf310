"""The reader: which sentences of a window are evidence for a question, and whether it is answered there.

A cross-encoder made from MiniLM (see `weights/README.md` and `training/`). It reads the question
together with a window of a document and gives every sentence, the window, and every stretch of words a score.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import bundled_folder
from index.encoder import WORDS, Encoder, WordTable, mapped
from index.errors import ReaderError
from index.quantized import Floats, Stored, restored
from qa.windows import Reading, Row, ShortAnswer, Tokens, Window, pack

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent / "weights"
ROW_TOKENS = 288  # the longest row the weights were trained on
SHORT_TOKENS = 25  # a longer stretch is no short answer
UNREAD = -20.0  # a logit below any that is read
KEPT = 800  # readings: of the last forty questions, with twenty passages each


@dataclass(frozen=True, slots=True)
class Platt:
    """A logit made a probability: 1 / (1 + exp(-(slope * logit + shift))). Platt, 1999."""

    slope: float
    shift: float

    def __call__(self, logit: float) -> float:
        return 1 / (1 + math.exp(-max(min(self.slope * logit + self.shift, 60.0), -60.0)))


class Reader:
    """Reads windows. Deterministic, and safe to call from several threads.

    It keeps its last readings, by the question's words and the window's, so that a question asked again, for a longer
    answer or after documents were added, is read only where there is something new. Other words, another reading: what
    is kept cannot be out of date.
    """

    def __init__(self, stored: Stored, tokenizer: Tokenizer, answered: Platt, evidence: Platt) -> None:
        self._encoder = Encoder(_table(stored), {n.removeprefix("enc."): a for n, a in stored.items()})
        self._heads = restored({n: a for n, a in stored.items() if not n.startswith("enc.")})
        self._tokenizer = tokenizer
        self._answered = answered
        self._evidence = evidence
        self._kept: OrderedDict[tuple[str, Window], Reading] = OrderedDict()
        self._keeping = threading.Lock()

    @classmethod
    def open(cls, folder: Path = FOLDER) -> Reader:
        """The reader whose weights and calibration lie in a folder.

        Raises `ReaderError` where they are missing, damaged or not what `reader.json` says they are.
        """
        from tokenizers import Tokenizer

        weights = folder / "reader.safetensors"
        try:
            stated = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            with weights.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            raise ReaderError(f"The reader cannot be loaded from {folder}: {error}. Reinstall footnote-qa.") from error
        if digest != stated["sha256"]:
            raise ReaderError(
                f"The reader's weights in {folder} are damaged: their SHA-256 is {digest}, not {stated['sha256']}. "
                "Reinstall footnote-qa."
            )
        tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(mapped(weights), tokenizer, Platt(*stated["answered"]), Platt(*stated["evidence"]))

    def read(self, question: str, windows: Sequence[Window]) -> tuple[Reading, ...]:
        """One reading a window, in order; every sentence of a window is scored, however long the window."""
        with self._keeping:
            kept = {window: self._kept[question, window] for window in windows if (question, window) in self._kept}
        unread = [window for window in dict.fromkeys(windows) if window not in kept]
        kept |= zip(unread, self._read(question, unread), strict=True)
        with self._keeping:
            for window in dict.fromkeys(windows):
                self._kept[question, window] = kept[window]
                self._kept.move_to_end((question, window))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return tuple(kept[window] for window in windows)

    def _read(self, question: str, windows: Sequence[Window]) -> tuple[Reading, ...]:
        asked = self._tokens([question])[0]
        jobs: list[tuple[int, Row]] = []
        for number, window in enumerate(windows):
            prefix, *sentences = self._tokens([window.prefix, *window.sentences])
            jobs.extend((number, row) for row in pack(asked, prefix, sentences, ROW_TOKENS))
        found = [_Scores(len(window.sentences)) for window in windows]
        texts = [(row.ids, row.second) for _, row in jobs]
        for (number, row), states in zip(jobs, self._encoder.each(texts, lambda states: states), strict=True):
            self._score(row, states, found[number])
        return tuple(map(self._reading, found))

    def _tokens(self, texts: list[str]) -> list[Tokens]:
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [Tokens(tuple(encoding.ids), tuple(encoding.offsets)) for encoding in encodings]

    def _score(self, row: Row, states: Floats, scores: _Scores) -> None:
        answered = float(states[0] @ self._heads["ans.weight"][0] + self._heads["ans.bias"][0])
        scores.answered = max(scores.answered, answered)
        ends = states @ self._heads["span.weight"].T + self._heads["span.bias"]
        none = float(ends[0].sum())
        for part in row.parts:
            mean = states[part.start : part.end].mean(axis=0)
            logit = float(mean @ self._heads["sent.weight"][0] + self._heads["sent.bias"][0])
            scores.evidence[part.sentence] = max(scores.evidence[part.sentence], logit)
            start, end, logit = _best_stretch(ends[part.start : part.end])
            if scores.span is None or logit - none > scores.span.score:
                at, until = part.offsets[start][0], part.offsets[end][1]
                if at < until:
                    scores.span = ShortAnswer(part.sentence, at, until, logit - none)

    def _reading(self, scores: _Scores) -> Reading:
        return Reading(
            answered=scores.answered,
            evidence=tuple(scores.evidence),
            span=scores.span,
            answered_probability=self._answered(scores.answered),
            evidence_probability=tuple(map(self._evidence, scores.evidence)),
        )


class _Scores:
    """What is known of a window while its rows are read."""

    def __init__(self, sentences: int) -> None:
        self.answered = UNREAD
        self.evidence = [UNREAD] * sentences
        self.span: ShortAnswer | None = None


def _best_stretch(ends: Floats) -> tuple[int, int, float]:
    """The best first and last token (of at most SHORT_TOKENS) by the sum of their logits (tokens, 2)."""
    total = ends[:, :1] + ends[None, :, 1]
    allowed = np.tri(len(ends), dtype=bool).T & np.tri(len(ends), k=SHORT_TOKENS - 1, dtype=bool)
    start, end = np.unravel_index(np.where(allowed, total, -np.inf).argmax(), total.shape)
    return int(start), int(end), float(total[start, end])


def _table(stored: Stored) -> WordTable:
    """The words' vectors, as int8 if they are stored so."""
    rows, scales = stored[f"enc.{WORDS}"], stored.get(f"enc.{WORDS}.scale")
    return WordTable(rows, scales) if scales is not None else WordTable(rows.astype(np.float32))
