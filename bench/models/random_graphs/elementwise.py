# SPDX-License-Identifier: Apache-2.0
"""Operators that work element by element, with broadcasting."""

import numpy

from .draw import Draw, Value, Withdrawn, elem_type

# Continuous functions of one float by the opset that they came with, and their attributes.
UNARY = {
    "Abs": 1, "Neg": 1, "Relu": 1, "Sigmoid": 1, "Tanh": 1, "Softplus": 1, "Softsign": 1, "Sin": 7, "Cos": 7, "Atan": 7, "Sinh": 9, "Cosh": 9,
    "Asinh": 9, "Erf": 9, "Exp": 1, "Identity": 1, "HardSwish": 14, "Mish": 18, "Gelu": 20,
}  # fmt: skip
WITH_SETTINGS = {
    "LeakyRelu": (1, {"alpha": 0.2}), "Elu": (1, {"alpha": 0.7}), "Selu": (1, {}), "HardSigmoid": (1, {"alpha": 0.3, "beta": 0.4}),
    "Celu": (12, {"alpha": 0.6}), "Gelu": (20, {"approximate": "tanh"}), "Elu ": (1, {}), "HardSigmoid ": (1, {}), "LeakyRelu ": (1, {}),
}  # fmt: skip
BOUNDED = {"Asin": 7, "Acos": 7, "Atanh": 9}  # on (-1, 1)
POSITIVE = {"Log": 1, "Sqrt": 1, "Reciprocal": 1}
STEPS = {"Sign": 9, "Floor": 1, "Ceil": 1, "Round": 11, "IsNaN": 9, "IsInf": 10, "ThresholdedRelu": 10, "Shrink": 9}
INTEGERS = ("int64", "int64", "int32")


def since(draw: Draw, table: dict[str, int]) -> str:
    return draw.choice([name for name, opset in table.items() if opset <= draw.opset])


def unary(draw: Draw) -> None:
    draw.add(since(draw, UNARY), draw.pick("f"))


def unary_with_settings(draw: Draw) -> None:
    name = since(draw, {name: opset for name, (opset, _) in WITH_SETTINGS.items()})
    draw.add(name.strip(), draw.pick("f"), **WITH_SETTINGS[name][1])


def guarded(draw: Draw) -> None:
    """Functions that are not defined everywhere, behind one that keeps their input where they are."""
    x = draw.pick("f")
    if draw.chance(0.5):
        y = draw.add("Mul", draw.add("Tanh", x), draw.constant(0.9, x.array.dtype.name))
        draw.add(since(draw, BOUNDED), y)
    else:
        y = draw.add("Add", draw.add("Abs", x), draw.constant(0.5, x.array.dtype.name))
        draw.add(since(draw, POSITIVE), y)


def steps(draw: Draw) -> None:
    draw.add(since(draw, STEPS), draw.pick("f", exact=True))


def clip(draw: Draw) -> None:
    x = draw.pick("f" if draw.opset < 12 else "fi")
    low, high = -1, 1.5 if x.array.dtype.kind == "f" else 2
    if draw.opset < 11:
        draw.add("Clip", x, min=float(low), max=float(high))
        return
    dtype = x.array.dtype.name
    limits = [draw.constant(low, dtype) if draw.chance(0.7) else None, draw.constant(high, dtype) if draw.chance(0.7) else None]
    draw.add("Clip", x, *limits)


def prelu(draw: Draw) -> None:
    x = draw.pick("f", range(2, 5), fits=lambda value: value.array.dtype == numpy.float32)
    shape = [x.shape[1]] + [1] * (x.rank - 2) if draw.chance(0.7) else [1]
    draw.add("PRelu", x, draw.constant(draw.floats(shape), "float32"))


def partner(draw: Draw, x: Value) -> Value:
    """Something that broadcasts with x: another value, or a new one with dimensions of 1 or without the first ones."""
    others = [
        value for value in draw.values
        if value.array.dtype == x.array.dtype and fits_together(value.shape, x.shape) and value.name != x.name
    ]  # fmt: skip
    if others and draw.chance(0.7):
        return draw.choice(others)
    if draw.chance(0.1):
        return x
    shape = [1 if draw.chance(0.3) else size for size in x.shape][draw.between(0, x.rank) :]
    if draw.chance(0.1):
        shape = [1] * draw.between(0, 2) + shape
    return draw.constant(draw.draw_array(x.array.dtype.name, shape), x.array.dtype.name)


def fits_together(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        numpy.broadcast_shapes(a, b)
    except ValueError:
        return False
    return True


def swapped(draw: Draw, a: Value, b: Value) -> tuple[Value, Value]:
    return (a, b) if draw.chance(0.5) else (b, a)


def binary(draw: Draw) -> None:
    x = draw.pick("f")
    draw.add(draw.choice(["Add", "Sub", "Mul"]), *swapped(draw, x, partner(draw, x)))


def division(draw: Draw) -> None:
    x = draw.pick("f")
    y = partner(draw, x)
    positive = draw.add("Add", draw.add("Abs", y), draw.constant(0.5, x.array.dtype.name))
    draw.add("Div", x, positive)


def power(draw: Draw) -> None:
    x = draw.pick("f")
    if draw.chance(0.5):
        draw.add("Pow", x, draw.constant(draw.choice([2, 3, 1, 0]), x.array.dtype.name))
        return
    base = draw.add("Add", draw.add("Abs", x), draw.constant(0.5, x.array.dtype.name))
    exponent = draw.constant(draw.choice([0.5, -1, 1.5]), x.array.dtype.name)
    if draw.opset >= 12 and draw.chance(0.3):
        exponent = draw.constant(draw.choice([2, -1]), "int64")
    draw.add("Pow", base, exponent)


def many(draw: Draw) -> None:
    x = draw.pick("f")
    inputs = [x] + [partner(draw, x) for _ in range(draw.between(0, 2))]
    shapes = [value.shape for value in inputs]
    try:
        numpy.broadcast_shapes(*shapes)
    except ValueError:
        raise Withdrawn("shapes") from None
    draw.add(draw.choice(["Max", "Min", "Sum", "Mean"]), *inputs)


def integers(draw: Draw) -> None:
    x = draw.pick("i")
    kind = draw.choice(["Add", "Sub", "Mul", "Neg", "Abs", "Sign", "Div", "Mod", "Max", "Min"])
    if kind in ("Neg", "Abs", "Sign"):
        draw.add(kind, x)
    elif kind in ("Div", "Mod"):
        divisor = draw.constant(draw.choice([2, 3, -2, 5]), x.array.dtype.name)
        draw.add(kind, x, divisor, fmod=1 if kind == "Mod" and draw.chance(0.3) else None)
    else:
        draw.add(kind, x, partner(draw, x))


def float_mod(draw: Draw) -> None:
    x = draw.pick("f", exact=True)
    draw.add("Mod", x, draw.constant(draw.choice([0.75, -1.5]), x.array.dtype.name), fmod=1)


def compare(draw: Draw) -> None:
    kinds = ["Less", "Greater", "Equal"] + (["LessOrEqual", "GreaterOrEqual"] if draw.opset >= 12 else [])
    kind = draw.choice(kinds)
    x = draw.pick("fi", exact=True)
    others = [value for value in draw.values if value.exact and value.array.dtype == x.array.dtype and fits_together(value.shape, x.shape)]
    y = draw.choice(others) if draw.chance(0.6) else draw.constant(0, x.array.dtype.name)
    draw.add(kind, x, y)


def logic(draw: Draw) -> None:
    x = draw.pick("b")
    if draw.chance(0.3):
        draw.add("Not", x)
    else:
        draw.add(draw.choice(["And", "Or", "Xor"]), x, partner(draw, x))


def bits(draw: Draw) -> None:
    if draw.opset >= 18 and draw.chance(0.7):
        x = draw.pick("i")
        kind = draw.choice(["BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot"])
        draw.add(kind, x, *([] if kind == "BitwiseNot" else [partner(draw, x)]))
    elif draw.opset >= 11:
        x = draw.pick("u")
        draw.add("BitShift", x, draw.constant(draw.between(0, 3), "uint8"), direction=draw.choice(["LEFT", "RIGHT"]))


def where(draw: Draw) -> None:
    condition = draw.pick("b")
    fitting = [value for value in draw.values if value.array.dtype.kind in "fi" and fits_together(value.shape, condition.shape)]
    if not fitting:
        raise Withdrawn("no value fits")
    x = draw.choice(fitting)
    draw.add("Where", condition, *swapped(draw, x, partner(draw, x)))


def cast(draw: Draw) -> None:
    x = draw.pick("fib", exact=True)
    target = draw.choice(["float32", "float32", "float64", "int64", "int32", "bool", "uint8", "int8", "float16"])
    if target == "uint8" and x.array.size and x.array.min() < 0:
        raise Withdrawn("negative")
    made = draw.add("Cast", x, to=elem_type(target), exact=True)
    if target == "float16":
        draw.add("Cast", made, to=elem_type("float32"), exact=True)
        draw.values.remove(made)  # what is computed with half precision differs


def cast_like(draw: Draw) -> None:
    if draw.opset >= 15:
        draw.add("CastLike", draw.pick("fi", exact=True), draw.pick("fi"), exact=True)


FAMILY = [unary, unary, unary_with_settings, guarded, steps, clip, prelu, binary, binary, binary, division, power, many, integers, integers,
          float_mod, compare, compare, logic, bits, where, where, cast, cast, cast_like]  # fmt: skip
