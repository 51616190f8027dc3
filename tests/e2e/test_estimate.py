# SPDX-License-Identifier: Apache-2.0
"""`--estimate`: an interval of published models in a field of its own, and nothing else changes."""

import pytest
from conftest import OK, QUICK, contents_of

MODELS = {"ccf", "boavizta", "tdp_ratio", "green_algorithms"}
GOLD = "cpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz\nstepping\t: 4\nflags\t\t: fpu\n"

EXPERIMENT = """
name = "e"
[[model]]
source = "null:a"
[factors]
engine = ["null"]
[protocol]
retries = 0
repetitions = 1
duration_s = 0.05
warmup_min_s = 0
min_iterations = 1
"""


@pytest.fixture
def gold(tmp_path):
    """A machine with one socket of 40 threads and 64 GB, without any sensor."""
    root = tmp_path / "gold"
    cpus = root / "sys/devices/system/cpu"
    for cpu in range(40):
        topology = cpus / f"cpu{cpu}/topology"
        topology.mkdir(parents=True)
        (topology / "physical_package_id").write_text("0\n")
        (topology / "core_id").write_text(f"{cpu % 20}\n")
    (cpus / "online").write_text("0-39\n")
    (root / "proc").mkdir()
    (root / "proc/cpuinfo").write_text(GOLD)
    (root / "proc/meminfo").write_text("MemTotal:       62500000 kB\n")
    return root


def compare(joulemark, root, *options):
    return joulemark("compare", "null:a", "--engine", "null", "--threads", "1,2", *QUICK, "--root", root, "--store", "s.sqlite", *options)


def test_measure_adds_the_interval_of_the_models(joulemark, gold):
    found = joulemark("measure", "--root", gold, "--estimate", "--json", "--repetitions", 2, "--", "sleep", "0.3").json
    estimate, seconds = found["estimate"], found["duration_s"]
    assert estimate["class"] == "estimated" and set(estimate["models"]) == MODELS
    assert 0 < estimate["low_J"] < estimate["mid_J"] < estimate["high_J"]
    # Almost idle: the least is Green Algorithms' memory, the largest Cloud Carbon Footprint's idle power.
    assert estimate["low_J"] == pytest.approx(0.3725 * 64 * seconds, rel=0.1)
    assert estimate["high_J"] == pytest.approx((40 * 0.6130 + 0.392 * 64) * seconds, rel=0.1)
    assert [run["estimate"]["class"] for run in found["runs"]] == ["estimated", "estimated"]


def test_an_estimate_is_no_measurement(joulemark, gold):
    found = joulemark("measure", "--root", gold, "--estimate", "--json", "--", "true").json
    assert found["total_joules"] is None and found["total_joules_reason"] == "no_sensor"
    assert [energy["class"] for energy in found["energy"]] == ["absent"]
    text = joulemark("measure", "--root", gold, "--estimate", "--", "sleep", "0.1").out
    assert "not measured" in text and "≈ " in text and "(estimated from Cloud Carbon Footprint, Boavizta, " in text


def test_measured_joules_stay_what_they_are(joulemark):
    """The simulated Xeon Gold is in one model, whose curve is for a whole processor: 2 sockets here."""
    found = joulemark("--sim", "xeon-2s", "measure", "--estimate", "--json", "--", "sleep", "1").json
    assert found["estimate"]["models"] == ["boavizta"]
    assert found["estimate"]["low_J"] == found["estimate"]["high_J"] == pytest.approx(2 * 29.9 * found["duration_s"], rel=0.1)
    parts = [energy["joules"] for energy in found["energy"][:-1]]
    assert {energy["class"] for energy in found["energy"]} == {"measured"}
    assert found["total_joules"] == pytest.approx(sum(parts))


def test_without_the_flag_there_is_none(joulemark, gold):
    assert "estimate" not in joulemark("measure", "--root", gold, "--json", "--", "true").json
    answer = compare(joulemark, gold, "--json").json
    assert all("estimate" not in row for row in answer["rows"])
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("select count(*) from trial_estimate").fetchone() == (0,)


def test_compare_keeps_it_beside_the_verdict(joulemark, gold):
    outcome = compare(joulemark, gold, "--estimate", "--json")
    assert outcome.status == OK, outcome.err
    answer = outcome.json
    for row in answer["rows"]:
        estimate = row["estimate"]
        assert set(estimate["models"]) == MODELS and estimate["per"] == "inference"
        assert 0 < estimate["low_J"] < estimate["high_J"]
        assert row["metrics"]["energy_per_inference_J"]["value"] is None
    assert answer["verdict"]["models"][0]["metric"] == "time_per_inference_s"
    assert answer["energy_basis"] == ""
    again = joulemark("report", "s.sqlite", "--format", "json").json
    assert [row["estimate"] for row in again["rows"]] == [row["estimate"] for row in answer["rows"]]
    text = joulemark("report", "s.sqlite", "--format", "text").out
    assert "Energy by published models, not measured, not ranked:" in text and text.count("≈ ") == 2
    page = joulemark("report", "s.sqlite", "--output", "page.html")
    assert page.status == OK, page.err
    assert "not measured, not ranked" in (joulemark.home / "page.html").read_text()


def test_an_experiment_file_runs_with_it(joulemark, gold):
    (joulemark.home / "e.toml").write_text(EXPERIMENT)
    outcome = joulemark("run", "e.toml", "--root", gold, "--estimate", "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err
    assert "(estimated from Cloud Carbon Footprint, Boavizta, " in outcome.out


def test_a_processor_that_no_model_knows_has_none_and_says_so(joulemark, gold):
    (gold / "proc/cpuinfo").write_text("model name\t: Q9\nflags\t\t: fpu\n")
    estimate = joulemark("measure", "--root", gold, "--estimate", "--json", "--", "true").json["estimate"]
    assert estimate["low_J"] is None and estimate["low_J_reason"] == "unknown_processor" and estimate["models"] == []
    text = joulemark("measure", "--root", gold, "--estimate", "--", "true").out
    assert "not estimated: no model knows the processor 'Q9'" in text and "≈" not in text


def test_a_store_of_an_earlier_version_is_read_without_estimates(joulemark, gold):
    assert compare(joulemark, gold, "--estimate").status == OK
    with contents_of(joulemark.home / "s.sqlite") as store:
        store.execute("drop table trial_estimate")
        store.execute("update joulemark_schema set version = 5")
    rows = joulemark("report", "s.sqlite", "--format", "json").json["rows"]
    assert len(rows) == 2 and all("estimate" not in row for row in rows)
