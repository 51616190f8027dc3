# SPDX-License-Identifier: Apache-2.0
"""On a simulated machine of known power, the program's joules are the scripted ones."""

import re
import threading

import pytest
from conftest import OK, USAGE, contents_of
from simulated_powercap import RANGE_UJ, SimulatedPowercap

WATTS = 40.0


def compare(joulemark, root, *options):
    outcome = joulemark("compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "3", "--duration", "1", "--warmup-min", "0",
                        "--bracket", "0.3", "--root", root, "--store", "s.sqlite", "--json", *options)  # fmt: skip
    assert outcome.status == OK, outcome.err
    return outcome.json


def measure(joulemark, root, *options):
    return compare(joulemark, root, *options)["rows"][0]["metrics"]


def caveats_of(answer):
    return {caveat["code"]: caveat["message"] for caveat in answer["caveats"]}


@pytest.mark.parametrize("start_uj", [1_000_000, RANGE_UJ - 60_000_000], ids=["steady", "wrapping"])
def test_the_joules_of_a_trial_are_the_scripted_ones(joulemark, tmp_path, start_uj):
    """The second counter starts 1.5 s of power before its wrap, so that a window has the wrap in it."""
    with SimulatedPowercap(tmp_path / "machine", WATTS, start_uj):
        metrics = measure(joulemark, tmp_path / "machine")
    assert metrics["power_W"]["n"] == 3
    assert metrics["power_W"]["value"] == pytest.approx(WATTS, rel=0.05)
    joules = metrics["energy_per_inference_J"]["value"]
    assert joules == pytest.approx(WATTS * metrics["time_per_inference_s"]["value"], rel=0.05)


def test_a_window_tells_the_machine_around_it(joulemark, tmp_path):
    throttles = tmp_path / "machine/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"
    files = {
        "sys/class/hwmon/hwmon0/name": "coretemp\n",
        "sys/class/hwmon/hwmon0/temp1_input": "55000\n",
        "sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "2400000\n",
        "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "1\n",
        "proc/pressure/memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
    }
    for name, text in files.items():
        file = tmp_path / "machine" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    stop = threading.Event()

    def heat():
        count = 1
        while not stop.wait(0.3):
            count += 1
            # In place, as the kernel does: the program must never find the file empty.
            with throttles.open("r+") as file:
                file.write(f"{count}\n")

    heater = threading.Thread(target=heat)
    heater.start()
    answer = compare(joulemark, tmp_path / "machine", "--warmup-max", "0.05")
    stop.set()
    heater.join()
    found = answer["rows"][0]["metrics"]
    assert found["temperature_begin_C"]["value"] == found["temperature_end_C"]["value"] == found["temperature_max_C"]["value"] == 55
    assert found["cpu_frequency_MHz"]["value"] == pytest.approx(2400)
    assert found["pressure_memory_s"]["value"] == 0 and found["pressure_memory_s"]["n"] == 3
    assert found["pressure_cpu_s"]["value"] is None and found["pressure_cpu_s"]["value_reason"] == "absent"
    assert 1 <= found["thermal_throttles"]["value"] <= 6
    assert 0 < found["sampler_cpu_percent"]["value"] < 50 and found["sampler_cpu_percent"]["n"] == 3
    assert found["sampler_missed_ticks"]["value"] >= 0
    assert "in 3 of 3 trials the processor was slowed down for heat" in caveats_of(answer)["thermal_throttled"]
    assert "throttled" not in caveats_of(answer)


def test_a_counter_that_stands_still_is_no_energy_of_zero(joulemark, tmp_path):
    SimulatedPowercap(tmp_path / "machine", 0)
    answer = compare(joulemark, tmp_path / "machine")
    energy = answer["rows"][0]["metrics"]["energy_per_inference_J"]
    assert energy["value"] is None and energy["value_reason"] == "frozen"
    assert "did not count" in caveats_of(answer)["energy_absent"]
    assert answer["energy_basis"] == ""


def test_one_package_that_stands_still_is_left_out_and_named(joulemark, tmp_path):
    machine = SimulatedPowercap(tmp_path / "machine", WATTS)
    machine.add_package(0)
    with machine:
        answer = compare(joulemark, machine.root)
    assert answer["rows"][0]["metrics"]["power_W"]["value"] == pytest.approx(WATTS, rel=0.05)
    assert "package-1 (frozen)" in caveats_of(answer)["energy_coverage"]


@pytest.mark.parametrize("sample_hz", [10, 0.1])
@pytest.mark.parametrize(("stop_s", "removed"), [(1.2, False), (2.2, True)], ids=["stalls", "removed"])
def test_no_trial_has_joules_after_its_counter_stopped(joulemark, tmp_path, sample_hz, stop_s, removed):
    """Trials last 1 s and more, so one is under way when the counter stops, and the third is after it."""
    machine = SimulatedPowercap(tmp_path / "machine", WATTS)
    if removed:
        machine.zones[0].remove_after(stop_s)
    else:
        machine.zones[0].stalls_after_s = stop_s
    with machine:
        compare(joulemark, machine.root, "--sample-hz", sample_hz)
    with contents_of(joulemark.home / "s.sqlite") as store:
        energies = store.execute(
            "select e.joules, e.reason, (p.t1_ns - p.t0_ns) / 1e9 from trial_energy e join trial_phase p on p.trial = e.trial "
            "where e.scope = 'total' and p.phase = 'measure' order by e.trial"
        ).fetchall()
    assert len(energies) == 3
    assert energies[-1][:2] == (None, "stalled")
    for joules, reason, seconds in energies:
        # The simulation's own thread runs late on a busy machine.
        expected = reason == "stalled" if joules is None else joules == pytest.approx(WATTS * seconds, rel=0.2)
        assert expected, energies


def test_a_slow_counter_has_an_honest_uncertainty_and_a_longer_window(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS, period_s=0.02) as machine:
        measure(joulemark, machine.root, "--duration", "0")
    with contents_of(joulemark.home / "s.sqlite") as store:
        windows = store.execute(
            "select e.joules, e.uncertainty_j, (p.t1_ns - p.t0_ns) / 1e9 from trial_energy e join trial_phase p on p.trial = e.trial "
            "where e.scope = 'total' and p.phase = 'measure'"
        ).fetchall()
    assert len(windows) == 3
    for joules, uncertainty, seconds in windows:
        assert seconds >= 1.5
        assert uncertainty > 0.9 * WATTS * 0.02 / 12**0.5  # the begin may lie anywhere in a period, the end is known by the next step
        assert abs(joules - WATTS * seconds) < 3 * uncertainty


def test_a_package_that_may_not_be_read_is_named(joulemark, tmp_path):
    machine = SimulatedPowercap(tmp_path / "machine", WATTS)
    unreadable = machine.add_package(60)
    (unreadable.folder / "energy_uj").unlink()
    with machine:
        answer = compare(joulemark, machine.root)
        text = joulemark("report", "s.sqlite", "--format", "text").out
    assert answer["rows"][0]["metrics"]["power_W"]["value"] == pytest.approx(WATTS, rel=0.05)
    assert "package-1 (unreadable)" in caveats_of(answer)["energy_coverage"]
    assert answer["energy_basis"].startswith("energy: package-0, hardware counters (RAPL), gross (idle included), ± ")
    assert "\nenergy: package-0, hardware counters (RAPL)" in text
    assert "95 % uncertainty" in " ".join(text.split())
    shown = answer["rows"][0]["energy_text"]
    assert re.fullmatch(r"[0-9.]+ ± [0-9.]+ mJ per inference \(measured, package, powercap\)", shown), shown
    assert shown in " ".join(text.split())


def test_a_calibration_multiplies_the_joules_and_enters_no_interval(joulemark, tmp_path):
    file = tmp_path / "e.toml"
    file.write_text(
        'calibration = ["powercap=1.5±0.02"]\n[[model]]\nsource = "null:a?sleep_us=1000"\n[factors]\nengine = ["null"]\n'
        "[protocol]\nretries = 0\nrepetitions = 3\nduration_s = 1\nwarmup_min_s = 0\nbracket_s = 0.3\n"
    )
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        plain = compare(joulemark, tmp_path / "machine")
        ran = joulemark("run", file, "--root", tmp_path / "machine", "--store", "s.sqlite", "--json")
        wrong = joulemark("run", file, "--calibration", "pwercap=1±0.1", "--root", tmp_path / "machine", "--store", "s.sqlite")
    assert ran.status == OK, ran.err
    metrics = ran.json["rows"][0]["metrics"]
    assert metrics["power_W"]["value"] == pytest.approx(1.5 * WATTS, rel=0.05)
    assert metrics["energy_uncertainty_J"]["value"] < 0.01 * metrics["energy_per_inference_J"]["value"]
    assert ran.json["energy_calibration"] == {
        "relative_u": 0.02,
        "sensors": [{"sensor": "powercap", "gain": 1.5, "source": "given by the user", "relative_u": 0.02}],
    }
    assert plain["energy_calibration"]["relative_u"] == pytest.approx(0.05)
    assert wrong.status == USAGE and "did you mean 'powercap'?" in wrong.err


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


def test_doctor_says_that_a_counter_does_not_count_and_what_to_do(joulemark, tmp_path):
    zone = tmp_path / "machine/sys/class/powercap/intel-rapl:0"
    zone.mkdir(parents=True)
    for file, text in (("name", "package-0"), ("energy_uj", "1000000"), ("max_energy_range_uj", f"{RANGE_UJ}")):
        (zone / file).write_text(f"{text}\n")
    report = joulemark("doctor", "--root", tmp_path / "machine", "--json").json
    row = next(sensor for sensor in report["sensors"] if sensor["scope"] == "package-0")
    assert (row["usable"], row["reason"]) == (False, "frozen")
    assert row["remedy"] == "sudo modprobe -r intel_rapl_msr && sudo modprobe intel_rapl_msr"
    text = " ".join(joulemark("doctor", "--root", tmp_path / "machine").out.split())
    assert "absent powercap package-0: its counter did not count for" in text and "remedy: sudo modprobe -r intel_rapl_msr" in text


def test_doctor_says_to_what_a_calibration_applies(joulemark, tmp_path):
    flags = ["--root", tmp_path / "machine", "--calibration", "powercap=1.5±0.02", "--calibration", "nvml:gpu-7=1±0.1"]
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        report = joulemark("doctor", "--json", *flags).json
        text = " ".join(joulemark("doctor", *flags).out.split())
    row = next(sensor for sensor in report["sensors"] if sensor["usable"])
    assert row["calibration"] == {"name": "powercap", "gain": 1.5, "relative_u": 0.02, "source": "given by the user"}
    idle = [finding for finding in report["findings"] if finding["code"] == "calibration_idle"]
    assert len(idle) == 1 and "nvml:gpu-7" in idle[0]["message"] and idle[0]["remedy"]
    assert "calibration × 1.5 ± 3.9 % (given by the user)" in text
    assert joulemark("doctor", "--calibration", "pwercap=1±0.1").status == USAGE


def test_a_plan_takes_a_calibration(joulemark, tmp_path):
    file = tmp_path / "e.toml"
    file.write_text('[[model]]\nsource = "null:a"\n[factors]\nengine = ["null"]\n')
    assert joulemark("plan", file, "--calibration", "perf=1.01±0.002").status == OK
    wrong = joulemark("plan", file, "--calibration", "pref=1±0.1")
    assert wrong.status == USAGE and "did you mean 'perf'?" in wrong.err


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
