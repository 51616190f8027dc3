# SPDX-License-Identifier: Apache-2.0
"""Networks computed with numpy alone, to look at what lies between their layers."""

import math

import numpy
import onnx
from onnx import helper, numpy_helper


def convolve(x, weights, attributes):
    """Groups are one, or one a channel."""
    kernel, stride, pad = weights.shape[2], attributes["strides"][0], attributes["pads"][0]
    padded = numpy.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
    if attributes["group"] > 1:
        return numpy.einsum("nchwij,cij->nchw", windows, weights[:, 0], optimize=True)
    rows = windows.transpose(0, 2, 3, 1, 4, 5)
    flat = rows.reshape(-1, weights[0].size) @ weights.reshape(len(weights), -1).T
    return flat.reshape(*rows.shape[:3], -1).transpose(0, 3, 1, 2)


def normalise(x, scale, shift, mean, variance, attributes):
    factor = scale / numpy.sqrt(variance + attributes["epsilon"])
    return x * factor[:, None, None] + (shift - mean * factor)[:, None, None]


def largest(x, attributes):
    pad, stride = attributes["pads"][0], attributes["strides"][0]
    padded = numpy.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-numpy.inf)
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, attributes["kernel_shape"], (2, 3))
    return windows[:, :, ::stride, ::stride].max((-1, -2))


def layer_norm(x, scale, shift, attributes):
    centred = x - x.mean(-1, keepdims=True)
    return centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + attributes["epsilon"]) * scale + shift


def softmax(x, _):
    powers = numpy.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def reshape(x, dims, _):
    return x.reshape([x.shape[i] if dim == 0 else dim for i, dim in enumerate(dims)])


OPERATORS = {
    "Conv": convolve,
    "BatchNormalization": normalise,
    "MaxPool": largest,
    "Relu": lambda x, _: numpy.maximum(x, 0),
    "Clip": lambda x, low, high, _: numpy.clip(x, low, high),
    "Add": lambda a, b, _: a + b,
    "GlobalAveragePool": lambda x, _: x.mean((2, 3), keepdims=True),
    "Flatten": lambda x, _: x.reshape(len(x), -1),
    "Gemm": lambda x, weights, bias, _: x @ weights.T + bias,
    "LayerNormalization": layer_norm,
    "Softmax": softmax,
    "Reshape": reshape,
    "MatMul": lambda a, b, _: a @ b,
    "Sub": lambda a, b, _: a - b,
    "Mul": lambda a, b, _: a * b,
    "Div": lambda a, b, _: a / b,
    "Erf": lambda x, _: numpy.vectorize(math.erf, otypes=[x.dtype])(x),
    "Tanh": lambda x, _: numpy.tanh(x),
    "Cast": lambda x, _: x.astype(numpy.float32),
    "Shape": lambda x, _: numpy.array(x.shape),
    "Gather": lambda x, indices, attributes: numpy.take(x, indices, attributes.get("axis", 0)),
    "Slice": lambda x, begin, end, _: x[begin[0] : end[0]],
    "Transpose": lambda x, attributes: x.transpose(attributes["perm"]),
    "Unsqueeze": lambda x, axes, _: numpy.expand_dims(x, tuple(axes)),
}


def results(file, inputs):
    """Operator and result of each node, in their order; of the inputs by name."""
    graph = onnx.load(file).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer} | inputs
    for node in graph.node:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](*(values[name] for name in node.input), attributes)
        yield node.op_type, values[node.output[0]]
