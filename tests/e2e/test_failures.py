# SPDX-License-Identifier: Apache-2.0
"""A trial that goes wrong is data: it is stored with its reason, and the others go on."""

import os
import resource
import signal

import pytest
from conftest import MACHINE, NOT_OK, QUICK, children_of, contents_of, statuses, wait_until
from models import floats, save
from onnx import helper


def compare(joulemark, *models, flags=(), **options):
    return joulemark("compare", *models, "--engine", "null", *QUICK, "--store", "s.sqlite", *flags, "--json", **options)


def trials_of(joulemark) -> list[dict[str, str]]:
    """Status and reason of every stored trial."""
    with contents_of(joulemark.home / "s.sqlite") as store:
        columns = {row[1] for row in store.execute("pragma table_info(trial)")}
        assert {"status", "reason"} <= columns
        return [{"status": status, "reason": reason} for status, reason in store.execute("select status, reason from trial order by 1")]


@pytest.mark.parametrize(
    "script, status, word",
    [
        ("crash=segv", "crashed", "SIGSEGV"),
        ("crash=abort", "crashed", "SIGABRT"),
        ("crash=kill", "crashed", "SIGKILL"),
        ("crash=exit", "crashed", "exit"),
        ("crash=segv&at=load", "crashed", "SIGSEGV"),
        ("crash=segv&at=build", "crashed", "in phase 'build'"),
        ("crash=abort&at=bind", "crashed", "SIGABRT"),
        ("crash=kill&at=run:5", "crashed", "SIGKILL"),
        ("crash=error&status=failed", "failed", ""),
        ("crash=error&status=unsupported", "unsupported", ""),
        ("crash=error&status=out_of_memory", "out_of_memory", ""),
    ],
)
def test_a_worker_that_fails_ends_its_own_trial_only(joulemark, script, status, word):
    outcome = compare(joulemark, f"null:bad?{script}", "null:good")
    assert outcome.status == NOT_OK, outcome.err
    rows = list(outcome.json["rows"])
    assert sorted(statuses(outcome.json)) == [(0, 2), (2, 0)]
    bad = next(row for row in rows if row["trials_not_ok"] == 2)
    assert bad["standing"] == "unranked" and word in bad["reason"], bad["reason"]
    assert {trial["status"] for trial in trials_of(joulemark)} == {"ok", status}


def test_an_endless_run_ends_at_the_time_limit(joulemark):
    outcome = compare(joulemark, "null:endless?crash=hang", "null:good", flags=["--time-limit", "1"], timeout=60)
    assert outcome.status == NOT_OK
    assert {trial["status"] for trial in trials_of(joulemark)} == {"ok", "timeout"}
    assert any("time limit" in trial["reason"] for trial in trials_of(joulemark))


@pytest.mark.parametrize("place", ["open", "load"])
def test_an_endless_loop_anywhere_ends_at_the_time_limit(joulemark, place):
    outcome = joulemark(
        "compare", "null:a", "--engine", "null", *QUICK, "--option", "null.crash=hang", "--option", f"null.at={place}",
        "--time-limit", "1", "--store", "s.sqlite", timeout=60,
    )  # fmt: skip
    assert outcome.status == NOT_OK
    assert {trial["status"] for trial in trials_of(joulemark)} == {"timeout"}


def test_a_model_beyond_the_memory_limit_is_out_of_memory(joulemark):
    limit = 2 << 30
    outcome = compare(
        joulemark, "null:huge?alloc_mb=8000", "null:good",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert outcome.status == NOT_OK, outcome.err
    assert {trial["status"] for trial in trials_of(joulemark)} == {"ok", "out_of_memory"}


def test_a_worker_killed_from_outside_is_one_lost_trial(joulemark):
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "2", "--duration", "3",
                              "--warmup-min", "0", "--store", "s.sqlite")  # fmt: skip
    worker = wait_until(lambda: children_of(process.pid), "a worker")[0]
    os.kill(worker, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == NOT_OK
    assert [trial["status"] for trial in trials_of(joulemark)] == ["crashed", "ok"]


def test_the_last_words_of_a_crashed_worker_are_kept(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--option", "null.say=famous last words", "--option", "null.crash=abort",
              "--store", "s.sqlite")  # fmt: skip
    assert b"famous last words" in (joulemark.home / "s.sqlite").read_bytes() or "famous last words" in joulemark(
        "report", "s.sqlite"
    ).out


def test_nonsense_from_a_worker_is_a_failed_trial(joulemark):
    liar = joulemark.home / "liar"
    liar.write_text("#!/bin/sh\neval \"exec 9>&$2\"; printf 'no JSON at all\\n' >&9; sleep 1\n")
    liar.chmod(0o755)
    outcome = compare(joulemark, "null:a", env={"JOULEMARK_WORKER": str(liar)})
    assert outcome.status == NOT_OK
    assert statuses(outcome.json) == [(0, 2)]


def test_a_missing_worker_program_is_said(joulemark):
    outcome = compare(joulemark, "null:a", env={"JOULEMARK_WORKER": "/nowhere/worker"})
    assert outcome.status == MACHINE and "cannot start worker '/nowhere/worker'" in outcome.err
    assert trials_of(joulemark) == []


@pytest.mark.parametrize(
    "place, phase", [("open", "load"), ("load", "load"), ("bind", "load"), ("run:1", "load"), ("run:2000", "warmup")]
)
def test_a_reason_names_a_phase_and_no_message_of_the_protocol(joulemark, place, phase):
    joulemark("compare", "null:bad", *QUICK, "--warmup-min", "0.5", "--option", "null.crash=segv", "--option", f"null.at={place}",
              "--store", "s.sqlite")  # fmt: skip
    reasons = [trial["reason"] for trial in trials_of(joulemark)]
    assert len(reasons) == 2 and all(f"in phase '{phase}'" in reason for reason in reasons), reasons


def test_a_row_whose_outputs_differ_has_no_trial_that_is_ok(with_engines):
    random = [helper.make_node("RandomUniformLike", ["x"], ["y"])]
    model = save(with_engines.home / "random.onnx", random, [floats("x", [4])], [floats("y", [4])])
    outcome = with_engines("compare", model, "--engine", "onnxruntime", *QUICK, "--store", "s.sqlite", "--json")
    assert statuses(outcome.json) == [(0, 1)]  # outputs that differ are measured once
    assert [entry["trials_ok"] for entry in with_engines("report", "s.sqlite", "--list", "--json").json["experiments"]] == [0]


def test_a_model_without_outputs_is_said_to_have_none(with_engines):
    node = helper.make_node("Identity", ["x"], ["y"])
    model = save(with_engines.home / "none.onnx", [node], [floats("x", [1, 4])], [])
    outcome = with_engines("compare", model, "--engine", "openvino", *QUICK, "--json")
    assert outcome.status == NOT_OK
    reason = outcome.json["rows"][0]["reason"]
    assert "output" in reason and "joulemark-" not in reason, reason


def test_a_temporary_folder_that_cannot_be_written_to_is_said(joulemark):
    outcome = compare(joulemark, "null:a", env={"TMPDIR": "/proc"})
    assert outcome.status == MACHINE and "TMPDIR" in outcome.err
