# SPDX-License-Identifier: Apache-2.0
"""Networks as tf2onnx writes Keras models: NHWC between transpositions, int32 shapes, and what each opset spells differently."""

import numpy
from onnx import TensorProto

from builder import Graph

TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


class Dialect:
    """Operators whose attributes became inputs over the years."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.opset = graph, graph.opset

    def _axes(self, kind: str, x: str, axes: list[int], since: int, **attributes: object) -> str:
        if self.opset < since:
            return self.graph.op(kind, x, axes=axes, **attributes)
        return self.graph.op(kind, x, self._ints(f"axes_{kind}", axes), **attributes)

    def _ints(self, name: str, values: list[int]) -> str:
        return self.graph.init(f"const_{name}__{len(self.graph.weights)}", numpy.array(values, numpy.int64))

    def squeeze(self, x: str, axes: list[int]) -> str:
        return self._axes("Squeeze", x, axes, 13)

    def unsqueeze(self, x: str, axes: list[int]) -> str:
        return self._axes("Unsqueeze", x, axes, 13)

    def sum(self, x: str, axes: list[int], keepdims: int) -> str:
        return self._axes("ReduceSum", x, axes, 13, keepdims=keepdims)

    def slice(self, x: str, starts: list[int], ends: list[int], axes: list[int]) -> str:
        if self.opset < 10:
            return self.graph.op("Slice", x, starts=starts, ends=ends, axes=axes)
        return self.graph.op("Slice", x, *(self._ints("slice", values) for values in (starts, ends, axes)))

    def pad(self, x: str, pads: list[int]) -> str:
        if self.opset < 11:
            return self.graph.op("Pad", x, pads=pads, mode="constant", value=0.0)
        return self.graph.op("Pad", x, self._ints("pads", pads))

    def relu6(self, x: str) -> str:
        if self.opset < 11:
            return self.graph.op("Clip", x, min=0.0, max=6.0)
        limits = [self.graph.init(f"const_{name}__{len(self.graph.weights)}", numpy.float32(value)) for name, value in (("min", 0), ("max", 6))]
        return self.graph.op("Clip", x, *limits)

    def split(self, x: str, sizes: list[int], axis: int) -> list[str]:
        if self.opset < 13:
            return self.graph.op("Split", x, split=sizes, axis=axis, outputs=len(sizes))
        return self.graph.op("Split", x, self._ints("split", sizes), axis=axis, outputs=len(sizes))

    def twice(self, x: str) -> str:
        """UpSampling2D on NCHW."""
        scales = self.graph.init(f"scales__{len(self.graph.weights)}", numpy.array([1, 1, 2, 2], numpy.float32))
        if self.opset < 10:
            return self.graph.op("Upsample", x, scales, mode="nearest")
        attributes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
        roi = self.graph.init("roi", numpy.empty(0, numpy.float32)) if self.opset < 13 else ""
        return self.graph.op("Resize", x, roi, scales, **attributes)

    def softmax(self, x: str) -> str:
        return self.graph.op("Softmax", x, axis=1 if self.opset < 13 else -1)


def network(opset: int) -> Graph:
    graph = Graph("tf2onnx", opset=opset, seed=21, ir_version=4 if opset < 11 else 7, prefix="model")
    images = graph.input("images:0", ["batch", 12, 12, 3])
    dialect = Dialect(graph)
    x = graph.op("Transpose", images, perm=TO_NCHW)
    x = dialect.relu6(separable(graph, dialect, x))
    x = graph.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    x = graph.op("Transpose", graph.op("Transpose", x, perm=TO_NHWC), perm=TO_NCHW)
    x = graph.op("Add", dialect.twice(graph.op("AveragePool", x, kernel_shape=[3, 3], strides=[3, 3])), x_bias(graph))
    x = graph.op("Transpose", x, perm=TO_NHWC)
    left, right = dialect.split(x, [4, 8], 3)
    left = dialect.slice(left, [0, -2], [2**31 - 1, 4], [1, 2])
    sums = [dialect.sum(part, [1, 2], keepdims) for part, keepdims in ((left, 0), (right, 1))]
    sums[1] = dialect.squeeze(sums[1], [1, 2])
    flat = flatten(graph, dialect, dialect.unsqueeze(graph.op("Concat", *sums, axis=-1), [1, -1] if opset >= 11 else [1, 3]), 12)
    y = graph.op("MatMul", flat, graph.normal("dense/kernel:0", (12, 5), 12))
    y = graph.op("Add", y, graph.near("dense/bias:0", 5, 0))
    graph.output(dialect.softmax(y), "Identity:0", ["batch", 5])
    return graph


def separable(graph: Graph, dialect: Dialect, x: str) -> str:
    """Convolutions padded in the three ways that tf2onnx uses, with normalisation and a bias that is reshaped."""
    x = dialect.pad(x, [0, 0, 0, 0, 0, 0, 1, 1])
    x = graph.op("Conv", x, graph.normal("conv/kernel:0", (6, 3, 3, 3), 27), strides=[2, 2], kernel_shape=[3, 3])
    parts = [graph.near(f"bn/{part}:0", 6, centre) for part, centre in (("gamma", 1), ("beta", 0), ("mean", 0), ("variance", 1))]
    x = graph.op("Relu", graph.op("BatchNormalization", x, *parts, epsilon=1e-3))
    weight = graph.normal("depthwise/kernel:0", (6, 1, 3, 3), 9)
    x = graph.op("Conv", x, weight, auto_pad="SAME_UPPER", group=6, kernel_shape=[3, 3], strides=[1, 1])
    bias = graph.reshape(graph.near("depthwise/bias:0", 6, 0), graph.init("bias_shape", numpy.array([1, 6, 1, 1], numpy.int64)))
    weight = graph.normal("pointwise/kernel:0", (12, 6, 1, 1), 6)
    return graph.op("Conv", graph.op("Add", x, bias), weight, graph.near("pointwise/bias:0", 12, 0), kernel_shape=[1, 1])


def x_bias(graph: Graph) -> str:
    return graph.init("upsample/bias:0", graph.random.standard_normal((1, 12, 1, 1), numpy.float32))


def flatten(graph: Graph, dialect: Dialect, x: str, size: int) -> str:
    """tf.reshape(x, [tf.shape(x)[0], size]): the shape is of int32, taken apart and put together."""
    shape = graph.op("Cast", graph.op("Shape", x), to=TensorProto.INT32)
    batch = dialect.squeeze(dialect.slice(shape, [0], [1], [0]), [0])
    known = graph.init(f"packed__{len(graph.weights)}", numpy.array([size], numpy.int32))
    packed = graph.op("Concat", dialect.unsqueeze(batch, [0]), known, axis=0)
    return graph.op("Reshape", x, graph.op("Cast", packed, to=TensorProto.INT64))


def recurrent(kind: str, opset: int) -> Graph:
    """A Keras LSTM or GRU: batch-major in, states of zeros made from the shape."""
    graph = Graph("tf2onnx", opset=opset, seed=22, ir_version=7, prefix="model")
    dialect, width, gates = Dialect(graph), 6, 4 if kind == "LSTM" else 3
    x = graph.op("Transpose", graph.input("x:0", ["batch", "steps", 5]), perm=[1, 0, 2])
    batch = dialect.slice(graph.op("Shape", x), [1], [2], [0])
    shape = graph.op("Concat", graph.init("one", numpy.array([1])), batch, graph.init("width", numpy.array([width])), axis=0)
    zeros = graph.op("ConstantOfShape", shape, value=numpy.zeros(1, numpy.float32))
    weights = graph.normal("W", (1, gates * width, 5), 5), graph.normal("R", (1, gates * width, width), width)
    bias = graph.init("B", graph.near("b", 2 * gates * width, 0) and graph.weights.pop("b")[None])
    states = (zeros, zeros) if kind == "LSTM" else (zeros,)
    extra = {"linear_before_reset": 1} if kind == "GRU" else {}
    made = graph.op(kind, x, *weights, bias, "", *states, outputs=1 + len(states), direction="forward", hidden_size=width, **extra)
    steps = graph.op("Transpose", dialect.squeeze(made[0], [1]), perm=[1, 0, 2])
    graph.output(steps, "sequence:0", ["batch", "steps", width])
    graph.output(dialect.squeeze(made[1], [0]), "state:0", ["batch", width])
    return graph
