# SPDX-License-Identifier: Apache-2.0
"""Runs that are killed go on where they were; the long version is script/survival."""

import pathlib
import signal
import sys
import uuid

import pytest
import survival
from conftest import INTERRUPTED, MACHINE, NOT_OK, OK, USAGE, children_of, contents_of, wait_until
from models import floats, save
from onnx import helper
from test_store import in_small_file_system

EXPERIMENT = """
name = "test"
seed = 5
[[model]]
source = "null:a?sleep_us=500"
[factors]
engine = ["null"]
threads = [1, 2]
[protocol]
retries = 0
repetitions = {repetitions}
duration_s = {duration}
min_iterations = 1
warmup_min_s = 0.0
"""


@pytest.fixture
def experiment(joulemark):
    """Writes the experiment file, with other values where they are given."""

    def write(repetitions=6, duration=0.05, more="") -> pathlib.Path:
        file = joulemark.home / "e.toml"
        file.write_text(EXPERIMENT.format(repetitions=repetitions, duration=duration) + more)
        return file

    return write


def places(joulemark, store="s.sqlite") -> list[tuple[int, int]]:
    with contents_of(joulemark.home / store) as rows:
        return rows.execute("select block, position from trial where experiment = 1 order by id").fetchall()


def kill_after(joulemark, trials: int, *arguments: object, **options) -> None:
    process = joulemark.start(*arguments, **options)
    for line in process.stderr:
        if line.startswith(f"trial {trials}/"):
            break
    process.kill()
    process.communicate(timeout=10)


def test_ten_kills_at_random_moments_lose_and_double_nothing(tmp_path):
    campaign = survival.run(10, 4, tmp_path)
    assert campaign.kills.total() == 10


def test_a_resumed_run_measures_what_is_missing_and_counts_on(joulemark, experiment):
    file = experiment()
    kill_after(joulemark, 3, "run", file, "--store", "s.sqlite")
    before = places(joulemark)
    assert 3 <= len(before) < 12
    resumed = joulemark("run", file, "--store", "s.sqlite", "--resume", "--json")
    assert resumed.status == OK, resumed.err
    assert f"experiment 1 of 's.sqlite' is resumed: {len(before)} of 12 trials are there" in resumed.err
    assert f"trial {len(before) + 1}/12" in resumed.err and "trial 12/12" in resumed.err
    assert places(joulemark) == [(block, position) for block in range(6) for position in range(2)]
    assert [row["trials_ok"] for row in resumed.json["rows"]] == [6, 6]
    assert "interrupted" not in [caveat["code"] for caveat in resumed.json["caveats"]]


def test_what_is_complete_is_only_reported(joulemark, experiment):
    file = experiment(repetitions=2)
    first = joulemark("run", file, "--resume", "--store", "s.sqlite", "--json")
    assert "has nothing of this experiment: it begins" in first.err
    again = joulemark("run", file, "--resume", "--store", "s.sqlite", "--json")
    assert again.status == OK and again.json == first.json
    assert len(places(joulemark)) == 4


def test_without_a_file_the_stores_newest_experiment_goes_on(joulemark, experiment):
    kill_after(joulemark, 1, "compare", "null:b?sleep_us=500", "--engine", "null", "--repetitions", "4", "--duration", "0.05",
               "--warmup-min", "0", "--store", "s.sqlite")  # fmt: skip
    resumed = joulemark("run", "--resume", "--store", "s.sqlite")
    assert resumed.status == OK, resumed.err
    assert places(joulemark) == [(block, 0) for block in range(4)]
    assert joulemark("run", "--store", "s.sqlite").status == USAGE


def test_a_number_chooses_the_experiment(joulemark, experiment):
    file = experiment(repetitions=2)
    kill_after(joulemark, 1, "run", file, "--store", "s.sqlite")
    joulemark("compare", "null:other", "--engine", "null", "--repetitions", "1", "--duration", "0.05", "--store", "s.sqlite")
    resumed = joulemark("run", "--resume", "--experiment", "1", "--store", "s.sqlite")
    assert resumed.status == OK and "experiment 1 of 's.sqlite' is resumed" in resumed.err
    unknown = joulemark("run", "--resume", "--experiment", "7", "--store", "s.sqlite")
    assert unknown.status == USAGE and "no experiment 7" in unknown.err
    without = joulemark("run", file, "--experiment", "1", "--store", "s.sqlite")
    assert without.status == USAGE and "--resume" in without.err


def test_an_experiment_that_was_changed_is_not_resumed(joulemark, experiment):
    kill_after(joulemark, 1, "run", experiment(), "--store", "s.sqlite")
    changed = joulemark("run", experiment(duration=0.06), "--resume", "--store", "s.sqlite")
    assert changed.status == USAGE
    assert "'duration_s = 0.05' there, 'duration_s = 0.06' here" in changed.err
    assert len(places(joulemark)) < 12


def test_a_model_that_was_changed_is_not_resumed(with_engines, experiment):
    def model(name):
        return save(with_engines.home / "m.onnx", [helper.make_node(name, ["x"], ["y"])], [floats("x", [4])], [floats("y", [4])])

    file = with_engines.home / "e.toml"
    file.write_text(EXPERIMENT.format(repetitions=3, duration=0.05).replace("null:a?sleep_us=500", str(model("Relu"))).replace('"null"', '"onnxruntime"'))
    kill_after(with_engines, 1, "run", file, "--store", "s.sqlite")
    model("Relu")  # the same again, with another time
    assert interrupted(with_engines, file) == INTERRUPTED
    model("Neg")
    changed = with_engines("run", file, "--resume", "--store", "s.sqlite")
    assert changed.status == NOT_OK and "the files of model 'm' have changed since it began" in changed.err


def interrupted(joulemark, file) -> int:
    process = joulemark.start("run", file, "--resume", "--store", "s.sqlite")
    wait_until(lambda: children_of(process.pid), "a worker")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    return process.returncode


def test_two_resumes_at_once_the_second_is_refused(joulemark, experiment):
    file = experiment(repetitions=50, duration=0.2)
    first = joulemark.start("run", file, "--resume", "--store", "s.sqlite")
    wait_until(lambda: children_of(first.pid), "a worker")
    second = joulemark("run", file, "--resume", "--store", "s.sqlite")
    assert second.status == MACHINE and "another process is running it" in second.err
    other = joulemark("compare", "null:b", "--engine", "null", "--repetitions", "1", "--duration", "0.05", "--store", "s.sqlite")
    assert other.status == OK, "another experiment of the same store"
    first.kill()
    first.communicate(timeout=10)
    third = joulemark.start("run", file, "--resume", "--store", "s.sqlite")
    wait_until(lambda: children_of(third.pid), "a worker: what a killed process held blocks nobody")
    third.send_signal(signal.SIGTERM)
    third.communicate(timeout=10)
    assert third.returncode == INTERRUPTED
    assert len(set(places(joulemark))) == len(places(joulemark))


def machine(folder: pathlib.Path, boot: str) -> pathlib.Path:
    (folder / "sys").mkdir(parents=True)
    (folder / "proc/sys/kernel/random").mkdir(parents=True)
    (folder / "proc/sys/kernel/random/boot_id").write_text(boot + "\n")
    return folder


def test_a_reboot_between_is_a_caveat(joulemark, experiment):
    file = experiment()
    kill_after(joulemark, 2, "run", file, "--store", "s.sqlite", "--root", machine(joulemark.home / "before", str(uuid.uuid4())))
    resumed = joulemark("run", file, "--resume", "--store", "s.sqlite", "--json", "--root", machine(joulemark.home / "after", str(uuid.uuid4())))
    assert resumed.status == OK, resumed.err
    caveats = {caveat["code"]: caveat["message"] for caveat in resumed.json["caveats"]}
    assert "come from 2 machines, boots or states" in caveats["several_machines"]
    assert len(places(joulemark)) == 12


LEAVES_HELPERS = f"""#!{sys.executable}
import os, signal, subprocess, sys
# One helper in the worker's group, and one that left its group, its session and its parent.
subprocess.Popen(["sleep", "1000"])
subprocess.Popen(["setsid", "-f", "sleep", "1000"])
{{first}}
os.execv({str(survival.BIN / "joulemark-worker")!r}, ["joulemark-worker", *sys.argv[1:]])
"""


@pytest.fixture
def marked(joulemark):
    """Writes a worker that starts helpers first; gives the environment of a run with it, and what finds its processes."""

    def write(first="") -> tuple[dict[str, str], str]:
        worker = joulemark.home / "worker"
        worker.write_text(LEAVES_HELPERS.format(first=first))
        worker.chmod(0o755)
        mark = str(uuid.uuid4())
        return {"JOULEMARK_WORKER": str(worker), "SURVIVAL": mark}, f"SURVIVAL={mark}"

    return write


def sleepers(mark: str) -> list[int]:
    return [pid for pid in survival.processes_with(mark) if pathlib.Path(f"/proc/{pid}/comm").read_text() == "sleep\n"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_helpers_of_a_worker_do_not_outlive_a_killed_run(joulemark, experiment, marked, number):
    environment, mark = marked()
    process = joulemark.start("run", experiment(duration=30), "--store", "s.sqlite", env=environment)
    wait_until(lambda: len(sleepers(mark)) == 2, "two helpers")
    process.send_signal(number)
    process.communicate(timeout=10)
    wait_until(lambda: not survival.processes_with(mark), "the end of all", timeout=5)


def test_helpers_that_a_worker_leaves_behind_are_killed_and_said(joulemark, experiment, marked):
    environment, mark = marked()
    outcome = joulemark("run", experiment(repetitions=1), "--store", "s.sqlite", env=environment)
    assert outcome.status == OK, outcome.err
    assert outcome.err.count("2 processes that the worker had started outlived it: killed") >= 2, "each trial"
    assert survival.processes_with(mark) == []


@pytest.mark.parametrize("stays", ["for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: signal.pause()", "os.kill(os.getpid(), signal.SIGSTOP)"])
def test_a_worker_that_will_not_die_hangs_nothing(joulemark, experiment, marked, stays):
    environment, mark = marked(stays)
    outcome = joulemark("run", experiment(repetitions=1, more="time_limit_s = 1\n"), "--store", "s.sqlite", "--json", env=environment, timeout=60)
    assert outcome.status == NOT_OK
    assert "time limit passed" in outcome.json["rows"][0]["reason"]
    assert survival.processes_with(mark) == []


def test_a_command_is_not_started_or_goes_with_a_killed_measure(joulemark):
    mark = str(uuid.uuid4())
    process = joulemark.start("measure", "--", "sleep", "1000", env={"SURVIVAL": mark})
    wait_until(lambda: sleepers(f"SURVIVAL={mark}"), "the command")
    process.kill()
    process.communicate(timeout=10)
    wait_until(lambda: not survival.processes_with(f"SURVIVAL={mark}"), "the end of all", timeout=5)


@pytest.mark.parametrize("size_kb", [300, 360, 420])
def test_a_disk_that_was_full_is_gone_on_with_when_there_is_space(joulemark, experiment, size_kb):
    file = experiment(repetitions=60, duration=0.02, more="sample_hz = 100\n")
    run = f"{survival.BIN / 'joulemark'} run {file} --store small/s.sqlite --resume"
    script = f"{run}; echo first=$?; mount -o remount,size=100m small; {run}; echo second=$?; cp small/s.sqlite s.sqlite"
    outcome = in_small_file_system(joulemark, script, size_kb)
    assert "first=3" in outcome.out and "second=0" in outcome.out, outcome
    assert "small/s.sqlite" in outcome.err and "no space left on its disk" in outcome.err
    assert "resumed: " in outcome.err and " of 120 trials are there" in outcome.err
    assert places(joulemark) == [(block, position) for block in range(60) for position in range(2)]


@pytest.mark.parametrize("command", ["report s.sqlite -o {}", "report s.sqlite --json -o {}", "export s.sqlite --csv -o {}"])
def test_an_output_on_a_full_disk_is_said_and_leaves_the_old_one(joulemark, experiment, command):
    joulemark("run", experiment(repetitions=2), "--store", "s.sqlite")
    joulemark_command = f"{survival.BIN / 'joulemark'} {command.format('small/out')}"
    script = f"echo old > small/out; dd if=/dev/zero of=small/rest bs=1k 2>/dev/null; {joulemark_command} >/dev/null; echo status=$?; cat small/out; ls small"
    outcome = in_small_file_system(joulemark, script, 64)
    assert "status=3" in outcome.out and "old\n" in outcome.out, outcome
    assert "small/out" in outcome.err and "No space left" in outcome.err
    assert "tmp" not in outcome.out
