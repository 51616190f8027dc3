# SPDX-License-Identifier: Apache-2.0
"""`--sim MACHINE`: the whole program on machines that are not there, and the mark that their results carry."""

import contextlib
import json
import math
import sqlite3

import pytest
from conftest import INTERRUPTED, NOT_OK, OK, USAGE, contents_of, interrupt, wait_until

STEADY = (
    'name = "mine"\nwhat = "one socket"\nload = "constant 100"\ntotal = ["package-0"]\n'
    "[processors]\ncount = 2\n[scope.package-0]\nidle_w = 20.0\nshare = 1.0\n"
    '[[part]]\nkind = "powercap"\nat = "intel-rapl:0"\nname = "package-0"\nshows = "package-0"\nunit = 6.103515625e-05\n'
    "period_s = 0.000976\n"
)
QUICK = ["--repetitions", "2", "--duration", "0.4", "--warmup-min", "0", "--warmup-max", "0.05"]


def doctor(joulemark, machine: str) -> dict[str, str]:
    """Reason by "sensor scope", or "ok"."""
    outcome = joulemark("--sim", machine, "doctor", "--json")
    assert outcome.status in (OK, NOT_OK, 3), outcome.err
    answer = json.loads(outcome.out)
    assert answer["host"]["facts"]["simulated machine"] == machine
    return {f"{row['sensor']} {row['scope']}".strip(): "ok" if row["usable"] else row["reason"] for row in answer["sensors"]}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("xeon-2s", {"perf package-0": "ok", "perf package-1": "ok", "perf dram-0": "ok", "perf dram-1": "ok"}),
        ("desktop-intel", {"perf package-0": "ok", "perf core-0": "contained", "perf psys": "container"}),
        ("amd-mirrored-dies", {}),
        ("container-masked", {"powercap": "masked"}),
        ("vm", {"powercap": "vm", "perf": "vm"}),
        ("grace", {"hwmon package-0": "contained", "hwmon module-0": "ok"}),
        ("cray-node", {"cray node": "container"}),
        (
            "gpu-node",
            {"nvml gpu-0": "ok", "nvml gpu-1": "ok", "perf package-1": "ok", "meter wall": "ok", "ipmi node": "container"},
        ),
        ("desktop-nvidia-old", {"nvml gpu-0": "ok", "meter wall": "ok"}),
        ("amd-gpu-node", {"amdsmi amd-gpu-0": "ok", "amdsmi amd-gpu-1": "ok", "meter": "absent"}),
    ],
)
def test_doctor_says_what_each_machine_has(joulemark, machine, expected):
    found = doctor(joulemark, machine)
    assert {name: found.get(name) for name in expected} == expected
    if machine == "amd-mirrored-dies":
        assert "mirror" in found.values()


def test_a_command_is_measured_by_the_simulated_counters(joulemark):
    outcome = joulemark("--sim", "xeon-2s", "measure", "--json", "--", "sleep", "0.5")
    assert outcome.status == OK, outcome.err
    assert outcome.json["simulated_machine"] == "xeon-2s"
    assert outcome.json["total_joules"] > 1 and outcome.json["energy"][-1]["sensor"] == "perf"
    assert "simulated machine 'xeon-2s'" in joulemark("--sim", "xeon-2s", "measure", "--", "true").out


def test_results_are_marked_everywhere_and_recommend_refuses_them(joulemark):
    outcome = joulemark("--sim", "xeon-2s", "compare", "null:a?sleep_us=1000", "--engine", "null", "--threads", "1,2", *QUICK,
                        "--store", "s.sqlite", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    caveat = {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}["simulated"]
    assert "simulated machine 'xeon-2s'" in caveat
    assert outcome.json["rows"][0]["metrics"]["energy_per_inference_J"]["value"] > 0
    assert "simulated machine" in joulemark("report", "s.sqlite", "--format", "text").out
    refused = joulemark("recommend", "s.sqlite")
    assert refused.status == USAGE and "simulated machine 'xeon-2s'" in refused.err and not refused.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sim"], "--sim needs a machine"),
        (["--sim", "xeon-2s"], "--sim needs a command"),
        (["--sim", "xeon-3s", "doctor"], "xeon-2s"),
        (["--sim", "none.toml", "doctor"], "none.toml"),
        (["--sim", "vm", "analyze", "x.csv"], "unknown option '--root'"),
    ],
)
def test_mistakes_are_said(joulemark, arguments, words):
    outcome = joulemark(*arguments)
    assert outcome.status != OK and words in outcome.err and not outcome.out


def test_a_machine_of_ones_own_is_a_file(joulemark):
    (joulemark.home / "mine.toml").write_text(STEADY)
    outcome = joulemark("--sim", "mine.toml", "measure", "--json", "--", "sleep", "0.5")
    assert outcome.status == OK, outcome.err
    assert outcome.json["total_joules"] == pytest.approx(120 * outcome.json["duration_s"], rel=0.05)


def test_a_window_is_as_long_as_a_precision_takes_or_refused(joulemark):
    """The counters of cray-node step by a joule ten times a second: a window that tells 2 % of a watt has to last 55 s."""
    common = ["compare", "null:x", "--engine", "null", "--quiet", "--energy-precision"]
    refused = joulemark("--sim", "cray-node", *common, "0.02", "--duration", "3")
    assert refused.status == USAGE and not (joulemark.home / "joulemark.sqlite").exists()
    assert "windows of 55 s" in refused.err or "windows of 56 s" in refused.err
    assert "'cray'" in refused.err and "--duration from 3 s" in refused.err
    assert "--time-limit" in joulemark("--sim", "cray-node", *common, "0.001").err
    fits = joulemark("--sim", "cray-node", *common, "0.6", "--repetitions", "1", "--warmup-min", "0", "--warmup-max", "0.05",
                     "--bracket", "1", "--json")  # fmt: skip
    assert fits.status == OK, fits.err
    with contextlib.closing(sqlite3.connect(joulemark.home / "joulemark.sqlite")) as store:
        ((begin, end),) = store.execute("select t0_ns, t1_ns from trial_phase where phase = 'measure'")
    assert 1.8 < (end - begin) * 1e-9 < 2.2


def test_a_gpu_node_is_measured_at_its_plug_and_its_boards_are_named(joulemark):
    outcome = joulemark("--sim", "gpu-node", "measure", "--json", "--", "sleep", "2")
    assert outcome.status == OK, outcome.err
    energies = {row["scope"]: row for row in outcome.json["energy"]}
    assert outcome.json["total_joules"] == energies["wall"]["joules"] > 2 * 350
    assert energies["total"]["sensor"] == energies["wall"]["sensor"] == "meter"
    assert energies["gpu-0"]["sensor"] == energies["gpu-1"]["sensor"] == "nvml"
    parts = sum(energies[scope]["joules"] for scope in ("package-0", "package-1", "gpu-0", "gpu-1"))
    assert 2 * (60 + 57 + 72 + 69) < parts < outcome.json["total_joules"]


def test_a_board_that_tells_its_power_alone_is_integrated(joulemark):
    outcome = joulemark("--sim", "desktop-nvidia-old", "measure", "--json", "--", "sleep", "1")
    assert outcome.status == OK, outcome.err
    (board,) = (row for row in outcome.json["energy"] if row["scope"] == "gpu-0")
    assert (board["class"], board["sensor"]) == ("derived", "nvml") and board["joules"] > 11


def test_an_experiment_on_a_gpu_node_is_marked_and_refused(joulemark):
    outcome = joulemark("--sim", "gpu-node", "compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "1",
                        "--duration", "2", "--warmup-min", "0", "--warmup-max", "0.05", "--bracket", "1", "--cooldown-max", "0",
                        "--energy-precision", "1", "--store", "s.sqlite", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    assert "simulated" in {caveat["code"] for caveat in outcome.json["caveats"]}
    assert outcome.json["rows"][0]["metrics"]["energy_per_inference_J"]["value"] > 0
    with contextlib.closing(sqlite3.connect(joulemark.home / "s.sqlite")) as store:
        rows = store.execute("select scope, sensor, joules from trial_energy").fetchall()
    assert {("gpu-0", "nvml"), ("gpu-1", "nvml"), ("wall", "meter"), ("total", "meter")} <= {row[:2] for row in rows}
    walls, totals = ([row[2] for row in rows if row[0] == scope] for scope in ("wall", "total"))
    assert len(walls) == 1 and walls == totals
    # The port of its meter is another one each time, and is no part of the experiment.
    assert "127.0.0.1" not in joulemark("report", "s.sqlite", "--format", "json").out
    refused = joulemark("recommend", "s.sqlite")
    assert refused.status == USAGE and "simulated machine 'gpu-node'" in refused.err


def holds(value: float, uncertainty: float, truth: float, lateness: float) -> bool:
    """Whether a value is as far from the truth as its standard uncertainty says, three of them at most, and what the simulation's own
    thread may be late by on a busy machine."""
    return abs(value - truth) <= 3 * uncertainty + lateness


@pytest.mark.quiet
def test_a_bracket_holds_the_power_of_the_machine_at_rest_and_what_is_left_of_the_energy_its_zero(joulemark):
    """This machine draws 120 W whatever it does, so that nothing is left above idle."""
    (joulemark.home / "mine.toml").write_text(STEADY)
    outcome = joulemark("--sim", "mine.toml", "compare", "null:a?sleep_us=1000", "--engine", "null", "--threads", "1,2", *QUICK,
                        "--bracket", "0.5", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    brackets = outcome.json["idle_brackets"]
    assert [bracket["block"] for bracket in brackets] == [0, 1, 2]
    for bracket in brackets:
        assert holds(bracket["W"], bracket["uncertainty_W"], 120, 0.05 * 120) and 0 < bracket["uncertainty_W"] < 12
        assert 0.5 <= bracket["seconds"] < 5
    for row in outcome.json["rows"]:
        gross, net, u = (row["metrics"][f"energy_{of}_J"]["value"] for of in ("per_inference", "above_idle", "above_idle_uncertainty"))
        assert holds(net, u, 0, 0.05 * gross) and 0 < u < gross and row["energy_above_idle_text"].endswith("J") and not row["energy_above_ready_text"]
        assert row["metrics"]["energy_above_ready_J"]["value_reason"] == "no_ready_phase"
        assert math.isclose(row["metrics"]["power_W"]["value"], 120, rel_tol=0.05)
    assert outcome.err.count("idle before block") == 2 and outcome.err.count("idle after the last block") == 1


def test_building_has_an_energy_of_its_own(joulemark):
    """This machine draws 120 W whatever it does, and each phase is as long as its readings are apart."""
    (joulemark.home / "mine.toml").write_text(STEADY)
    outcome = joulemark("--sim", "mine.toml", "compare", "null:a?build_ms=400&load_ms=100", "--engine", "null", *QUICK, "--store", "s.sqlite", "--json")
    assert outcome.status == OK, outcome.err
    with contents_of(joulemark.home / "s.sqlite") as store:
        told = list(store.execute(
            "select e.phase, e.joules, e.uncertainty_j, e.seconds, (p.t1_ns - p.t0_ns) / 1e9 from trial_phase_energy e "
            "join trial_phase p on p.trial = e.trial and p.phase = e.phase where e.phase in ('load', 'build')"))  # fmt: skip
    assert [phase for phase, *_ in told] == ["load", "build"] * 2
    for phase, joules, uncertainty, seconds, length in told:
        assert {"load": 0.1, "build": 0.4}[phase] <= length <= seconds
        assert holds(joules, uncertainty, 120 * seconds, 0.05 * 120) and 0 < uncertainty < 12
    metrics = outcome.json["rows"][0]["metrics"]
    for phase in ("load", "build"):
        assert metrics[f"{phase}_J"]["value"] == pytest.approx(sum(row[1] for row in told if row[0] == phase) / 2)
        assert metrics[f"{phase}_s"]["value"] == pytest.approx(sum(row[4] for row in told if row[0] == phase) / 2)


def test_a_bracket_is_as_long_as_the_sensors_need_and_plan_counts_it(joulemark):
    (joulemark.home / "mine.toml").write_text(STEADY)
    (joulemark.home / "e.toml").write_text(
        '[[model]]\nsource = "null:a"\n[factors]\nengine = "null"\n[protocol]\nrepetitions = 4\nduration_s = 1\n')  # fmt: skip
    seconds = {
        machine: joulemark("--sim", machine, "plan", "e.toml", "--json").json["seconds"] for machine in ("vm", "mine.toml", "cray-node")
    }
    assert seconds["mine.toml"] == pytest.approx(seconds["vm"] + 5 * 1, abs=0.01)
    assert seconds["cray-node"] == pytest.approx(seconds["vm"] + 5 * 10, abs=0.01)


def test_a_resumed_experiment_has_brackets_for_the_blocks_that_it_goes_on_with(joulemark):
    (joulemark.home / "mine.toml").write_text(STEADY)
    store = joulemark.home / "s.sqlite"

    def blocks() -> list[int]:
        try:
            with contents_of(store) as connection:
                return [block for (block,) in connection.execute("select block from idle_bracket order by ordinal")]
        except sqlite3.OperationalError:  # not made yet
            return []

    process = joulemark.start("--sim", "mine.toml", "compare", "null:a?sleep_us=1000&build_ms=200", "--engine", "null", "--threads", "1,2",
                              "--repetitions", "3", "--duration", "1", "--warmup-max", "0.05", "--warmup-min", "0", "--bracket", "0.3",
                              "--store", str(store))  # fmt: skip
    wait_until(lambda: len(blocks()) == 2, "the second block")
    interrupt(process)
    process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED and blocks() == [0, 1]
    resumed = joulemark("--sim", "mine.toml", "run", "--resume", "--store", str(store), "--experiment", "1", "--json")
    assert resumed.status == OK, resumed.err
    assert blocks() == [0, 1, 1, 2, 3]
    for key in ("energy_above_idle_J", "build_s", "build_J"):
        assert all(row["metrics"][key]["n"] == 3 for row in resumed.json["rows"]), key
