"""BERT on ONNX Runtime: weights in, token states out. No deep-learning framework is loaded.

The graph (`encoder.onnx`, written by `training/encoder_graph.py`) holds no weights. They come as
arrays under their Hugging Face names, so a safetensors file of any BERT of MiniLM's shape will do:
the embedding model and the reader are two sessions of the same graph.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime

GRAPH = Path(__file__).with_name("encoder.onnx")
LAYERS, WIDTH = 6, 384

Floats = NDArray[np.float32]


def graph_weights(weights: Mapping[str, NDArray[np.floating]]) -> dict[str, Floats]:
    """The graph's weights from a `BertModel`'s, which names them otherwise and keeps matrices transposed."""

    def matrix(name: str) -> Floats:
        return np.ascontiguousarray(weights[f"{name}.weight"].T, dtype=np.float32)

    def vector(name: str) -> Floats:
        return np.ascontiguousarray(weights[name], dtype=np.float32)

    named = {
        "embeddings.word": vector("embeddings.word_embeddings.weight"),
        "embeddings.position": vector("embeddings.position_embeddings.weight"),
        "embeddings.kind": vector("embeddings.token_type_embeddings.weight"),
        "embeddings.norm.weight": vector("embeddings.LayerNorm.weight"),
        "embeddings.norm.bias": vector("embeddings.LayerNorm.bias"),
    }
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        named[f"{i}.attention.weight"] = np.concatenate([matrix(part) for part in parts], axis=1)
        named[f"{i}.attention.bias"] = np.concatenate([vector(f"{part}.bias") for part in parts])
        for ours, theirs in (
            ("attention.out", "attention.output.dense"),
            ("inner", "intermediate.dense"),
            ("outer", "output.dense"),
        ):
            named[f"{i}.{ours}.weight"] = matrix(f"{layer}.{theirs}")
            named[f"{i}.{ours}.bias"] = vector(f"{layer}.{theirs}.bias")
        for ours, theirs in (("attention.norm", "attention.output.LayerNorm"), ("norm", "output.LayerNorm")):
            named[f"{i}.{ours}.weight"] = vector(f"{layer}.{theirs}.weight")
            named[f"{i}.{ours}.bias"] = vector(f"{layer}.{theirs}.bias")
    return named


class Encoder:
    """A BERT of 6 layers, 384 wide. Safe to call from several threads."""

    def __init__(self, weights: Mapping[str, NDArray[np.floating]], threads: int | None = None) -> None:
        """`weights` are a `BertModel`'s by name; a missing one is a `KeyError`, a misshapen one an `EmbeddingError`.

        `threads` compute; unless given, as many as there are usable cores.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_cores()
        options.log_severity_level = 3
        # Spinning threads would hold the cores between the batches of an answer, against the page's own threads.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        named = graph_weights(weights)
        # The session refers to these arrays; they live as long as it does.
        self._weights = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in named.values()]
        options.add_external_initializers(list(named), self._weights)
        self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def states(self, ids: NDArray[np.int32], mask: NDArray[np.int32], kinds: NDArray[np.int32]) -> Floats:
        """Token states, (batch, tokens, 384) float32, of padded token ids (batch, tokens)."""
        (states,) = self._session.run(["states"], {"ids": ids, "mask": mask, "kinds": kinds})
        return np.asarray(states, dtype=np.float32)


def usable_cores() -> int:
    """The cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
