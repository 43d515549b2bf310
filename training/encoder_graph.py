"""Write `index/encoder.onnx`: the computation of a MiniLM-sized BERT, without its weights.

    python -m training.encoder_graph

The weights are handed to ONNX Runtime when a session is made, straight from a safetensors file,
so that one small graph serves the embedding model and the reader and no weight is stored twice. The words' own
vectors, half of all weights, are looked up outside it: ONNX Runtime would keep a copy of the whole table.
The graph uses ONNX Runtime's own operators for attention, biased GELU and the residual layer norm
(`com.microsoft`): they are the fast kernels its optimiser would otherwise have to find.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import NodeProto, TensorProto, helper

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
EPSILON = 1e-12
TARGET = Path(__file__).parent.parent / "index" / "encoder.onnx"


def weight_shapes() -> dict[str, tuple[int, ...]]:
    """The weights the graph expects, under the names and in the shapes of a Hugging Face `BertModel`."""
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.position_embeddings.weight": (512, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **_norm("embeddings"),
    }
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        for part in ("query", "key", "value"):
            shapes |= _dense(f"{layer}.attention.self.{part}", WIDTH, WIDTH)
        shapes |= _dense(f"{layer}.attention.output.dense", WIDTH, WIDTH) | _norm(f"{layer}.attention.output")
        shapes |= _dense(f"{layer}.intermediate.dense", INNER, WIDTH)
        shapes |= _dense(f"{layer}.output.dense", WIDTH, INNER) | _norm(f"{layer}.output")
    return shapes


def _dense(name: str, out: int, given: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, given), f"{name}.bias": (out,)}


def _norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.LayerNorm.weight": (WIDTH,), f"{name}.LayerNorm.bias": (WIDTH,)}


def external(name: str, shape: tuple[int, ...]) -> TensorProto:
    """An initializer whose data comes with the session, not with the file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights")
    return tensor


def build() -> onnx.ModelProto:
    """The graph: `words` (batch, tokens, 384) float32, `mask` and `kinds` (batch, tokens) int32 in, `states` (batch,
    tokens, 384) float32 out.
    """
    node = helper.make_node
    nodes = [
        node("Gather", ["embeddings.token_type_embeddings.weight", "kinds"], ["kind"]),
        node("Shape", ["mask"], ["tokens"], start=1, end=2),
        node("Slice", ["embeddings.position_embeddings.weight", "zero", "tokens"], ["positions"]),
        node("Add", ["words", "kind"], ["words+kind"]),
        node("Add", ["words+kind", "positions"], ["embedded"]),
        node(
            "LayerNormalization",
            ["embedded", "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"],
            ["normed"],
            axis=-1,
            epsilon=EPSILON,
        ),
        # Matrices are multiplied by rows of tokens, whatever text they are of; only attention tells texts apart.
        node("Shape", ["normed"], ["texts"]),
        node("Reshape", ["normed", "rows"], ["0.input"]),
    ]
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        attention = f"{layer}.attention.output"
        for part in ("query", "key", "value"):
            dense = f"{layer}.attention.self.{part}"
            nodes += [
                node("Gemm", [f"{i}.input", f"{dense}.weight", f"{dense}.bias"], [f"{i}.{part}.rows"], transB=1),
                node("Reshape", [f"{i}.{part}.rows", "texts"], [f"{i}.{part}"]),
            ]
        nodes += [
            node(
                "MultiHeadAttention",
                [f"{i}.query", f"{i}.key", f"{i}.value", "", "mask"],
                [f"{i}.mixed"],
                domain="com.microsoft",
                num_heads=HEADS,
            ),
            node("Reshape", [f"{i}.mixed", "rows"], [f"{i}.mixed.rows"]),
            node("Gemm", [f"{i}.mixed.rows", f"{attention}.dense.weight"], [f"{i}.projected"], transB=1),
            _added(f"{i}.projected", f"{i}.input", attention, f"{i}.attended"),
            node("Gemm", [f"{i}.attended", f"{layer}.intermediate.dense.weight"], [f"{i}.wide"], transB=1),
            node(
                "BiasGelu", [f"{i}.wide", f"{layer}.intermediate.dense.bias"], [f"{i}.active"], domain="com.microsoft"
            ),
            node("Gemm", [f"{i}.active", f"{layer}.output.dense.weight"], [f"{i}.narrow"], transB=1),
            _added(f"{i}.narrow", f"{i}.attended", f"{layer}.output", f"{i + 1}.input"),
        ]
    nodes.append(node("Reshape", [f"{LAYERS}.input", "texts"], ["states"]))
    inputs = [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["batch", "tokens", WIDTH]),
        *(helper.make_tensor_value_info(n, TensorProto.INT32, ["batch", "tokens"]) for n in ("mask", "kinds")),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", WIDTH])
    weights = [external(name, shape) for name, shape in weight_shapes().items()]
    weights.append(helper.make_tensor("zero", TensorProto.INT64, [1], [0]))
    weights.append(helper.make_tensor("rows", TensorProto.INT64, [2], [-1, WIDTH]))
    graph = helper.make_graph(nodes, "bert", inputs, [states], initializer=weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _added(computed: str, before: str, layer: str, out: str) -> NodeProto:
    """What a layer computed, with its bias and what came before it added, normed."""
    norm = f"{layer}.LayerNorm"
    given = [computed, before, f"{norm}.weight", f"{norm}.bias", f"{layer}.dense.bias"]
    return helper.make_node("SkipLayerNormalization", given, [out], domain="com.microsoft", epsilon=EPSILON)


if __name__ == "__main__":
    TARGET.write_bytes(build().SerializeToString())
