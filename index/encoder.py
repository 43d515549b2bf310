"""BERT on ONNX Runtime: weights in, token states out. No deep-learning framework is loaded.

The graphs (`encoder.onnx` and `encoder-int8.onnx`, written by `training/encoder_graph.py`) hold no weights. They come
as arrays under their Hugging Face names, so a safetensors file of any BERT of MiniLM's shape will do:
the embedding model and the reader are two sessions of the same graph. ONNX Runtime keeps its own copy of
them, laid out for its kernels; the words' vectors, of which a text needs few, are looked up here.
A text is read by one thread, and several texts at once by as many as there are cores: nothing is padded, no thread
waits for another within a layer, and what a text gives does not depend on its neighbours.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.quantized import Floats, Stored, exact, quantized, restored

if TYPE_CHECKING:
    import onnxruntime

GRAPHS = {int8: Path(__file__).with_name(f"encoder{'-int8' if int8 else ''}.onnx") for int8 in (False, True)}
WORDS = "embeddings.word_embeddings.weight"  # the name of the words' vectors among a model's weights

M_MMAP_THRESHOLD = -3  # of glibc's mallopt
FREED_BYTES = 1 << 20
DTYPES = {"F32": "<f4", "F16": "<f2", "I8": "i1"}  # of safetensors, those that weights are in

T = TypeVar("T")


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
        self,
        words: WordTable,
        weights: Mapping[str, NDArray[Any]],
        threads: int | None = None,
        *,
        smoothing: Mapping[str, Floats] | None = None,
        int8: bool | None = None,
    ) -> None:
        """`weights` are a `BertModel`'s by name, float32, or int8 with a scale for each row beside them under
        "NAME.scale"; they are copied. The words' and a pooler's are passed over.

        So many `threads` compute; unless given, as many as there are usable cores. Matrices are multiplied in 8 bits
        where the processor does it exactly, unless `int8` says otherwise; `smoothing` is as of `quantized`.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        taken = folded(
            {n: a for n, a in weights.items() if n.startswith(("embeddings.", "encoder.")) and not n.startswith(WORDS)}
        )
        self.int8 = exact() if int8 is None else int8
        made = quantized(taken, smoothing or {}) if self.int8 else restored(taken)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in made.values()]
        options.add_external_initializers(list(made), values)
        _return_freed_blocks()
        self._words = words
        self._threads = threads or usable_cores()
        self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
            GRAPHS[self.int8].read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def states(self, ids: Sequence[int], second: int) -> Floats:
        """Token states, (tokens, 384) float32, of a text's token ids, which are of the second kind from `second` on."""
        at = np.array(ids, dtype=np.int32)
        kinds = (np.arange(len(at)) >= second).astype(np.int32)
        (states,) = self._session.run(["states"], {"words": self._words(at), "kinds": kinds})
        return np.asarray(states, dtype=np.float32)

    def each(self, texts: Sequence[tuple[Sequence[int], int]], use: Callable[[Floats], T]) -> list[T]:
        """What `use` makes of the states of every text, in their order; arguments as of `states`."""
        if self._threads == 1 or len(texts) < 2:
            return [use(self.states(*text)) for text in texts]
        # The longest first, so that no thread is left with a long one at the end.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i][0]))
        with ThreadPoolExecutor(min(self._threads, len(texts)), "encoder") as pool:
            found = dict(zip(order, pool.map(lambda i: use(self.states(*texts[i])), order), strict=True))
        return [found[i] for i in range(len(texts))]


def folded(weights: Mapping[str, NDArray[Any]]) -> Stored:
    """Weights that give the same without biases of the keys and the values, which the graphs leave out.

    A key's bias adds the same to all of a query's products, of which softmax takes no notice. A value's adds the same
    to every mix of values, whatever the shares: what the next layer makes of that goes into its bias.
    """
    made = {name: array for name, array in weights.items() if not name.endswith((".key.bias", ".value.bias"))}
    for name in weights.keys() - made.keys():
        if name.endswith(".value.bias"):
            dense = f"{name.removesuffix('.self.value.bias')}.output.dense"
            parts = {key: weights[key] for key in (f"{dense}.weight", f"{dense}.weight.scale") if key in weights}
            (matrix,) = restored(parts).values()
            made[f"{dense}.bias"] = weights[f"{dense}.bias"] + matrix @ weights[name].astype(np.float32)
    return made


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
