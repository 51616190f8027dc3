# SPDX-License-Identifier: Apache-2.0
"""A random graph under construction: values with what they hold for one input, and nodes that are tried before they are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy
import onnx
from onnx import TensorProto, helper

from builder import Graph
from reference import Reference, ReferenceError

LARGEST = 1e3  # of a float; beyond it, differences of rounding are larger than any tolerance
LARGEST_INTEGER = 2**30
MOST_ELEMENTS = 4096
# An exact value stays exact through these: nothing is rounded.
EXACT = {
    "Abs", "Add", "Cast", "Clip", "Compress", "Concat", "ConstantOfShape", "DepthToSpace", "Dropout", "Equal", "Expand", "EyeLike", "Flatten", "Gather",
    "GatherElements", "GatherND", "Greater", "Identity", "Less", "Max", "MaxPool", "Min", "Neg", "OneHot", "Pad", "ReduceMax", "ReduceMin", "Relu",
    "Reshape", "ReverseSequence", "Scatter", "ScatterElements", "ScatterND", "Shape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Sub", "Tile",
    "TopK", "Transpose", "Trilu", "Unsqueeze", "Where",
}  # fmt: skip
IR_VERSIONS = {9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10}


class Withdrawn(Exception):
    """The node is not kept: nothing fits its inputs, ONNX Runtime does not run it, or its values are too large."""


@dataclass
class Value:
    name: str
    array: numpy.ndarray
    exact: bool = True  # not rounded: may be compared, sorted, rounded

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def rank(self) -> int:
        return self.array.ndim


class Draw:
    """Draws parts of one graph."""

    def __init__(self, reference: Reference, random: numpy.random.Generator, opset: int, prefix: str = "", outer: Sequence[Value] = ()) -> None:
        self.reference, self.random, self.opset, self.prefix = reference, random, opset, prefix
        self.graph = Graph("random", opset=opset, ir_version=IR_VERSIONS[opset], prefix=prefix)
        self.values: list[Value] = list(outer)
        self.symbols = {"N": self.between(1, 4), "T": self.between(2, 6)}
        self.withdrawn: list[str] = []

    # Numbers

    def between(self, least: int, most: int) -> int:
        return int(self.random.integers(least, most + 1))

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def choice(self, options: Sequence):
        return options[self.between(0, len(options) - 1)]

    def axis(self, value: Value) -> int:
        """An axis, counted from the front or the back."""
        if value.rank == 0:
            raise Withdrawn("scalar")
        return self.between(-value.rank, value.rank - 1)

    def floats(self, shape: Sequence[int]) -> numpy.ndarray:
        """Multiples of an eighth, so that few operations round."""
        return (self.random.integers(-16, 17, shape) / 8).astype(numpy.float32)

    def draw_array(self, dtype: str, shape: Sequence[int]) -> numpy.ndarray:
        if dtype.startswith("float"):
            return self.floats(shape).astype(dtype)
        if dtype == "bool":
            return self.random.random(shape) < 0.5
        return self.random.integers(0 if dtype.startswith("u") else -5, 6, shape).astype(dtype)

    # Values

    def dims(self, rank: int) -> list[int | str]:
        """Some dimensions symbolic, now and then one of size 1 and rarely one of size 0."""
        kinds = [self.random.choice(["N", "T", "fixed", "one", "zero"], p=[0.28, 0.2, 0.41, 0.1, 0.01]) for _ in range(rank)]
        return [{"fixed": self.between(2, 5), "one": 1, "zero": 0}.get(kind, str(kind)) for kind in kinds]

    def input(self, dtype: str = "float32", dims: Sequence[int | str] | None = None) -> Value:
        if self.prefix:
            raise Withdrawn("no inputs of sub-graphs")
        dims = self.dims(self.choice([1, 2, 2, 3, 3, 4, 4])) if dims is None else dims
        shape = [self.symbols[dim] if isinstance(dim, str) else dim for dim in dims]
        name = self.graph.input(f"x{len(self.graph.inputs)}", dims, helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype)))
        return self._keep(name, self.draw_array(dtype, shape), exact=True)

    def constant(self, array: object, dtype: str = "int64") -> Value:
        """An initializer, or a Constant node."""
        array = numpy.array(array, dtype)
        if self.chance(0.5):
            name = self.graph.init(f"{self.prefix}w{len(self.graph.weights)}", array)
        else:
            name = self.graph.op("Constant", value=array)
        return Value(name, array)

    def weight(self, shape: Sequence[int], gain: float = 1.0) -> Value:
        """Floats that keep the variance over all axes but the first."""
        fan_in = max(1, int(numpy.prod(shape[1:])))
        return self.constant(self.random.standard_normal(shape) * gain / fan_in**0.5, "float32")

    def pick(self, kinds: str = "f", ranks: Sequence[int] = range(9), exact: bool = False, fits: Callable[[Value], bool] | None = None) -> Value:
        """A value of these numpy kinds and ranks, rather a late one; a new input where there is none."""
        found = [
            value for value in self.values
            if value.array.dtype.kind in kinds and value.rank in ranks and (value.exact or not exact) and (fits is None or fits(value))
        ]  # fmt: skip
        if found and not self.chance(0.1):
            return found[max(self.between(0, len(found) - 1), self.between(0, len(found) - 1))]
        if fits is not None:
            raise Withdrawn("no value fits")
        dtype = {"f": "float32", "i": "int64", "b": "bool", "u": "uint8"}[kinds[0]]
        rank = self.choice([rank for rank in ranks if rank <= 5])
        return self.input(dtype, self.dims(rank))

    def _keep(self, name: str, array: numpy.ndarray, exact: bool) -> Value:
        value = Value(name, array, exact)
        self.values.append(value)
        return value

    # Nodes

    def add(self, kind: str, *inputs: Value | None, outputs: int = 1, exact: bool | None = None, domain: str = "", **attributes: object):
        """Adds a node if ONNX Runtime runs it on what its inputs hold. Raises Withdrawn."""
        nodes = len(self.graph.nodes)
        names = [value.name if value else "" for value in inputs]
        self.graph.op(kind, *names, outputs=outputs, domain=domain, **attributes)
        node = self.graph.nodes[-1]
        try:
            arrays = self._try(node)
        except (ReferenceError, Withdrawn) as error:
            del self.graph.nodes[nodes:]
            self.withdrawn.append(f"{kind} (opset {self.opset}): {error}")
            raise Withdrawn(str(error)) from None
        if exact is None:
            exact = kind in EXACT and all(value.exact for value in inputs if value)
        made = [self._keep(name, array, exact or array.dtype.kind in "biu") for name, array in zip(node.output, arrays)]
        return made[0] if outputs == 1 else made

    def _try(self, node: onnx.NodeProto) -> list[numpy.ndarray]:
        known = {value.name: value.array for value in self.values}
        known |= self.graph.weights | {constant.output[0]: constant_value(constant) for constant in self.graph.nodes if constant.op_type == "Constant"}
        feeds = {name: known[name] for name in free_names(node)}
        arrays = list(self.reference.run(self._alone(node, feeds), feeds).values())
        for array in arrays:
            check_size(array)
        return arrays

    def _alone(self, node: onnx.NodeProto, feeds: dict[str, numpy.ndarray]) -> bytes:
        def port(name: str, array: numpy.ndarray) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)

        outputs = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        graph = helper.make_graph([node], "alone", [port(name, array) for name, array in feeds.items()], outputs)
        domains = {"": self.opset} | ({node.domain: 1} if node.domain else {})
        opsets = [helper.make_opsetid(domain, version) for domain, version in domains.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=self.graph.ir_version).SerializeToString()


def constant_value(node: onnx.NodeProto) -> numpy.ndarray:
    return onnx.numpy_helper.to_array(node.attribute[0].t)


def free_names(node: onnx.NodeProto) -> list[str]:
    """The values from outside that a node and its sub-graphs read."""
    names = dict.fromkeys(name for name in node.input if name)
    for attribute in node.attribute:
        if attribute.type != onnx.AttributeProto.GRAPH:
            continue
        inside = {port.name for port in attribute.g.input} | {tensor.name for tensor in attribute.g.initializer}
        inside |= {name for made in attribute.g.node for name in made.output}
        read = [name for made in attribute.g.node for name in free_names(made)] + [port.name for port in attribute.g.output]
        names |= dict.fromkeys(name for name in read if name not in inside)
    return list(names)


def check_size(array: numpy.ndarray) -> None:
    if array.size > MOST_ELEMENTS:
        raise Withdrawn(f"{array.size} elements")
    if array.dtype.kind == "f" and not (numpy.isfinite(array).all() and (numpy.abs(array) <= LARGEST).all()):
        raise Withdrawn("not finite, or large")
    if array.dtype.kind in "iu" and array.size and max(int(array.max()), -int(array.min())) > LARGEST_INTEGER:
        raise Withdrawn("large")


def elem_type(dtype: str) -> int:
    return {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64, "int32": TensorProto.INT32,
            "bool": TensorProto.BOOL, "uint8": TensorProto.UINT8, "int8": TensorProto.INT8, "float16": TensorProto.FLOAT16}[dtype]  # fmt: skip
