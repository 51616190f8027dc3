# SPDX-License-Identifier: Apache-2.0
"""Writes symbols of MXNet with their parameters, so that MXNet's Python is not needed."""

import json
import pathlib
import struct

import numpy

TYPES = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6}


def array(values: numpy.ndarray) -> bytes:
    """One array of a .params file, as MXNet 1.x writes it: dense, on a CPU."""
    head = struct.pack("<IiI", 0xF993FAC9, 0, values.ndim) + struct.pack(f"<{values.ndim}q", *values.shape)
    return head + struct.pack("<iii", 1, 0, TYPES[values.dtype.name]) + values.tobytes()


def params(path: pathlib.Path, arrays: dict[str, numpy.ndarray]) -> pathlib.Path:
    """`arrays` by names with "arg:" or "aux:" in front."""
    names = [name.encode() for name in arrays]
    content = struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(array(values) for values in arrays.values())
    content += struct.pack("<Q", len(names)) + b"".join(struct.pack("<Q", len(name)) + name for name in names)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


class Symbol:
    """The nodes of a symbol while it is written. A node is its place."""

    def __init__(self):
        self.nodes = []
        self.names = {}

    def variable(self, name: str, **attrs: str) -> int:
        """The one of this name, which is made if there is none."""
        if name not in self.names:
            self.names[name] = self.op("null", name, [], **attrs)
        return self.names[name]

    def op(self, kind: str, name: str, inputs: list[int], **attrs: object) -> int:
        texts = {key: str(value) for key, value in attrs.items()}
        self.nodes.append({"op": kind, "name": name, "attrs": texts, "inputs": [[place, 0, 0] for place in inputs]})
        return len(self.nodes) - 1

    def layer(self, kind: str, name: str, data: int, parameters: list[str], **attrs: object) -> int:
        """An operator whose parameters are variables: NAME_weight and so on."""
        return self.op(kind, name, [data, *(self.variable(f"{name}_{each}") for each in parameters)], **attrs)

    def save(self, path: pathlib.Path, *heads: int) -> pathlib.Path:
        variables = [place for place, node in enumerate(self.nodes) if node["op"] == "null"]
        content = {"nodes": self.nodes, "arg_nodes": variables, "heads": [[head, 0, 0] for head in heads], "attrs": {"mxnet_version": ["int", 10901]}}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
        return path
