#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program itself costs: its start, CPU time and memory while a window is open, and a report over a large store.

bench/program.py BIN
"""

import contextlib
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

WINDOW_S = 20


def start_ms(joulemark: pathlib.Path) -> float:
    def once() -> float:
        begin = time.perf_counter()
        subprocess.run([joulemark, "--version"], stdout=subprocess.DEVNULL, check=True)
        return (time.perf_counter() - begin) * 1e3

    return statistics.median(once() for _ in range(50))


def simulated_machine(root: pathlib.Path) -> None:
    """Six counters of cores, which may rest, and four powers: ten sensors, read like real ones, ten times a second."""
    def write(folder: pathlib.Path, **files: str) -> None:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text + "\n")

    for index in range(6):
        zone = root / f"sys/class/powercap/intel-rapl:{index}"
        write(zone, name="core", max_energy_range_uj="262143328850", energy_uj=f"{1_000_000 + index}")
    for index in range(4):
        write(root / f"sys/class/hwmon/hwmon{index}", name="power_meter", power1_average="50000000",
              power1_average_interval="1000", power1_oem_info=f"Module Power Socket {index}")  # fmt: skip
    (root / "proc").symlink_to("/proc")


def cpu_s(pid: int) -> float:
    """CPU time of all threads, from the scheduler's nanoseconds."""
    threads = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) * 1e-9


def rss_mb(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def window_cost(joulemark: pathlib.Path, folder: pathlib.Path) -> tuple[float, float]:
    """Share of one core in per cent while the null engine sleeps in its window, and peak memory in MiB."""
    simulated_machine(folder / "machine")
    process = subprocess.Popen(
        [joulemark, "compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "1", "--warmup-max", "0.5",
         "--duration", str(WINDOW_S), "--sample-hz", "10", "--root", folder / "machine", "--store", folder / "s.sqlite", "--quiet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(5)  # into the window
    begin, used = time.monotonic(), cpu_s(process.pid)
    time.sleep(WINDOW_S - 8)
    share = (cpu_s(process.pid) - used) / (time.monotonic() - begin) * 100
    peak = rss_mb(process.pid)
    if process.wait() != 0:
        raise SystemExit("the measured comparison failed")
    return share, peak


def large_store(joulemark: pathlib.Path, path: pathlib.Path, blocks: int) -> None:
    """One block of ten configurations with 1,000 iterations each, measured; the other blocks are copies of it."""
    subprocess.run(
        [joulemark, "compare", "null:a?sleep_us=20", "--engine", "null", "--threads", "1-10", "--repetitions", "1", "--duration", "0.05",
         "--warmup-min", "0", "--min-iterations", "1000", "--store", path, "--quiet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        columns = [row[1] for row in store.execute("pragma table_info(trial)")]
        (count,) = store.execute("select count(*) from trial").fetchone()
        values = {"id": "id + :block * :count", "block": ":block"}
        for block in range(1, blocks):
            numbers = {"block": block, "count": count}
            picked = ", ".join(values.get(name, name) for name in columns)
            store.execute(f"insert into trial select {picked} from trial where block = 0", numbers)
            for table in ("trial_phase", "trial_energy", "trial_data"):
                names = [row[1] for row in store.execute(f"pragma table_info({table})")]
                picked = ", ".join("trial + :block * :count" if name == "trial" else name for name in names)
                store.execute(f"insert into {table} select {picked} from {table} where trial <= :count", numbers)


def report_cost(joulemark: pathlib.Path, store: pathlib.Path) -> tuple[float, float]:
    """Seconds and MiB of the table and the page together."""
    begin = time.perf_counter()
    process = subprocess.Popen([joulemark, "report", store, "--output", store.with_suffix(".html")], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("the report failed")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def main() -> None:
    joulemark = pathlib.Path(sys.argv[1]) / "joulemark"
    with tempfile.TemporaryDirectory() as folder:
        share, peak = window_cost(joulemark, pathlib.Path(folder))
        store = pathlib.Path(folder) / "large.sqlite"
        large_store(joulemark, store, blocks=1000)
        seconds, report_peak = report_cost(joulemark, store)
    print(f"start of joulemark --version   {start_ms(joulemark):7.1f} ms   (promise: 20)")
    print(f"CPU while a window is open     {share:7.3f} %    (promise: 0.15 of one core, ten sensors 10 times a second)")
    print(f"memory at its peak             {peak:7.1f} MiB  (promise: 50 without the store's page cache)")
    print(f"report over 10,000 trials      {seconds:7.2f} s    (promise: 5, with 1,000 iterations each)")
    print(f"memory of that at its peak     {report_peak:7.0f} MiB  (promise: 300)")


main()
