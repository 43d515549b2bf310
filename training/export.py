"""Trained weights to the form that ships: matrices as int8 rows with a float32 scale each, all else float16."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from index.quantized import rounded

HEADS = ("sent.", "ans.", "span.")  # 1,536 numbers in all: not worth rounding
UNUSED = "enc.pooler."  # by the reader


def packed(weights: Mapping[str, NDArray[np.floating]]) -> dict[str, NDArray[np.generic]]:
    """Weights as `index.quantized.restored` reads them."""
    stored: dict[str, NDArray[np.generic]] = {}
    for name, array in weights.items():
        if array.ndim != 2 or name.startswith(HEADS):
            stored[name] = array.astype(np.float16)
            continue
        stored[name], stored[f"{name}.scale"] = rounded(array)
    return stored


def averaged(files: Sequence[Path]) -> dict[str, NDArray[np.float16]]:
    """The mean of the weights of several runs, of which each began where another ended (Wortsman et al. 2022).

    What the reader does not use is left out.
    """
    runs = [load_file(file) for file in files]
    return {
        name: np.mean([run[name].astype(np.float32) for run in runs], axis=0).astype(np.float16)
        for name in runs[0]
        if not name.startswith(UNUSED)
    }


def export(weights: Sequence[Path], folder: Path, half: bool = False) -> Path:
    """Write `reader.safetensors` and its checksum into a folder, keeping the calibration that lies there.

    Of several files of weights the mean is written. `half` keeps float16 throughout, to measure what rounding to
    int8 costs. New weights need a new calibration; until one is made, the old one stands.
    """
    tensors = averaged(weights)
    data = save(tensors if half else packed(tensors))
    folder.mkdir(parents=True, exist_ok=True)
    stated = folder / "reader.json"
    old = (
        json.loads(stated.read_text(encoding="utf-8")) if stated.exists() else {"answered": [1, 0], "evidence": [1, 0]}
    )
    target = folder / "reader.safetensors"
    temporary = target.with_suffix(".tmp")
    temporary.write_bytes(data)
    temporary.replace(target)
    stated.write_text(json.dumps(old | {"sha256": hashlib.sha256(data).hexdigest()}, indent=1) + "\n", encoding="utf-8")
    return target
