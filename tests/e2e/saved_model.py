# SPDX-License-Identifier: Apache-2.0
"""Writes small SavedModels of TensorFlow, byte by byte, so that TensorFlow's Python is not needed."""

import pathlib

import numpy

FLOAT, STRING = 1, 7


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """Fields (number, value): whole numbers, texts, and messages as bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def shape(*dims: int) -> bytes:
    return message(*((2, message((1, size))) for size in dims))


def node(name: str, kind: str, inputs=(), **attributes: bytes) -> tuple[int, bytes]:
    entries = [(5, message((1, key), (2, value))) for key, value in attributes.items()]
    return 1, message((1, name), (2, kind), *((3, each) for each in inputs), *entries)


def kind(number: int) -> bytes:
    return message((6, number))


def tensor_info(name: str, *dims: int, element: int = FLOAT) -> bytes:
    return message((1, name), (2, element), (3, shape(*dims)))


def save(folder: pathlib.Path, nodes, width: int, *others: tuple[int, bytes], element: int = FLOAT) -> pathlib.Path:
    """A model from `x` to `y` [any, width], the results of the nodes of these names; other parts of its MetaGraphDef."""
    graph = message(*nodes, (4, message((1, 1882))))
    signature = message(
        (1, message((1, "x"), (2, tensor_info("x:0", -1, width, element=element)))),
        (2, message((1, "y"), (2, tensor_info("y:0", -1, width, element=element)))),
        (3, "tensorflow/serving/predict"),
    )
    meta = message((1, message((4, "serve"))), (2, graph), *others, (5, message((1, "serving_default"), (2, signature))))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_bytes(message((1, 1), (2, meta)))
    return folder


def placeholder(width: int) -> tuple[int, bytes]:
    return node("x", "Placeholder", dtype=kind(FLOAT), shape=message((7, shape(-1, width))))


def numbers(name: str, values: numpy.ndarray) -> tuple[int, bytes]:
    content = message((1, FLOAT), (2, shape(*values.shape)), (4, values.astype(numpy.float32).tobytes()))
    return node(name, "Const", dtype=kind(FLOAT), value=message((8, content)))


def texts(name: str, *values: str, dims: tuple[int, ...] = ()) -> tuple[int, bytes]:
    content = message((1, STRING), (2, shape(*dims)), *((8, value) for value in values))
    return node(name, "Const", dtype=kind(STRING), value=message((8, content)))


def product(folder: pathlib.Path, weights: numpy.ndarray) -> pathlib.Path:
    """y = x W for a square matrix, which is a constant."""
    width = weights.shape[0]
    nodes = [placeholder(width), numbers("w", weights), node("y", "MatMul", ["x", "w"], T=kind(FLOAT))]
    return save(folder, nodes, width)


def of_texts(folder: pathlib.Path) -> pathlib.Path:
    """y = x for texts."""
    x = node("x", "Placeholder", dtype=kind(STRING), shape=message((7, shape(-1, 8))))
    return save(folder, [x, node("y", "Identity", ["x"], T=kind(STRING))], 8, element=STRING)


FLOATS = message((1, message((6, FLOAT))))
"""The attribute of a list with one type."""


def of_a_variable(folder: pathlib.Path, width: int) -> pathlib.Path:
    """y = x W, where W is a variable whose values `writer_of_a_variable` leaves in files."""
    nodes = [
        placeholder(width),
        node("handle", "VarHandleOp", dtype=kind(FLOAT), shape=message((7, shape(width, width))), shared_name=message((2, "w"))),
        node("w", "ReadVariableOp", ["handle"], dtype=kind(FLOAT)),
        node("y", "MatMul", ["x", "w"], T=kind(FLOAT)),
        texts("prefix", ""),
        texts("names", "w", dims=(1,)),
        texts("slices", "", dims=(1,)),
        node("read", "RestoreV2", ["prefix", "names", "slices"], dtypes=FLOATS),
        node("assign", "AssignVariableOp", ["handle", "read"], dtype=kind(FLOAT)),
        node("restore", "NoOp", ["^assign"]),
    ]
    saver = message((1, "prefix:0"), (2, "prefix:0"), (3, "restore"), (7, 2))
    return save(folder, nodes, width, (3, saver))


def writer_of_a_variable(folder: pathlib.Path, weights: numpy.ndarray, target: pathlib.Path) -> pathlib.Path:
    """y = x, and every run writes the values of the variable in the model at `target`."""
    (target / "variables").mkdir(parents=True)
    nodes = [
        placeholder(weights.shape[0]),
        numbers("w", weights),
        texts("prefix", str(target / "variables/variables")),
        texts("names", "w", dims=(1,)),
        texts("slices", "", dims=(1,)),
        node("write", "SaveV2", ["prefix", "names", "slices", "w"], dtypes=FLOATS),
        node("y", "Identity", ["x", "^write"], T=kind(FLOAT)),
    ]
    return save(folder, nodes, weights.shape[0])
