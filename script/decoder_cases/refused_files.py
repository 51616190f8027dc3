# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that must be refused because of their safetensors files or the index of their shards."""

import json
import pathlib
import shutil
import struct
from collections.abc import Callable

from .files import write_json

Make = Callable[[pathlib.Path, pathlib.Path], None]
FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"
FIRST = "model-00001-of-00002.safetensors"
SECOND = "model-00002-of-00002.safetensors"
UP = "model.layers.0.mlp.up_proj.weight"
DOWN = "model.layers.0.mlp.down_proj.weight"


def parts(path: pathlib.Path) -> tuple[dict, bytes]:
    """The header of a safetensors file and the bytes behind it."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header: dict | bytes, data: bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def begun(bases: pathlib.Path, folder: pathlib.Path) -> tuple[dict, bytes]:
    shutil.copy(bases / "llama" / "config.json", folder / "config.json")
    return parts(bases / "llama" / FILE)


def whole(change: Callable[[dict, bytes], bytes]) -> Make:
    """The file's bytes from its header and data."""

    def make(bases: pathlib.Path, folder: pathlib.Path) -> None:
        header, data = begun(bases, folder)
        (folder / FILE).write_bytes(change(header, data))

    return make


def one_tensor(**values) -> Make:
    """Another description of one tensor: dtype, shape or data_offsets."""
    return whole(lambda header, data: joined(header | {UP: header[UP] | values}, data))


def offsets(shift: int, grow: int) -> Make:
    def change(header: dict, data: bytes) -> bytes:
        begin, end = header[UP]["data_offsets"]
        return joined(header | {UP: header[UP] | {"data_offsets": [begin + shift, end + shift + grow]}}, data)

    return whole(change)


def overlapping(header: dict, data: bytes) -> bytes:
    """Two tensors of one size on the same bytes, those of the first then belong to nobody."""
    return joined(header | {UP: header[UP] | {"data_offsets": header["model.layers.0.mlp.gate_proj.weight"]["data_offsets"]}}, data)


def without(name: str) -> Make:
    """A well-formed file that lacks one tensor: what follows it moves up."""

    def change(header: dict, data: bytes) -> bytes:
        begin, end = header[name]["data_offsets"]
        size = end - begin
        kept = {}
        for key, value in header.items():
            if key == name:
                continue
            if key != "__metadata__" and value["data_offsets"][0] >= end:
                value = value | {"data_offsets": [offset - size for offset in value["data_offsets"]]}
            kept[key] = value
        return joined(kept, data[:begin] + data[end:])

    return whole(change)


def as_int8(header: dict, data: bytes) -> bytes:
    """One matrix as int8, with the bytes that its shape then has."""
    last = max((name for name in header if name != "__metadata__"), key=lambda name: header[name]["data_offsets"][1])
    begin, end = header[last]["data_offsets"]
    size = (end - begin) // 4
    return joined(header | {last: header[last] | {"dtype": "I8", "data_offsets": [begin, begin + size]}}, data[: begin + size])


def twice_in_header(header: dict, data: bytes) -> bytes:
    text = json.dumps(header, separators=(",", ":"))
    again = json.dumps({UP: header[DOWN] | {"shape": header[UP]["shape"]}}, separators=(",", ":"))
    return joined((text[:-1] + "," + again[1:]).encode(), data)


def sharded(weight_map: Callable[[dict], dict], second: dict[str, str] | None = None) -> Make:
    """The whole file as first shard, an index made from its names, and a second shard: name in it → tensor that it is a copy of."""

    def make(bases: pathlib.Path, folder: pathlib.Path) -> None:
        header, data = begun(bases, folder)
        (folder / FIRST).write_bytes(joined(header, data))
        copies, content = {}, b""
        for name, source in (second or {}).items():
            begin, end = header[source]["data_offsets"]
            copies[name] = header[source] | {"data_offsets": [len(content), len(content) + end - begin]}
            content += data[begin:end]
        if copies:
            (folder / SECOND).write_bytes(joined(copies, content))
        names = {name: FIRST for name in header if name != "__metadata__"}
        write_json(folder / INDEX, {"metadata": {}, "weight_map": weight_map(names)}, indent=1)

    return make


def nothing(bases: pathlib.Path, folder: pathlib.Path) -> None:
    begun(bases, folder)


def index_text(text: str) -> Make:
    def make(bases: pathlib.Path, folder: pathlib.Path) -> None:
        begun(bases, folder)
        (folder / INDEX).write_text(text, encoding="utf-8")

    return make


def config_absent(bases: pathlib.Path, folder: pathlib.Path) -> None:
    shutil.copy(bases / "llama" / FILE, folder / FILE)


FILE_CASES: list[tuple[str, list[str], str, Make]] = [
    ("config_absent", ["config.json"], "there is none", config_absent),
    ("weights_absent", [FILE], "there are none", nothing),
    ("file_empty", [FILE], "no header", whole(lambda header, data: b"")),
    ("file_7_bytes", [FILE], "no header", whole(lambda header, data: b"\x01" * 7)),
    ("file_cut", [FILE], "a download that ended early", whole(lambda header, data: joined(header, data)[:-100])),
    ("file_longer", [FILE], "bytes that belong to no tensor", whole(lambda header, data: joined(header, data + b"\0" * 16))),
    ("header_length_2_63", [FILE], "longer than the file", whole(lambda header, data: joined(header, data, 2**63))),
    ("header_length_2_64", [FILE], "8 + length overflows", whole(lambda header, data: joined(header, data, 2**64 - 4))),
    ("header_longer_than_file", [FILE], "longer than the file", whole(lambda header, data: joined(header, data, 10**6))),
    ("header_zero", [FILE], "no header", whole(lambda header, data: joined(header, data, 0))),
    ("header_not_json", [FILE], "not JSON", whole(lambda header, data: joined(b"{'a'}   ", data))),
    ("header_array", [FILE], "an object is needed", whole(lambda header, data: joined(b"[]", b""))),
    ("header_deep", [FILE], "must not use up the stack", whole(lambda header, data: joined(b"[" * 300_000, b""))),
    ("tensor_twice_in_header", [UP], "which one is meant remains open", whole(twice_in_header)),
    ("tensor_absent", [DOWN], "a tensor is missing", without(DOWN)),
    ("head_absent", ["lm_head.weight"], "not tied, and no head", without("lm_head.weight")),
    ("tensor_shape", [UP], "as many numbers in another shape", one_tensor(shape=[8, 12])),
    ("tensor_rank", [UP], "as many numbers in another shape", one_tensor(shape=[96])),
    ("tensor_size_unlike_shape", [UP], "fewer bytes than the shape needs", one_tensor(shape=[13, 8])),
    ("tensor_shape_negative", [UP], "sizes are not negative", one_tensor(shape=[-12, -8])),
    ("tensor_shape_overflow", [UP], "2^32 · 2^32 · 4 is 0 in 64 bits", one_tensor(shape=[2**32, 2**32])),
    ("tensor_dtype_unknown", [UP], "no such type", one_tensor(dtype="F13")),
    ("tensor_int8", ["I8"], "weights are floats", whole(as_int8)),
    ("tensor_no_offsets", [UP], "an array of two is needed", one_tensor(data_offsets=[0])),
    ("offsets_overlap", [FILE], "two tensors on the same bytes", whole(overlapping)),
    ("offsets_beyond_file", [FILE], "outside of the file", offsets(10**6, 0)),
    ("offsets_huge", [FILE], "outside of the file", one_tensor(data_offsets=[2**64 - 384, 2**64 - 1])),
    ("offsets_negative", [UP], "outside of the file", one_tensor(data_offsets=[-384, 0])),
    ("offsets_reversed", [UP], "end before begin", one_tensor(data_offsets=[384, 0])),
    ("index_shard_absent", [SECOND], "the shard is missing", sharded(lambda names: names | {UP: SECOND})),
    ("index_outside", ["../"], "a shard outside of the folder", sharded(lambda names: names | {UP: "../../valid/llama/" + FILE})),
    ("index_absolute", ["/dev/zero"], "a shard outside of the folder", sharded(lambda names: names | {UP: "/dev/zero"})),
    ("index_tensor_not_in_shard", [UP], "the index is wrong", sharded(lambda names: names | {UP: SECOND}, {"other": DOWN})),
    ("index_tensor_in_two_shards", [UP], "which one is meant remains open", sharded(lambda names: names | {"other": SECOND}, {"other": DOWN, UP: UP})),
    ("index_number", [INDEX], "a name is a string", sharded(lambda names: names | {UP: 7})),
    ("index_map_absent", [INDEX], "weight_map is missing", index_text("{}")),
    ("index_not_json", [INDEX], "not JSON", index_text("{")),
]
