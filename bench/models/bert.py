# SPDX-License-Identifier: Apache-2.0
"""BERT as torch.onnx and Optimum write transformers' BertModel, in the dialects that their versions have had."""

from dataclasses import dataclass

import numpy
from onnx import TensorProto

from builder import INT64_MAX, Graph

LOWEST = numpy.finfo(numpy.float32).min


@dataclass
class Bert:
    layers: int = 12
    hidden: int = 768
    heads: int = 12
    inner: int = 3072
    vocabulary: int = 30522
    positions: int = 512
    opset: int = 17
    norm: str = "op"  # "op": LayerNormalization (opset 17); "primitive": ReduceMean, Sub, Pow …
    gelu: str = "erf"  # "erf", "tanh", or "op": Gelu (opset 20)
    attention: str = "eager"  # "eager"; "sdpa": scaled on both sides, expanded mask; "op": Attention (opset 23)
    seed: int = 3


def bert(config: Bert) -> Graph:
    graph = Graph("main_graph", opset=config.opset, seed=config.seed, ir_version=10 if config.opset > 20 else 8)
    ids, mask, types = (graph.input(name, ["batch", "sequence"], TensorProto.INT64) for name in ("input_ids", "attention_mask", "token_type_ids"))
    bias = attention_bias(graph, config, mask, ids)
    x = embeddings(graph, config, ids, types)
    for k in range(config.layers):
        with graph.scope("encoder"), graph.scope(f"layer.{k}"):
            x = layer(graph, config, x, bias, f"encoder.layer.{k}")
    graph.output(x, "last_hidden_state", ["batch", "sequence", config.hidden])
    with graph.scope("pooler"):
        first = graph.op("Gather", "last_hidden_state", graph.const(0), axis=1)
        weight = graph.normal("pooler.dense.weight", (config.hidden, config.hidden), config.hidden)
        y = graph.op("Gemm", first, weight, graph.near("pooler.dense.bias", config.hidden, 0, 0.02), alpha=1.0, beta=1.0, transB=1)
        graph.output(graph.op("Tanh", y), "pooler_output", ["batch", config.hidden])
    return graph


def size_of(graph: Graph, x: str, axis: int) -> str:
    return graph.op("Gather", graph.op("Shape", x), graph.const(axis), axis=0)


def unsqueeze(graph: Graph, x: str, axis: int) -> str:
    return graph.op("Unsqueeze", x, graph.const([axis]))


def shape_of(graph: Graph, *parts: str | int) -> str:
    """A shape from sizes that the model knows and sizes that the exporter knew."""
    return graph.op("Concat", *(graph.const([part]) if isinstance(part, int) else unsqueeze(graph, part, 0) for part in parts), axis=0)


def linear(graph: Graph, x: str, name: str, inner: int, outer: int, gain: float = 1.0) -> str:
    weight = graph.normal(f"{name}.weight", (inner, outer), inner, gain)
    return graph.op("Add", graph.near(f"{name}.bias", outer, 0, 0.02), graph.op("MatMul", x, weight))


def layer_norm(graph: Graph, config: Bert, x: str, name: str) -> str:
    scale, bias = graph.near(f"{name}.weight", config.hidden, 1), graph.near(f"{name}.bias", config.hidden, 0)
    if config.norm == "op":
        return graph.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)
    centred = graph.op("Sub", x, mean(graph, x))
    variance = mean(graph, graph.op("Pow", centred, graph.const(2, "float32")))
    deviation = graph.op("Sqrt", graph.op("Add", variance, graph.const(1e-12, "float32")))
    return graph.op("Add", graph.op("Mul", graph.op("Div", centred, deviation), scale), bias)


def mean(graph: Graph, x: str) -> str:
    if graph.opset >= 18:
        return graph.op("ReduceMean", x, graph.const([-1]), keepdims=1)
    return graph.op("ReduceMean", x, axes=[-1], keepdims=1)


def gelu(graph: Graph, config: Bert, x: str) -> str:
    def number(value: float) -> str:
        return graph.const(value, "float32")

    if config.gelu == "op":
        return graph.op("Gelu", x, approximate="none")
    if config.gelu == "erf":
        y = graph.op("Erf", graph.op("Div", x, number(2**0.5)))
        return graph.op("Mul", graph.op("Mul", x, graph.op("Add", y, number(1))), number(0.5))
    cube = graph.op("Mul", graph.op("Pow", x, number(3)), number(0.044715))
    y = graph.op("Tanh", graph.op("Mul", graph.op("Add", x, cube), number((2 / numpy.pi) ** 0.5)))
    return graph.op("Mul", graph.op("Mul", x, number(0.5)), graph.op("Add", y, number(1)))


def attention_bias(graph: Graph, config: Bert, mask: str, ids: str) -> str:
    """0 where attention may look, the lowest float where it may not: [batch, 1, 1 or sequence, sequence]."""
    y = unsqueeze(graph, unsqueeze(graph, mask, 1), 2)
    if config.attention != "eager":
        length = size_of(graph, ids, 1)
        target = shape_of(graph, size_of(graph, ids, 0), 1, length, length)
        # expand(): a size of -1 keeps the input's.
        ones = graph.op("ConstantOfShape", graph.op("Shape", target), value=numpy.array([1], numpy.int64))
        kept = graph.op("Equal", target, graph.op("Mul", ones, graph.const(-1)))
        y = graph.op("Expand", y, graph.op("Where", kept, ones, target))
    inverted = graph.op("Sub", graph.const(1, "float32"), graph.op("Cast", y, to=TensorProto.FLOAT))
    if config.attention == "eager":
        return graph.op("Mul", inverted, graph.const(LOWEST, "float32"))
    masked = graph.op("Cast", inverted, to=TensorProto.BOOL)
    return graph.op("Where", masked, graph.const(LOWEST, "float32"), inverted)


def embeddings(graph: Graph, config: Bert, ids: str, types: str) -> str:
    def table(name: str, rows: int) -> str:
        return graph.normal(f"embeddings.{name}.weight", (rows, config.hidden), 1, 0.5)

    with graph.scope("embeddings"):
        end = unsqueeze(graph, size_of(graph, ids, 1), 0)
        numbers = graph.init("embeddings.position_ids", numpy.arange(config.positions)[None])
        places = graph.op("Slice", numbers, graph.const([0]), end, graph.const([1]), graph.const([1]))
        x = graph.op("Gather", table("word_embeddings", config.vocabulary), ids)
        x = graph.op("Add", x, graph.op("Gather", table("token_type_embeddings", 2), types))
        x = graph.op("Add", x, graph.op("Gather", table("position_embeddings", config.positions), places))
        return layer_norm(graph, config, x, "embeddings.LayerNorm")


def layer(graph: Graph, config: Bert, x: str, bias: str, name: str) -> str:
    with graph.scope("attention"):
        y = attention(graph, config, x, bias, f"{name}.attention.self")
        y = linear(graph, y, f"{name}.attention.output.dense", config.hidden, config.hidden)
        x = layer_norm(graph, config, graph.op("Add", y, x), f"{name}.attention.output.LayerNorm")
    with graph.scope("intermediate"):
        y = gelu(graph, config, linear(graph, x, f"{name}.intermediate.dense", config.hidden, config.inner))
    with graph.scope("output"):
        y = linear(graph, y, f"{name}.output.dense", config.inner, config.hidden)
        return layer_norm(graph, config, graph.op("Add", y, x), f"{name}.output.LayerNorm")


def attention(graph: Graph, config: Bert, x: str, bias: str, name: str) -> str:
    head = config.hidden // config.heads
    parts = []
    for part in ("query", "key", "value"):
        y = linear(graph, x, f"{name}.{part}", config.hidden, config.hidden)
        shape = shape_of(graph, size_of(graph, y, 0), size_of(graph, y, 1), config.heads, head)
        # Scores are taken in one go with the transposition of the keys.
        order = [0, 2, 3, 1] if part == "key" and config.attention != "op" else [0, 2, 1, 3]
        parts.append(graph.op("Transpose", graph.reshape(y, shape), perm=order))
    y = graph.op("Transpose", attend(graph, config, *parts, bias), perm=[0, 2, 1, 3])
    return graph.reshape(y, shape_of(graph, size_of(graph, y, 0), size_of(graph, y, 1), config.hidden))


def attend(graph: Graph, config: Bert, query: str, key: str, value: str, bias: str) -> str:
    head = config.hidden // config.heads
    if config.attention == "op":
        return graph.op("Attention", query, key, value, bias)
    if config.attention == "eager":
        scores = graph.op("Div", graph.op("MatMul", query, key), graph.const(head**0.5, "float32"))
    else:
        scores = graph.op("MatMul", *(graph.op("Mul", part, root_of_scale(graph, query)) for part in (query, key)))
    weights = graph.op("Softmax", graph.op("Add", scores, bias), axis=-1)
    return graph.op("MatMul", weights, value)


def root_of_scale(graph: Graph, query: str) -> str:
    """The square root of 1 / √head, computed from the shape, as the export of scaled_dot_product_attention has it."""
    last = graph.op("Slice", graph.op("Shape", query), graph.const([-1]), graph.const([INT64_MAX]))
    root = graph.op("Sqrt", graph.op("Cast", last, to=TensorProto.FLOAT))
    return graph.op("Sqrt", graph.op("Div", graph.const([1], "float32"), graph.op("Cast", root, to=TensorProto.FLOAT)))
