# SPDX-License-Identifier: Apache-2.0
"""One conversation: requests in, replies out. The order of requests is checked here; what an engine does stands behind `open_engine`."""

from __future__ import annotations

import json
import time
from typing import Any, Callable

from . import answer, arrivals, measure, request
from .failure import Failure, one_line
from .measure import Goal, Window, Work
from .request import Request

PROTOCOL = 1
LOGITS = ("none", "last", "all")


class Session:
    """`open_engine()` gives an object with `open(provider, threads, affinity, options)`, which describes itself, and `load(path, precision)`."""

    def __init__(self, open_engine: Callable[[], Any]):
        self._open_engine = open_engine
        self._engine: Any = None
        self._model: Any = None
        self._work: Work | None = None
        self._window: Window | None = None
        self._broken = False  # open or load failed: the process is in an unknown state
        self._warmed = False
        self._opened_at: int | None = None  # until the first load has reported it
        self.finished = False

    def answer(self, line: bytes) -> bytes:
        """The reply to one request line, without newline. Never raises: whatever goes wrong is an `error`."""
        try:
            reply = self._handle(request.parse(line))
        except Failure as failure:
            reply = {"type": "error", "status": failure.status, "message": str(failure)}
        except MemoryError:
            reply = {"type": "error", "status": "out_of_memory", "message": "the worker is out of memory"}
        except Exception as error:
            reply = {"type": "error", "status": "failed", "message": f"the worker failed: {type(error).__name__}: {one_line(error)}"}
        return json.dumps(reply, separators=(",", ":"), allow_nan=False).encode("ascii")

    def _handle(self, asked: Request) -> dict:
        kind = asked.text("type")
        handler = HANDLERS.get(kind)
        if handler is None:
            raise Failure("invalid_argument", f"request not understood: type '{kind}' is unknown")
        return handler(self, asked)

    def _hello(self, asked: Request) -> dict:
        version = asked.integer("protocol", 0, 0)
        if version != PROTOCOL:
            raise Failure("invalid_argument", f"protocol {version} is asked for, this worker speaks {PROTOCOL}")
        return {"type": "hello", "protocol": PROTOCOL, "worker": "joulemark-transformers", "version": "1"}

    def _open(self, asked: Request) -> dict:
        if self._engine is not None or self._broken:
            raise Failure("invalid_argument", "an engine was opened before; a process can open only one")
        provider, threads = asked.text("provider", "cpu"), asked.integer("threads", 1, 1, 1 << 20)
        affinity, options = asked.ids("affinity"), asked.texts("options")
        self._broken = True
        self._opened_at = time.monotonic_ns()
        engine = self._open_engine()
        describe = engine.open(provider, threads, affinity, options)
        self._engine, self._broken = engine, False
        return {"type": "opened", "describe": describe}

    def _load(self, asked: Request) -> dict:
        self._need_engine()
        path, precision = asked.text("model"), asked.text("precision", "f32")
        self._forget_work()
        self._model, self._broken = None, True
        begin = time.monotonic_ns() if self._opened_at is None else self._opened_at
        self._opened_at = None
        self._model = self._engine.load(path, precision)
        self._broken = False
        end = time.monotonic_ns()
        return {"type": "loaded", "t0_ns": begin, "t1_ns": end, **self._model.ports()}

    def _prompts(self, asked: Request) -> dict:
        self._need_model()
        self._forget_work()
        prompts = asked.batches("requests")
        goal = Goal(asked.integer("new_tokens", 1, 1, request.MOST_TOKENS), tuple(asked.ids("stop_ids")))
        self._work = Work(prompts, [self._model.batch(batch) for batch in prompts], goal)
        return {"type": "prompts_ready", "requests": len(prompts)}

    def _answer(self, asked: Request) -> dict:
        work = self._need_work()
        count = asked.integer("requests", 0, 0) or len(work.batches)
        own = [self._model.rows(self._model.run(batch, work.goal)) for batch in work.batches[:count]]
        if asked.has("directory"):
            answer.write(asked.text("directory"), own)
        effective = self._model.effective()
        reply = {"type": "answered", "effective": effective, "compared": asked.has("reference"), "agrees": True, "detail": ""}
        if not asked.has("reference"):
            return reply
        reference = answer.read(asked.text("reference"))
        found = answer.compare(work.prompts, own, reference, self._model.gap, effective["precision"])
        reply.update(agrees=found.agrees, detail=found.detail, max_abs=found.margin, max_rel=None, max_rel_reason="not_compared")
        if found.margin is None:
            reply["max_abs_reason"] = "shape"
        return reply

    def _warmup(self, asked: Request) -> dict:
        work = self._need_work()
        min_ns, max_ns = asked.integer("min_ns", 0, 0), asked.integer("max_ns", 1 << 62, 0, 1 << 62)
        found = measure.warm_up(self._model, work, min_ns, max_ns, asked.integer("min_iterations", 1, 0))
        self._warmed = True
        return {"type": "warmed", **{key: value for key, value in vars(found).items() if value is not None}}

    def _go(self, asked: Request) -> dict:
        work = self._need_work()
        if not self._warmed:
            raise Failure("invalid_argument", "'warmup' must come before 'go'")
        new_tokens = asked.integer("new_tokens", 0, 0) or work.goal.new_tokens
        timed = Work(work.prompts, work.batches, work.goal._replace(new_tokens=min(new_tokens, work.goal.new_tokens)))
        self._window = None
        min_ns, min_iterations = asked.integer("min_ns", 0, 0), asked.integer("min_iterations", 1, 1)
        if asked.has("rate"):
            window = measure.serve(self._model, timed, schedule_of(asked, min_ns, min_iterations, len(timed.batches)))
        else:
            window = measure.measure(self._model, timed, min_ns, min_iterations)
        self._window = window
        return measure.done(self._model, timed, window)

    def _durations(self, asked: Request) -> dict:
        if self._window is None:
            raise Failure("invalid_argument", "'go' must come before 'durations'")
        return measure.durations(self._window)

    def _generate(self, asked: Request) -> dict:
        self._need_model()
        prompts = asked.prompts("prompts")
        goal = Goal(asked.integer("max_new_tokens", 1, 1, request.MOST_TOKENS), tuple(asked.ids("stop_ids")))
        wanted = asked.choice("logits", LOGITS)
        run = self._model.run(self._model.batch(prompts), goal)
        rows = [{"new_ids": ids, "prefill_logits": [], "step_logits": []} for ids in self._model.rows(run)]
        if wanted != "none":
            logits = self._model.logits(prompts, [row["new_ids"] for row in rows], wanted == "all")
            for row, (prefill, steps) in zip(rows, logits):
                row.update(prefill_logits=prefill, step_logits=steps)
        return {"type": "generated", "t0_ns": run.t0_ns, "token_at_ns": run.token_at_ns, "rows": rows}

    def _quit(self, asked: Request) -> dict:
        self.finished = True
        return {"type": "bye"}

    def _unsupported(self, asked: Request) -> dict:
        raise Failure("unsupported", UNSUPPORTED[asked.text("type")])

    def _forget_work(self) -> None:
        self._work = self._window = None
        self._warmed = False

    def _need_engine(self) -> None:
        if self._broken:
            raise Failure("invalid_argument", "'open' or 'load' has failed; only 'quit' can follow")
        if self._engine is None:
            raise Failure("invalid_argument", "'open' must come first")

    def _need_model(self) -> None:
        self._need_engine()
        if self._model is None:
            raise Failure("invalid_argument", "'load' must come first")

    def _need_work(self) -> Work:
        self._need_model()
        if self._work is None:
            raise Failure("invalid_argument", "'prompts' must come first")
        return self._work


def schedule_of(asked: Request, min_ns: int, min_requests: int, in_a_pass: int) -> arrivals.Schedule:
    rate = asked.rate("rate")
    requests = arrivals.count(rate, min_ns, min_requests, in_a_pass)
    if not arrivals.is_possible(rate, requests):
        raise Failure("invalid_argument", f"a schedule of {requests} requests at {rate} a second is too long")
    return arrivals.schedule(rate, asked.choice("arrivals", arrivals.KINDS), asked.integer("seed", 1, 0), requests)


UNSUPPORTED = {
    "operators": "engine 'transformers' reads no ONNX files, so it has no list of operators",
    "export": "engine 'transformers' writes no model files",
    "inputs": "engine 'transformers' runs language models, which take prompts and no tensors",
    "check": "engine 'transformers' reads no ONNX files",
}
HANDLERS = {
    "hello": Session._hello,
    "open": Session._open,
    "load": Session._load,
    "prompts": Session._prompts,
    "answer": Session._answer,
    "warmup": Session._warmup,
    "go": Session._go,
    "durations": Session._durations,
    "generate": Session._generate,
    "quit": Session._quit,
    **dict.fromkeys(UNSUPPORTED, Session._unsupported),
}
