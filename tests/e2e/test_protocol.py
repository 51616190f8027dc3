# SPDX-License-Identifier: Apache-2.0
"""Rests and warm-ups by what the machine shows: a processor's thermometer that the test holds."""

import contextlib
import json
import pathlib
import sqlite3
import threading

import pytest
from conftest import OK, children_of, interrupt, wait_until

# Calls of 20 ms: what a loaded machine adds to one is little of it, so that the times settle.
COMPARE = ["compare", "null:a?sleep_us=20000", "--engine", "null", "--repetitions", "2", "--duration", "1.5", "--warmup-min", "0", "--warmup-max", "0.05",
           "--min-iterations", "1", "--store", "s.sqlite", "--json"]  # fmt: skip


class Thermometer:
    def __init__(self, root: pathlib.Path):
        self.root = root
        folder = root / "sys/class/hwmon/hwmon0"
        folder.mkdir(parents=True)
        (folder / "name").write_text("coretemp\n")
        self._file = folder / "temp1_input"
        self._file.write_text("40000\n")

    def show(self, celsius: float) -> None:
        # In place, as the kernel does: the program has the file open, and must never find it empty.
        with self._file.open("r+") as file:
            file.write(f"{celsius * 1000:.0f}\n")


@pytest.fixture
def thermometer(tmp_path):
    return Thermometer(tmp_path / "machine")


def facts(joulemark, name: str) -> list[float | None]:
    """Of each trial, in the order of time."""
    with contextlib.closing(sqlite3.connect(joulemark.home / "s.sqlite")) as store:
        return [value for (value,) in store.execute("select value from trial_window_fact where fact = ? order by trial", [name])]


def trials(joulemark) -> int:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{joulemark.home / 's.sqlite'}?mode=ro", uri=True)) as store:
            return store.execute("select count(*) from trial").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def heated_by_its_first_worker(joulemark, thermometer, *more):
    process = joulemark.start(*COMPARE, "--root", thermometer.root, *more)
    wait_until(lambda: children_of(process.pid), "the first worker")
    thermometer.show(70)
    return process


def outcome_of(process) -> dict:
    out, err = process.communicate(timeout=100)
    assert process.returncode == OK, err
    return json.loads(out)


def test_a_rest_that_never_happened_is_said(joulemark, thermometer):
    result = outcome_of(heated_by_its_first_worker(joulemark, thermometer, "--cooldown-max", "0.3"))
    assert facts(joulemark, "cooldown_s") == [pytest.approx(0, abs=0.05), pytest.approx(0.3, abs=0.25)]
    assert facts(joulemark, "cooldown_temperature_C") == [40, 70]
    assert facts(joulemark, "cooldown_missed") == [0, 1]
    caveat = {caveat["code"]: caveat["message"] for caveat in result["caveats"]}["hot_start"]
    assert "in 1 of 2 trials" in caveat and "null cpu f32 t1 b1" in caveat and "--cooldown-max" in caveat


def test_a_hot_machine_is_waited_for(joulemark, thermometer):
    process = heated_by_its_first_worker(joulemark, thermometer, "--cooldown-max", "90")
    wait_until(lambda: trials(joulemark) == 1, "the first trial", timeout=60)
    thermometer.show(41)
    result = outcome_of(process)
    assert facts(joulemark, "cooldown_missed") == [0, 0] and facts(joulemark, "cooldown_temperature_C") == [40, 41]
    assert "hot_start" not in {caveat["code"] for caveat in result["caveats"]}


def test_a_stop_signal_ends_a_rest(joulemark, thermometer):
    process = heated_by_its_first_worker(joulemark, thermometer, "--cooldown-max", "3600")
    wait_until(lambda: trials(joulemark) == 1, "the first trial", timeout=60)
    interrupt(process)
    process.communicate(timeout=60)
    assert process.returncode == 130 and trials(joulemark) == 1


def test_without_a_thermometer_nothing_waits_and_the_reason_is_kept(joulemark, tmp_path):
    (tmp_path / "bare").mkdir()
    outcome = joulemark(*COMPARE, "--root", tmp_path / "bare")
    assert outcome.status == OK, outcome.err
    for name in ("cooldown_s", "cooldown_temperature_C", "cooldown_W", "cooldown_missed", "warmup_C_per_min", "warmup_clock_change"):
        assert facts(joulemark, name) == [None, None], name
    assert "hot_start" not in {caveat["code"] for caveat in outcome.json["caveats"]}


def test_a_temperature_that_never_settles_is_named(joulemark, thermometer):
    over = threading.Event()

    def rise():
        celsius = 40
        while not over.wait(0.005):
            celsius = celsius + 1 if celsius < 99 else 40
            thermometer.show(celsius)

    heater = threading.Thread(target=rise)
    heater.start()
    try:
        outcome = joulemark(*COMPARE, "--root", thermometer.root, "--warmup-max", "4", "--cooldown-max", "0",
                            "--duration", "0.1", "--repetitions", "1")  # fmt: skip
    finally:
        over.set()
        heater.join()
    assert outcome.status == OK, outcome.err
    caveat = {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}["not_steady"]
    assert "in 1 of 1 trials" in caveat and "temperature in 1" in caveat
    assert [int(parts) & 2 for parts in facts(joulemark, "warmup_unsettled")] == [2]
