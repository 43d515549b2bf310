"""BERT on ONNX Runtime: weights in, token states out. No deep-learning framework is loaded.

The graph (`encoder.onnx`, written by `training/encoder_graph.py`) holds no weights. They come as
arrays under their Hugging Face names, so a safetensors file of any BERT of MiniLM's shape will do:
the embedding model and the reader are two sessions of the same graph. ONNX Runtime keeps its own copy of
them, laid out for its kernels; the words' vectors, of which a text needs few, are looked up here.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime

GRAPH = Path(__file__).with_name("encoder.onnx")
WORDS = "embeddings.word_embeddings.weight"  # the name of the words' vectors among a model's weights

M_MMAP_THRESHOLD = -3  # of glibc's mallopt
FREED_BYTES = 1 << 20
DTYPES = {"F32": "<f4", "F16": "<f2", "I8": "i1"}  # of safetensors, those that weights are in

Floats = NDArray[np.float32]
Stored = dict[str, NDArray[Any]]


def mapped(path: Path) -> Stored:
    """The arrays of a safetensors file, each read from the disk where and when it is looked at."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        stated = json.loads(file.read(length))
    return {
        name: np.memmap(path, DTYPES[one["dtype"]], "r", 8 + length + one["data_offsets"][0], tuple(one["shape"]))
        for name, one in stated.items()
        if one.get("dtype") in DTYPES
    }


@dataclass(frozen=True, slots=True)
class WordTable:
    """The vectors of the vocabulary's words: `rows` (words, 384), float32, or int8 with a scale each."""

    rows: NDArray[np.float32] | NDArray[np.int8]
    scales: Floats | None = None

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or (self.scales is None) != (self.rows.dtype == np.float32):
            raise ValueError("a table's rows are float32, or int8 with a scale for each")

    def __call__(self, ids: NDArray[np.int32]) -> Floats:
        """The words' vectors, float32, shape (*ids.shape, 384)."""
        found = self.rows[ids].astype(np.float32, copy=False)
        return found if self.scales is None else found * self.scales[ids][..., None]


class Encoder:
    """A BERT of 6 layers, 384 wide. Safe to call from several threads."""

    def __init__(
        self, words: WordTable, weights: Mapping[str, NDArray[np.floating]], threads: int | None = None
    ) -> None:
        """`weights` are a `BertModel`'s by name, float32; they are copied. The words' and a pooler's are passed over.

        `threads` compute; unless given, as many as there are usable cores.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_cores()
        options.log_severity_level = 3
        # Spinning threads would hold the cores between the batches of an answer, against the page's own threads.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        taken = [name for name in weights if name.startswith(("embeddings.", "encoder.")) and name != WORDS]
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.asarray(weights[name])) for name in taken]
        options.add_external_initializers(taken, values)
        _return_freed_blocks()
        self._words = words
        self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def states(self, ids: NDArray[np.int32], mask: NDArray[np.int32], kinds: NDArray[np.int32]) -> Floats:
        """Token states, (batch, tokens, 384) float32, of padded token ids (batch, tokens)."""
        (states,) = self._session.run(["states"], {"words": self._words(ids), "mask": mask, "kinds": kinds})
        return np.asarray(states, dtype=np.float32)


def _return_freed_blocks() -> None:
    """Have the C library give every freed block of over a megabyte back to the system.

    By itself glibc keeps what is freed in blocks of up to 32 MB once it has seen one: 65 MB after loading two models.
    """
    resize = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if resize is not None:  # not every Linux has glibc
        resize(M_MMAP_THRESHOLD, FREED_BYTES)


def usable_cores() -> int:
    """The cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
