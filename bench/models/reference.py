# SPDX-License-Identifier: Apache-2.0
"""Answers of ONNX Runtime, through the C interface of the library that script/bootstrap fetches; no Python package is needed."""

import ctypes
import os
import pathlib
from collections.abc import Mapping

import numpy
import onnx
from onnx import numpy_helper

# Slots of OrtApi, as engines/onnxruntime/ort_api.h has them.
SLOTS = {
    "GetErrorMessage": 2, "CreateEnv": 3, "CreateSession": 7, "CreateSessionFromArray": 8, "Run": 9, "CreateSessionOptions": 10,
    "SetSessionGraphOptimizationLevel": 23, "SetIntraOpNumThreads": 24, "SessionGetOutputCount": 31, "SessionGetOutputName": 37,
    "CreateTensorWithDataAsOrtValue": 49, "GetTensorMutableData": 51, "GetTensorElementType": 60, "GetDimensionsCount": 61,
    "GetDimensions": 62, "GetTensorTypeAndShape": 65, "CreateCpuMemoryInfo": 69, "AllocatorFree": 76,
    "GetAllocatorWithDefaultOptions": 78, "ReleaseStatus": 93, "ReleaseSession": 95, "ReleaseValue": 96,
    "ReleaseTensorTypeAndShapeInfo": 99,
}  # fmt: skip
RETURNS_NOTHING = {"ReleaseStatus", "ReleaseSession", "ReleaseValue", "ReleaseTensorTypeAndShapeInfo"}
API_VERSION = 16
LOG_FATAL = 4
NO_OPTIMISATION = 0

pointer, byref = ctypes.c_void_p, ctypes.byref


class ReferenceError(Exception):
    """What ONNX Runtime says about a model that it does not run."""


def library() -> pathlib.Path:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    found = sorted((cache / "joulemark/engines/onnxruntime").glob("*/libonnxruntime.so.*"))
    if not found:
        raise SystemExit("no ONNX Runtime in the cache; run script/bootstrap")
    return found[-1]


class Reference:
    """ONNX Runtime on one thread and without graph optimisations: every node by its own kernel."""

    def __init__(self) -> None:
        opened = ctypes.CDLL(str(library()))
        opened.OrtGetApiBase.restype = ctypes.POINTER(pointer)
        get_api = ctypes.CFUNCTYPE(pointer, ctypes.c_uint32)(opened.OrtGetApiBase()[0])
        self._table = ctypes.cast(get_api(API_VERSION), ctypes.POINTER(pointer))
        self._env, self._options, self._memory, self._allocator = pointer(), pointer(), pointer(), pointer()
        self._call("CreateEnv", ctypes.c_int(LOG_FATAL), b"reference", byref(self._env))
        self._call("CreateSessionOptions", byref(self._options))
        self._call("SetSessionGraphOptimizationLevel", self._options, ctypes.c_int(NO_OPTIMISATION))
        self._call("SetIntraOpNumThreads", self._options, ctypes.c_int(1))
        self._call("CreateCpuMemoryInfo", ctypes.c_int(0), ctypes.c_int(0), byref(self._memory))
        self._call("GetAllocatorWithDefaultOptions", byref(self._allocator))

    def _function(self, name: str):
        result = ctypes.c_char_p if name == "GetErrorMessage" else None if name in RETURNS_NOTHING else pointer
        return ctypes.CFUNCTYPE(result)(self._table[SLOTS[name]])

    def _call(self, name: str, *arguments: object) -> None:
        status = self._function(name)(*arguments)
        if name in RETURNS_NOTHING or not status:
            return
        message = self._function("GetErrorMessage")(pointer(status)).decode(errors="replace")
        self._function("ReleaseStatus")(pointer(status))
        raise ReferenceError(message)

    def run(self, model: bytes | pathlib.Path, feeds: Mapping[str, numpy.ndarray]) -> dict[str, numpy.ndarray]:
        """The outputs by name. Raises ReferenceError."""
        session = pointer()
        if isinstance(model, bytes):
            self._call("CreateSessionFromArray", self._env, model, ctypes.c_size_t(len(model)), self._options, byref(session))
        else:
            self._call("CreateSession", self._env, str(model).encode(), self._options, byref(session))
        try:
            return self._run(session, {name: numpy.asarray(value, order="C") for name, value in feeds.items()})
        finally:
            self._call("ReleaseSession", session)

    def _run(self, session: pointer, feeds: dict[str, numpy.ndarray]) -> dict[str, numpy.ndarray]:
        names = self._output_names(session)
        inputs = (pointer * len(feeds))(*(self._value(array).value for array in feeds.values()))
        outputs = (pointer * len(names))()
        input_names = (ctypes.c_char_p * len(feeds))(*(name.encode() for name in feeds))
        output_names = (ctypes.c_char_p * len(names))(*(name.encode() for name in names))
        try:
            self._call(
                "Run", session, None, input_names, inputs, ctypes.c_size_t(len(feeds)), output_names, ctypes.c_size_t(len(names)), outputs
            )  # fmt: skip
            return {name: self._array(pointer(value)) for name, value in zip(names, outputs)}
        finally:
            for value in [*inputs, *outputs]:
                self._call("ReleaseValue", pointer(value))

    def _output_names(self, session: pointer) -> list[str]:
        count = ctypes.c_size_t()
        self._call("SessionGetOutputCount", session, byref(count))
        names = []
        for k in range(count.value):
            text = ctypes.c_char_p()
            self._call("SessionGetOutputName", session, ctypes.c_size_t(k), self._allocator, byref(text))
            names.append(text.value.decode())
            self._call("AllocatorFree", self._allocator, text)
        return names

    def _value(self, array: numpy.ndarray) -> pointer:
        value, dims = pointer(), (ctypes.c_int64 * array.ndim)(*array.shape)
        dtype = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        self._call(
            "CreateTensorWithDataAsOrtValue", self._memory, pointer(array.ctypes.data), ctypes.c_size_t(array.nbytes), dims,
            ctypes.c_size_t(array.ndim), ctypes.c_int(dtype), byref(value),
        )  # fmt: skip
        return value

    def _array(self, value: pointer) -> numpy.ndarray:
        info, dtype, rank, data = pointer(), ctypes.c_int(), ctypes.c_size_t(), pointer()
        self._call("GetTensorTypeAndShape", value, byref(info))
        self._call("GetTensorElementType", info, byref(dtype))
        self._call("GetDimensionsCount", info, byref(rank))
        dims = (ctypes.c_int64 * rank.value)()
        self._call("GetDimensions", info, dims, rank)
        self._call("ReleaseTensorTypeAndShapeInfo", info)
        self._call("GetTensorMutableData", value, byref(data))
        kind = onnx.helper.tensor_dtype_to_np_dtype(dtype.value)
        size = int(numpy.prod(dims)) * numpy.dtype(kind).itemsize
        text = ctypes.string_at(data, size) if size else b""
        return numpy.frombuffer(text, kind).reshape(tuple(dims)).copy()


def write_case(folder: pathlib.Path, feeds: Mapping[str, numpy.ndarray], outputs: Mapping[str, numpy.ndarray], number: int = 0) -> None:
    """Puts test_data_set_NUMBER beside the model."""
    data = folder / f"test_data_set_{number}"
    data.mkdir(parents=True, exist_ok=True)
    for stem, values in (("input", feeds), ("output", outputs)):
        for k, (name, value) in enumerate(values.items()):
            (data / f"{stem}_{k}.pb").write_bytes(numpy_helper.from_array(value, name).SerializeToString())
