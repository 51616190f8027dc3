# SPDX-License-Identifier: Apache-2.0
"""Whole requests of a language model, timed: the warm-up and the window.

A model gives `run(batch, goal)`, which returns a Run, and `rows(run)`, the new ids of each row. Only `run` is called in a window.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import time
from statistics import median
from typing import Any, NamedTuple

from .arrivals import Schedule
from .steadiness import History, Steadiness, Step

now = time.monotonic_ns


class Goal(NamedTuple):
    """How far a request goes."""

    new_tokens: int
    stop_ids: tuple[int, ...] = ()
    until_ns: int | None = None  # of the warm-up: no further step begins after it


class Run(NamedTuple):
    t0_ns: int
    token_at_ns: list[int]  # when the tokens of each step were there; never empty
    t1_ns: int
    output: Any  # as the model keeps it

    @property
    def request_ns(self) -> int:
        return self.token_at_ns[-1] - self.t0_ns

    @property
    def steps_ns(self) -> list[int]:
        return [after - before for before, after in zip(self.token_at_ns, self.token_at_ns[1:])]


@dataclasses.dataclass
class Work:
    """What `prompts` has asked for."""

    prompts: list[list[list[int]]]
    batches: list[Any]  # the same as the model takes them
    goal: Goal

    @property
    def prompt_tokens(self) -> int:
        """Of a pass, without padding."""
        return sum(len(prompt) for prompts in self.prompts for prompt in prompts)


@dataclasses.dataclass
class Warmup:
    t0_ns: int
    t1_ns: int = 0
    iterations: int = 0
    steady: bool = False
    iteration_ns: float = 0
    cov: float | None = None
    trend: float | None = None


@dataclasses.dataclass
class Window:
    runs: list[Run]  # whole passes over the requests
    t0_ns: int
    t1_ns: int
    schedule: Schedule | None = None  # by which requests came; none: one after another

    @property
    def begins(self) -> list[int]:
        """From when each request's times count: its arrival, where it has one."""
        if self.schedule is None:
            return [run.t0_ns for run in self.runs]
        return [self.t0_ns + time for time in self.schedule.times]


def warm_up(model, work: Work, min_ns: int, max_ns: int, min_iterations: int) -> Warmup:
    """Runs requests until both floors are reached and the steps are steady, or until max_ns."""
    warmup = Warmup(now())
    goal = work.goal._replace(until_ns=warmup.t0_ns + max_ns)
    history, times, last = History(), [], Steadiness()
    for prompts, batch in itertools.cycle(zip(work.prompts, work.batches)):
        run = model.run(batch, goal)
        history.add(steps_of(prompts, run))
        times.append(run.request_ns)
        warmup.t1_ns = run.t1_ns
        spent = run.t1_ns - warmup.t0_ns
        if spent >= min_ns and len(times) >= min_iterations:
            last = history.judge(max_ns)
        warmup.steady = last.steady
        if warmup.steady or spent >= max_ns:
            break
    warmup.iterations = len(times)
    warmup.iteration_ns = median(times)
    warmup.cov, warmup.trend = last.cov, last.trend
    return warmup


def steps_of(prompts: list[list[int]], run: Run) -> list[Step]:
    """The times of a request's steps; one of one token has no later step to go by."""
    rows, length = len(prompts), max(map(len, prompts))
    if not run.steps_ns:
        return [Step((rows, -length), run.request_ns)]
    return [Step((rows, length + step), ns) for step, ns in enumerate(run.steps_ns, 1)]


def measure(model, work: Work, min_ns: int, min_iterations: int) -> Window:
    """Whole passes until both are reached. Between its edges nothing but requests."""
    runs: list[Run] = []
    t0 = t1 = now()
    while t1 - t0 < min_ns or len(runs) < min_iterations:
        for batch in work.batches:
            runs.append(model.run(batch, work.goal))
        t1 = now()
    return Window(runs, t0, t1)


def serve(model, work: Work, schedule: Schedule) -> Window:
    """Requests when they come, one after another. While it waits it sleeps: spinning would burn the energy that is measured."""
    runs: list[Run] = []
    batches = itertools.cycle(work.batches)
    t0 = now()
    for due in schedule.times:
        sleep_until(t0 + due)
        runs.append(model.run(next(batches), work.goal))
    sleep_until(t0 + schedule.length_ns)
    return Window(runs, t0, now(), schedule)


def sleep_until(deadline_ns: int) -> None:
    while (left := deadline_ns - now()) > 0:
        time.sleep(left / 1e9)


def load(window: Window) -> dict:
    """What a window at a rate adds to the reply to `go`."""
    if window.schedule is None:
        return {}
    arrived, runs = window.begins, window.runs
    queues = [bisect.bisect_right(arrived, run.t1_ns) - number for number, run in enumerate(runs, 1)]
    late = [run.t0_ns - at for run, at, before in zip(runs, arrived, [None, *runs]) if before is None or before.t1_ns < at]
    return {
        "rate": window.schedule.rate,
        "arrivals": window.schedule.kind,
        "seed": window.schedule.seed,
        "busy_ns": sum(run.t1_ns - run.t0_ns for run in runs),
        "queue_max": max(0, *queues),
        "wake_late_ns": sum(late) // max(len(late), 1),
    }


def done(model, work: Work, window: Window) -> dict:
    """The reply to `go`."""
    rows = [model.rows(run) for run in window.runs]
    passes = len(window.runs) // len(work.batches)
    return {
        "type": "done",
        "t0_ns": window.t0_ns,
        "t1_ns": window.t1_ns,
        "iterations": len(window.runs),
        "prompt_tokens": work.prompt_tokens * passes,
        "new_tokens": sum(len(ids) for batch in rows for ids in batch),
        "tokens": digest(rows[-len(work.batches) :]),
        **load(window),
    }


def durations(window: Window) -> dict:
    return {
        "type": "durations",
        "calls_per_record": 1,
        "ns": [run.token_at_ns[-1] - begin for run, begin in zip(window.runs, window.begins)],
        "first_token_ns": [run.token_at_ns[0] - begin for run, begin in zip(window.runs, window.begins)],
        "inter_token_ns": [step for run in window.runs for step in run.steps_ns],
    }


def digest(requests: list[list[list[int]]]) -> str:
    """FNV-1a of all ids, 4 bytes each, little endian, and of ff ff ff ff behind each row."""
    value = 0xCBF29CE484222325
    for rows in requests:
        for ids in rows:
            for byte in b"".join(number.to_bytes(4, "little") for number in (*ids, 0xFFFFFFFF)):
                value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
