# SPDX-License-Identifier: Apache-2.0
"""If, Loop and Scan around bodies drawn from the other families."""

import numpy
from onnx import TensorProto

from builder import Graph

from . import elementwise, layers, shapes
from .draw import Draw, Value, Withdrawn

SAME_SHAPE = ["Relu", "Tanh", "Sigmoid", "Neg", "Abs", "Identity"]


def inside(draw: Draw, prefix: str) -> Draw:
    """A sub-graph that sees every value of the graphs around it."""
    body = Draw(draw.reference, draw.random, draw.opset, prefix, draw.values)
    body.graph.domains = draw.graph.domains
    return body


def fill(body: Draw, families: list, count: int) -> None:
    for _ in range(count):
        try:
            body.choice(families)(body)
        except Withdrawn:
            continue


def if_(draw: Draw) -> None:
    """Branches give a value of the same type; shapes may differ."""
    condition = draw.pick("b", exact=True, fits=lambda value: value.array.size == 1)
    dtype = draw.choice(["float32", "float32", "int64"])
    branches = []
    for name in ("then", "else"):
        body = inside(draw, f"{draw.prefix}{name}{len(draw.graph.nodes)}")
        fill(body, elementwise.FAMILY + shapes.FAMILY + layers.FAMILY, draw.between(1, 4))
        found = [value for value in body.values[len(draw.values) :] if value.array.dtype == dtype] or [
            value for value in draw.values if value.array.dtype == dtype
        ]
        if not found:
            raise Withdrawn("no value of the type")
        branches.append((body.graph, body.choice(found[-3:])))
    for graph, value in branches:
        name = graph.op("Identity", value.name)
        graph.output(name, name, None, TensorProto.FLOAT if dtype == "float32" else TensorProto.INT64)
    (then, first), (other, second) = branches
    draw.add("If", condition, then_branch=then, else_branch=other, exact=first.exact and second.exact)


def condition(draw: Draw) -> None:
    """A boolean that depends on the input."""
    x = draw.pick("f", range(1, 4), exact=True, fits=lambda value: value.array.size > 0)
    if draw.opset < 13:
        total = draw.add("ReduceMax", x, keepdims=0)
    else:
        total = draw.add("ReduceSum", x, keepdims=0, exact=True)
    draw.add("Greater", total, draw.constant(0, x.array.dtype.name))


def chain(body: Draw, state: Value, weight: Value) -> Value:
    """A few operations that keep the shape, and the size of what is in it."""
    value = state
    for _ in range(body.between(1, 3)):
        value = body.add(body.choice(SAME_SHAPE), value) if body.chance(0.6) else body.add("Add", value, weight)
    return body.add("Tanh", value)


def loop(draw: Draw) -> None:
    x = draw.pick("f", range(1, 4), fits=lambda value: value.array.dtype == numpy.float32 and value.array.size > 0)
    weight = draw.constant(draw.floats(x.shape[-1:]), "float32")
    draw.values.append(weight)
    body = inside(draw, f"{draw.prefix}loop{len(draw.graph.nodes)}")
    graph: Graph = body.graph
    names = [f"{body.prefix}_{name}" for name in ("step", "going", "state")]
    step = Value(graph.input(names[0], [], TensorProto.INT64), numpy.array(0))
    going = Value(graph.input(names[1], [], TensorProto.BOOL), numpy.array(True))
    state = Value(graph.input(names[2], None), x.array, False)
    body.values += [step, going, state]
    moved = chain(body, state, weight)
    kept = body.add("Less", step, body.constant(draw.between(0, 3))) if draw.chance(0.5) else body.add("Identity", going)
    row = body.add(draw.choice(["Neg", "Identity"]), moved)
    for value, dtype in ((kept, TensorProto.BOOL), (moved, TensorProto.FLOAT), (row, TensorProto.FLOAT)):
        graph.output(graph.op("Identity", value.name), f"{value.name}_out", None, dtype)
    draw.values.remove(weight)
    limit = draw.constant(draw.between(1, 4))
    draw.add("Loop", limit, *([draw.constant(True, "bool")] if draw.chance(0.6) else [None]), x, outputs=2, body=graph, exact=False)


def scan(draw: Draw) -> None:
    x = draw.pick("f", range(2, 4), fits=lambda value: value.array.dtype == numpy.float32 and value.array.size > 0)
    weight = draw.constant(draw.floats(x.shape[1:][-1:]), "float32")
    start = draw.constant(draw.floats(x.shape[1:]), "float32")
    draw.values.append(weight)
    body = inside(draw, f"{draw.prefix}scan{len(draw.graph.nodes)}")
    graph = body.graph
    dims = list(x.shape[1:])
    state = Value(graph.input(f"{body.prefix}_state", dims), start.array, False)
    row = Value(graph.input(f"{body.prefix}_row", dims), x.array[0], False)
    body.values += [state, row]
    moved = body.add("Add", chain(body, state, weight), row)
    moved = body.add("Tanh", moved)
    out = body.add(draw.choice(["Neg", "Relu"]), moved)
    for value in (moved, out):
        graph.output(graph.op("Identity", value.name), f"{value.name}_out", dims)
    draw.values.remove(weight)
    directions = {"scan_input_directions": [draw.between(0, 1)], "scan_output_directions": [draw.between(0, 1)]} if draw.chance(0.5) else {}
    draw.add("Scan", start, x, outputs=2, body=graph, num_scan_inputs=1, exact=False, **directions)


FAMILY = [if_, if_, condition, condition, loop, scan]
