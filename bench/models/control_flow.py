# SPDX-License-Identifier: Apache-2.0
"""Networks with If, Loop and Scan, as scripted PyTorch modules and TensorFlow's loops become, and with functions of their own."""

import onnx
from onnx import TensorProto

from builder import Graph

BOOL, INT64 = TensorProto.BOOL, TensorProto.INT64


def branches() -> Graph:
    """Long inputs are averaged, short ones padded by way of a second If; both branches use values from outside."""
    graph = Graph("main_graph", seed=31)
    x = graph.input("x", ["rows", 6])
    weight = graph.normal("weight", (6, 6), 6)
    rows = graph.op("Gather", graph.op("Shape", x), graph.const(0), axis=0)
    y = graph.op("MatMul", x, weight)

    averaged = Graph("long", prefix="long")
    averaged.output(averaged.op("ReduceMean", averaged.op("Relu", y), axes=[0], keepdims=1), "long_y", None)

    doubled, kept = Graph("even", prefix="even"), Graph("odd", prefix="odd")
    doubled.output(doubled.op("Add", y, y), "even_y", None)
    kept.output(y, "odd_y", None)  # a value from outside, as it is
    short = Graph("short", prefix="short")
    odd = short.op("Cast", short.op("Mod", rows, short.const(2)), to=BOOL)
    z = short.op("If", odd, then_branch=kept, else_branch=doubled)
    short.output(short.op("Tanh", z), "short_y", None)

    z = graph.op("If", graph.op("Greater", rows, graph.const(3)), then_branch=averaged, else_branch=short)
    graph.output(graph.op("Identity", z), "y", [None, 6])
    return graph


def loop() -> Graph:
    """Runs until the norm is large or the limit is reached; gathers a row a step."""
    graph = Graph("main_graph", seed=32)
    x, limit = graph.input("x", ["batch", 4]), graph.input("limit", [], INT64)
    weight = graph.normal("weight", (4, 4), 4, gain=2)

    body = Graph("body", prefix="body")
    step, _, state, count = body.input("step", [], INT64), body.input("going", [], BOOL), body.input("state", None), body.input("count", [], INT64)
    moved = body.op("Add", body.op("MatMul", state, weight), body.op("Cast", step, to=TensorProto.FLOAT))
    norm = body.op("ReduceL2", moved, keepdims=0)
    body.output(body.op("Less", norm, body.const(100, "float32")), "going_on", [], BOOL)
    body.output(moved, "next_state", None)
    body.output(body.op("Add", count, body.const(1)), "next_count", [], INT64)
    body.output(body.op("ReduceMax", moved, axes=[0], keepdims=0), "row", None)

    start = graph.const(True, "bool")
    state, count, rows = graph.op("Loop", limit, start, x, graph.const(0), outputs=3, body=body)
    graph.output(state, "state", ["batch", 4])
    graph.output(count, "count", [], INT64)
    graph.output(rows, "rows", [None, 4])
    return graph


def greedy() -> Graph:
    """Token by token: what a loop carries grows by Concat, a table is looked up by what ArgMax found."""
    graph = Graph("main_graph", seed=33)
    first = graph.input("first", ["batch", 1], INT64)
    table, head = graph.normal("table", (20, 8), 1), graph.normal("head", (8, 20), 8)

    body = Graph("body", prefix="body")
    _, going, tokens = body.input("step", [], INT64), body.input("going", [], BOOL), body.input("tokens", ["batch", "length"], INT64)
    last = body.op("Gather", tokens, body.const(-1), axis=1)
    logits = body.op("MatMul", body.op("Gather", table, last), head)
    token = body.op("ArgMax", logits, axis=-1, keepdims=1)
    body.output(going, "going_on", [], BOOL)
    body.output(body.op("Concat", tokens, token, axis=1), "more", ["batch", None], INT64)

    tokens = graph.op("Loop", graph.const(6), "", first, body=body)
    graph.output(tokens, "tokens", ["batch", None], INT64)
    return graph


def scan() -> Graph:
    """A recurrent cell forwards, and its outputs summed up backwards."""
    graph = Graph("main_graph", seed=34)
    x = graph.input("x", ["steps", "batch", 3])
    inner, outer = graph.normal("inner", (3, 5), 3), graph.normal("outer", (5, 5), 5)
    batch = graph.op("Slice", graph.op("Shape", x), graph.const([1]), graph.const([2]))
    zeros = graph.op("ConstantOfShape", graph.op("Concat", batch, graph.const([5]), axis=0))

    cell = Graph("cell", prefix="cell")
    state, row = cell.input("state", ["batch", 5]), cell.input("row", ["batch", 3])
    moved = cell.op("Tanh", cell.op("Add", cell.op("MatMul", row, inner), cell.op("MatMul", state, outer)))
    cell.output(cell.op("Identity", moved), "next_state", ["batch", 5])
    cell.output(moved, "out", ["batch", 5])
    state, rows = graph.op("Scan", zeros, x, outputs=2, body=cell, num_scan_inputs=1)

    adder = Graph("adder", prefix="adder")
    total = adder.op("Add", adder.input("sum", ["batch", 5]), adder.input("part", ["batch", 5]))
    adder.output(adder.op("Identity", total), "next_sum", ["batch", 5])
    adder.output(total, "sum_out", ["batch", 5])
    directions = {"scan_input_directions": [1], "scan_output_directions": [1]}
    _, sums = graph.op("Scan", zeros, rows, outputs=2, body=adder, num_scan_inputs=1, **directions)
    graph.output(state, "state", ["batch", 5])
    graph.output(sums, "sums", ["steps", "batch", 5])
    return graph


def nested() -> Graph:
    """A Loop in a Loop with an If inside; the inner limit is the outer step, so that the first inner loop runs not once."""
    graph = Graph("main_graph", seed=35)
    x = graph.input("x", ["n"])

    plus, minus = Graph("plus", prefix="plus"), Graph("minus", prefix="minus")
    plus.output(plus.op("Add", "inner_x", x), "plus_x", None)
    minus.output(minus.op("Sub", "inner_x", minus.op("Mul", x, minus.const(0.5, "float32"))), "minus_x", None)
    inner = Graph("inner", prefix="inner")
    step, going, _ = inner.input("inner_step", [], INT64), inner.input("inner_going", [], BOOL), inner.input("inner_x", None)
    y = inner.op("If", inner.op("Less", step, inner.const(1)), then_branch=plus, else_branch=minus)
    inner.output(going, "inner_going_on", [], BOOL)
    inner.output(y, "inner_next", None)
    inner.output(inner.op("ReduceSum", "inner_next", keepdims=0), "inner_sum", [])

    outer = Graph("outer", prefix="outer")
    step, going, state = outer.input("step", [], INT64), outer.input("going", [], BOOL), outer.input("state", None)
    y, sums = outer.op("Loop", step, "", state, outputs=2, body=inner)
    outer.output(going, "going_on", [], BOOL)
    outer.output(y, "next", None)
    outer.output(outer.op("ReduceSum", sums, keepdims=0), "sum", [])

    state, sums = graph.op("Loop", graph.const(4), "", x, outputs=2, body=outer)
    graph.output(state, "state", ["n"])
    graph.output(sums, "sums", [4])
    return graph


def functions() -> Graph:
    """A function that calls another twice, with an attribute that is handed on; names inside are those of values outside."""
    graph = Graph("main_graph", seed=36)
    x = graph.input("x", ["batch", 4])

    scaled = Graph("Scaled", prefix="node")
    scaled.input("x", None)
    leaky = scaled.op("LeakyRelu", "x")
    handed_on = onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    scaled.nodes[-1].attribute.append(handed_on)
    scaled.output(scaled.op("Mul", leaky, scaled.const(2, "float32")), "y", None)

    block = Graph("Block", prefix="node")
    y = block.op("Scaled", block.input("x", None), domain="local", slope=0.1)
    y = block.op("Scaled", block.op("Add", y, block.input("shift", None)), domain="local", slope=0.3)
    block.output(y, "y", None)

    graph.function("local", scaled, ["slope"])
    graph.function("local", block)
    y = graph.op("Block", x, graph.near("shift", 4, 0), domain="local")
    graph.output(graph.op("Block", y, x, domain="local"), "y", ["batch", 4])
    return graph
