"""8 bits for the models: the same vectors and the same choices, where the processor computes them exactly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from index.embedding import SMOOTHING, bundled_folder, bundled_weights
from index.encoder import WORDS, Encoder, WordTable, mapped
from index.quantized import exact, quantized, rounded
from qa.reader import Reader
from qa.windows import Reading, Window
from training.batches import open_tokenizer

BOROUGH = Path(__file__).parents[2] / "training" / "collections" / "borough"
needs_8_bits = pytest.mark.skipif(not exact(), reason="the processor has no exact 8-bit kernels")


def paragraphs() -> list[str]:
    files = sorted((BOROUGH / "documents").iterdir())
    return [p for file in files for p in file.read_text(encoding="utf-8").split("\n") if len(p.split()) > 40][:40]


@pytest.fixture(scope="module")
def weights():
    return mapped(bundled_weights(bundled_folder()))


def test_numbers_come_back_within_half_a_step():
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(30, 50)).astype(np.float32) * np.logspace(-4, 2, 30, dtype=np.float32)[:, None]
    matrix[4] = 0
    rows, scale = rounded(matrix)
    assert rows.dtype == np.int8
    assert (np.abs(rows * scale[:, None] - matrix) <= 0.501 * scale[:, None]).all()


def test_int8_rows_stay_as_they_are():
    rng = np.random.default_rng(4)
    rows, scale = rounded(rng.normal(size=(8, 8)))
    name = "encoder.layer.0.attention.self.query.weight"
    made = quantized({name: rows, f"{name}.scale": scale}, {})
    assert np.array_equal(made[name], rows.T)
    assert np.allclose(made[f"{name}.scale"], scale)


def test_smoothing_changes_no_product():
    rng = np.random.default_rng(5)
    matrix, given = rng.normal(size=(16, 16)).astype(np.float32), rng.normal(size=(7, 16)).astype(np.float32)
    given[:, 3] *= 50
    layer = "encoder.layer.0.attention.self"
    factor = 1 / np.sqrt(np.abs(given).max(axis=0))
    made = quantized({f"{layer}.query.weight": matrix}, {f"{layer}.smooth": factor})
    product = (given * made[f"{layer}.smooth"]) @ (made[f"{layer}.query.weight"] * made[f"{layer}.query.weight.scale"])
    assert np.allclose(product, given @ matrix.T, atol=0.01 * np.abs(given @ matrix.T).max())


def test_the_processor_is_told_from_what_it_computes(monkeypatch):
    import onnxruntime

    overflowing = [np.full((4, 16), 2 * 32767.0 * 32)]
    exact.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(onnxruntime.InferenceSession, "run", lambda *_: overflowing)
        assert exact() is False
    exact.cache_clear()
    assert exact() in (True, False)


@needs_8_bits
def test_passages_have_nearly_the_same_vectors(weights):
    tokenizer, words = open_tokenizer(), WordTable(weights[WORDS])
    texts = [(ids := tokenizer.encode(text).ids[:256], len(ids)) for text in paragraphs()]
    found = []
    for int8 in (False, True):
        encoder = Encoder(words, weights, int8=int8, smoothing=mapped(SMOOTHING))
        vectors = np.array(encoder.each(texts, lambda states: states.mean(axis=0)))
        found.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    cosines = np.sum(found[0] * found[1], axis=1)
    assert len(cosines) == 40
    assert cosines.mean() > 0.999
    assert cosines.min() > 0.998


def best(readings: tuple[Reading, ...]) -> tuple[int, int]:
    """The window and the sentence in it that is the best evidence."""
    return max((e, w, s) for w, reading in enumerate(readings) for s, e in enumerate(reading.evidence))[1:]


@needs_8_bits
def test_the_reader_makes_the_same_choices(monkeypatch):
    eight = Reader.open()
    monkeypatch.setattr("index.encoder.exact", lambda: False)
    whole = Reader.open()
    assert eight._encoder.int8 and not whole._encoder.int8
    lines = (BOROUGH / "questions.jsonl").read_text(encoding="utf-8").splitlines()[::4]
    windows = [Window("", "", "", tuple(f"{s}." for s in text.split(". "))) for text in paragraphs()[:5]]
    same, apart = 0, []
    for question in [json.loads(line)["question"] for line in lines]:
        one, other = eight.read(question, windows), whole.read(question, windows)
        same += best(one) == best(other)
        apart += [abs(a.answered - b.answered) for a, b in zip(one, other, strict=True)]
    assert same >= 0.9 * len(lines)
    assert np.mean(apart) < 0.1


@pytest.mark.parametrize("int8", [False, pytest.param(True, marks=needs_8_bits)])
def test_a_text_gives_the_same_alone_and_beside_others(weights, int8):
    encoder = Encoder(WordTable(weights[WORDS]), weights, 3, int8=int8)
    tokenizer = open_tokenizer()
    texts = [(tokenizer.encode(text).ids, 5) for text in ("One.", "Another, a longer one.", *paragraphs()[:4])]
    together = encoder.each(texts, lambda states: states)
    for text, states in zip(texts, together, strict=True):
        assert np.array_equal(encoder.states(*text), states)
