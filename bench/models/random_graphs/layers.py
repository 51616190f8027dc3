# SPDX-License-Identifier: Apache-2.0
"""Reductions, products, convolutions, pooling, normalisation, recurrent and quantised layers."""

import numpy

from .draw import Draw, Value, Withdrawn
from .shapes import with_ints

REDUCTIONS = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare"]


def is_float32(value: Value) -> bool:
    return value.array.dtype == numpy.float32


def reduce(draw: Draw) -> None:
    kind = draw.choice(REDUCTIONS)
    x = draw.pick("f", fits=lambda value: value.array.size > 0)
    axes = sorted(int(axis) for axis in draw.random.choice(x.rank, draw.between(0, x.rank), replace=False)) or None
    if axes and draw.opset >= 11 and draw.chance(0.3):
        axes = [axis - x.rank for axis in axes]
    inputs, attributes = with_ints(draw, 13 if kind == "ReduceSum" else 18, axes=axes)
    if axes is None and draw.opset >= 18 and draw.chance(0.3):
        attributes["noop_with_empty_axes"] = 1
    draw.add(kind, x, *(value for value in inputs if value), keepdims=draw.between(0, 1), **attributes)


def reduce_integers(draw: Draw) -> None:
    x = draw.pick("i", range(1, 5), fits=lambda value: value.array.size > 0)
    kind = draw.choice(["ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd"])
    inputs, attributes = with_ints(draw, 13 if kind == "ReduceSum" else 18, axes=[draw.between(0, x.rank - 1)])
    draw.add(kind, x, *inputs, keepdims=draw.between(0, 1), **attributes)


def arg(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), exact=True, fits=lambda value: value.array.size > 0)
    axis = draw.axis(x) if draw.opset >= 11 else draw.between(0, x.rank - 1)
    last = draw.between(0, 1) if draw.opset >= 12 else None
    draw.add(draw.choice(["ArgMax", "ArgMin"]), x, axis=axis, keepdims=draw.between(0, 1), select_last_index=last)


def matmul(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), fits=lambda value: is_float32(value) and value.shape[-1] > 0)
    inner = x.shape[-1]
    found = [value for value in draw.values if value.array.dtype == x.array.dtype and value.rank == 2 and value.shape[0] == inner]
    if found and draw.chance(0.4):
        weight = draw.choice(found)
    else:
        outer = draw.between(1, 5)
        shapes = [[inner, outer], [inner, outer], [inner]] + ([[*x.shape[:-2], inner, outer], [1, inner, outer]] if x.rank > 1 else [])
        weight = draw.constant(draw.random.standard_normal(draw.choice(shapes)) / inner**0.5, "float32")
    draw.add("MatMul", x, weight)


def scores(draw: Draw) -> None:
    """A product of a value with itself, transposed."""
    x = draw.pick("f", range(2, 5), fits=lambda value: is_float32(value) and value.array.size > 0)
    order = [*range(x.rank - 2), x.rank - 1, x.rank - 2]
    y = draw.add("MatMul", x, draw.add("Transpose", x, perm=order))
    draw.add("Softmax", y, axis=-1 if draw.opset >= 11 else x.rank - 1)


def gemm(draw: Draw) -> None:
    x = draw.pick("f", [2], fits=lambda value: is_float32(value) and min(value.shape) > 0)
    trans_a, trans_b, outer = draw.between(0, 1), draw.between(0, 1), draw.between(1, 5)
    rows, inner = x.shape[::-1] if trans_a else x.shape
    weight = draw.weight([outer, inner] if trans_b else [inner, outer])
    c = draw.constant(draw.floats(draw.choice([[outer], [1, outer], [rows, 1], [], [rows, outer]])), "float32")
    has_c = draw.opset < 11 or draw.chance(0.8)
    draw.add("Gemm", x, weight, *([c] if has_c else []), alpha=draw.choice([1.0, 0.5]), beta=draw.choice([1.0, 0.25]), transA=trans_a, transB=trans_b)


def einsum(draw: Draw) -> None:
    if draw.opset < 12:
        return
    x = draw.pick("f", [3], fits=is_float32)
    a, b, c = x.shape
    shapes = {"bij,jk->bik": (c, 3), "bij,bjk->bik": (a, c, 2), "bij,bij->b": (a, b, c), "...j,j->...": (c,), "bij,bkj->bik": (a, 2, c)}
    equation = draw.choice(list(shapes))
    draw.add("Einsum", x, draw.weight(shapes[equation]), equation=equation)


def image(draw: Draw, spatial: int, channels: int) -> Value:
    """[N, channels, …], of what is there or new."""
    found = [value for value in draw.values if value.rank == spatial + 2 and is_float32(value) and value.shape[1] == channels and min(value.shape) > 0]
    if found and draw.chance(0.6):
        return draw.choice(found)
    return draw.input("float32", ["N", channels, *(draw.between(4, 7) for _ in range(spatial))])


def window(draw: Draw, spatial: int, padded: bool = True) -> dict[str, object]:
    """Settings that convolutions and pooling share."""
    kernel = [draw.between(1, 3) for _ in range(spatial)]
    settings: dict[str, object] = {"kernel_shape": kernel, "strides": [draw.between(1, 2) for _ in range(spatial)]}
    if padded and draw.chance(0.25):
        settings["auto_pad"] = draw.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    elif padded and draw.chance(0.6):
        settings["pads"] = [draw.between(0, kernel[k % spatial] - 1) for k in range(2 * spatial)]
    return settings


def conv(draw: Draw) -> None:
    spatial = draw.choice([1, 2, 2, 2, 3])
    channels, group = draw.choice([(2, 1), (4, 1), (4, 2), (4, 4)])
    x = image(draw, spatial, channels)
    settings = window(draw, spatial)
    outer = group * draw.between(1, 2)
    weight = draw.weight([outer, channels // group, *settings["kernel_shape"]])
    if "auto_pad" not in settings and draw.chance(0.3):
        settings["dilations"] = [draw.between(1, 2) for _ in range(spatial)]
    if draw.chance(0.3):
        del settings["kernel_shape"]
    bias = [draw.constant(draw.floats([outer]), "float32")] if draw.chance(0.6) else []
    draw.add("Conv", x, weight, *bias, group=group, **settings)


def conv_transpose(draw: Draw) -> None:
    spatial = draw.choice([1, 2, 2, 3])
    channels, group = draw.choice([(2, 1), (4, 1), (4, 2)])
    x = image(draw, spatial, channels)
    kernel, strides = [draw.between(1, 3) for _ in range(spatial)], [draw.between(1, 2) for _ in range(spatial)]
    settings: dict[str, object] = {"kernel_shape": kernel, "strides": strides}
    how = draw.between(0, 4)
    if how == 0:
        settings["output_padding"] = [draw.between(0, stride - 1) for stride in strides]
    elif how == 1:
        settings["pads"] = [draw.between(0, kernel[k % spatial] - 1) for k in range(2 * spatial)]
    elif how == 2:
        settings["auto_pad"] = draw.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    elif how == 3:
        settings["dilations"] = [draw.between(1, 2) for _ in range(spatial)]
    outer = draw.between(1, 2)
    bias = [draw.constant(draw.floats([outer * group]), "float32")] if draw.chance(0.6) else []
    draw.add("ConvTranspose", x, draw.weight([channels, outer, *kernel]), *bias, group=group, **settings)


def pool(draw: Draw) -> None:
    spatial = draw.choice([1, 2, 2, 3])
    kind = draw.choice(["MaxPool", "MaxPool", "AveragePool", "LpPool"])
    x = image(draw, spatial, draw.choice([2, 4]))
    settings = window(draw, spatial)
    # Whether a window that begins beyond the end counts is answered differently by ONNX and its runtimes.
    inside = all(size >= step for size, step in zip(settings["kernel_shape"], settings["strides"]))
    if kind != "LpPool" and draw.opset >= 10 and inside and not settings.keys() & {"auto_pad", "pads"} and draw.chance(0.5):
        settings["ceil_mode"] = 1
    if kind == "AveragePool" and draw.chance(0.4):
        settings["count_include_pad"] = 1
    if draw.opset >= (10 if kind == "MaxPool" else 19) and "auto_pad" not in settings and kind != "LpPool" and draw.chance(0.3):
        settings["dilations"] = [draw.between(1, 2) for _ in range(spatial)]
    outputs = 2 if kind == "MaxPool" and x.exact and draw.chance(0.3) else 1
    draw.add(kind, x, outputs=outputs, **settings)


def global_pool(draw: Draw) -> None:
    draw.add(draw.choice(["GlobalAveragePool", "GlobalMaxPool"]), draw.pick("f", range(3, 6), fits=lambda v: is_float32(v) and v.array.size > 0))


def normalise(draw: Draw) -> None:
    x = draw.pick("f", range(2, 5), fits=lambda value: is_float32(value) and value.array.size > 0)
    count = x.shape[1]
    scale, bias = draw.constant(1 + draw.floats([count]) / 8, "float32"), draw.constant(draw.floats([count]), "float32")
    kind = draw.choice(["BatchNormalization", "BatchNormalization", "InstanceNormalization", "LRN", "LayerNormalization", "GroupNormalization"])
    if kind == "BatchNormalization":
        mean, variance = draw.constant(draw.floats([count]) / 4, "float32"), draw.constant(draw.random.uniform(0.5, 2, count), "float32")
        draw.add(kind, x, scale, bias, mean, variance, epsilon=1e-3)
    elif kind == "InstanceNormalization" and x.rank > 2:
        draw.add(kind, x, scale, bias, epsilon=1e-2)
    elif kind == "LRN" and x.rank == 4:
        draw.add(kind, x, size=3, alpha=0.1, beta=0.75, bias=1.5)
    elif kind == "LayerNormalization" and draw.opset >= 17:
        layer_normalisation(draw, x)
    elif kind == "GroupNormalization" and draw.opset >= 21 and x.rank > 2 and count % 2 == 0:
        draw.add(kind, x, scale, bias, num_groups=2, epsilon=1e-2)


def layer_normalisation(draw: Draw, x: Value) -> None:
    axis = draw.axis(x)
    shape = x.shape[axis:]
    scale = draw.constant(1 + draw.floats(shape) / 8, "float32")
    bias = [draw.constant(draw.floats(shape), "float32")] if draw.chance(0.6) else []
    draw.add("LayerNormalization", x, scale, *bias, axis=axis, epsilon=1e-2)


def softmax(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), fits=lambda value: value.array.size > 0)
    axis = draw.axis(x) if draw.opset >= 11 else draw.between(0, x.rank - 1)
    draw.add(draw.choice(["Softmax", "LogSoftmax"]), x, axis=axis if draw.chance(0.8) else None)


def other_norms(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), fits=lambda value: is_float32(value) and value.array.size > 0)
    if draw.chance(0.4):
        draw.add("LpNormalization", draw.add("Add", draw.add("Abs", x), draw.constant(0.5, "float32")), axis=draw.axis(x), p=draw.between(1, 2))
    elif x.rank == 4:
        y = draw.add("Add", x, draw.constant(draw.random.standard_normal(x.shape), "float32"))
        draw.add("MeanVarianceNormalization", y)


def dropout(draw: Draw) -> None:
    draw.add("Dropout", draw.pick("f"), ratio=0.4 if draw.opset < 12 else None)


def resize(draw: Draw) -> None:
    x = image(draw, 2, draw.choice([2, 4]))
    if draw.opset < 11:
        draw.add("Upsample" if draw.opset < 10 else "Resize", x, draw.constant([1, 1, 2, 2], "float32"), mode=draw.choice(["nearest", "linear"]))
        return
    mode = draw.choice(["nearest", "linear", "cubic"])
    where = draw.choice(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"])
    settings = {"mode": mode, "coordinate_transformation_mode": where}
    if mode == "nearest":
        settings["nearest_mode"] = draw.choice(["floor", "round_prefer_floor", "ceil", "round_prefer_ceil"])
    roi = draw.constant([], "float32") if draw.opset < 13 else None
    if draw.chance(0.5):
        draw.add("Resize", x, roi, draw.constant([1, 1, 2, draw.choice([2, 1, 0.5])], "float32"), **settings)
    else:
        empty = draw.constant([], "float32") if draw.opset < 13 else None
        draw.add("Resize", x, roi, empty, draw.constant([*x.shape[:2], draw.between(2, 8), draw.between(2, 8)]), **settings)


def recurrent(draw: Draw) -> None:
    kind = draw.choice(["RNN", "LSTM", "GRU"])
    x = draw.pick("f", [3], fits=lambda value: is_float32(value) and value.array.size > 0)
    direction = draw.choice(["forward", "reverse", "bidirectional"])
    gates, width, ways = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind], draw.between(2, 4), 2 if direction == "bidirectional" else 1
    weights = draw.weight([ways, gates * width, x.shape[2]], 0.7), draw.weight([ways, gates * width, width], 0.7)
    bias = [draw.constant(draw.floats([ways, 2 * gates * width]) / 4, "float32")] if draw.chance(0.7) else []
    reset = {"linear_before_reset": draw.between(0, 1)} if kind == "GRU" else {}
    draw.add(kind, x, *weights, *bias, outputs=3 if kind == "LSTM" else 2, hidden_size=width, direction=direction, **reset)


def quantise(draw: Draw) -> None:
    x = draw.pick("f", exact=True, fits=is_float32)
    if draw.opset < 10:
        raise Withdrawn("opset")
    # A scale of a power of two: no quotient lies where rounding could go either way by an error of one bit.
    scale, zero = draw.constant(0.25, "float32"), draw.constant(draw.choice([0, 3]), draw.choice(["uint8", "int8"]))
    y = draw.add("QuantizeLinear", x, scale, zero, exact=True)
    draw.add("DequantizeLinear", y, scale, zero, exact=True)


def integer_product(draw: Draw) -> None:
    if draw.opset < 10:
        raise Withdrawn("opset")
    x = draw.constant(draw.random.integers(0, 20, (2, 3)), "uint8")
    w = draw.constant(draw.random.integers(-9, 9, (3, 2)), "int8")
    draw.add("MatMulInteger", x, w, draw.constant(4, "uint8"))


FAMILY = [reduce, reduce, reduce, reduce_integers, arg, matmul, matmul, matmul, scores, gemm, gemm, einsum, conv, conv, conv, conv_transpose, pool, pool,
          global_pool, normalise, normalise, normalise, softmax, softmax, other_norms, dropout, resize, recurrent, quantise, integer_product]  # fmt: skip
