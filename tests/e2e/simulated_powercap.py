# SPDX-License-Identifier: Apache-2.0
"""A machine that draws a known power: a powercap tree in a folder whose counters move on while the test runs."""

import os
import pathlib
import shutil
import threading
import time

UNIT_UJ = 1e6 / 2**14  # step of the counter, 61 µJ
RANGE_UJ = 262143328850


class Zone:
    """One counter at constant watts, updated every `period_s`."""

    def __init__(self, powercap: pathlib.Path, name: str, watts: float, start_uj: int, period_s: float) -> None:
        self.folder = powercap / f"intel-rapl:{name.rpartition('-')[2]}"
        self.folder.mkdir(parents=True)
        (self.folder / "name").write_text(f"{name}\n")
        (self.folder / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
        self.watts, self.start_uj, self.period_s = watts, start_uj, period_s
        self.stalls_after_s = float("inf")  # since the simulation's begin
        self.file = os.open(self.folder / "energy_uj", os.O_CREAT | os.O_RDWR)
        self.write(0)

    def write(self, seconds: float) -> None:
        seconds = min(seconds, self.stalls_after_s)
        joules = self.watts * (seconds // self.period_s * self.period_s if self.period_s > 0 else seconds)
        raw = int(joules * 1e6 / UNIT_UJ) * UNIT_UJ + self.start_uj
        # One write of one width: a reader never sees half a number.
        os.pwrite(self.file, f"{int(raw) % RANGE_UJ:020d}\n".encode(), 0)

    def remove_after(self, seconds: float) -> None:
        """The counter stops then, and its folder goes; a descriptor that is open reads on."""
        self.stalls_after_s = seconds
        threading.Timer(seconds, shutil.rmtree, [self.folder]).start()


class SimulatedPowercap:
    """Packages at constant watts; `with` it, and their counters follow CLOCK_MONOTONIC."""

    def __init__(self, root: pathlib.Path, watts: float, start_uj: int = 1_000_000, period_s: float = 0) -> None:
        self.root = root
        self._powercap = root / "sys/class/powercap"
        (self._powercap / "intel-rapl").mkdir(parents=True)
        (root / "proc").symlink_to("/proc")  # the measured process is real
        self.zones = [Zone(self._powercap, "package-0", watts, start_uj, period_s)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def add_package(self, watts: float) -> Zone:
        self.zones.append(Zone(self._powercap, f"package-{len(self.zones)}", watts, 1_000_000, 0))
        return self.zones[-1]

    def _follow(self) -> None:
        begin = time.monotonic()
        while not self._stop.wait(0.001):
            for zone in self.zones:
                zone.write(time.monotonic() - begin)

    def __enter__(self) -> "SimulatedPowercap":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()
        for zone in self.zones:
            os.close(zone.file)
