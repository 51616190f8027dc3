#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures windows of a Python program with libjoulemark_meter.so:
meter.py LIBRARY [ROOT] [--meter ADDRESS]… [--calibration SENSOR=GAIN±U]…

The structures are those of include/joulemark/meter.h.
"""

import argparse
import ctypes
from collections.abc import Sequence

CLASSES = ("measured", "derived", "estimated", "absent")


class Message(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char * 512)]


class Energy(ctypes.Structure):
    _fields_ = [
        ("scope", ctypes.c_char * 64),
        ("sensor", ctypes.c_char * 32),
        ("energy_class", ctypes.c_int32),
        ("joules", ctypes.c_double),
        ("uncertainty_j", ctypes.c_double),
        ("reason", ctypes.c_char * 32),
        ("detail", ctypes.c_char * 512),
    ]


class Options(ctypes.Structure):
    """The library knows by its size how much of it this program knows."""

    _fields_ = [
        ("size", ctypes.c_size_t),
        ("root", ctypes.c_char_p),
        ("meters", ctypes.POINTER(ctypes.c_char_p)),
        ("meter_count", ctypes.c_size_t),
        ("calibrations", ctypes.POINTER(ctypes.c_char_p)),
        ("calibration_count", ctypes.c_size_t),
    ]


def load(path: str) -> ctypes.CDLL:
    library = ctypes.CDLL(path)
    for name, result, arguments in (
        ("jm_meter_open_with", ctypes.c_void_p, [ctypes.POINTER(Options), ctypes.POINTER(Message)]),
        ("jm_meter_close", None, [ctypes.c_void_p]),
        ("jm_window_begin", ctypes.c_void_p, [ctypes.c_void_p, ctypes.POINTER(Message)]),
        ("jm_window_end", ctypes.c_int, [ctypes.c_void_p, ctypes.POINTER(Message)]),
        ("jm_window_seconds", ctypes.c_double, [ctypes.c_void_p]),
        ("jm_window_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("jm_window_energies", ctypes.POINTER(Energy), [ctypes.c_void_p]),
        ("jm_window_calibration_j", ctypes.c_double, [ctypes.c_void_p, ctypes.c_size_t]),
        ("jm_window_free", None, [ctypes.c_void_p]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def texts(lines: Sequence[str]) -> ctypes.Array:
    return (ctypes.c_char_p * len(lines))(*(line.encode() for line in lines))


class Meter:
    """Open sensors; `with meter.window() as window:` measures what is inside."""

    def __init__(self, path: str, root: str = "/", meters: Sequence[str] = (), calibrations: Sequence[str] = ()) -> None:
        self.library, message = load(path), Message()
        options = Options(ctypes.sizeof(Options), root.encode(), texts(meters), len(meters), texts(calibrations), len(calibrations))
        self.handle = self.library.jm_meter_open_with(options, message)
        if not self.handle:
            raise RuntimeError(message.text.decode())

    def window(self) -> "Window":
        return Window(self)

    def close(self) -> None:
        self.library.jm_meter_close(self.handle)


class Window:
    def __init__(self, meter: Meter) -> None:
        self.meter, self.energies, self.calibrations_j, self.seconds = meter, [], [], float("nan")

    def __enter__(self) -> "Window":
        message = Message()
        self.handle = self.meter.library.jm_window_begin(self.meter.handle, message)
        if not self.handle:
            raise RuntimeError(message.text.decode())
        return self

    def __exit__(self, *_) -> None:
        library, message = self.meter.library, Message()
        try:
            if library.jm_window_end(self.handle, message):
                raise RuntimeError(message.text.decode())
            self.seconds = library.jm_window_seconds(self.handle)
            found = library.jm_window_energies(self.handle)
            # Copies: the library's own go with the window.
            places = range(library.jm_window_count(self.handle))
            self.energies = [Energy.from_buffer_copy(found[i]) for i in places]
            self.calibrations_j = [library.jm_window_calibration_j(self.handle, i) for i in places]
        finally:
            library.jm_window_free(self.handle)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures a window of a Python program.")
    parser.add_argument("library")
    parser.add_argument("root", nargs="?", default="/")
    parser.add_argument("--meter", action="append", default=[], help="KIND://HOST, as joulemark's --meter")
    parser.add_argument("--calibration", action="append", default=[], help="SENSOR=GAIN±U, as joulemark's --calibration")
    given = parser.parse_args()
    meter = Meter(given.library, given.root, given.meter, given.calibration)
    with meter.window() as window:
        sum(i * i for i in range(1_000_000))
    print(f"{window.seconds:.3f} s")
    for energy, calibration_j in zip(window.energies, window.calibrations_j, strict=True):
        name = f"{energy.scope.decode()} ({CLASSES[energy.energy_class]})"
        if CLASSES[energy.energy_class] == "absent":
            print(f"{name}: {energy.reason.decode()}: {energy.detail.decode()}")
        else:
            known = "" if calibration_j != calibration_j else f", calibration ± {calibration_j:.3f} J"
            print(f"{name}: {energy.joules:.3f} ± {energy.uncertainty_j:.3f} J by {energy.sensor.decode()}{known}")
    meter.close()


if __name__ == "__main__":
    main()
