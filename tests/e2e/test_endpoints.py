# SPDX-License-Identifier: Apache-2.0
"""Servers as configurations: those that run, and those that are started for every trial."""

import json
import os
import pathlib
import shlex
import subprocess
import sys

import pytest
from conftest import BIN, MACHINE, NOT_OK, OK, QUICK, USAGE, contents_of, is_running, wait_until
from decoder_cases import case
from endpoint_tools import TEXT, codes, compare, options, rows, script, trials, value
from models import linear

SERVER = pathlib.Path(__file__).with_name("endpoint_server.py")


def command(*arguments: object) -> str:
    return script(SERVER.name, *arguments)


def started(*arguments: object) -> str:
    return command("--port", "{port}", *arguments)


@pytest.fixture
def running():
    """Starts servers that outlive the trials; gives their addresses."""
    servers = []

    def start(*arguments: object) -> str:
        server = subprocess.Popen([sys.executable, str(SERVER), "--port", "0", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        servers.append(server)
        return f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}"

    yield start
    for server in servers:
        server.kill()
        server.wait()


def test_a_started_server_is_measured_as_its_processes_beside_an_engine(joulemark):
    note = joulemark.home / "pids"
    outcome = compare(joulemark, "null:m", "null,served", *QUICK, "--json", *options("served", command=started("--busy-ms", 2, "--note", note)))
    assert outcome.status == OK, outcome.err
    row = rows(outcome)["served"]
    assert row["configuration"]["label"] == "served cpu f32 t1 b1"
    assert value(row, "cpu_per_inference_s") >= 0.002  # the server's work, of which the client knows nothing
    assert 0 < value(row, "client_cpu_s") < value(row, "time_per_inference_s")
    assert value(row, "peak_rss_bytes") > 5e6
    pids = [int(pid) for pid in note.read_text().split()]
    assert len(set(pids)) == len(pids) >= 2, "one server for each trial"
    assert not any(is_running(pid) for pid in pids)
    served = [trial for trial in trials(joulemark) if trial["engine"] == "served"]
    assert {trial["agreement_agrees"] for trial in served} == {1}
    effective = json.loads(served[0]["effective_json"])
    assert (effective["server"], effective["server_version"]) == ("small", "3.2.1")
    assert effective["dialect"] == "kserve v2, json" and effective["served_model"] == "m"


def test_a_server_with_other_answers_is_not_ranked(joulemark):
    outcome = compare(joulemark, "null:m", "null,served", *QUICK, "--json", *options("served", command=started("--value", 3)))
    assert rows(outcome)["served"]["standing"] == "unranked"
    assert "different" in codes(outcome)


def test_a_server_that_runs_is_asked_and_its_resources_are_nobody_s(joulemark, running):
    url = running()
    outcome = compare(joulemark, "null:m", f"null,http:{url}", *QUICK, "--json", *options(url, model="m"))
    assert outcome.status == USAGE and "is no engine of this experiment" in outcome.err  # it is named http:URL there
    outcome = compare(joulemark, "null:m", f"null,{url}", *QUICK, "--json", *options("http", model="m"))
    assert outcome.status == OK, outcome.err
    row = rows(outcome)[url]
    assert value(row, "time_per_inference_s") > 0 and value(row, "client_cpu_s") > 0
    for metric in ("cpu_per_inference_s", "peak_rss_bytes", "voluntary_switches", "foreign_cpu_s", "cgroup_cpu_s"):
        assert value(row, metric) is None, metric
    assert "elsewhere" in codes(outcome) and "implausible" not in codes(outcome)


def test_nothing_is_measured_where_no_server_answers(joulemark, running):
    for address, words in (("http:127.0.0.1:1", "cannot be reached"), ("https://127.0.0.1:1", "cannot be reached"), ("http:no host", "a name")):
        outcome = compare(joulemark, "null:m", address, *QUICK)
        assert outcome.status in (MACHINE, USAGE) and words in outcome.err, outcome.err
        assert not (joulemark.home / "s.sqlite").exists()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ((), ["before it was ready", "exited with status 1", "there is no such model here"]),
        (("--never-ready",), ["was not ready after 1 s", "status 503", "raise 'ready_timeout_s'"]),
        (("--name", "other"), ["has no model 'm'", "the option 'model'"]),
        (("--die-after", 5), ["closed the connection", "exited with status 7", "a last word before the end"]),
    ],
    ids=["ends at once", "never ready", "has another model", "dies"],
)
def test_a_server_that_fails_fails_its_trial_and_no_other(joulemark, how, words):
    line = started(*(how or ("--fail",)))
    flags = options("served", command=line, ready_timeout_s=1)
    outcome = compare(joulemark, "null:m", "null,served", *QUICK, "--repetitions", 1, *flags)
    assert outcome.status == NOT_OK, outcome.err
    by_engine = {trial["engine"]: trial for trial in trials(joulemark)}
    assert by_engine["null"]["status"] == "ok" and by_engine["served"]["status"] == "failed"
    for word in words:
        assert word in by_engine["served"]["reason"]


def test_a_port_that_is_taken_is_not_measured_by_mistake(joulemark, running):
    url = running()
    line = command("--port", url.rpartition(":")[2])
    outcome = compare(joulemark, "null:m", "served", *QUICK, "--repetitions", 1, *options("served", command=line, url=url))
    assert outcome.status == NOT_OK
    assert "something answers" in trials(joulemark)[0]["reason"]


def test_a_server_that_does_not_end_is_killed_with_what_it_left_behind(joulemark):
    child, note = joulemark.home / "child", joulemark.home / "pids"
    line = started("--deaf", "--child", child, "--note", note)
    outcome = compare(joulemark, "null:m", "served", *QUICK, "--repetitions", 1, *options("served", command=line, stop_timeout_s=1))
    assert outcome.status == OK, outcome.err
    for pid in (int(child.read_text()), *map(int, note.read_text().split())):
        assert not is_running(pid)
    assert "outlived" not in outcome.err and "killed" not in outcome.err  # it is the engine's own affair


def test_nothing_of_a_server_outlives_the_program(joulemark):
    child, note = joulemark.home / "child", joulemark.home / "pids"
    line = started("--deaf", "--child", child, "--note", note)
    flags = ["--engine", "served", "--duration", 60, *options("served", command=line)]
    process = joulemark.start("compare", "null:m", "--store", joulemark.home / "s.sqlite", *map(str, flags))
    pids = wait_until(lambda: child.exists() and note.exists() and [*note.read_text().split(), child.read_text()], "the server")
    process.kill()
    process.communicate()
    wait_until(lambda: not any(is_running(int(pid)) for pid in pids), "the end of the server", timeout=30)


def test_what_does_not_fit_is_said_before_anything_is_measured(joulemark):
    for flags, words in (
        (["--engine", "null", *options("null", url="http://127.0.0.1:1")], "is an engine: give the server"),
        (["--engine", "x", *options("x", command="serve", prot=1)], "no option 'prot'"),
        (["--engine", "x", *options("x", command="serve {port}", api="grpc")], "must be one of auto, kserve, tensorflow, openai"),
        (["--engine", "x"], "unknown engine 'x'"),
    ):
        outcome = joulemark("compare", "null:m", *flags, *QUICK)
        assert outcome.status == USAGE and words in outcome.err, outcome.err


def test_a_server_that_nothing_tells_its_port_fails_with_what_to_write(joulemark):
    outcome = compare(joulemark, "null:m", "x", *QUICK, "--repetitions", 1, *options("x", command="true"))
    assert outcome.status == NOT_OK and "write {port}" in trials(joulemark)[0]["reason"]


def test_the_experiment_is_printed_back_with_its_servers(joulemark):
    line = started("--value", 1)
    flags = ["--engine", "null,served", *options("served", command=line, ready="http://127.0.0.1:{port}/v2/health/ready")]
    printed = joulemark("compare", "null:m", *flags, "--print-experiment")
    assert printed.status == OK, printed.err
    file = joulemark.home / "served.toml"
    file.write_text(printed.out)
    plan = joulemark("plan", file, "--json")
    assert plan.status == OK, plan.err
    assert "served cpu f32 t1 b1" in plan.out and line.split()[1] in file.read_text()


def text(joulemark, engines: str, *flags):
    return compare(joulemark, case("decoders", "gpt2"), engines, *TEXT, *flags)


def test_texts_are_compared_token_for_token(joulemark):
    flags = [word for name, how in (("a", ()), ("b", ()), ("c", ("--step", 2))) for word in options(name, command=started(*how))]
    outcome = text(joulemark, "a,b,c", "--batch", 2, *flags, "--json")
    assert outcome.status == NOT_OK, outcome.err
    found = rows(outcome)
    assert [found[name]["standing"] == "unranked" for name in "abc"] == [False, False, True]
    assert value(found["a"], "ttft_p50_ms") > 0 and value(found["a"], "itl_p50_ms") > 0
    different = next(trial for trial in trials(joulemark) if trial["engine"] == "c")
    assert "prompt 1, token 1:" in different["agreement_detail"]
    effective = json.loads(different["effective_json"])
    assert effective["dialect"] == "openai completions" and effective["tokens_per_event"] == 1
    assert "tokens_at_once" not in codes(outcome)


def test_several_tokens_at_once_are_told(joulemark):
    outcome = text(joulemark, "a", *options("a", command=started("--chunk", 3)), "--json")
    assert outcome.status == OK, outcome.err
    assert "tokens_at_once" in codes(outcome)


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        (("--no-ids",), "unsupported", "does not say the ids"),
        (("--most-tokens", 2), "failed", "ended a text behind 2 of 4 tokens"),
        (("--only-kserve",), "failed", "has no model 'gpt2'"),
    ],
)
def test_a_server_whose_texts_cannot_be_compared_says_why(joulemark, how, status, words):
    outcome = text(joulemark, "a", *options("a", command=started(*how)))
    assert outcome.status == NOT_OK
    trial = trials(joulemark)[0]
    assert words in trial["reason"], trial["reason"]
    assert trial["status"] == status or how == ("--only-kserve",)


def own_server(model: object) -> str:
    return f"exec {BIN}/joulemark serve {shlex.quote(str(model))} --engine onnxruntime --port {{port}}"


def test_an_engine_and_our_server_over_it_do_the_same_work(with_engines):
    model = linear(with_engines.home / "model.onnx")
    outcome = compare(with_engines, model, "onnxruntime,served", *QUICK, "--json", *options("served", command=own_server(model)))
    assert outcome.status == OK, outcome.err
    row = rows(outcome)["served"]
    assert row["standing"] != "unranked"
    assert value(row, "time_per_inference_s") > value(rows(outcome)["onnxruntime"], "time_per_inference_s")
    effective = json.loads(next(trial["effective_json"] for trial in trials(with_engines) if trial["engine"] == "served"))
    assert effective["dialect"] == "kserve v2, binary"


def test_an_engine_and_our_server_over_it_write_the_same_texts(with_engines):
    model = case("decoders", "gpt2")
    outcome = text(with_engines, "onnxruntime,served", "--json", *options("served", command=own_server(model)))
    assert outcome.status == OK, outcome.err
    assert rows(outcome)["served"]["standing"] != "unranked"
    with contents_of(with_engines.home / "s.sqlite") as store:
        digests = store.execute("select distinct digest from trial_text").fetchall()
    assert len(digests) == 1


def can_make_a_group() -> bool:
    """Whether a control group (v2) can be made below that of this process, as a server gets one."""
    entries = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
    own = next((entry[3:] for entry in entries if entry.startswith("0::")), "..")
    mounts = [folder for folder in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup") if pathlib.Path(folder, "cgroup.controllers").exists()]
    if ".." in own or not mounts:
        return False
    probe = pathlib.Path(mounts[0] + own, f"joulemark-test-{os.getpid()}")
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError:
        return False
    return True


def test_a_server_s_own_group_counts_the_server_and_nobody_else(joulemark):
    if not can_make_a_group():
        pytest.skip("no control group (v2) can be made here")
    # What this test's own group uses beside the server must not be counted.
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        outcome = compare(joulemark, "null:m", "served", "--repetitions", 1, "--duration", 1, "--warmup-min", 0, "--json", *options("served", command=started("--busy-ms", 5)))
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert outcome.status == OK, outcome.err
    (trial,) = trials(joulemark)
    used = value(rows(outcome)["served"], "cgroup_cpu_s")
    assert used >= 0.99 * 0.005 * trial["iterations"], "the work that the server is known to have done"
    assert abs(used - trial["cpu_s"]) < 0.02 + 0.1 * trial["cpu_s"], "what its processes used, added up"
