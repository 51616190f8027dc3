#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures windows of a Python program with libjoulemark_meter.so: meter.py LIBRARY [ROOT].

The structures are those of include/joulemark/meter.h.
"""

import ctypes
import sys

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


def load(path: str) -> ctypes.CDLL:
    library = ctypes.CDLL(path)
    for name, result, arguments in (
        ("jm_meter_open", ctypes.c_void_p, [ctypes.c_char_p, ctypes.POINTER(Message)]),
        ("jm_meter_close", None, [ctypes.c_void_p]),
        ("jm_window_begin", ctypes.c_void_p, [ctypes.c_void_p, ctypes.POINTER(Message)]),
        ("jm_window_end", ctypes.c_int, [ctypes.c_void_p, ctypes.POINTER(Message)]),
        ("jm_window_seconds", ctypes.c_double, [ctypes.c_void_p]),
        ("jm_window_count", ctypes.c_size_t, [ctypes.c_void_p]),
        ("jm_window_energies", ctypes.POINTER(Energy), [ctypes.c_void_p]),
        ("jm_window_free", None, [ctypes.c_void_p]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Meter:
    """Open sensors; `with meter.window() as window:` measures what is inside."""

    def __init__(self, path: str, root: str | None = None) -> None:
        self.library, message = load(path), Message()
        self.handle = self.library.jm_meter_open(root.encode() if root else None, message)
        if not self.handle:
            raise RuntimeError(message.text.decode())

    def window(self) -> "Window":
        return Window(self)

    def close(self) -> None:
        self.library.jm_meter_close(self.handle)


class Window:
    def __init__(self, meter: Meter) -> None:
        self.meter, self.energies, self.seconds = meter, [], float("nan")

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
            self.energies = [Energy.from_buffer_copy(found[i]) for i in range(library.jm_window_count(self.handle))]
        finally:
            library.jm_window_free(self.handle)


def main() -> None:
    meter = Meter(*sys.argv[1:3])
    with meter.window() as window:
        sum(i * i for i in range(1_000_000))
    print(f"{window.seconds:.3f} s")
    for energy in window.energies:
        name = f"{energy.scope.decode()} ({CLASSES[energy.energy_class]})"
        if CLASSES[energy.energy_class] == "absent":
            print(f"{name}: {energy.reason.decode()}: {energy.detail.decode()}")
        else:
            print(f"{name}: {energy.joules:.3f} ± {energy.uncertainty_j:.3f} J by {energy.sensor.decode()}")
    meter.close()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main()
