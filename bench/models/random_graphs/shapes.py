# SPDX-License-Identifier: Apache-2.0
"""Operators that move, select and count elements, and the chains that compute shapes."""

import numpy

from builder import INT64_MAX

from .draw import Draw, Value, Withdrawn, elem_type

ANY = "fib"


def with_ints(draw: Draw, since: int, **numbers: list[int] | None) -> tuple[list[Value | None], dict[str, list[int]]]:
    """Lists of integers as attributes, or as inputs from opset `since` on."""
    if draw.opset < since:
        return [], {name: value for name, value in numbers.items() if value is not None}
    return [None if value is None else draw.constant(value) for value in numbers.values()], {}


def transpose(draw: Draw) -> None:
    x = draw.pick(ANY)
    order = [int(axis) for axis in draw.random.permutation(x.rank)]
    draw.add("Transpose", x, perm=None if draw.chance(0.1) or not order else order)


def flatten(draw: Draw) -> None:
    x = draw.pick(ANY if draw.opset >= 9 else "f")
    draw.add("Flatten", x, axis=draw.between(-x.rank if draw.opset >= 11 else 0, x.rank))


def factors(draw: Draw, size: int) -> list[int]:
    shape = []
    while size > 1 and len(shape) < 3:
        factor = draw.choice([k for k in range(1, size + 1) if size % k == 0])
        shape.append(factor)
        size //= factor
    return [*shape, size]


def reshape(draw: Draw) -> None:
    x = draw.pick(ANY, fits=lambda value: value.array.size > 0)
    if x.rank and draw.chance(0.3):
        shape = [0] * draw.between(0, x.rank - 1) + [-1]  # 0 copies a size
    else:
        shape = factors(draw, x.array.size)
        if draw.chance(0.5):
            shape[draw.between(0, len(shape) - 1)] = -1
    draw.add("Reshape", x, draw.constant(shape))


def computed_reshape(draw: Draw) -> None:
    """Shape, Gather, Unsqueeze, Concat, Reshape: two axes become one, by sizes read at run time."""
    x = draw.pick(ANY, range(2, 5), fits=lambda value: value.array.size > 0)
    axis = draw.between(0, x.rank - 1)
    size = draw.add("Gather", draw.add("Shape", x), draw.constant(axis), axis=0)
    sizes, attributes = with_ints(draw, 13, axes=[0])
    size = draw.add("Unsqueeze", size, *sizes, **attributes)
    parts = [size, draw.constant([-1])] if draw.chance(0.5) else [draw.constant([-1]), size]
    draw.add("Reshape", x, draw.add("Concat", *parts, axis=0))


def arithmetic_on_sizes(draw: Draw) -> None:
    """A size, halved and doubled, that ends as the bound of a Slice."""
    x = draw.pick(ANY, range(1, 5))
    axis = draw.between(0, x.rank - 1)
    size = draw.add("Gather", draw.add("Shape", x), draw.constant([axis]), axis=0)
    half = draw.add("Div", draw.add("Add", size, draw.constant(1)), draw.constant([2]))
    if draw.chance(0.5):
        half = draw.add("Cast", draw.add("Floor", draw.add("Cast", half, to=elem_type("float32")), exact=True), to=elem_type("int64"))
    if draw.opset >= 10:
        draw.add("Slice", x, draw.constant([0]), half, draw.constant([axis]))


def squeeze(draw: Draw) -> None:
    x = draw.pick(ANY, fits=lambda value: 1 in value.shape)
    ones = [axis for axis, size in enumerate(x.shape) if size == 1]
    axes = None if draw.chance(0.2) else [axis - x.rank if draw.opset >= 11 and draw.chance(0.3) else axis for axis in ones[: draw.between(1, len(ones))]]
    inputs, attributes = with_ints(draw, 13, axes=axes)
    draw.add("Squeeze", x, *(value for value in inputs if value), **attributes)


def unsqueeze(draw: Draw) -> None:
    x = draw.pick(ANY, range(4))
    count = draw.between(1, 2)
    axes = sorted(int(axis) for axis in draw.random.choice(x.rank + count, count, replace=False))
    if draw.opset >= 11 and draw.chance(0.3):
        axes = [axis - x.rank - count for axis in axes]
    inputs, attributes = with_ints(draw, 13, axes=axes)
    draw.add("Unsqueeze", x, *inputs, **attributes)


def concat(draw: Draw) -> None:
    x = draw.pick(ANY, range(1, 5))
    axis = draw.between(0, x.rank - 1)

    def fits(other: Value) -> bool:
        same = other.rank == x.rank and other.array.dtype == x.array.dtype
        return same and all(a == b for k, (a, b) in enumerate(zip(other.shape, x.shape)) if k != axis)

    others = [value for value in draw.values if fits(value)]
    parts = [draw.choice(others) for _ in range(draw.between(1, 3))]
    if draw.chance(0.3):
        parts.append(draw.constant(draw.draw_array(x.array.dtype.name, [*x.shape[:axis], 1, *x.shape[axis + 1 :]]), x.array.dtype.name))
    draw.add("Concat", *parts, axis=axis - x.rank if draw.opset >= 11 and draw.chance(0.3) else axis)


def split(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), fits=lambda value: max(value.shape) > 1)
    axis = draw.choice([axis for axis, size in enumerate(x.shape) if size > 1])
    size = x.shape[axis]
    if draw.opset >= 18 and draw.chance(0.4):
        count = draw.between(2, size)
        if -(-size // count) * (count - 1) < size:
            draw.add("Split", x, outputs=count, num_outputs=count, axis=axis)
        return
    if size % 2 == 0 and draw.opset < 18 and draw.chance(0.3):
        draw.add("Split", x, outputs=2, axis=axis)
        return
    first = draw.between(1, size - 1)
    inputs, attributes = with_ints(draw, 13, split=[first, size - first])
    draw.add("Split", x, *inputs, outputs=2, axis=axis, **attributes)


def bound(draw: Draw, size: int, step: int = 1) -> int:
    """Often out of range. A huge end of a step backwards is left out: ONNX Runtime takes it for the other end."""
    huge = [INT64_MAX, 2**31 - 1] if step > 0 else []
    return draw.choice([0, draw.between(-size, size), draw.between(0, size), -INT64_MAX, *huge])


def slice_(draw: Draw) -> None:
    x = draw.pick(ANY if draw.opset >= 10 else "f", range(1, 5))
    axes = sorted(int(axis) for axis in draw.random.choice(x.rank, draw.between(1, x.rank), replace=False))
    steps = [draw.choice([1, 1, 2, -1, -2]) if draw.opset >= 10 else 1 for _ in axes]
    starts, ends = ([bound(draw, x.shape[axis], step) for axis, step in zip(axes, steps)] for _ in range(2))
    if draw.opset < 10:
        draw.add("Slice", x, starts=starts, ends=ends, axes=axes)
        return
    dtype = draw.choice(["int64", "int64", "int32"])
    limit = 2**31 - 1 if dtype == "int32" else INT64_MAX
    bounds = [draw.constant(numpy.clip(values, -limit, limit), dtype) for values in (starts, ends)]
    signed = [axis - x.rank if draw.chance(0.2) else axis for axis in axes]
    rest = [draw.constant(signed, dtype), draw.constant(steps, dtype)]
    if draw.chance(0.2) and len(axes) == x.rank:
        rest = []
    draw.add("Slice", x, *bounds, *rest)


def indices_below(draw: Draw, size: int, shape: list[int], least: int | None = None) -> Value:
    if size == 0:
        raise Withdrawn("nothing to index")
    low = (-size if draw.opset >= 11 and draw.chance(0.3) else 0) if least is None else least
    return draw.constant(draw.random.integers(low, size, shape), draw.choice(["int64", "int64", "int32"]))


def gather(draw: Draw) -> None:
    x = draw.pick(ANY, range(1, 5))
    axis = draw.axis(x) if draw.opset >= 11 else draw.between(0, x.rank - 1)
    shape = draw.choice([[], [1], [3], [2, 2], [1, 1]])
    draw.add("Gather", x, indices_below(draw, x.shape[axis], shape), axis=axis)


def gather_elements(draw: Draw) -> None:
    if draw.opset < 11:
        return
    x = draw.pick(ANY, range(1, 5))
    axis = draw.between(0, x.rank - 1)
    shape = [draw.between(1, max(1, size)) for size in x.shape]
    shape[axis] = draw.between(1, 4)
    draw.add("GatherElements", x, indices_below(draw, x.shape[axis], shape), axis=axis - x.rank if draw.chance(0.3) else axis)


def gather_nd(draw: Draw) -> None:
    if draw.opset < 11:
        return
    x = draw.pick(ANY, range(1, 5), fits=lambda value: value.array.size > 0)
    batch = draw.between(0, min(1, x.rank - 1)) if draw.opset >= 12 else 0
    depth = draw.between(1, x.rank - batch)
    lead = list(x.shape[:batch]) + draw.choice([[], [2], [2, 1]])
    index = numpy.stack([draw.random.integers(-size, size, lead) for size in x.shape[batch : batch + depth]], axis=-1)
    draw.add("GatherND", x, draw.constant(index), batch_dims=batch if draw.opset >= 12 else None)


def reduction(draw: Draw) -> str | None:
    options = [None, None] + (["add", "mul"] if draw.opset >= 16 else []) + (["max", "min"] if draw.opset >= 18 else [])
    return draw.choice(options)


def scatter_elements(draw: Draw) -> None:
    x = draw.pick("fi", range(1, 5), fits=lambda value: value.array.size > 0)
    axis = draw.between(0, x.rank - 1)
    shape = [draw.between(1, size) for size in x.shape]
    how = reduction(draw)
    # Without a reduction, no place is written twice: which write wins is not defined.
    places = draw.random.permuted(numpy.broadcast_to(numpy.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.rank)]),
                                                     [x.shape[axis] if k == axis else size for k, size in enumerate(shape)]), axis=axis)  # fmt: skip
    index = numpy.take(places, range(shape[axis]), axis=axis)
    if how:
        index = draw.random.integers(0, x.shape[axis], shape)
    updates = draw.constant(draw.draw_array(x.array.dtype.name, shape), x.array.dtype.name)
    kind = "ScatterElements" if draw.opset >= 11 else "Scatter"
    exact = x.exact and how in (None, "add", "max", "min")
    draw.add(kind, x, draw.constant(index), updates, axis=axis, reduction=how, exact=exact)


def scatter_nd(draw: Draw) -> None:
    if draw.opset < 11:
        return
    x = draw.pick("fi", range(1, 5), fits=lambda value: value.array.size > 0)
    depth = draw.between(1, x.rank)
    shape = x.shape[:depth]
    how = reduction(draw)
    count = draw.between(1, min(3, int(numpy.prod(shape))))
    flat = draw.random.choice(int(numpy.prod(shape)), count, replace=how is not None)
    index = numpy.stack(numpy.unravel_index(flat, shape), axis=-1)
    updates = draw.constant(draw.draw_array(x.array.dtype.name, [count, *x.shape[depth:]]), x.array.dtype.name)
    draw.add("ScatterND", x, draw.constant(index), updates, reduction=how, exact=x.exact and how in (None, "add", "max", "min"))


def expand(draw: Draw) -> None:
    x = draw.pick(ANY, range(4))
    shape = [draw.between(2, 3) if size == 1 and draw.chance(0.6) else draw.choice([1, size]) for size in x.shape]
    shape = [draw.between(1, 2)] * draw.between(0, 1) + shape
    draw.add("Expand", x, draw.constant(shape))


def expand_like(draw: Draw) -> None:
    """ConstantOfShape, Mul, Equal, Where, Expand: sizes of -1 keep what is there."""
    x = draw.pick("f", range(1, 4))
    target = draw.constant([-1 if size != 1 or draw.chance(0.5) else 3 for size in x.shape])
    ones = draw.add("ConstantOfShape", draw.constant([x.rank]), value=numpy.array([1], numpy.int64))
    kept = draw.add("Equal", target, draw.add("Mul", ones, draw.constant(-1)))
    draw.add("Expand", x, draw.add("Where", kept, ones, target))


def tile(draw: Draw) -> None:
    x = draw.pick(ANY, range(1, 5))
    draw.add("Tile", x, draw.constant([draw.between(1, 2) for _ in x.shape]))


def pad(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), fits=lambda value: value.array.size > 0)
    mode = draw.choice(["constant", "constant", "reflect", "edge"] + (["wrap"] if draw.opset >= 19 else []))
    least = -1 if mode == "constant" and min(x.shape) > 2 else 0
    most = min(2, min(x.shape) - 1) if mode in ("reflect", "wrap") else 2
    pads = [draw.between(least, most) for _ in range(2 * x.rank)]
    if draw.opset < 11:
        draw.add("Pad", x, pads=pads, mode=mode, value=0.5)
        return
    value = draw.constant(0.5, x.array.dtype.name) if mode == "constant" and draw.chance(0.6) else None
    if draw.opset >= 18 and draw.chance(0.3):
        axis = draw.axis(x)
        draw.add("Pad", x, draw.constant([draw.between(0, most), draw.between(0, most)]), value, draw.constant([axis]), mode=mode)
        return
    draw.add("Pad", x, draw.constant(pads), *([value] if value else []), mode=mode)


def blocks(draw: Draw) -> None:
    x = draw.input("float32", ["N", 4, draw.choice([2, 4]), 4])
    mode = draw.choice(["DCR", "CRD"]) if draw.opset >= 11 else None
    kind = draw.choice(["DepthToSpace", "SpaceToDepth"])
    draw.add(kind, x, blocksize=2, mode=mode if kind == "DepthToSpace" else None)


def sizes(draw: Draw) -> None:
    x = draw.pick(ANY, range(1, 5))
    kind = draw.choice(["Shape", "Size"])
    begin = draw.axis(x) if kind == "Shape" and draw.opset >= 15 and draw.chance(0.5) else None
    draw.add(kind, x, start=begin)


def constant_of_shape(draw: Draw) -> None:
    dtype = draw.choice(["float32", "int64", "bool"])
    shape = draw.add("Shape", draw.pick("f", range(1, 4))) if draw.chance(0.7) else draw.constant([2, 3])
    draw.add("ConstantOfShape", shape, value=numpy.array([1], dtype) if draw.chance(0.7) else None)


def range_(draw: Draw) -> None:
    if draw.opset < 11:
        return
    x = draw.pick("f", range(1, 4))
    size = draw.add("Gather", draw.add("Shape", x), draw.constant(draw.between(0, x.rank - 1)), axis=0)
    if draw.chance(0.3):
        draw.add("Range", draw.constant(1, "float32"), draw.constant(-2, "float32"), draw.constant(-0.5, "float32"), exact=True)
    else:
        draw.add("Range", draw.constant(draw.between(-1, 0)), size, draw.constant(draw.between(1, 2)))


def one_hot(draw: Draw) -> None:
    x = draw.pick("i", range(1, 4))
    values = draw.constant([-0.5, 2], "float32")
    draw.add("OneHot", x, draw.constant(draw.choice([4, [6]])), values, axis=draw.between(-x.rank - 1, x.rank))


def triangle(draw: Draw) -> None:
    if draw.opset < 14:
        return
    x = draw.pick("fi", range(2, 5))
    draw.add("Trilu", x, *([draw.constant(draw.between(-2, 2))] if draw.chance(0.6) else []), upper=draw.between(0, 1))


def eye_like(draw: Draw) -> None:
    draw.add("EyeLike", draw.pick("fi", [2]), k=draw.between(-1, 1), dtype=elem_type(draw.choice(["float32", "int64"])))


def top_k(draw: Draw) -> None:
    x = draw.pick("f", range(1, 5), exact=True, fits=lambda value: value.array.size > 0)
    axis = draw.axis(x) if draw.opset >= 11 else draw.between(0, x.rank - 1)
    count = draw.between(1, x.shape[axis])
    attributes = {"largest": draw.between(0, 1)} if draw.opset >= 11 else {}
    if draw.opset < 10:
        draw.add("TopK", x, outputs=2, axis=axis, k=count)
    else:
        draw.add("TopK", x, draw.constant([count]), outputs=2, axis=axis, **attributes)


def where_is(draw: Draw) -> None:
    x = draw.pick("bi", range(1, 4), exact=True)
    draw.add("NonZero", x)


def unique(draw: Draw) -> None:
    if draw.opset >= 11:
        x = draw.pick("fi", range(1, 3), exact=True, fits=lambda value: value.array.size > 0)
        draw.add("Unique", x, outputs=4, sorted=1, axis=draw.choice([None, 0]), exact=True)


def compress(draw: Draw) -> None:
    x = draw.pick(ANY, range(1, 4), fits=lambda value: value.array.size > 0)
    axis = draw.between(0, x.rank - 1)
    condition = draw.constant(draw.random.random(x.shape[axis]) < 0.6, "bool")
    draw.add("Compress", x, condition, axis=axis)


def reverse_sequence(draw: Draw) -> None:
    if draw.opset < 10:
        return
    x = draw.pick("f", range(2, 5), fits=lambda value: min(value.shape[:2]) > 0)
    time = draw.between(0, 1)
    lengths = draw.random.integers(1, x.shape[time] + 1, x.shape[1 - time])
    draw.add("ReverseSequence", x, draw.constant(lengths), time_axis=time, batch_axis=1 - time)


def cumulative(draw: Draw) -> None:
    if draw.opset >= 11:
        x = draw.pick("fi", range(1, 5))
        if x.array.dtype.kind == "i" and x.array.dtype.itemsize < 4:
            raise Withdrawn("type")
        draw.add("CumSum", x, draw.constant(draw.axis(x), draw.choice(["int64", "int32"])), exclusive=draw.between(0, 1), reverse=draw.between(0, 1))


def crop_or_pad(draw: Draw) -> None:
    if draw.opset >= 18:
        x = draw.pick("f", range(2, 5), fits=lambda value: value.array.size > 0)
        draw.add("CenterCropPad", x, draw.constant([draw.between(1, 5), draw.between(1, 5)]), axes=[0, -1], exact=x.exact)


FAMILY = [transpose, transpose, flatten, reshape, reshape, computed_reshape, computed_reshape, arithmetic_on_sizes, squeeze, unsqueeze, concat, concat,
          split, slice_, slice_, gather, gather, gather_elements, gather_nd, scatter_elements, scatter_nd, expand, expand_like, tile, pad, blocks,
          sizes, constant_of_shape, range_, one_hot, triangle, eye_like, top_k, where_is, unique, compress, reverse_sequence, cumulative,
          crop_or_pad]  # fmt: skip
