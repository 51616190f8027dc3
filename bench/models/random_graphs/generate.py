# SPDX-License-Identifier: Apache-2.0
"""A graph of a seed: draws nodes, picks outputs, and lets ONNX Runtime answer the whole."""

import pathlib

import numpy
import onnx
from onnx import helper

from reference import Reference, ReferenceError, write_case

from . import control, elementwise, layers, shapes
from .draw import IR_VERSIONS, Draw, Value, Withdrawn, check_size

FAMILIES = [elementwise.FAMILY, elementwise.FAMILY, shapes.FAMILY, shapes.FAMILY, layers.FAMILY, layers.FAMILY, control.FAMILY]
MOST_OUTPUTS = 6
ATTEMPTS = 5


def draw_graph(reference: Reference, seed: list[int]) -> Draw:
    random = numpy.random.default_rng(seed)
    draw = Draw(reference, random, opset=int(random.choice(list(IR_VERSIONS))))
    for _ in range(draw.between(1, 3)):
        draw.input()
    for dtype in ("int64", "bool"):
        if draw.chance(0.6):
            draw.input(dtype)
    target = draw.between(4, 25)
    for _ in range(3 * target):
        if sum(node.op_type != "Constant" for node in draw.graph.nodes) >= target:
            break
        try:
            draw.choice(draw.choice(FAMILIES))(draw)
        except Withdrawn:
            continue
    return draw


def choose_outputs(draw: Draw) -> list[Value]:
    """Values that no node reads, and now and then one that is read as well."""
    inputs = {port.name for port in draw.graph.inputs}
    read = {name for node in draw.graph.nodes for name in names_in(node)}
    made = [value for value in draw.values if value.name not in inputs]
    leaves = [value for value in made if value.name not in read] or made or draw.values
    chosen = leaves[-MOST_OUTPUTS:]
    if made and draw.chance(0.3):
        other = draw.choice(made)
        if other.name not in {value.name for value in chosen}:
            chosen.append(other)
    return chosen


def names_in(node: onnx.NodeProto) -> set[str]:
    names = set(node.input)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            names |= names_in(inner)
    return names


def finish(draw: Draw, outputs: list[Value]) -> None:
    """Declares the outputs, their dimensions unknown, and prunes nothing: dead nodes are part of what is tested."""
    for value in outputs:
        dims = [None] * value.rank if draw.chance(0.8) else None
        draw.graph.output(value.name, value.name, dims, helper.np_dtype_to_tensor_dtype(value.array.dtype))
    if draw.chance(0.2):
        for node in draw.graph.nodes:
            node.name = ""


def feeds_of(draw: Draw, symbols: dict[str, int]) -> dict[str, numpy.ndarray]:
    """What the inputs hold; drawn anew where `symbols` differ from those that the graph was drawn with."""
    known = {value.name: value.array for value in draw.values}
    if symbols == draw.symbols:
        return {port.name: known[port.name] for port in draw.graph.inputs}
    feeds = {}
    for port in draw.graph.inputs:
        dims = port.type.tensor_type.shape.dim
        shape = [symbols[dim.dim_param] if dim.dim_param else dim.dim_value for dim in dims]
        same = list(known[port.name].shape) == shape
        feeds[port.name] = known[port.name] if same else draw.draw_array(known[port.name].dtype.name, shape)
    return feeds


def write(reference: Reference, seed: int, out: pathlib.Path) -> Draw:
    """Writes OUT/SEED with one data set, and with a second of other sizes where the graph allows that."""
    for attempt in range(ATTEMPTS):
        try:
            return write_attempt(reference, [seed, attempt], out / f"{seed:05}")
        except ReferenceError:
            continue  # its nodes run alone, but shape inference stumbles over the whole
    raise SystemExit(f"seed {seed}: ONNX Runtime refuses every attempt")


def write_attempt(reference: Reference, seed: list[int], folder: pathlib.Path) -> Draw:
    draw = draw_graph(reference, seed)
    finish(draw, choose_outputs(draw))
    model = draw.graph.model().SerializeToString()
    feeds = feeds_of(draw, draw.symbols)
    answers = reference.run(model, feeds)
    draw.graph.save(folder / "model.onnx")
    write_case(folder, feeds, answers)
    try:
        feeds = feeds_of(draw, {name: size + 1 for name, size in draw.symbols.items()})
        answers = reference.run(model, feeds)
        for array in answers.values():
            check_size(array)
        write_case(folder, feeds, answers, number=1)
    except (ReferenceError, Withdrawn):
        pass  # made for the sizes that it was drawn with
    return draw
