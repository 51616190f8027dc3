# SPDX-License-Identifier: Apache-2.0
"""Decoders with past and present keys and values, as Optimum exports GPT-2 and Llama, plain and with fused operators."""

import math
from dataclasses import dataclass

import numpy
from onnx import TensorProto

from bert import mean, shape_of, size_of, unsqueeze
from builder import INT64_MAX, Graph

LOWEST = numpy.finfo(numpy.float32).min


@dataclass
class Decoder:
    layers: int = 2
    hidden: int = 32
    heads: int = 4
    kv_heads: int = 2  # Llama only
    inner: int = 64
    vocabulary: int = 50
    positions: int = 32
    opset: int = 17
    seed: int = 11

    @property
    def head(self) -> int:
        return self.hidden // self.heads


@dataclass
class Ports:
    ids: str
    mask: str
    positions: str
    past: list[tuple[str, str]]


def declare(graph: Graph, config: Decoder, heads: int) -> Ports:
    ids = graph.input("input_ids", ["batch", "sequence"], TensorProto.INT64)
    mask = graph.input("attention_mask", ["batch", "total"], TensorProto.INT64)
    positions = graph.input("position_ids", ["batch", "sequence"], TensorProto.INT64)
    past = []
    for k in range(config.layers):
        dims = ["batch", heads, "past", config.head]
        past.append((graph.input(f"past_key_values.{k}.key", dims), graph.input(f"past_key_values.{k}.value", dims)))
    return Ports(ids, mask, positions, past)


def present(graph: Graph, config: Decoder, k: int, parts: tuple[str, str], heads: int) -> tuple[str, str]:
    names = f"present.{k}.key", f"present.{k}.value"
    for value, name in zip(parts, names):
        graph.output(value, name, ["batch", heads, "total", config.head])
    return names


def project(graph: Graph, x: str, name: str, inner: int, outer: int) -> str:
    return graph.op("MatMul", x, graph.normal(f"{name}.weight", (inner, outer), inner))


def split_heads(graph: Graph, x: str, heads: int, head: int) -> str:
    y = graph.reshape(x, shape_of(graph, size_of(graph, x, 0), size_of(graph, x, 1), heads, head))
    return graph.op("Transpose", y, perm=[0, 2, 1, 3])


def merge_heads(graph: Graph, x: str, hidden: int) -> str:
    y = graph.op("Transpose", x, perm=[0, 2, 1, 3])
    return graph.reshape(y, shape_of(graph, size_of(graph, y, 0), size_of(graph, y, 1), hidden))


# GPT-2


def gpt2(config: Decoder) -> Graph:
    """A Gemm for Conv1D, Split, a triangle of booleans that is sliced, tanh GELU in primitive operators."""
    graph = Graph("main_graph", opset=config.opset, seed=config.seed)
    ports = declare(graph, config, config.heads)
    bias = padding_bias(graph, ports.mask)
    words = graph.normal("wte.weight", (config.vocabulary, config.hidden), config.hidden)
    places = graph.normal("wpe.weight", (config.positions, config.hidden), config.hidden)
    x = graph.op("Add", graph.op("Gather", words, ports.ids), graph.op("Gather", places, ports.positions))
    for k, past in enumerate(ports.past):
        with graph.scope(f"h.{k}"):
            y, parts = gpt2_attention(graph, config, layer_norm(graph, config, x, f"h.{k}.ln_1"), bias, past, f"h.{k}.attn")
            present(graph, config, k, parts, config.heads)
            x = graph.op("Add", y, x)
            y = conv1d(graph, layer_norm(graph, config, x, f"h.{k}.ln_2"), f"h.{k}.mlp.c_fc", config.hidden, config.inner)
            x = graph.op("Add", x, conv1d(graph, tanh_gelu(graph, y), f"h.{k}.mlp.c_proj", config.inner, config.hidden))
    x = layer_norm(graph, config, x, "ln_f")
    logits = graph.op("MatMul", x, graph.op("Transpose", words, perm=[1, 0]))
    graph.output(logits, "logits", ["batch", "sequence", config.vocabulary])
    return graph


def padding_bias(graph: Graph, mask: str) -> str:
    y = graph.op("Cast", unsqueeze(graph, unsqueeze(graph, mask, 1), 2), to=TensorProto.FLOAT)
    return graph.op("Mul", graph.op("Sub", graph.const(1, "float32"), y), graph.const(LOWEST, "float32"))


def layer_norm(graph: Graph, config: Decoder, x: str, name: str) -> str:
    scale, bias = graph.near(f"{name}.weight", config.hidden, 1), graph.near(f"{name}.bias", config.hidden, 0)
    return graph.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-5)


def conv1d(graph: Graph, x: str, name: str, inner: int, outer: int) -> str:
    """view(-1, inner), addmm, view back: how GPT-2 spells a linear layer."""
    flat = graph.reshape(x, graph.const([-1, inner]))
    weight, bias = graph.normal(f"{name}.weight", (inner, outer), inner), graph.near(f"{name}.bias", outer, 0, 0.02)
    y = graph.op("Gemm", flat, weight, bias, alpha=1.0, beta=1.0)
    return graph.reshape(y, shape_of(graph, size_of(graph, x, 0), size_of(graph, x, 1), outer))


def tanh_gelu(graph: Graph, x: str) -> str:
    def number(value: float) -> str:
        return graph.const(value, "float32")

    inner = graph.op("Add", x, graph.op("Mul", graph.op("Pow", x, number(3)), number(0.044715)))
    tanh = graph.op("Tanh", graph.op("Mul", inner, number(math.sqrt(2 / math.pi))))
    return graph.op("Mul", graph.op("Mul", x, number(0.5)), graph.op("Add", tanh, number(1)))


def gpt2_attention(graph: Graph, config: Decoder, x: str, bias: str, past: tuple[str, str], name: str):
    together = conv1d(graph, x, f"{name}.c_attn", config.hidden, 3 * config.hidden)
    parts = graph.op("Split", together, graph.const([config.hidden] * 3), outputs=3, axis=2)
    query, key, value = (split_heads(graph, part, config.heads, config.head) for part in parts)
    key, value = (graph.op("Concat", old, new, axis=2) for old, new in zip(past, (key, value)))
    scores = graph.op("MatMul", query, graph.op("Transpose", key, perm=[0, 1, 3, 2]))
    scores = graph.op("Div", scores, graph.const(config.head**0.5, "float32"))
    scores = graph.op("Where", triangle(graph, config, query, key), scores, graph.const(LOWEST, "float32"))
    weights = graph.op("Softmax", graph.op("Add", scores, bias), axis=-1)
    y = merge_heads(graph, graph.op("MatMul", weights, value), config.hidden)
    return conv1d(graph, y, f"{name}.c_proj", config.hidden, config.hidden), (key, value)


def triangle(graph: Graph, config: Decoder, query: str, key: str) -> str:
    """bias[:, :, total - length : total, :total] of a triangle that every layer holds."""
    whole = graph.const(numpy.tril(numpy.ones((1, 1, config.positions, config.positions), bool)), "bool")
    length, total = size_of(graph, query, 2), size_of(graph, key, 2)
    begin, end = unsqueeze(graph, graph.op("Sub", total, length), 0), unsqueeze(graph, total, 0)
    rows = graph.op("Slice", whole, begin, end, graph.const([2]), graph.const([1]))
    return graph.op("Slice", rows, graph.const([0]), end, graph.const([3]), graph.const([1]))


# Llama


def llama(config: Decoder) -> Graph:
    """Masks from Range and Trilu, rotary positions from a MatMul, RMS normalisation, grouped queries through Expand."""
    graph = Graph("main_graph", opset=config.opset, seed=config.seed)
    ports = declare(graph, config, config.kv_heads)
    x = graph.op("Gather", graph.normal("embed_tokens.weight", (config.vocabulary, config.hidden), 1), ports.ids)
    bias = causal_bias(graph, ports, x)
    rotation = rotary(graph, config, ports.positions)
    for k, past in enumerate(ports.past):
        name = f"layers.{k}"
        with graph.scope(name):
            y = rms_norm(graph, config, x, f"{name}.input_layernorm")
            y, parts = llama_attention(graph, config, y, bias, rotation, past, f"{name}.self_attn")
            present(graph, config, k, parts, config.kv_heads)
            x = graph.op("Add", x, y)
            y = rms_norm(graph, config, x, f"{name}.post_attention_layernorm")
            x = graph.op("Add", x, gated(graph, config, y, f"{name}.mlp"))
    logits = project(graph, rms_norm(graph, config, x, "norm"), "lm_head", config.hidden, config.vocabulary)
    graph.output(logits, "logits", ["batch", "sequence", config.vocabulary])
    return graph


def causal_bias(graph: Graph, ports: Ports, x: str) -> str:
    """[batch, 1, sequence, total]; what padding forbids is written into a copy by ScatterND, as `mask[...] = value` exports."""
    past = size_of(graph, ports.past[0][0], 2)
    length = size_of(graph, x, 1)
    total = graph.op("Add", past, length)
    shape = shape_of(graph, length, total)
    full = graph.op("Expand", graph.const(LOWEST, "float32"), shape)
    upper = graph.op("Trilu", full, graph.const(1), upper=1)
    places = graph.op("Range", past, total, graph.const(1))
    later = graph.op("Greater", graph.op("Range", graph.const(0), total, graph.const(1)), graph.reshape(places, graph.const([-1, 1])))
    causal = graph.op("Mul", upper, graph.op("Cast", later, to=TensorProto.FLOAT))
    # Rows of the triangle stand for positions that begin at the past's end.
    causal = graph.op("Where", later, graph.const(LOWEST, "float32"), causal)
    causal = unsqueeze(graph, unsqueeze(graph, causal, 0), 1)
    target = shape_of(graph, size_of(graph, ports.ids, 0), 1, -1, -1)
    ones = graph.op("ConstantOfShape", graph.const([4]), value=numpy.array([1], numpy.int64))
    kept = graph.op("Equal", target, graph.op("Mul", ones, graph.const(-1)))
    causal = graph.op("Expand", causal, graph.op("Where", kept, ones, target))
    return write_padding(graph, causal, ports.mask)


def write_padding(graph: Graph, causal: str, mask: str) -> str:
    padding = graph.op("Cast", unsqueeze(graph, unsqueeze(graph, mask, 1), 2), to=TensorProto.FLOAT)
    forbidden = graph.op("Equal", graph.op("Add", causal, padding), graph.const(0, "float32"))
    filled = graph.op("Where", forbidden, graph.const(LOWEST, "float32"), causal)
    # mask[:, :, :, :n] = filled: the indices of every element, one Range an axis.
    indices = []
    for axis in range(4):
        count = size_of(graph, causal, axis)
        places = graph.op("Range", graph.const(0), count, graph.const(1))
        shape = [-1 if other == axis else 1 for other in range(4)]
        places = graph.reshape(places, graph.const(shape))
        indices.append(graph.op("Unsqueeze", graph.op("Expand", places, graph.op("Shape", filled)), graph.const([-1])))
    return graph.op("ScatterND", causal, graph.op("Concat", *indices, axis=-1), filled)


def rotary(graph: Graph, config: Decoder, positions: str) -> tuple[str, str]:
    """cos and sin: [batch, 1, sequence, head]."""
    frequencies = (10000.0 ** -(numpy.arange(0, config.head, 2) / config.head)).astype(numpy.float32)
    column = graph.init("rotary_emb.inv_freq", frequencies[None, :, None])
    batch = size_of(graph, positions, 0)
    column = graph.op("Expand", column, shape_of(graph, batch, config.head // 2, 1))
    row = graph.op("Cast", unsqueeze(graph, positions, 1), to=TensorProto.FLOAT)
    angles = graph.op("Transpose", graph.op("MatMul", column, row), perm=[0, 2, 1])
    both = graph.op("Concat", angles, angles, axis=-1)
    cosine, sine = (unsqueeze(graph, graph.op(kind, both), 1) for kind in ("Cos", "Sin"))
    return cosine, sine


def rotate(graph: Graph, x: str, rotation: tuple[str, str]) -> str:
    half = graph.op("Div", size_of(graph, x, 3), graph.const(2))
    end = unsqueeze(graph, half, 0)
    first = graph.op("Slice", x, graph.const([0]), end, graph.const([3]), graph.const([1]))
    second = graph.op("Slice", x, end, graph.const([INT64_MAX]), graph.const([3]), graph.const([1]))
    turned = graph.op("Concat", graph.op("Neg", second), first, axis=-1)
    return graph.op("Add", graph.op("Mul", x, rotation[0]), graph.op("Mul", turned, rotation[1]))


def rms_norm(graph: Graph, config: Decoder, x: str, name: str) -> str:
    y = mean(graph, graph.op("Pow", x, graph.const(2, "float32")))
    root = graph.op("Sqrt", graph.op("Add", y, graph.const(1e-6, "float32")))
    y = graph.op("Mul", x, graph.op("Div", graph.const(1, "float32"), root))
    return graph.op("Mul", graph.near(f"{name}.weight", config.hidden, 1), y)


def repeat_heads(graph: Graph, config: Decoder, x: str) -> str:
    """repeat_kv: x[:, :, None].expand(…).reshape(…)."""
    times = config.heads // config.kv_heads
    batch, length = size_of(graph, x, 0), size_of(graph, x, 2)
    y = unsqueeze(graph, x, 2)
    target = shape_of(graph, batch, config.kv_heads, times, length, config.head)
    ones = graph.op("ConstantOfShape", graph.op("Shape", target), value=numpy.array([1], numpy.int64))
    kept = graph.op("Equal", target, graph.op("Mul", ones, graph.const(-1)))
    y = graph.op("Expand", y, graph.op("Where", kept, ones, target))
    return graph.reshape(y, shape_of(graph, batch, config.heads, length, config.head))


def llama_attention(graph: Graph, config: Decoder, x: str, bias: str, rotation: tuple[str, str], past: tuple[str, str], name: str):
    width = config.kv_heads * config.head
    query = split_heads(graph, project(graph, x, f"{name}.q_proj", config.hidden, config.hidden), config.heads, config.head)
    key = split_heads(graph, project(graph, x, f"{name}.k_proj", config.hidden, width), config.kv_heads, config.head)
    value = split_heads(graph, project(graph, x, f"{name}.v_proj", config.hidden, width), config.kv_heads, config.head)
    query, key = rotate(graph, query, rotation), rotate(graph, key, rotation)
    key, value = (graph.op("Concat", old, new, axis=-2) for old, new in zip(past, (key, value)))
    keys, values = repeat_heads(graph, config, key), repeat_heads(graph, config, value)
    scores = graph.op("MatMul", query, graph.op("Transpose", keys, perm=[0, 1, 3, 2]))
    scores = graph.op("Add", graph.op("Div", scores, graph.const(config.head**0.5, "float32")), bias)
    weights = graph.op("Cast", graph.op("Softmax", scores, axis=-1), to=TensorProto.FLOAT)
    y = merge_heads(graph, graph.op("MatMul", weights, values), config.hidden)
    return project(graph, y, f"{name}.o_proj", config.hidden, config.hidden), (key, value)


def gated(graph: Graph, config: Decoder, x: str, name: str) -> str:
    gate = project(graph, x, f"{name}.gate_proj", config.hidden, config.inner)
    gate = graph.op("Mul", gate, graph.op("Sigmoid", gate))
    y = graph.op("Mul", gate, project(graph, x, f"{name}.up_proj", config.hidden, config.inner))
    return project(graph, y, f"{name}.down_proj", config.inner, config.hidden)
