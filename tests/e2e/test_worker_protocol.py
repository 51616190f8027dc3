# SPDX-License-Identifier: Apache-2.0
"""The worker protocol in Python (engines/transformers/joulemark_worker) with a language model that is a formula, without torch."""

import json
import subprocess
import sys
import time

import pytest
from conftest import ROOT

ENGINE = ROOT / "engines/transformers"
sys.path.insert(0, str(ENGINE))
sys.dont_write_bytecode = True

from joulemark_worker import answer, arrivals, measure, steadiness  # noqa: E402
from joulemark_worker.failure import Failure  # noqa: E402
from joulemark_worker.measure import Goal, Run  # noqa: E402
from joulemark_worker.session import Session  # noqa: E402

VOCABULARY = 10


class Counting:
    """Goes on from a prompt with its last token plus 1, 2, …; a step takes no time worth mentioning."""

    def __init__(self):
        self.goals = []

    def ports(self):
        return {"inputs": [], "outputs": []}

    def batch(self, prompts):
        return prompts

    def run(self, prompts, goal: Goal) -> Run:
        self.goals.append(goal)
        t0 = time.monotonic_ns()
        rows = [[(prompt[-1] + i) % VOCABULARY for i in range(1, goal.new_tokens + 1)] for prompt in prompts]
        times = [time.monotonic_ns() for _ in range(goal.new_tokens)]
        return Run(t0, times, time.monotonic_ns(), rows)

    def rows(self, run):
        return run.output

    def gap(self, ids, own, other):
        return 0.1 * (other - own)

    def effective(self):
        return {"precision": "f32"}

    def logits(self, prompts, new_ids, everything):
        return [([[0.5]] * (len(prompt) if everything else 1), [[0.25]] * len(ids)) for prompt, ids in zip(prompts, new_ids)]


class Engine:
    fails = None

    def open(self, provider, threads, affinity, options):
        if provider == "broken":
            raise Failure("library_unusable", "it is broken")
        return {"version": "1", "asked": [provider, threads, affinity, options]}

    def load(self, path, precision):
        if path == "bad":
            raise ValueError("bad\nmodel")
        return Counting()


class Talk:
    def __init__(self):
        self.session = Session(Engine)

    def __call__(self, kind, **keys):
        return self.raw(json.dumps({"type": kind, **keys}).encode())

    def raw(self, line):
        reply = self.session.answer(line)
        assert b"\n" not in reply
        return json.loads(reply)


@pytest.fixture
def talk():
    return Talk()


@pytest.fixture
def loaded(talk):
    assert talk("open", provider="cpu", threads=3, affinity=[1], options={"a": "b"})["describe"]["asked"] == ["cpu", 3, [1], {"a": "b"}]
    assert talk("load", model="m")["type"] == "loaded"
    return talk


@pytest.fixture
def ready(loaded):
    assert loaded("prompts", requests=[[[1, 2], [5]], [[7]]], new_tokens=3) == {"type": "prompts_ready", "requests": 2}
    return loaded


def error(reply):
    assert reply["type"] == "error", reply
    return reply["status"], reply["message"]


def test_hello_names_the_protocol(talk):
    assert talk("hello", protocol=1)["protocol"] == 1
    assert error(talk("hello", protocol=2)) == ("invalid_argument", "protocol 2 is asked for, this worker speaks 1")


@pytest.mark.parametrize("line", [b"", b"[]", b"1", b"nonsense", b"\xff", b"[" * 100000])
def test_what_is_no_request_is_answered(talk, line):
    assert error(talk.raw(line)) == ("invalid_argument", "a request must be one JSON object on one line")


def test_requests_that_it_does_not_know_are_named(talk):
    assert error(talk("dance")) == ("invalid_argument", "request not understood: type 'dance' is unknown")
    assert error(talk.raw(b"{}")) == ("invalid_argument", "request not understood: key 'type' must be given")


@pytest.mark.parametrize("kind", ["inputs", "operators", "export", "check"])
def test_what_is_only_for_models_with_tensors_is_unsupported(talk, kind):
    assert error(talk(kind))[0] == "unsupported"


@pytest.mark.parametrize(
    "keys",
    [
        {"requests": []}, {"requests": [[]]}, {"requests": [[[]]]}, {"requests": [[[-1]]]}, {"requests": [[[1.5]]]}, {"requests": [[[True]]]},
        {"requests": [[1]]}, {"requests": [[["a"]]]}, {"requests": [[[1 << 31]]]}, {"requests": [[[1]]], "new_tokens": 0},
        {"requests": [[[1]]], "new_tokens": 1 << 60}, {"requests": [[[1]]], "stop_ids": 5},
    ],
)  # fmt: skip
def test_prompts_are_checked(loaded, keys):
    status, message = error(loaded("prompts", **keys))
    assert status == "invalid_argument" and "key '" in message


def test_requests_come_in_order(talk):
    assert error(talk("load", model="m"))[1] == "'open' must come first"
    talk("open")
    assert error(talk("prompts", requests=[[[1]]]))[1] == "'load' must come first"
    talk("load", model="m")
    for kind in ("answer", "warmup", "go"):
        assert error(talk(kind))[1] == "'prompts' must come first"
    talk("prompts", requests=[[[1]]])
    assert error(talk("go"))[1] == "'warmup' must come before 'go'"
    assert error(talk("durations"))[1] == "'go' must come before 'durations'"
    assert error(talk("open"))[1].startswith("an engine was opened before")


def test_after_a_failed_load_only_quit_follows(talk):
    assert error(Talk()("open", provider="broken")) == ("library_unusable", "it is broken")
    talk("open")
    assert error(talk("load", model="bad")) == ("failed", "the worker failed: ValueError: bad model")
    assert error(talk("load", model="m"))[1] == "'open' or 'load' has failed; only 'quit' can follow"
    assert talk("quit") == {"type": "bye"} and talk.session.finished


def test_the_load_begins_with_the_first_opening(talk):
    before = time.monotonic_ns()
    talk("open")
    opened = time.monotonic_ns()
    first, second = talk("load", model="m"), talk("load", model="m")
    assert before <= first["t0_ns"] <= opened <= first["t1_ns"] <= second["t0_ns"] <= second["t1_ns"]


def test_a_window_is_whole_passes(ready):
    ready("warmup", min_ns=0, max_ns=0)
    done = ready("go", min_iterations=3)
    assert (done["iterations"], done["prompt_tokens"], done["new_tokens"]) == (4, 8, 18)
    assert done["tokens"] == measure.digest([[[3, 4, 5], [6, 7, 8]], [[8, 9, 0]]])
    assert [len(ready("durations")[key]) for key in ("ns", "first_token_ns", "inter_token_ns")] == [4, 4, 8]
    assert ready("go", new_tokens=0)["new_tokens"] == ready("go", new_tokens=99)["new_tokens"] == 9
    assert ready("go", new_tokens=1)["new_tokens"] == 3 and ready("durations")["inter_token_ns"] == []


def test_at_a_rate_times_run_from_the_arrivals(ready):
    ready("warmup", min_ns=0, max_ns=0)
    done = ready("go", min_ns=0, min_iterations=3, rate=500.0, arrivals="uniform", seed=4)
    assert done["iterations"] == 4, "whole passes"
    assert (done["rate"], done["arrivals"], done["seed"]) == (500.0, "uniform", 4)
    assert done["t1_ns"] - done["t0_ns"] >= 8_000_000 and done["busy_ns"] <= done["t1_ns"] - done["t0_ns"]
    durations = ready("durations")
    for number in range(4):
        arrived = done["t0_ns"] + 1_000_000 + 2_000_000 * number
        assert 0 < durations["first_token_ns"][number] <= durations["ns"][number] <= done["t1_ns"] - arrived
    assert "rate" not in ready("go", min_ns=0, min_iterations=3)


def test_requests_that_wait_are_counted():
    runs = [Run(at, [end], end, None) for at, end in [(1_003, 1_030), (1_030, 1_060), (1_060, 1_090), (1_105, 1_110)]]
    window = measure.Window(runs, 1_000, 1_200, arrivals.Schedule(1.0, "uniform", 1, [0, 10, 20, 100], 200))
    assert measure.load(window) == {"rate": 1.0, "arrivals": "uniform", "seed": 1, "busy_ns": 92, "queue_max": 2, "wake_late_ns": 4}
    assert measure.durations(window)["ns"] == [30, 50, 70, 10]


def test_the_schedule_is_that_of_the_other_worker():
    """The numbers of src/base/arrivals_test.cpp."""
    assert arrivals.schedule(1000.0, "poisson", 7, 4).times == [249857, 848488, 1114846, 3432121]
    assert arrivals.schedule(10.0, "uniform", 1, 4).times == [50_000_000, 150_000_000, 250_000_000, 350_000_000]
    assert [arrivals.count(5.0, 2 * 10**9, 1, 1), arrivals.count(5.0, 10**9, 30, 7)] == [10, 35]


@pytest.mark.parametrize("keys", [{"rate": 0}, {"rate": "fast"}, {"rate": True}, {"rate": 1, "arrivals": "bursts"}, {"rate": 1e-300}])
def test_rates_are_checked(ready, keys):
    ready("warmup", min_ns=0, max_ns=0)
    status, message = error(ready("go", min_ns=0, min_iterations=1, **keys))
    assert status == "invalid_argument" and ("request not understood" in message or "is too long" in message)


def test_the_digest_is_that_of_the_protocol():
    assert measure.digest([]) == "cbf29ce484222325"
    assert measure.digest([[[0x01020304]]]) == fnv(b"\x04\x03\x02\x01\xff\xff\xff\xff")
    assert measure.digest([[[1], [2]]]) == measure.digest([[[1]], [[2]]]) != measure.digest([[[1, 2]]])


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def test_answers_are_written_and_compared(ready, tmp_path):
    folder = tmp_path / "new"
    assert ready("answer", directory=str(folder), reference=None)["compared"] is False
    assert json.loads((folder / "tokens.json").read_text()) == {"requests": [[[3, 4, 5], [6, 7, 8]], [[8, 9, 0]]]}
    reply = ready("answer", directory=None, reference=str(folder))
    assert (reply["compared"], reply["agrees"], reply["max_abs"], reply["detail"]) == (True, True, 0, "")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"requests": 1}', '{"requests": [[["a"]]]}', '{"requests": [[1]]}'])
def test_a_reference_that_is_none_is_a_failure(ready, tmp_path, text):
    (tmp_path / "tokens.json").write_text(text)
    assert error(ready("answer", directory=None, reference=str(tmp_path)))[0] == "failed"


def test_differences_are_judged_by_the_margin():
    def compared(own, other, gap, precision="f32"):
        return answer.compare([[[1], [2]]], [own], [other], lambda ids, mine, theirs: gap(ids), precision)

    same, other = [[1, 2], [3, 4]], [[1, 2], [3, 9]]
    place = "prompt 2, token 2: 9 instead of 4, margin "
    assert compared(same, same, lambda ids: 1.0) == (True, 0.0, "")
    assert compared(other, same, lambda ids: 0.001) == (True, 0.001, f"near tie at {place}0.001")
    assert compared(other, same, lambda ids: 0.41) == (False, 0.41, place + "0.41")
    assert compared(other, same, lambda ids: 0.2, "bf16").agrees and not compared(other, same, lambda ids: 0.3, "f16").agrees
    assert compared(other, same, lambda ids: -0.1) == (True, 0.0, f"near tie at {place}-0.1")
    assert compared(other, same, lambda ids: float("nan")) == (False, None, place + "nan")
    widest = compared([[7, 2], [9, 4]], same, lambda ids: {1: 0.0005, 2: 0.001}[ids[0]])
    assert widest == (True, 0.001, "near tie at prompt 2, token 1: 9 instead of 3, margin 0.001")
    assert compared([[7, 2], [9, 4]], same, lambda ids: 0.5)[2].startswith("prompt 1, ")
    assert compared([[1, 2], [3]], same, lambda ids: 0.0) == (False, None, "prompt 2 has 1 tokens instead of 2")
    assert compared([[1, 2], [5]], same, lambda ids: 0.0) == (False, None, "prompt 2 has 1 tokens instead of 2"), "other work"
    assert compared([[1, 2]], same, lambda ids: 0.0) == (False, None, "the reference holds other requests")


def test_only_the_first_requests_are_answered_where_that_is_asked(ready, tmp_path):
    assert ready("answer", directory=str(tmp_path), reference=None, requests=1)["type"] == "answered"
    assert json.loads((tmp_path / "tokens.json").read_text()) == {"requests": [[[3, 4, 5], [6, 7, 8]]]}
    assert ready("answer", directory=None, reference=str(tmp_path), requests=1)["agrees"] is True
    assert ready("answer", directory=None, reference=str(tmp_path))["detail"] == "the reference holds other requests"
    assert ready("answer", directory=str(tmp_path), reference=None, requests=99)["type"] == "answered"


def test_the_margin_is_asked_behind_the_tokens_of_the_reference():
    asked = []
    answer.compare([[[1, 2]]], [[[3, 4, 9, 8]]], [[[3, 4, 5, 6]]], lambda *given: asked.append(given) or 0.0, "f32")
    assert asked == [([1, 2, 3, 4], 9, 5)]


def test_a_warmup_keeps_its_floors_and_its_cap(ready):
    assert ready("warmup", min_ns=0, max_ns=10**9, min_iterations=50)["iterations"] >= 50
    capped = ready("warmup", min_ns=1 << 40, max_ns=1000, min_iterations=1 << 40)
    assert capped["iterations"] >= 1 and capped["steady"] is False
    long = ready("warmup", min_ns=30_000_000, max_ns=10**10, min_iterations=1)
    assert long["t1_ns"] - long["t0_ns"] >= 30_000_000


def test_the_steady_rule_is_that_of_the_other_worker():
    judge = steadiness.judge
    assert not judge([100.0] * 5).steady and judge([100.0] * 6).steady
    assert judge([100.0, 100.0, 900.0] * 5).steady, "interrupted steps are no scatter"
    falling = judge([100 - 0.1 * i for i in range(20)])
    assert not falling.steady and falling.trend == pytest.approx(-0.019, abs=5e-4), "a trend"
    slow = judge([100 + 0.04 * i for i in range(20)])
    assert slow.steady and slow.trend == pytest.approx(0.0076, abs=1e-4), "less than a percent, however clear"
    wide = judge([80.0, 120.0, 100.0] * 5)
    assert not wide.steady and wide.cov == pytest.approx(1.4826 * 20 / 100), "scatter"
    assert steadiness.mann_kendall_p([1, 2, 3, 4, 5, 6]) == pytest.approx(0.00853, abs=1e-5)


def steps(requests, count, time):
    history = steadiness.History()
    for request in range(requests):
        history.add([steadiness.Step((1, 10 + step), time(request, step)) for step in range(1, count + 1)])
    return history


def test_growth_with_the_position_is_no_trend_once_positions_repeat():
    assert not steps(1, 40, lambda _, step: 100 + step).judge(10**9).steady
    assert steps(2, 40, lambda _, step: 100 + step).judge(10**9) == (True, pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
    faster = steps(2, 40, lambda request, step: (100 + step) * (1 if request == 0 else 0.95)).judge(10**9)
    assert not faster.steady and faster.trend == pytest.approx(-0.05, abs=0.01)


def test_a_short_cap_is_judged_by_fewer_steps():
    history = steps(1, 6, lambda _, __: 100)
    assert not history.judge(max_ns=10**9).steady and history.judge(max_ns=1200).steady


def test_generated_rows_have_the_logits_that_were_asked_for(loaded):
    assert loaded("generate", prompts=[[1, 2]], max_new_tokens=2)["rows"] == [{"new_ids": [3, 4], "prefill_logits": [], "step_logits": []}]
    (row,) = loaded("generate", prompts=[[1, 2]], max_new_tokens=2, logits="all")["rows"]
    assert row == {"new_ids": [3, 4], "prefill_logits": [[0.5], [0.5]], "step_logits": [[0.25], [0.25]]}
    assert error(loaded("generate", prompts=[[1]], logits="some"))[1].endswith("must be one of none, last, all")


def test_the_program_wants_a_socket():
    done = subprocess.run([sys.executable, ENGINE / "worker.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "--protocol-fd N" in done.stderr
