# SPDX-License-Identifier: Apache-2.0
"""Experiments that leave trials out: races, and ratios that are known well enough."""

import pytest
from conftest import OK, USAGE, contents_of

# A call sleeps as long whatever its batch: per inference these configurations need from 1 to 1/1000 of the time.
BATCHES = [1, 2, 4, 10, 30, 100, 300, 1000]
EXPERIMENT = f"""
name = "test"
seed = 5
[[model]]
source = "null:a?sleep_us=2000"
[factors]
engine = ["null"]
batch = {BATCHES}
[protocol]
repetitions = 5
duration_s = 0.05
min_iterations = 1
warmup_min_s = 0.0
race = 0.05
retries = 0
"""
SHORT = ["--duration", "0.05", "--warmup-min", "0", "--min-iterations", "1", "--store", "s.sqlite"]


def measured(joulemark) -> list[tuple[int, int]]:
    with contents_of(joulemark.home / "s.sqlite") as rows:
        return rows.execute("select block, position from trial order by id").fetchall()


def decided(joulemark, report) -> list[tuple[int, int]]:
    """The plan without what the report says was left out."""
    left_out = {row["configuration"]["label"]: row["left_out"]["blocks"] for row in report["rows"] if "left_out" in row}
    trials = joulemark("plan", "e.toml", "--json").json["trials"]
    kept = [trial for trial in trials if trial["block"] < left_out.get(trial["configuration"]["label"], 99)]
    return [(trial["block"], trial["position"]) for trial in kept]


@pytest.fixture
def experiment(joulemark):
    (joulemark.home / "e.toml").write_text(EXPERIMENT)
    return joulemark.home / "e.toml"


def test_a_race_leaves_out_the_slow_ones(joulemark, experiment):
    raced = joulemark("run", experiment, "--store", "s.sqlite", "--json")
    assert raced.status == OK, raced.err
    report = raced.json
    rows = {row["configuration"]["batch"]: row for row in report["rows"]}
    slowest = rows[1]
    assert slowest["standing"] == "worse" and not slowest["in_best_set"]
    assert 2 <= slowest["left_out"]["blocks"] < 5 and slowest["trials_ok"] == slowest["left_out"]["blocks"]
    assert slowest["left_out"]["ratio"]["lo"] > 1.03
    assert rows[1000]["standing"] == "best" and "left_out" not in rows[1000]
    assert measured(joulemark) == decided(joulemark, report)
    codes = {caveat["code"] for caveat in report["caveats"]}
    assert "left_out" in codes and "interrupted" not in codes
    assert "would not change the answer and are left out" in raced.err
    text = joulemark("report", "s.sqlite", "--format", "text").out
    assert "Left out by the race:" in text and "5 % at most" in " ".join(text.split())


@pytest.mark.parametrize("killed_at", [4, 20])
def test_a_killed_race_goes_on_with_the_same_decisions(joulemark, experiment, killed_at):
    process = joulemark.start("run", experiment, "--store", "s.sqlite")
    for line in process.stderr:
        if line.startswith(f"trial {killed_at}/"):
            break
    process.kill()
    process.communicate(timeout=10)
    resumed = joulemark("run", "--resume", "--store", "s.sqlite", "--json")
    assert resumed.status == OK, resumed.err
    assert measured(joulemark) == decided(joulemark, resumed.json)
    again = joulemark("run", "--resume", "--store", "s.sqlite", "--json")
    assert again.status == OK and again.json == resumed.json


def test_ratios_that_are_known_end_the_experiment(joulemark):
    ended = joulemark("compare", "null:a?sleep_us=2000", "--engine", "null", "--batch", "1,100", "--repetitions", "40",
                      "--ratio-precision", "1", "--min-repetitions", "3", *SHORT, "--json")  # fmt: skip
    assert ended.status == OK, ended.err
    report = ended.json
    blocks = report["verdict"]["models"][0]["ended_after_blocks"]
    assert 3 <= blocks < 40
    assert [row["trials_ok"] for row in report["rows"]] == [blocks, blocks]
    codes = {caveat["code"] for caveat in report["caveats"]}
    assert "ended_early" in codes and "interrupted" not in codes


def test_an_experiment_that_ended_early_is_not_resumed_and_not_in_the_way(joulemark, experiment):
    assert joulemark("run", experiment, "--store", "s.sqlite").status == OK
    there = measured(joulemark)
    again = joulemark("run", experiment, "--resume", "--store", "s.sqlite")
    assert again.status == OK and measured(joulemark) == there
    assert f"experiment 1 of 's.sqlite' has ended: all of its {len(there)} trials are there; {40 - len(there)} more would not change the answer" in again.err
    experiment.write_text(EXPERIMENT.replace("seed = 5", "seed = 6"))
    another = joulemark("run", experiment, "--resume", "--store", "s.sqlite")
    assert another.status == OK, another.err
    assert "has nothing of this experiment: it begins" in another.err


@pytest.mark.parametrize("flags, value", [(["--race"], "0.05"), (["--race", "0.1"], "0.1"), (["--race=0.2"], "0.2")])
def test_a_race_needs_no_number(joulemark, flags, value):
    printed = joulemark("compare", *flags, "null:a", "--engine", "null", "--print-experiment")
    assert printed.status == OK, printed.err
    assert f"race = {value}" in printed.out


def test_a_race_of_more_than_half_is_none(joulemark):
    assert joulemark("compare", "null:a", "--engine", "null", "--race", "0.9", "--print-experiment").status == USAGE


def test_the_plan_is_one_that_is_not_exceeded(joulemark, experiment):
    assert "at most 40 trials in 5 blocks" in joulemark("plan", experiment).out
    assert joulemark("plan", experiment, "--json").json["at_most"] is True


@pytest.mark.parametrize(
    "retries, cooldown, heat, besides",
    [
        (2, 30, True, "besides: disturbed trials are tried again, up to 2 times; before each trial a hot machine rests, up to 30 s\n"),
        (1, 30, False, "besides: disturbed trials are tried again, once\n"),
        (0, 0, True, None),
    ],
)
def test_the_plan_names_what_its_time_does_not_hold(joulemark, experiment, retries, cooldown, heat, besides):
    experiment.write_text(EXPERIMENT.replace("retries = 0", f"retries = {retries}\ncooldown_max_s = {cooldown}"))
    chip = joulemark.home / "machine/sys/class/hwmon/hwmon0"
    chip.mkdir(parents=True)
    if heat:
        (chip / "name").write_text("coretemp\n")
        (chip / "temp1_input").write_text("40000\n")
    plan = joulemark("plan", experiment, "--root", joulemark.home / "machine")
    assert plan.out.endswith(besides) if besides else "besides" not in plan.out
    told = joulemark("plan", experiment, "--root", joulemark.home / "machine", "--json").json["besides"]
    assert told == {"retries": retries, "rest_s": cooldown if heat else 0}
