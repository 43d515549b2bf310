"""Write the computation of a MiniLM-sized BERT, without its weights: `index/encoder.onnx` and `encoder-int8.onnx`.

    python -m training.encoder_graph

The weights are handed to ONNX Runtime when a session is made (`index/encoder.py`), so that one small graph serves the
embedding model and the reader and no weight is stored twice. The words' own vectors, half of all weights, are looked up
outside it: ONNX Runtime would keep a copy of the whole table. A graph reads one text at a time, which needs no padding
and no mask. Attention is spelt out: that takes 0.9 of the time of ONNX Runtime's own operator.

In the second graph the matrices are int8, a scale for each column, and what they are multiplied by is rounded to 8 bits
token by token: how a token is rounded depends on nothing else in the text. `LAYER.smooth` makes channels of like size
first (Xiao et al. 2023, SmoothQuant). `index/quantized.py` makes the weights for it.
`int8-probe.onnx` multiplies two vectors in which a processor without exact 8-bit kernels overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from index.quantized import GELU_SHIFT, LARGE, PARTS, PROBED

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
EPSILON = 1e-12
FOLDER = Path(__file__).parent.parent / "index"

Multiplied = Callable[[str, str, Mapping[str, str]], list[NodeProto]]


def weight_shapes() -> dict[str, tuple[int, ...]]:
    """The weights the graph expects, under the names and in the shapes of a Hugging Face `BertModel`.

    The biases of keys and values are not among them: `_attended`.
    """
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.position_embeddings.weight": (512, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **_norm("embeddings"),
    }
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        for part in ("query", "key", "value"):
            shapes[f"{layer}.attention.self.{part}.weight"] = (WIDTH, WIDTH)
        shapes[f"{layer}.attention.self.query.bias"] = (WIDTH,)
        shapes |= _dense(f"{layer}.attention.output.dense", WIDTH, WIDTH) | _norm(f"{layer}.attention.output")
        shapes |= _dense(f"{layer}.intermediate.dense", INNER, WIDTH)
        shapes |= _dense(f"{layer}.output.dense", WIDTH, INNER) | _norm(f"{layer}.output")
    return shapes


def _dense(name: str, out: int, given: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, given), f"{name}.bias": (out,)}


def _norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.LayerNorm.weight": (WIDTH,), f"{name}.LayerNorm.bias": (WIDTH,)}


def external(name: str, shape: tuple[int, ...], kind: int = TensorProto.FLOAT) -> TensorProto:
    """An initializer whose data comes with the session, not with the file."""
    tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights")
    return tensor


def build(int8: bool = False) -> onnx.ModelProto:
    """The graph: `words` (tokens, 384) float32 and `kinds` (tokens,) int32 in, `states` (tokens, 384) float32 out."""
    node = helper.make_node
    multiplied = _by_int8 if int8 else _by_float
    nodes = [
        node("Gather", ["embeddings.token_type_embeddings.weight", "kinds"], ["kind"]),
        node("Shape", ["kinds"], ["tokens"]),
        node("Slice", ["embeddings.position_embeddings.weight", "zero", "tokens"], ["positions"]),
        node("Add", ["words", "kind"], ["words+kind"]),
        node("Add", ["words+kind", "positions"], ["embedded"]),
        _normed("embedded", "embeddings", "0.input"),
    ]
    if int8:
        nodes += [
            node("ConstantOfShape", ["tokens"], [f"{zero}s"], value=numpy_helper.from_array(ZEROS[zero][None]))
            for zero in ZEROS
        ]
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        parts = {part: f"{layer}.attention.self.{part}" for part in ("query", "key", "value")}
        nodes += multiplied(f"{i}.input", f"{layer}.attention.self", {d: f"{i}.{part}" for part, d in parts.items()})
        nodes += [
            *_attended(i, f"{layer}.attention.self.query.bias"),
            *_layer(multiplied, f"{layer}.attention.output", f"{i}.mixed", f"{i}.input", f"{i}.attended"),
            *multiplied(f"{i}.attended", f"{layer}.intermediate", {f"{layer}.intermediate.dense": f"{i}.wide"}),
            node(
                "BiasGelu", [f"{i}.wide", f"{layer}.intermediate.dense.bias"], [f"{i}.active"], domain="com.microsoft"
            ),
            *_layer(multiplied, f"{layer}.output", f"{i}.active", f"{i}.attended", f"{i + 1}.input"),
        ]
    nodes[-1].output[0] = "states"
    inputs = [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["tokens", WIDTH]),
        helper.make_tensor_value_info("kinds", TensorProto.INT32, ["tokens"]),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["tokens", WIDTH])
    graph = helper.make_graph(nodes, "bert", inputs, [states], initializer=_initializers(int8))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _attended(i: int, bias: str) -> list[NodeProto]:
    """Attention: "I.query", "I.key" and "I.value" to "I.mixed", all (tokens, 384).

    The keys have no bias, which would add the same to all of a query's products, and the values none, which adds the
    same to every mix: `index.encoder.folded` puts it into the next layer's.
    """
    node = helper.make_node
    nodes = [node("Add", [f"{i}.query", bias], [f"{i}.query.rows"])]
    for part, order in (("query.rows", (1, 0, 2)), ("key", (1, 2, 0)), ("value", (1, 0, 2))):
        nodes += [
            node("Reshape", [f"{i}.{part}", "heads"], [f"{i}.{part}.heads"]),
            node("Transpose", [f"{i}.{part}.heads"], [f"{i}.{part}.turned"], perm=order),
        ]
    scale = (WIDTH // HEADS) ** -0.5
    given = [f"{i}.query.rows.turned", f"{i}.key.turned"]
    return [
        *nodes,
        node("FusedMatMul", given, [f"{i}.alike"], domain="com.microsoft", alpha=scale),
        node("Softmax", [f"{i}.alike"], [f"{i}.shares"], axis=-1),
        node("MatMul", [f"{i}.shares", f"{i}.value.turned"], [f"{i}.mixed.turned"]),
        node("Transpose", [f"{i}.mixed.turned"], [f"{i}.mixed.heads"], perm=(1, 0, 2)),
        node("Reshape", [f"{i}.mixed.heads", "rows"], [f"{i}.mixed"]),
    ]


def _layer(multiplied: Multiplied, layer: str, given: str, before: str, out: str) -> list[NodeProto]:
    """A dense layer, what came before it added, normed."""
    return [
        *multiplied(given, layer, {f"{layer}.dense": f"{out}.dense"}),
        helper.make_node("Add", [f"{out}.dense", f"{layer}.dense.bias"], [f"{out}.biased"]),
        helper.make_node("Add", [f"{out}.biased", before], [f"{out}.summed"]),
        _normed(f"{out}.summed", layer, out),
    ]


def _normed(given: str, layer: str, out: str) -> NodeProto:
    weights = [f"{layer}.LayerNorm.weight", f"{layer}.LayerNorm.bias"]
    return helper.make_node("LayerNormalization", [given, *weights], [out], axis=-1, epsilon=EPSILON)


def _by_float(given: str, layer: str, out: Mapping[str, str]) -> list[NodeProto]:
    """`given` times the matrices of a layer, each to the name it has in `out`, without their biases."""
    return [helper.make_node("Gemm", [given, f"{dense}.weight"], [name], transB=1) for dense, name in out.items()]


def _by_int8(given: str, layer: str, out: Mapping[str, str]) -> list[NodeProto]:
    """The same in 8 bits: each token divided by its largest value, rounded, multiplied, and the value put back."""
    node = helper.make_node
    smooth = f"{given}.smooth"
    if not given.endswith(".active"):
        nodes = [node("Mul", [given, f"{layer}.smooth"], [smooth]), node("Abs", [smooth], [f"{given}.sizes"])]
        nodes += _rounded(smooth, f"{given}.sizes", "step/127", "middle", given)
        return nodes + [n for dense, name in out.items() for n in _product(given, dense, "middle", name)]
    # What GELU gives is never far below zero: shifted, it needs no sign. Its few large channels, which come first, have
    # a step of their own.
    nodes = [
        node("Add", [given, "shift"], [f"{given}.shifted"]),
        node("Mul", [f"{given}.shifted", f"{layer}.smooth"], [smooth]),
        node("Split", [smooth, "parts"], [f"{given}.{part}" for part in PARTS], axis=1),
    ]
    ((dense, name),) = out.items()
    for part in PARTS:
        nodes += _rounded(f"{given}.{part}", f"{given}.{part}", "step/255", "bottom", f"{given}.{part}")
        nodes += _product(f"{given}.{part}", f"{dense}.{part}", "bottom", f"{name}.{part}")
    return [*nodes, node("Add", [f"{name}.{part}" for part in PARTS], [name])]


def _rounded(values: str, sizes: str, step: str, zero: str, name: str) -> list[NodeProto]:
    """`values` as "NAME.rounded", each token in "NAME.step"s of its own: `step` times the largest of its `sizes`."""
    return [
        helper.make_node("ReduceMax", [sizes], [f"{name}.size"], axes=[-1], keepdims=1),
        helper.make_node("Mul", [f"{name}.size", step], [f"{name}.step"]),
        helper.make_node("Reshape", [f"{name}.step", "flat"], [f"{name}.steps"]),
        helper.make_node("QuantizeLinear", [values, f"{name}.steps", f"{zero}s"], [f"{name}.rounded"], axis=0),
    ]


def _product(given: str, dense: str, zero: str, name: str) -> list[NodeProto]:
    matrix = [f"{given}.rounded", f"{dense}.weight", "one", f"{dense}.weight.scale", zero]
    return [
        helper.make_node("MatMulIntegerToFloat", matrix, [f"{name}.unit"], domain="com.microsoft"),
        helper.make_node("Mul", [f"{name}.unit", f"{given}.step"], [name]),
    ]


def _initializers(int8: bool) -> list[TensorProto]:
    found = {name: numpy_helper.from_array(np.array(value), name) for name, value in CONSTANTS[int8].items()}
    for name, (out, *given) in weight_shapes().items():
        if not (int8 and name.startswith("encoder.") and given):
            found[name] = external(name, (out, *given))
            continue
        dense = name.removesuffix(".weight")
        smooth = f"{dense.rpartition('.')[0]}.smooth"
        found[smooth] = external(smooth, (*given,))
        sizes = zip(PARTS, (LARGE, INNER - LARGE), strict=True)
        for part, size in ((f"{dense}.{p}", size) for p, size in sizes) if given == [INNER] else [(dense, given[0])]:
            found[f"{part}.weight"] = external(f"{part}.weight", (size, out), TensorProto.INT8)
            found[f"{part}.weight.scale"] = external(f"{part}.weight.scale", (out,))
    return list(found.values())


SHAPES: dict[str, NDArray[np.generic]] = {
    "zero": np.array([0], np.int64),
    "rows": np.array([-1, WIDTH], np.int64),
    "heads": np.array([-1, HEADS, WIDTH // HEADS], np.int64),
}
STEPS: dict[str, NDArray[np.generic]] = {
    "shift": np.array(GELU_SHIFT, np.float32),
    "parts": np.array([LARGE, INNER - LARGE], np.int64),
    "step/127": np.array(1 / 127, np.float32),
    "step/255": np.array(1 / 255, np.float32),
    "one": np.array(1, np.float32),
    "flat": np.array([-1], np.int64),
}
ZEROS = {"middle": np.array(128, np.uint8), "bottom": np.array(0, np.uint8)}  # what stands for zero
CONSTANTS: dict[bool, dict[str, NDArray[np.generic]]] = {False: SHAPES, True: SHAPES | STEPS | ZEROS}


def probe() -> onnx.ModelProto:
    """`given` (1, 64) uint8 times a column of 127: of 255, two neighbours' products are more than 16 bits hold."""
    scale = [numpy_helper.from_array(np.float32(1), "one"), numpy_helper.from_array(np.full(16, 1, np.float32), "ones")]
    column = numpy_helper.from_array(np.full((PROBED, 16), 127, np.int8), "column")
    node = helper.make_node(
        "MatMulIntegerToFloat", ["given", "column", "one", "ones"], ["product"], domain="com.microsoft"
    )
    given = helper.make_tensor_value_info("given", TensorProto.UINT8, ["rows", PROBED])
    product = helper.make_tensor_value_info("product", TensorProto.FLOAT, ["rows", 16])
    graph = helper.make_graph([node], "probe", [given], [product], initializer=[*scale, column])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


if __name__ == "__main__":
    for name, model in (("encoder", build()), ("encoder-int8", build(int8=True)), ("int8-probe", probe())):
        (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
