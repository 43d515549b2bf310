"""Weights for the 8-bit graph, and whether this processor computes it rightly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROBE = Path(__file__).with_name("int8-probe.onnx")
PROBED = 64  # numbers in the probe's vectors
GELU_SHIFT = 0.17  # GELU is never below -0.17
PARTS, LARGE = ("large", "rest"), 128  # of the channels after GELU so many, the largest, are rounded apart

Floats = NDArray[np.float32]
Stored = dict[str, NDArray[Any]]


@cache
def exact() -> bool:
    """Whether 8-bit products are summed exactly here, and so fast: with AVX-512 VNNI, AVX-VNNI or ARM's dot product.

    Older x86 processors add two products in 16 bits, where large ones overflow.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(PROBE.read_bytes(), options, providers=["CPUExecutionProvider"])
    (product,) = session.run(["product"], {"given": np.full((4, PROBED), 255, np.uint8)})
    return bool((np.asarray(product) == 255 * 127 * PROBED).all())


def restored(stored: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Weights as float32. A matrix stored as int8 has its rows' scales beside it, under "NAME.scale"."""
    scales = {name.removesuffix(".scale"): array for name, array in stored.items() if name.endswith(".scale")}
    return {
        name: array.astype(np.float32) * scales[name].astype(np.float32)[:, None]
        if name in scales
        else array.astype(np.float32)
        for name, array in stored.items()
        if not name.endswith(".scale")
    }


def rounded(matrix: NDArray[np.floating]) -> tuple[NDArray[np.int8], Floats]:
    """A matrix as int8 rows, and the scale of each: its largest number is 127."""
    rows = matrix.astype(np.float32)
    # An all-zero row keeps a scale that is not zero.
    scale = np.maximum(np.abs(rows).max(axis=1) / 127, np.finfo(np.float32).tiny)
    return np.rint(rows / scale[:, None]).astype(np.int8), scale


def quantized(stored: Mapping[str, NDArray[Any]], smoothing: Mapping[str, Floats]) -> Stored:
    """A BERT's weights as the 8-bit graph takes them, from float or int8 matrices (out, in) by their usual names.

    Matrices become int8 (in, out) beside their scales. `smoothing` holds, under "LAYER.smooth", what the channels
    that go into a layer's matrices are multiplied by; where a layer has none, they stay as they are. The channels
    after GELU are ordered by size, and their matrix is in two `PARTS`.
    """
    matrices = {n for n, a in stored.items() if n.startswith("encoder.") and a.ndim == 2}
    beside = {f"{name}.scale" for name in matrices}
    made: Stored = dict(restored({n: a for n, a in stored.items() if n not in matrices | beside}))
    for name in sorted(matrices):  # of a layer, those before GELU come before those after
        dense = name.removesuffix(".weight")
        layer = dense.rpartition(".")[0]
        (matrix,) = restored({key: stored[key] for key in (name, f"{name}.scale") if key in stored}).values()
        factor = smoothing.get(f"{layer}.smooth", np.ones(matrix.shape[1])).astype(np.float32)
        columns = matrix / factor
        if matrix.shape[0] >= matrix.shape[1]:
            made |= {f"{layer}.smooth": factor} | _rounded(dense, columns)
            continue
        order = np.argsort(-np.abs(columns).max(axis=0), kind="stable")
        made[f"{layer}.smooth"] = factor[order]
        for part, channels in zip(PARTS, (order[:LARGE], order[LARGE:]), strict=True):
            made |= (pair := _rounded(f"{dense}.{part}", columns[:, channels]))
            # What goes in was shifted to be positive; what that adds to the rounded rows is taken off again.
            rows, scale = pair.values()
            made[f"{dense}.bias"] -= (factor[channels] @ rows) * scale * np.float32(GELU_SHIFT)
        # What goes into GELU is put in the same order.
        before = f"{layer.removesuffix('output')}intermediate.dense"
        for suffix in ("bias", "weight", "weight.scale"):
            made[f"{before}.{suffix}"] = np.ascontiguousarray(made[f"{before}.{suffix}"][..., order])
    return made


def _rounded(dense: str, matrix: Floats) -> Stored:
    rows, scale = rounded(matrix)
    return {f"{dense}.weight": np.ascontiguousarray(rows.T), f"{dense}.weight.scale": scale}
