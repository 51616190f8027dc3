# SPDX-License-Identifier: Apache-2.0
"""`measure -- COMMAND`: joules against a scripted power, time and resources against the command's own, and commands that fail."""

import json
import math
import os
import re
import signal
import subprocess
import threading
import time

import pytest
from conftest import BIN, NOT_OK, OK, USAGE
from simulated_powercap import SimulatedPowercap

WATTS = 40.0


def measured(joulemark, *arguments, status=OK) -> dict:
    outcome = joulemark("measure", "--json", *arguments)
    assert outcome.status == status, outcome.err
    return outcome.json


def test_the_joules_are_those_of_the_scripted_power(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        found = measured(joulemark, "--root", tmp_path / "machine", "--repetitions", 3, "--", "sleep", "0.5")
    (package, total) = found["energy"]
    assert (package["scope"], package["class"], package["sensor"]) == ("package-0", "measured", "powercap")
    assert total["scope"] == "total" and found["total_joules"] == total["joules"]
    assert found["duration_s"] == pytest.approx(0.5, rel=0.1)
    assert found["total_joules"] == pytest.approx(WATTS * found["duration_s"], rel=0.03)
    for run in found["runs"]:
        joules, u = run["energy"][-1]["joules"], run["energy"][-1]["uncertainty_j"]
        # The simulation's own thread runs late on a busy machine.
        assert 0 < u < 0.5 and abs(joules - WATTS * run["duration_s"]) < max(4 * u, 0.05 * joules)
    each = [run["energy"][-1]["uncertainty_j"] for run in found["runs"]]
    assert found["total_uncertainty_j"] == pytest.approx(math.hypot(*each) / len(each))


def test_idle_power_is_taken_away_where_it_is_asked_for(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        found = measured(joulemark, "--root", tmp_path / "machine", "--idle", "0.3", "--", "sleep", "0.5")
        text = joulemark("measure", "--root", tmp_path / "machine", "--idle", "0.3", "--", "sleep", "0.2")
    assert found["idle_w"] == pytest.approx(WATTS, rel=0.05)
    assert abs(found["net_joules"]) < 3 and found["net_uncertainty_j"] > 0
    assert "above idle" in text.out and "covers package-0" in text.out
    (energy,) = (line for line in text.out.splitlines() if line.split()[:1] == ["energy"])
    assert re.search(r"energy +[0-9.]+ ± [0-9.]+ J \(measured, package, powercap\)$", energy), energy
    assert text.out.count("± is the 95 % uncertainty") == 1


def test_a_sensor_that_was_calibrated_is_multiplied_once(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        plain = measured(joulemark, "--root", tmp_path / "machine", "--", "sleep", "0.5")
        found = measured(joulemark, "--root", tmp_path / "machine", "--calibration", "powercap=1.5+-0.02", "--", "sleep", "0.5")
    assert plain["total_joules"] == pytest.approx(WATTS * plain["duration_s"], rel=0.05)
    assert plain["total_calibration_j"] == pytest.approx(0.05 * plain["total_joules"])
    assert found["total_joules"] == pytest.approx(1.5 * WATTS * found["duration_s"], rel=0.05)
    assert found["total_calibration_j"] == pytest.approx(0.02 * found["total_joules"])
    assert found["energy"][0]["calibration_j"] == pytest.approx(0.02 * found["energy"][0]["joules"])
    assert found["total_uncertainty_j"] < 0.1 * found["total_joules"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("powrcap=1.1±0.01", "--calibration names no sensor: 'powrcap'; did you mean 'powercap'?"),
        ("powercap=3±0.01", "--calibration must be SENSOR=GAIN±U"),
        ("powercap=1.1", "--calibration must be SENSOR=GAIN±U"),
        ("powercap=nan±0.1", "--calibration must be SENSOR=GAIN±U"),
    ],
)
def test_a_calibration_that_is_none_is_refused(joulemark, text, words):
    outcome = joulemark("measure", "--calibration", text, "--", "true")
    assert outcome.status == USAGE and words in outcome.err
    assert outcome.out == ""


def test_without_a_sensor_time_and_resources_are_measured_all_the_same(joulemark, tmp_path):
    (tmp_path / "machine").mkdir()
    found = measured(joulemark, "--root", tmp_path / "machine", "--", "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    assert found["total_joules"] is None and found["total_joules_reason"] == "no_sensor"
    assert [energy["class"] for energy in found["energy"]] == ["absent"]
    assert found["cpu_s"] == pytest.approx(found["cpu_user_s"] + found["cpu_system_s"])
    assert 0.01 < found["cpu_s"] <= found["duration_s"] * 1.2
    assert "idle_w" not in found
    text = joulemark("measure", "--root", tmp_path / "machine", "--", "true")
    assert "— (not measured: " in text.out and "0 J" not in text.out and "±" not in text.out


def test_what_the_command_writes_to_storage_is_counted(joulemark):
    found = measured(joulemark, "--", "dd", "if=/dev/zero", f"of={joulemark.home / 'file'}", "bs=1M", "count=4", "conv=fsync")
    assert found["written_bytes"] == 0 or found["written_bytes"] >= 4 << 20  # 0 in memory
    assert found["caveats"] == [] or found["caveats"][0]["code"] == "throttled"
    for key in ("read_bytes", "cgroup_cpu_s", "cgroup_throttles", "cgroup_peak_bytes", "pressure_io_s", "temperature_end_C", "thermal_throttles", "sampler_cpu_percent"):
        assert (found[key] is None) == (f"{key}_reason" in found), key


def test_heat_in_a_window_is_said(joulemark, tmp_path):
    throttle = tmp_path / "machine/sys/devices/system/cpu/cpu0/thermal_throttle"
    throttle.mkdir(parents=True)
    count = throttle / "core_throttle_count"
    pressure = tmp_path / "machine/proc/pressure"
    pressure.mkdir(parents=True)
    pressure_line = "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\n"
    (pressure / "cpu").write_text(pressure_line.format(100))
    count.write_text("5\n")

    def heat():
        count.write_text("7\n")
        (pressure / "cpu").write_text(pressure_line.format(250_100))

    timer = threading.Timer(0.5, heat)
    timer.start()
    found = measured(joulemark, "--root", tmp_path / "machine", "--", "sleep", "1.5")
    timer.join()
    assert found["thermal_throttles"] == 2 and found["pressure_cpu_s"] == pytest.approx(0.25)
    assert [caveat["code"] for caveat in found["caveats"]] == ["thermal_throttled"]
    assert found["pressure_io_s"] is None and found["pressure_io_s_reason"] == "absent"
    cool = joulemark("measure", "--root", tmp_path / "machine", "--", "true").out
    assert any(line.split() == ["slowed", "down", "for", "heat", "0", "times"] for line in cool.splitlines()) and "cool the machine" not in cool


def test_memory_is_that_of_the_command(joulemark):
    found = measured(joulemark, "--", "head", "-c", "1", "/dev/zero")
    assert found["peak_rss_bytes"] is None and found["peak_rss_bytes_reason"] == "below_resolution"
    large = measured(joulemark, "--", "python3", "-c", "b = bytearray(200_000_000)")
    assert large["peak_rss_bytes"] == pytest.approx(2e8, rel=0.2)
    assert large["minor_faults"] > 2e8 / 4096 * 0.5 or large["minor_faults"] > 50


def test_the_commands_own_output_does_not_disturb_the_answer(joulemark):
    outcome = joulemark("measure", "--json", "--repetitions", 2, "--warmup", 1, "--", "sh", "-c", "echo hello; echo error >&2")
    assert json.loads(outcome.out)["repetitions"] == 2
    assert outcome.err.count("hello") == 3 and outcome.err.count("error") == 3
    assert joulemark("measure", "--", "echo", "hello").out.startswith("hello\necho hello: 1 run\n")


def test_a_command_that_fails_is_a_result_and_status_1(joulemark):
    found = measured(joulemark, "--", "sh", "-c", "exit 7", status=NOT_OK)
    assert (found["runs"][0]["exit_status"], found["runs"][0]["signal"]) == (7, 0)
    found = measured(joulemark, "--", "sh", "-c", "kill -9 $$", status=NOT_OK)
    assert (found["runs"][0]["exit_status"], found["runs"][0]["signal"]) == (0, signal.SIGKILL)
    assert "a run ended with status 3" in joulemark("measure", "--", "sh", "-c", "exit 3").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND is required"),
        (["--", "no-such-program"], "cannot run 'no-such-program': No such file or directory"),
        (["--", "/"], "cannot run '/': Permission denied"),
        (["--repetitions", "0", "--", "true"], "--repetitions must be from 1 to 1000000"),
        (["--warmup", "-1", "--", "true"], "--warmup must be from 0 to 1000000"),
        (["--idle", "nan", "--", "true"], "--idle must be seconds from 0"),
        (["--root", "no-folder", "--", "true"], "--root must be a folder"),
    ],
)
def test_mistakes_are_said(joulemark, arguments, words):
    outcome = joulemark("measure", *arguments)
    assert outcome.status == USAGE and words in outcome.err
    assert outcome.out == ""


def test_an_interrupt_ends_the_command_and_shows_what_there_is(tmp_path):
    """Only the program gets the signal, as from `kill`: it passes it on and waits."""
    process = subprocess.Popen([BIN / "joulemark", "measure", "--json", "--repetitions", "9", "--", "sleep", "1.5"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)  # fmt: skip
    time.sleep(2.2)
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    runs = json.loads(out)["runs"]
    assert len(runs) in (1, 2) and runs[0]["exit_status"] == 0
    assert len(runs) == 1 or runs[1]["signal"] == signal.SIGTERM


def test_arguments_reach_the_command_as_they_are(joulemark):
    outcome = joulemark("measure", "--", "printf", "%s|", "a b", "", "--json", "*", "'")
    assert outcome.out.startswith("a b||--json|*|'|")
