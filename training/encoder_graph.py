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
from onnx import TensorProto, helper

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
EPSILON = 1e-12
TARGET = Path(__file__).parent.parent / "index" / "encoder.onnx"


def weight_shapes() -> dict[str, tuple[int | str, ...]]:
    """The weights the graph expects, by name."""
    shapes: dict[str, tuple[int | str, ...]] = {
        "embeddings.position": (512, WIDTH),
        "embeddings.kind": (2, WIDTH),
        "embeddings.norm.weight": (WIDTH,),
        "embeddings.norm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        shapes |= {
            f"{layer}.attention.weight": (WIDTH, 3 * WIDTH),
            f"{layer}.attention.bias": (3 * WIDTH,),
            f"{layer}.attention.out.weight": (WIDTH, WIDTH),
            f"{layer}.attention.out.bias": (WIDTH,),
            f"{layer}.attention.norm.weight": (WIDTH,),
            f"{layer}.attention.norm.bias": (WIDTH,),
            f"{layer}.inner.weight": (WIDTH, INNER),
            f"{layer}.inner.bias": (INNER,),
            f"{layer}.outer.weight": (INNER, WIDTH),
            f"{layer}.outer.bias": (WIDTH,),
            f"{layer}.norm.weight": (WIDTH,),
            f"{layer}.norm.bias": (WIDTH,),
        }
    return shapes


def external(name: str, shape: tuple[int | str, ...]) -> TensorProto:
    """An initializer whose data comes with the session, not with the file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights")
    return tensor


def build() -> onnx.ModelProto:
    """The graph: `words` (batch, tokens, 384) float32, `mask` and `kinds` (batch, tokens) int32 in, `states` (batch,
    tokens, 384) float32 out.
    """
    node, nodes = helper.make_node, []
    nodes += [
        node("Gather", ["embeddings.kind", "kinds"], ["kind"]),
        node("Shape", ["mask"], ["tokens"], start=1, end=2),
        node("Slice", ["embeddings.position", "zero", "tokens"], ["positions"]),
        node("Add", ["words", "kind"], ["words+kind"]),
        node("Add", ["words+kind", "positions"], ["embedded"]),
        node(
            "LayerNormalization",
            ["embedded", "embeddings.norm.weight", "embeddings.norm.bias"],
            ["0.input"],
            axis=-1,
            epsilon=EPSILON,
        ),
    ]
    for i in range(LAYERS):
        attended, out = f"{i}.attended", f"{i + 1}.input" if i < LAYERS - 1 else "states"
        nodes += [
            node(
                "Attention",
                [f"{i}.input", f"{i}.attention.weight", f"{i}.attention.bias", "mask"],
                [f"{i}.mixed"],
                domain="com.microsoft",
                num_heads=HEADS,
            ),
            node("MatMul", [f"{i}.mixed", f"{i}.attention.out.weight"], [f"{i}.projected"]),
            node(
                "SkipLayerNormalization",
                [
                    f"{i}.projected",
                    f"{i}.input",
                    f"{i}.attention.norm.weight",
                    f"{i}.attention.norm.bias",
                    f"{i}.attention.out.bias",
                ],
                [attended],
                domain="com.microsoft",
                epsilon=EPSILON,
            ),
            node("MatMul", [attended, f"{i}.inner.weight"], [f"{i}.wide"]),
            node("BiasGelu", [f"{i}.wide", f"{i}.inner.bias"], [f"{i}.active"], domain="com.microsoft"),
            node("MatMul", [f"{i}.active", f"{i}.outer.weight"], [f"{i}.narrow"]),
            node(
                "SkipLayerNormalization",
                [f"{i}.narrow", attended, f"{i}.norm.weight", f"{i}.norm.bias", f"{i}.outer.bias"],
                [out],
                domain="com.microsoft",
                epsilon=EPSILON,
            ),
        ]
    inputs = [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["batch", "tokens", WIDTH]),
        *(helper.make_tensor_value_info(n, TensorProto.INT32, ["batch", "tokens"]) for n in ("mask", "kinds")),
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", WIDTH])
    weights = [external(name, shape) for name, shape in weight_shapes().items()]
    weights.append(helper.make_tensor("zero", TensorProto.INT64, [1], [0]))
    graph = helper.make_graph(nodes, "bert", inputs, [states], initializer=weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


if __name__ == "__main__":
    TARGET.write_bytes(build().SerializeToString())
