# SPDX-License-Identifier: Apache-2.0
"""A machine that draws a known power: a powercap tree in a folder whose counters move on while the test runs."""

import os
import pathlib
import threading
import time

UNIT_UJ = 1e6 / 2**14  # step of the counter, 61 µJ
RANGE_UJ = 262143328850


class SimulatedPowercap:
    """One package at constant watts; `with` it, and its counter follows CLOCK_MONOTONIC."""

    def __init__(self, root: pathlib.Path, watts: float, start_uj: int = 1_000_000) -> None:
        self.root = root
        self._watts = watts
        self._start_uj = start_uj
        zone = root / "sys/class/powercap/intel-rapl:0"
        zone.mkdir(parents=True)
        (root / "sys/class/powercap/intel-rapl").mkdir()
        (root / "proc").symlink_to("/proc")  # the measured process is real
        (zone / "name").write_text("package-0\n")
        (zone / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
        self._counter = os.open(zone / "energy_uj", os.O_CREAT | os.O_RDWR)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._write(0)

    def _write(self, joules: float) -> None:
        raw = int(joules * 1e6 / UNIT_UJ) * UNIT_UJ + self._start_uj
        # One write of one width: a reader never sees half a number.
        os.pwrite(self._counter, f"{int(raw) % RANGE_UJ:020d}\n".encode(), 0)

    def _follow(self) -> None:
        begin = time.monotonic()
        while not self._stop.wait(0.001):
            self._write(self._watts * (time.monotonic() - begin))

    def __enter__(self) -> "SimulatedPowercap":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._counter)
