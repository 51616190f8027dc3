# SPDX-License-Identifier: Apache-2.0
"""Trials that the machine disturbed are kept, marked and made again; what is left is as without the disturbance."""

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from conftest import OK
from simulated_powercap import SimulatedPowercap

WATTS = 40.0
ARGUMENTS = ["--engine", "null", "--duration", "0.4", "--warmup-min", "0", "--idle", "0.3", "--store", "s.sqlite", "--json"]
EXPERIMENT = """
name = "heat"
[[model]]
name = "a"
source = "null:a?sleep_us=1000"
[factors]
engine = ["null"]
[protocol]
repetitions = 2
retries = 1
duration_s = 0.4
warmup_min_s = 0.0
idle_s = 0.3
"""


class Machine(SimulatedPowercap):
    """One on which nothing runs, whatever this one does: its /proc is empty."""

    def __init__(self, root):
        super().__init__(root, WATTS)
        (root / "proc").unlink()
        (root / "proc").mkdir()
        self.throttles = root / "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"
        self.throttles.parent.mkdir(parents=True)
        self.show(1)

    def show(self, throttles: int) -> None:
        # One write of one width: a reader never sees half a number.
        file = os.open(self.throttles, os.O_CREAT | os.O_WRONLY)
        os.pwrite(file, f"{throttles:08d}\n".encode(), 0)
        os.close(file)

    @contextlib.contextmanager
    def heat(self):
        """The processor is slowed down all the time."""
        stop = threading.Event()

        def count():
            events = 1
            while not stop.wait(0.02):
                events += 1
                self.show(events)

        thread = threading.Thread(target=count)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def machine(tmp_path):
    with Machine(tmp_path / "machine") as simulated:
        yield simulated


def read_until(process: subprocess.Popen, words: str) -> None:
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    pytest.fail(f"'{words}' was not said: {seen}")


def finish(process: subprocess.Popen) -> dict:
    out, err = process.communicate(timeout=60)
    assert process.returncode == OK, err
    return json.loads(out)


def caveats_of(answer: dict) -> dict[str, str]:
    return {caveat["code"]: caveat["message"] for caveat in answer["caveats"]}


def exported(joulemark) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(joulemark("export", "s.sqlite", "--csv").out)))


def check_undisturbed(answer: dict, cause: str, trials: int) -> None:
    """Some attempts were set aside for the cause, and the numbers are those of the machine."""
    assert answer["set_aside"] and {each["code"] for aside in answer["set_aside"] for each in aside["causes"]} == {cause}
    assert (answer["set_aside"][0]["block"], answer["set_aside"][0]["position"]) == (0, 0)
    assert f"{len(answer['set_aside'])} × {cause}" in caveats_of(answer)["repeated"]
    assert not {"disturbed", "thermal_throttled", "energy_gaps"} & set(caveats_of(answer))
    for row in answer["rows"]:
        assert row["trials_ok"] == row["metrics"]["power_W"]["n"] == trials
        assert row["metrics"]["power_W"]["value"] == pytest.approx(WATTS, rel=0.3)


def test_a_trial_that_was_slowed_down_for_heat_is_made_again_at_its_place(joulemark, machine):
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--threads", "1,2", "--repetitions", "2", "--retries", "5", *ARGUMENTS,
                              "--root", machine.root)  # fmt: skip
    with machine.heat():
        read_until(process, "trying again (1 of 5)")
    answer = finish(process)
    check_undisturbed(answer, "thermal_throttled", trials=2)
    rows = exported(joulemark)
    assert [row["set_aside"] for row in rows].count("1") == len(answer["set_aside"]) == len(rows) - 4
    for row in rows:
        assert row["disturbed"] == ("thermal_throttled" if row["set_aside"] == "1" else "")
        assert row["status"] == "ok" and row["duration_s"]
    places = [(row["block"], row["position"]) for row in rows]
    assert places == sorted(places) and len(set(places)) == 4
    assert "thermal_throttled" in joulemark("report", "s.sqlite", "--format", "text").out


def test_a_window_without_its_energy_is_made_again(joulemark, machine):
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--repetitions", "2", "--retries", "5", *ARGUMENTS, "--root", machine.root)
    read_until(process, "trials")  # the sensor has been found
    zone = machine.zones[0]
    zone.write = lambda seconds: os.ftruncate(zone.file, 0)
    read_until(process, "trying again (1 of 5)")
    del zone.write
    check_undisturbed(finish(process), "gap", trials=2)


def test_a_run_that_was_killed_between_attempts_makes_as_many_as_it_would_have(joulemark, machine):
    (joulemark.home / "e.toml").write_text(EXPERIMENT)
    process = joulemark.start("run", "e.toml", "--store", "s.sqlite", "--root", machine.root)
    with machine.heat():
        read_until(process, "trying again (1 of 1)")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert [row["attempt"] for row in exported(joulemark)] == ["0"]
    resumed = joulemark("run", "e.toml", "--resume", "--store", "s.sqlite", "--root", machine.root)
    assert resumed.status == OK, resumed.err
    rows = exported(joulemark)
    assert [(row["block"], row["attempt"], row["set_aside"]) for row in rows] == [("0", "0", "1"), ("0", "1", "0"), ("1", "0", "0")]


def test_work_of_others_is_said_even_where_it_never_ends(joulemark):
    """Two busy processes, on whatever machine this is."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        outcome = joulemark("compare", "null:a?sleep_us=1000", "--repetitions", "1", "--retries", "1", *ARGUMENTS)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert outcome.status == OK, outcome.err
    assert "trying again (1 of 1)" in outcome.err and "other programs took" in outcome.err
    disturbed = caveats_of(outcome.json)["disturbed"]
    assert "because every attempt at them was" in disturbed and "foreign_load (other programs took" in disturbed
    assert len(outcome.json["set_aside"]) == 1 and outcome.json["rows"][0]["trials_ok"] == 1
    assert outcome.json["rows"][0]["metrics"]["foreign_cpu_s"]["value"] > 0.04


def test_without_retries_everything_counts_and_is_said(joulemark, machine):
    with machine.heat():
        outcome = joulemark("compare", "null:a?sleep_us=1000", "--repetitions", "2", "--retries", "0", *ARGUMENTS, "--root", machine.root)
    assert outcome.status == OK, outcome.err
    assert "trying again" not in outcome.err and outcome.json["set_aside"] == []
    assert "2 of 2 trials were disturbed and count, because none was to be tried again (--retries 0)" in caveats_of(outcome.json)["disturbed"]
