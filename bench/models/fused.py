# SPDX-License-Identifier: Apache-2.0
"""Networks with fused operators: those of com.microsoft as Optimum's optimiser puts them, and those that ONNX itself has since opset 23."""

import math

import numpy
from onnx import TensorProto

from bert import unsqueeze
from builder import Graph
from decoder import Decoder, declare, present, project

MICROSOFT = "com.microsoft"
MASKED = -10000.0


# An encoder of com.microsoft's operators


def encoder(config: Decoder) -> Graph:
    """SkipLayerNormalization, MultiHeadAttention, BiasGelu, FastGelu, QuickGelu, Gelu, FusedMatMul: an activation a layer."""
    graph = Graph("main_graph", seed=config.seed)
    ids, mask = (graph.input(name, ["batch", "sequence"], TensorProto.INT64) for name in ("input_ids", "attention_mask"))
    x = graph.op("Gather", graph.normal("embeddings.weight", (config.vocabulary, config.hidden), 1), ids)
    x = graph.op("LayerNormalization", x, *scale_and_bias(graph, config, "embeddings.LayerNorm"), axis=-1, epsilon=1e-12)
    padding = graph.op("Cast", mask, to=TensorProto.INT32)
    for k, activation in enumerate(("BiasGelu", "FastGelu", "QuickGelu", "Gelu")):
        with graph.scope(f"layer.{k}"):
            x = encoder_layer(graph, config, x, padding, f"layer.{k}", activation)
    similar = graph.op("FusedMatMul", x, x, domain=MICROSOFT, alpha=1 / config.hidden, transA=0, transB=1)
    graph.output(x, "last_hidden_state", ["batch", "sequence", config.hidden])
    graph.output(similar, "similarities", ["batch", "sequence", "sequence"])
    return graph


def scale_and_bias(graph: Graph, config: Decoder, name: str) -> tuple[str, str]:
    return graph.near(f"{name}.weight", config.hidden, 1), graph.near(f"{name}.bias", config.hidden, 0)


def skip_norm(graph: Graph, config: Decoder, x: str, y: str, name: str) -> str:
    bias = graph.near(f"{name}.skip_bias", config.hidden, 0)
    return graph.op("SkipLayerNormalization", y, x, *scale_and_bias(graph, config, name), bias, domain=MICROSOFT, epsilon=1e-12)


def encoder_layer(graph: Graph, config: Decoder, x: str, padding: str, name: str, activation: str) -> str:
    width, inner = config.hidden, config.inner
    parts = [project(graph, x, f"{name}.{part}", width, width) for part in ("query", "key", "value")]
    bias = graph.near(f"{name}.qkv.bias", 3 * width, 0)
    y = graph.op("MultiHeadAttention", *parts, bias, padding, domain=MICROSOFT, num_heads=config.heads, mask_filter_value=MASKED)
    x = skip_norm(graph, config, x, project(graph, y, f"{name}.output", width, width), f"{name}.attention.LayerNorm")
    y = project(graph, x, f"{name}.intermediate", width, inner)
    biases = [graph.near(f"{name}.intermediate.bias", inner, 0)] if activation in ("BiasGelu", "FastGelu") else []
    y = graph.op(activation, y, *biases, domain=MICROSOFT, alpha=1.702 if activation == "QuickGelu" else None)
    return skip_norm(graph, config, x, project(graph, y, f"{name}.down", inner, width), f"{name}.output.LayerNorm")


# Llama of com.microsoft's operators


def llama_grouped(config: Decoder, bits: int = 0) -> Graph:
    """GroupQueryAttention with rotary positions inside; weights of 4 bits through MatMulNBits where `bits` is 4."""
    graph = Graph("main_graph", seed=config.seed)
    ports = declare(graph, config, config.kv_heads)
    lengths = graph.op("Sub", graph.op("ReduceSum", ports.mask, graph.const([1]), keepdims=0), graph.const([1]))
    lengths = graph.op("Cast", lengths, to=TensorProto.INT32)
    total = graph.op("Cast", graph.op("Gather", graph.op("Shape", ports.mask), graph.const(1), axis=0), to=TensorProto.INT32)
    caches = [graph.init(f"{kind}_cache", values) for kind, values in rotary_tables(config).items()]
    x = graph.op("Gather", graph.normal("embed_tokens.weight", (config.vocabulary, config.hidden), 1), ports.ids)
    y = graph.op("SimplifiedLayerNormalization", x, graph.near("layers.0.norm", config.hidden, 1), axis=-1, epsilon=1e-6, stash_type=1)
    for k, past in enumerate(ports.past):
        with graph.scope(f"layers.{k}"):
            made = graph.op(
                "GroupQueryAttention", *attention_inputs(graph, config, y, f"layers.{k}", bits), *past, lengths, total, *caches,
                outputs=3, domain=MICROSOFT, num_heads=config.heads, kv_num_heads=config.kv_heads, do_rotary=1, rotary_interleaved=0,
            )  # fmt: skip
            present(graph, config, k, (made[1], made[2]), config.kv_heads)
            y = weighted(graph, made[0], f"layers.{k}.o_proj", config.hidden, config.hidden, bits)
            y, x = skip_rms(graph, config, x, y, f"layers.{k}.post_norm")
            y, x = skip_rms(graph, config, x, feed_forward(graph, config, y, f"layers.{k}", bits), f"layers.{k + 1}.norm")
    logits = weighted(graph, y, "lm_head", config.hidden, config.vocabulary, bits)
    graph.output(logits, "logits", ["batch", "sequence", config.vocabulary])
    return graph


def attention_inputs(graph: Graph, config: Decoder, x: str, name: str, bits: int) -> list[str]:
    widths = {"q_proj": config.hidden, "k_proj": config.kv_heads * config.head, "v_proj": config.kv_heads * config.head}
    return [weighted(graph, x, f"{name}.{part}", config.hidden, width, bits) for part, width in widths.items()]


def feed_forward(graph: Graph, config: Decoder, x: str, name: str, bits: int) -> str:
    gate, up = (weighted(graph, x, f"{name}.{part}", config.hidden, config.inner, bits) for part in ("gate_proj", "up_proj"))
    y = graph.op("Mul", graph.op("Mul", gate, graph.op("Sigmoid", gate)), up)
    return weighted(graph, y, f"{name}.down_proj", config.inner, config.hidden, bits)


def skip_rms(graph: Graph, config: Decoder, x: str, y: str, name: str) -> tuple[str, str]:
    """Normalised sum, and the sum."""
    made = graph.op(
        "SkipSimplifiedLayerNormalization", x, y, graph.near(name, config.hidden, 1), outputs=4, domain=MICROSOFT, epsilon=1e-6
    )  # fmt: skip
    graph.nodes[-1].output[1] = graph.nodes[-1].output[2] = ""
    return made[0], made[3]


def rotary_tables(config: Decoder) -> dict[str, numpy.ndarray]:
    """cos and sin: [positions, head / 2]."""
    frequencies = 10000.0 ** -(numpy.arange(0, config.head, 2) / config.head)
    angles = numpy.outer(numpy.arange(config.positions), frequencies)
    return {"cos": numpy.cos(angles).astype(numpy.float32), "sin": numpy.sin(angles).astype(numpy.float32)}


def weighted(graph: Graph, x: str, name: str, inner: int, outer: int, bits: int) -> str:
    if bits == 0:
        return project(graph, x, name, inner, outer)
    block = 16
    count = math.ceil(inner / block)
    packed = graph.random.integers(0, 256, (outer, count, block * bits // 8), numpy.uint8)
    scales = graph.random.uniform(0.5, 1.5, (outer, count)).astype(numpy.float32) / numpy.float32(4.6 * math.sqrt(inner))
    weight = graph.init(f"{name}.weight", packed), graph.init(f"{name}.scales", scales)
    return graph.op("MatMulNBits", x, *weight, domain=MICROSOFT, K=inner, N=outer, bits=bits, block_size=block)


# Llama of ONNX's own operators


def llama_standard(config: Decoder) -> Graph:
    """RMSNormalization, RotaryEmbedding and Attention with its cache, of opset 23."""
    graph = Graph("main_graph", opset=23, seed=config.seed, ir_version=11)
    ports = declare(graph, config, config.kv_heads)
    tables = [graph.init(f"{kind}_cache", values) for kind, values in rotary_tables(config).items()]
    # The past is allowed, then a triangle; and what the mask of the padding says.
    causal = standard_mask(graph, ports.ids, ports.mask)
    x = graph.op("Gather", graph.normal("embed_tokens.weight", (config.vocabulary, config.hidden), 1), ports.ids)
    for k, past in enumerate(ports.past):
        with graph.scope(f"layers.{k}"):
            y = graph.op("RMSNormalization", x, graph.near(f"layers.{k}.norm", config.hidden, 1), axis=-1, epsilon=1e-6)
            query, key, value = attention_inputs(graph, config, y, f"layers.{k}", 0)
            heads = {"num_heads": config.heads}, {"num_heads": config.kv_heads}
            query, key = (graph.op("RotaryEmbedding", part, *tables, ports.positions, **count) for part, count in zip((query, key), heads))
            y, *parts = graph.op(
                "Attention", query, key, value, causal, *past, outputs=3, q_num_heads=config.heads, kv_num_heads=config.kv_heads
            )  # fmt: skip
            present(graph, config, k, tuple(parts), config.kv_heads)
            x = graph.op("Add", x, project(graph, y, f"layers.{k}.o_proj", config.hidden, config.hidden))
            y = graph.op("RMSNormalization", x, graph.near(f"layers.{k}.post_norm", config.hidden, 1), axis=-1, epsilon=1e-6)
            x = graph.op("Add", x, feed_forward(graph, config, y, f"layers.{k}", 0))
    graph.output(project(graph, x, "lm_head", config.hidden, config.vocabulary), "logits", ["batch", "sequence", config.vocabulary])
    return graph


def standard_mask(graph: Graph, ids: str, mask: str) -> str:
    """Booleans [batch, 1, sequence, total]."""
    length = graph.op("Squeeze", graph.op("Shape", ids, start=1, end=2), graph.const([0]))
    total = graph.op("Squeeze", graph.op("Shape", mask, start=1, end=2), graph.const([0]))
    keys = graph.op("Range", graph.const(0), total, graph.const(1))
    queries = graph.op("Range", graph.op("Sub", total, length), total, graph.const(1))
    causal = graph.op("LessOrEqual", unsqueeze(graph, keys, 0), unsqueeze(graph, queries, 1))
    seen = graph.op("Cast", unsqueeze(graph, unsqueeze(graph, mask, 1), 2), to=TensorProto.BOOL)
    return graph.op("And", graph.op("Unsqueeze", causal, graph.const([0, 1])), seen)
