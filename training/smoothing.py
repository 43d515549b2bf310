"""Write `index/smoothing.safetensors`: what the embedding model's channels are multiplied by before they are rounded.

    python -m training.smoothing [--data FOLDER]

In 8 bits a token's numbers share one step, so that a channel that is always large leaves little for the others. Over
the openings of articles of Wikipedia the largest number of every channel is taken, and channels are divided by it, the
columns they are multiplied with times it, each to the power `SHARE` (Xiao et al. 2023, SmoothQuant, alpha).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

from index.embedding import SMOOTHING, bundled_folder, bundled_weights
from index.encoder import WORDS
from training.batches import open_tokenizer
from training.encoder_graph import build

SHARE = 0.5
ARTICLES, START, END = 60, 2000, 3200  # every eighth article's characters from the one to the other
TINY = 1e-4

Floats = NDArray[np.float32]


def largest(weights: dict[str, Floats], texts: Sequence[str], tokenizer: Tokenizer) -> dict[str, tuple[Floats, Floats]]:
    """By layer of matrices: the largest number of each channel that goes in, and of each column it is multiplied by."""
    model = build()
    inside = {tensor.name: numpy_helper.from_array(weights[tensor.name], tensor.name) for tensor in _missing(model)}
    kept = [inside.get(tensor.name, tensor) for tensor in model.graph.initializer]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    given: dict[str, str] = {}
    columns: dict[str, Floats] = {}
    for node in model.graph.node:
        if node.op_type == "Gemm":
            layer = node.input[1].removesuffix(".weight").rpartition(".")[0]
            given[layer] = node.input[0]
            size = np.abs(weights[node.input[1]]).max(axis=0)
            columns[layer] = np.maximum(columns.get(layer, size), size)
    names = list(dict.fromkeys(given.values()))
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    sizes = dict.fromkeys(names, np.zeros(1, np.float32))
    for text in texts:
        ids = np.array(tokenizer.encode(text).ids[:256], np.int32)
        found = session.run(names, {"words": weights[WORDS][ids], "kinds": np.zeros_like(ids)})
        for name, values in zip(names, found, strict=True):
            sizes[name] = np.maximum(sizes[name], np.abs(values).max(axis=0))
    return {layer: (sizes[name], columns[layer]) for layer, name in given.items()}


def _missing(model: onnx.ModelProto) -> list[TensorProto]:
    return [tensor for tensor in model.graph.initializer if tensor.data_location == TensorProto.EXTERNAL]


def factors(channels: Floats, columns: Floats, share: float = SHARE) -> Floats:
    """What each channel is multiplied by, their geometric mean 1."""
    divided = np.maximum(channels, TINY) ** share / np.maximum(columns, TINY) ** (1 - share)
    return np.asarray(np.exp(np.log(divided).mean()) / divided, dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the public sets")
    articles = sorted((parser.parse_args().data / "squad_articles").glob("*.txt"))[::8][:ARTICLES]
    texts = [path.read_text(encoding="utf-8")[START:END] for path in articles]
    found = largest(load_file(bundled_weights(bundled_folder())), texts, open_tokenizer())
    made = {f"{layer}.smooth": factors(*sizes).astype(np.float16) for layer, sizes in found.items()}
    SMOOTHING.write_bytes(save(made))


if __name__ == "__main__":
    main()
