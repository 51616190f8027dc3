# SPDX-License-Identifier: Apache-2.0
"""Builds ONNX graphs node by node, with names and constants as an exporter writes them."""

import contextlib
import math
import pathlib
from collections.abc import Iterator, Sequence

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

INT64_MAX = 2**63 - 1
EXTERNAL_FROM = 1 << 20  # bytes; smaller tensors stay in the file


class Graph:
    """A graph under construction. Values are known by their names."""

    def __init__(self, name: str, opset: int = 17, seed: int = 0, ir_version: int = 8, prefix: str = "") -> None:
        self.name, self.opset, self.ir_version = name, opset, ir_version
        self.random = numpy.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.weights: dict[str, numpy.ndarray] = {}
        self.domains: set[str] = set()
        self.functions: list[onnx.FunctionProto] = []
        self._scope = [prefix]
        self._used: dict[str, int] = {}
        self._renamed: dict[str, str] = {}

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Nodes made inside are called /…/name/Op."""
        self._scope.append(f"{self._scope[-1]}/{name}")
        yield
        self._scope.pop()

    def _unique(self, base: str) -> str:
        count = self._used[base] = self._used.get(base, -1) + 1
        return f"{base}_{count}" if count else base

    def input(self, name: str, dims: Sequence[int | str], dtype: int = TensorProto.FLOAT) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, dtype, dims))
        return name

    def output(self, value: str, name: str, dims: Sequence[int | str] | None, dtype: int = TensorProto.FLOAT) -> None:
        """Calls `value` by `name` from here on, and makes it an output."""
        if value != name:
            producer = next((node for node in self.nodes if value in node.output), None)
            if producer is None:
                self.nodes.append(helper.make_node("Identity", [value], [name]))
            else:
                self._rename(value, name)
                self._renamed[value] = name
        self.outputs.append(helper.make_tensor_value_info(name, dtype, dims))

    def _rename(self, old: str, new: str) -> None:
        for node in self.nodes:
            for values in (node.input, node.output):
                for k, value in enumerate(values):
                    if value == old:
                        values[k] = new

    def op(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object):
        """Adds a node; its output's name, or a list of them where there are several. Attributes that are None are left out."""
        name = self._unique(f"{self._scope[-1]}/{kind}")
        made = [f"{name}_output_{k}" for k in range(outputs)]
        given = {key: self._attribute(value) for key, value in attributes.items() if value is not None}
        inputs = [self._renamed.get(value, value) for value in inputs]
        self.nodes.append(helper.make_node(kind, inputs, made, name=name, domain=domain, **given))
        self.domains.add(domain)
        return made[0] if outputs == 1 else made

    @staticmethod
    def _attribute(value: object) -> object:
        if isinstance(value, Graph):
            return value.proto()
        return numpy_helper.from_array(value) if isinstance(value, numpy.ndarray) else value

    def reshape(self, x: str, shape: str) -> str:
        return self.op("Reshape", x, shape, allowzero=0 if self.opset >= 14 else None)

    def const(self, value: object, dtype: str = "int64") -> str:
        """A Constant node."""
        return self.op("Constant", value=numpy.array(value, dtype))

    def init(self, name: str, value: numpy.ndarray) -> str:
        """An initializer."""
        self.weights[name] = value
        return name

    def normal(self, name: str, shape: Sequence[int], fan_in: int, gain: float = 1.0) -> str:
        """A weight that keeps the variance: N(0, gain² / fan_in)."""
        values = self.random.standard_normal(shape, numpy.float32)
        return self.init(name, values * numpy.float32(gain / math.sqrt(fan_in)))

    def near(self, name: str, count: int, centre: float, spread: float = 0.1) -> str:
        """A vector of values around `centre`: a bias, the scale of a normalisation."""
        return self.init(name, (centre + spread * self.random.standard_normal(count)).astype(numpy.float32))

    def function(self, domain: str, body: "Graph", attributes: Sequence[str] = ()) -> None:
        """Makes `body` the operator DOMAIN::NAME of the model, by its own name."""
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid(domain, 1)]
        ports = [port.name for port in body.inputs], [port.name for port in body.outputs]
        self.functions.append(helper.make_function(domain, body.name, *ports, body.nodes, opsets, list(attributes)))

    def parameters(self) -> int:
        """How many floating-point parameters the graph has."""
        return sum(value.size for value in self.weights.values() if value.dtype.kind == "f")

    def proto(self) -> onnx.GraphProto:
        tensors = [numpy_helper.from_array(value, name) for name, value in self.weights.items()]
        return helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, tensors)

    def model(self) -> onnx.ModelProto:
        versions = [helper.make_opsetid("", self.opset), *(helper.make_opsetid(domain, 1) for domain in sorted(self.domains - {""}))]
        parts = {"opset_imports": versions, "functions": self.functions}
        return helper.make_model(self.proto(), ir_version=self.ir_version, producer_name="joulemark", **parts)

    def save(self, path: pathlib.Path, external: bool = False) -> None:
        """Writes PATH; large weights go into PATH.data where `external` says so."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = path.with_name(path.name + ".data")
        data.unlink(missing_ok=True)  # it would be appended to
        if external:
            onnx.save(self.model(), path, save_as_external_data=True, location=data.name, size_threshold=EXTERNAL_FROM)
        else:
            path.write_bytes(self.model().SerializeToString())
