"""What ships is what was trained: rounded as little as said, and the mean where there are several runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from index.quantized import restored
from training.export import averaged, export, packed


def written(path: Path, seed: int) -> Path:
    random = np.random.default_rng(seed)
    tensors = {
        "enc.a.weight": random.normal(size=(6, 8)),
        "enc.a.bias": random.normal(size=8),
        "sent.weight": np.ones(8),
    }
    save_file({name: array.astype(np.float16) for name, array in tensors.items()}, path)
    return path


def test_the_mean_of_one_run_is_that_run_and_of_two_lies_between(tmp_path: Path) -> None:
    one, two = written(tmp_path / "1", 1), written(tmp_path / "2", 2)
    alone, both = averaged([one]), averaged([one, two])
    for name, array in load_file(one).items():
        assert np.array_equal(alone[name], array)
        middle = (array.astype(np.float32) + load_file(two)[name].astype(np.float32)) / 2
        assert np.allclose(both[name], middle, atol=1e-3)


def test_what_the_reader_does_not_use_does_not_ship(tmp_path: Path) -> None:
    one = written(tmp_path / "1", 1)
    more = load_file(one) | {"enc.pooler.dense.bias": np.ones(8, np.float16)}
    save_file(more, tmp_path / "2")
    assert averaged([tmp_path / "2", one]).keys() == averaged([one]).keys()


def test_a_matrix_is_rounded_by_half_a_step_at_most(tmp_path: Path) -> None:
    tensors = load_file(written(tmp_path / "1", 1))
    stored = packed(tensors)
    found = restored(stored)
    step = np.abs(tensors["enc.a.weight"].astype(np.float32)).max(axis=1, keepdims=True) / 127
    assert stored["enc.a.weight"].dtype == np.int8
    assert (np.abs(found["enc.a.weight"] - tensors["enc.a.weight"]) <= step * 0.51).all()
    assert np.array_equal(found["enc.a.bias"], tensors["enc.a.bias"])


def test_the_same_weights_have_the_same_checksum(tmp_path: Path) -> None:
    one = written(tmp_path / "1", 1)
    first, again = (export([one], tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == again
