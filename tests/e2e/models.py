# SPDX-License-Identifier: Apache-2.0
"""Small ONNX models and test cases, made as the tests need them."""

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def save(path: pathlib.Path, nodes, inputs, outputs, initializers=(), opset: int = 17, domains=()) -> pathlib.Path:
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, initializers)
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=8), path)
    return path


def floats(name: str, dims) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def linear(path: pathlib.Path, width: int = 64) -> pathlib.Path:
    """y = x W + b with a batch that is symbolic."""
    random = numpy.random.default_rng(1)
    weights = numpy_helper.from_array(random.standard_normal((width, width)).astype(numpy.float32), "W")
    bias = numpy_helper.from_array(numpy.zeros(width, numpy.float32), "b")
    nodes = [helper.make_node("MatMul", ["x", "W"], ["xw"]), helper.make_node("Add", ["xw", "b"], ["y"])]
    return save(path, nodes, [floats("x", ["batch", width])], [floats("y", ["batch", width])], [weights, bias])


def fixed(path: pathlib.Path, rows: int) -> pathlib.Path:
    """y = relu x on exactly so many rows."""
    dims = [rows, 64]
    return save(path, [helper.make_node("Relu", ["x"], ["y"])], [floats("x", dims)], [floats("y", dims)])


def embedding(path: pathlib.Path, name: str, rows: int) -> pathlib.Path:
    """Looks up 64 integers in a table of so many rows, by way of a Cast and a Reshape."""
    table = numpy_helper.from_array(numpy.ones((rows, 3), numpy.float32), "table")
    shape = numpy_helper.from_array(numpy.array([-1], numpy.int64), "shape")
    nodes = [
        helper.make_node("Cast", [name], ["cast"], to=TensorProto.INT32),
        helper.make_node("Reshape", ["cast", "shape"], ["flat"]),
        helper.make_node("Gather", ["table", "flat"], ["y"]),
    ]
    ids = helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", 64])
    return save(path, nodes, [ids], [floats("y", [None, 3])], [table, shape])


def expanding(path: pathlib.Path, elements: int) -> pathlib.Path:
    """One float in, so many out."""
    shape = numpy_helper.from_array(numpy.array([elements], numpy.int64), "shape")
    return save(path, [helper.make_node("Expand", ["x", "shape"], ["y"])], [floats("x", [1])], [floats("y", None)], [shape])


def with_external_data(path: pathlib.Path, width: int = 64) -> pathlib.Path:
    """The same, with its weights in PATH.data beside it."""
    linear(path, width)
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location=path.name + ".data", size_threshold=0)
    return path


def with_unknown_operator(path: pathlib.Path) -> pathlib.Path:
    node = helper.make_node("NobodyHasThis", ["x"], ["y"], domain="example.nowhere")
    return save(path, [node], [floats("x", [1, 4])], [floats("y", [1, 4])], domains=["example.nowhere"])


def case(folder: pathlib.Path, factor: float = 2, expected: float = 2) -> pathlib.Path:
    """A folder as `joulemark check` reads it: y = factor · x, with an answer of expected · x."""
    constant = numpy_helper.from_array(numpy.array([factor], numpy.float32), "k")
    save(folder / "model.onnx", [helper.make_node("Mul", ["x", "k"], ["y"])], [floats("x", [2, 3])], [floats("y", [2, 3])], [constant])
    x = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    data_set(folder, x, x * numpy.float32(expected))
    return folder


def unsupported_case(folder: pathlib.Path) -> pathlib.Path:
    with_unknown_operator(folder / "model.onnx")
    zeros = numpy.zeros((1, 4), numpy.float32)
    data_set(folder, zeros, zeros)
    return folder


def data_set(folder: pathlib.Path, x, y) -> None:
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (data / "input_0.pb").write_bytes(numpy_helper.from_array(x, "x").SerializeToString())
    (data / "output_0.pb").write_bytes(numpy_helper.from_array(y, "y").SerializeToString())
