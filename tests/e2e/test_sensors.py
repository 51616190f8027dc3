# SPDX-License-Identifier: Apache-2.0
"""On a simulated machine of known power, the program's joules are the scripted ones."""

import pytest
from conftest import OK, contents_of
from simulated_powercap import RANGE_UJ, SimulatedPowercap

WATTS = 40.0


def measure(joulemark, root):
    outcome = joulemark("compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "3", "--duration", "1", "--warmup-min", "0",
                        "--root", root, "--store", "s.sqlite", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    return outcome.json["rows"][0]["metrics"]


@pytest.mark.parametrize("start_uj", [1_000_000, RANGE_UJ - 60_000_000], ids=["steady", "wrapping"])
def test_the_joules_of_a_trial_are_the_scripted_ones(joulemark, tmp_path, start_uj):
    """The second counter starts 1.5 s of power before its wrap, so that a window has the wrap in it."""
    with SimulatedPowercap(tmp_path / "machine", WATTS, start_uj):
        metrics = measure(joulemark, tmp_path / "machine")
    assert metrics["power_W"]["n"] == 3
    assert metrics["power_W"]["value"] == pytest.approx(WATTS, rel=0.05)
    joules = metrics["energy_per_inference_J"]["value"]
    assert joules == pytest.approx(WATTS * metrics["time_per_inference_s"]["value"], rel=0.05)


def test_a_counter_that_stands_still_is_no_energy_of_zero(joulemark, tmp_path):
    machine = SimulatedPowercap(tmp_path / "machine", 0)
    del machine
    metrics = measure(joulemark, tmp_path / "machine")
    energy = metrics["energy_per_inference_J"]
    assert energy["value"] == 0 or energy["value_reason"]


def test_doctor_shows_the_simulated_zone(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        report = joulemark("doctor", "--root", tmp_path / "machine", "--json").json
    usable = [sensor for sensor in report["sensors"] if sensor["usable"]]
    assert [(sensor["sensor"], sensor["scope"]) for sensor in usable] == [("powercap", "package-0")]


def test_doctor_says_why_there_is_no_sensor_and_what_to_do(joulemark, tmp_path):
    (tmp_path / "machine").mkdir()
    report = joulemark("doctor", "--root", tmp_path / "machine", "--json").json
    powercap = [sensor for sensor in report["sensors"] if sensor["sensor"] == "powercap"]
    assert powercap and not powercap[0]["usable"] and powercap[0]["reason"] == "absent" and powercap[0]["remedy"]


def test_cpu_time_and_memory_are_measured_without_an_energy_sensor(joulemark):
    outcome = joulemark("compare", "null:a?busy_us=1000&alloc_mb=100", "--engine", "null", "--repetitions", "2", "--duration", "0.5", "--json")
    metrics = outcome.json["rows"][0]["metrics"]
    assert metrics["cpu_per_inference_s"]["value"] == pytest.approx(1e-3, rel=0.3)
    assert metrics["peak_rss_bytes"]["value"] > 100e6


def test_the_time_line_of_a_trial_is_stored(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        measure(joulemark, tmp_path / "machine")
    with contents_of(joulemark.home / "s.sqlite") as store:
        sizes = [len(row[0]) for row in store.execute("select series from trial_data")]
    assert len(sizes) == 3 and min(sizes) > 100
