# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and sudden death in every phase: finished trials are kept, workers are gone."""

import json
import os
import signal
import sys
import time

import pytest
from conftest import INTERRUPTED, QUICK, children_of, contents_of, interrupt, is_running, wait_until
from models import case

# Phase → the flags that make the null engine stay in it for as long as the test needs.
STAY = {
    "idle": ["--idle", "30"],
    "open": ["--option", "null.open_ms=30000"],
    "load": ["--option", "null.load_ms=30000"],
    "warmup": ["--warmup-min", "30", "--warmup-max", "40"],
    "ready": ["--ready", "30"],
    "measure": ["--duration", "30"],
}
SHORT = ["--repetitions", "3", "--min-iterations", "1"]


def stored_trials(joulemark) -> list[str]:
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("pragma integrity_check").fetchone() == ("ok",)
        return [row[0] for row in store.execute("select status from trial")]


@pytest.mark.parametrize("phase", STAY)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_phase_at_once(joulemark, phase, number):
    duration = [] if phase == "measure" else ["--duration", "0.05"]
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", *SHORT, *duration, *STAY[phase], "--store", "s.sqlite")
    if phase == "idle":
        wait_until((joulemark.home / "s.sqlite").exists, "the store")
        wait_until(lambda: process.poll() is None, "the program")
        time.sleep(0.3)  # nothing outside shows that the idle phase has begun
        started = []
    else:
        started = wait_until(lambda: children_of(process.pid), "a worker")
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED, err
    assert stored_trials(joulemark) == []
    assert not any(map(is_running, started))


def test_finished_trials_are_kept(joulemark):
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "50", "--duration", "0.2",
                              "--warmup-min", "0", "--min-iterations", "1", "--store", "s.sqlite")  # fmt: skip
    for line in process.stderr:
        if "3/50" in line:
            break
    interrupt(process)
    process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    kept = stored_trials(joulemark)
    assert 2 <= len(kept) < 50 and set(kept) == {"ok"}
    report = joulemark("report", "s.sqlite", "--json").json
    assert report["rows"][0]["trials_ok"] == len(kept)


def test_what_was_not_attempted_is_listed(joulemark):
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", "--threads", "1,2", "--repetitions", "5",
                              "--duration", "30", "--store", "s.sqlite", "--json")  # fmt: skip
    wait_until(lambda: children_of(process.pid), "a worker")
    interrupt(process)
    out, _ = process.communicate(timeout=10)
    for report in (json.loads(out), joulemark("report", "s.sqlite", "--json").json):
        assert [row["reason"] for row in report["rows"]] == ["not attempted: interrupted"] * 2
        assert "only configuration" not in report["verdict"]["sentence"]


def test_a_second_interrupt_does_no_harm(joulemark):
    process = joulemark.start("compare", "null:a", "--engine", "null", *SHORT, "--duration", "30", "--store", "s.sqlite")
    wait_until(lambda: children_of(process.pid), "a worker")
    interrupt(process)
    interrupt(process)
    process.communicate(timeout=10)
    assert process.returncode in (INTERRUPTED, -signal.SIGINT)


@pytest.mark.parametrize("phase", ["open", "load", "warmup", "measure"])
def test_a_worker_dies_with_its_parent(joulemark, phase):
    duration = [] if phase == "measure" else ["--duration", "0.05"]
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", *SHORT, *duration, *STAY[phase], "--store", "s.sqlite")
    workers = wait_until(lambda: children_of(process.pid), "a worker")
    process.kill()
    process.communicate(timeout=10)
    wait_until(lambda: not any(map(is_running, workers)), "the worker's end", timeout=5)
    assert stored_trials(joulemark) == []


def test_an_interrupted_check_prints_what_has_ended(joulemark, tmp_path):
    for name in ("a_right", "b_silent", "c_right"):
        case(tmp_path / "cases" / name)
    worker = tmp_path / "worker"
    worker.write_text(f'#!/bin/sh\nexec {sys.executable} {os.path.dirname(__file__)}/fake_worker.py "$@"\n')
    worker.chmod(0o755)
    process = joulemark.start("check", tmp_path / "cases", "--engine", "null", "--jobs", "1", "--json", env={"JOULEMARK_WORKER": str(worker)})
    started = wait_until(lambda: children_of(process.pid), "a worker")
    time.sleep(1)  # nothing outside shows that the second case has begun
    interrupt(process)
    out, err = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    report = json.loads(out)
    assert report["interrupted"] is True and [entry["name"] for entry in report["cases"]] == ["a_right"]
    assert "1 of 3 cases ended" in err
    assert not any(map(is_running, started))


def folders_in(place) -> list[str]:
    return [entry.name for entry in place.iterdir() if entry.name.startswith("joulemark-")]


LONG = ["compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "50", "--duration", "0.2", "--warmup-min", "0",
        "--min-iterations", "1", "--store", "s.sqlite"]  # fmt: skip


def test_output_that_nobody_reads_on_ends_the_run_in_order(joulemark, tmp_path):
    process = joulemark.start(*LONG)
    for line in process.stderr:
        if "2/50" in line:
            break
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=60) > 0, "not killed by SIGPIPE"
    assert 1 <= len(stored_trials(joulemark)) < 50
    assert folders_in(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGUSR1])
def test_what_a_killed_run_left_is_removed_by_the_next(joulemark, tmp_path, number):
    process = joulemark.start(*LONG)
    wait_until(lambda: children_of(process.pid), "a worker")
    alive = joulemark.start(*LONG[:-1], "other.sqlite")
    wait_until(lambda: children_of(alive.pid), "a worker")
    process.send_signal(number)
    process.communicate(timeout=10)
    assert len(folders_in(tmp_path)) == 2
    joulemark("compare", "null:b", *QUICK, "--store", "third.sqlite")
    assert len(folders_in(tmp_path)) == 1, "that of the run that is alive"
    interrupt(alive)
    alive.communicate(timeout=10)
    assert folders_in(tmp_path) == []
