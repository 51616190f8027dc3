# SPDX-License-Identifier: Apache-2.0
"""A worker of a model y = x·W·W…, in NumPy, that lies as JOULEMARK_LIE says. Unless the lie says so its outputs are right.

In the window: cache (it hands out what was computed before); some (it computes in every second call only); sleep (it waits for each
answer); service (another process computes, and it looks every millisecond whether that has answered); poll=S (it looks for the answer every S
seconds); fewer (it says that it did ten thousand times as many calls as it did, and tells them in groups); part (it says that its window
was a tenth of what it was); gaps (it tells a tenth of each latency); short (it ends before it was told to).
Of itself: precision (it says that it ran at f16); halves (it does not say that its weights are f16); provider (it says that it ran on
another one).
Of its outputs: constant (they are the same for all inputs); echo (they are wrong, and it hands the reference's out as its own).
"""

import os
import pathlib
import shutil
import socket
import time

import numpy
import onnx
from onnx import numpy_helper
from worker_session import serve

LIE, _, VALUE = os.environ.get("JOULEMARK_LIE", "none").partition("=")


def write_tensor(path: str, array: numpy.ndarray) -> None:
    with open(path, "wb") as file:
        file.write(numpy_helper.from_array(array, "y").SerializeToString())


class Worker:
    def __init__(self) -> None:
        self.weights: list[numpy.ndarray] = []
        self.x = self.y = numpy.zeros(0, numpy.float32)
        self.durations: list[int] = []
        self.opened_ns = 0
        self.repeats = 1
        self.service: socket.socket | None = None

    def run(self) -> numpy.ndarray:
        value = self.x
        for weight in self.weights:
            value = numpy.maximum(value @ weight, 0)
        return value

    def call(self) -> None:
        begin = time.monotonic()
        if LIE == "cache" or (LIE == "some" and len(self.durations) % 2):
            return
        if LIE == "service":
            self.serve()
            return
        if LIE == "sleep":
            time.sleep(0.03)
            return
        if LIE == "poll":
            # Some answers come later than others, and all are seen at the next look.
            looks = 1 + len(self.durations) % 3
            time.sleep(max(0.0, begin + looks * float(VALUE) - time.monotonic()))
            return
        self.y = self.run()

    def serve(self) -> None:
        """Asks a copy of this process, which has the model."""
        if self.service is None:
            ours, theirs = socket.socketpair()
            if os.fork() == 0:
                ours.close()
                while theirs.recv(1):
                    self.run()
                    theirs.sendall(b"y")
                os._exit(0)
            theirs.close()
            ours.setblocking(False)
            self.service = ours
        self.service.sendall(b"x")
        while True:
            time.sleep(0.001)
            try:
                self.service.recv(1)
                return
            except BlockingIOError:
                continue

    def window(self, min_ns: int, min_iterations: int) -> tuple[int, int]:
        self.durations = []
        start = last = time.monotonic_ns()
        while last - start < min_ns or len(self.durations) < min_iterations:
            self.call()
            now = time.monotonic_ns()
            self.durations.append(now - last)
            last = now
        return start, last

    def answer(self, request: dict) -> dict:
        kind = request["type"]
        return getattr(self, "on_" + kind, lambda _: {"type": "error", "status": "unsupported", "message": f"no '{kind}' here"})(request)

    def on_hello(self, _) -> dict:
        return {"type": "hello", "protocol": 1, "worker": "liar", "version": "1"}

    def on_open(self, _) -> dict:
        self.opened_ns = time.monotonic_ns()
        return {"type": "opened", "describe": {"version": "1.0", "providers": ["cpu"]}}

    def on_load(self, request: dict) -> dict:
        model = onnx.load(request["model"])
        self.weights = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
        if LIE == "halves":
            self.weights = [weight.astype(numpy.float16).astype(numpy.float32) for weight in self.weights]
        port = {"name": "x", "dtype": "float32", "dims": [-1, self.weights[0].shape[0]]}
        return {"type": "loaded", "t0_ns": self.opened_ns, "t1_ns": time.monotonic_ns(), "inputs": [port], "outputs": [{**port, "name": "y"}]}

    def on_inputs(self, request: dict) -> dict:
        self.x = numpy.load(request["source"])
        self.y = self.run()
        return {"type": "inputs_ready", "tensors": []}

    def outputs(self) -> numpy.ndarray:
        return numpy.ones_like(self.y) if LIE in ("constant", "echo") else self.run()

    def on_answer(self, request: dict) -> dict:
        directory, reference = request["directory"], request["reference"]
        effective = {"provider": "cuda" if LIE == "provider" else "cpu", "precision": "f16" if LIE == "precision" else "f32"}
        if directory:
            pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
            write_tensor(directory + "/output_0.pb", self.outputs())
        reply = {"type": "answered", "effective": effective, "compared": bool(reference), "agrees": True}
        if not reference:
            return reply
        if LIE == "echo":
            shutil.copy(reference + "/output_0.pb", self.copy())
            return reply | {"max_abs": 0.0, "max_rel": 0.0, "detail": ""}
        with open(reference + "/output_0.pb", "rb") as file:
            expected = numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))
        difference = float(numpy.abs(expected - self.outputs()).max())
        return reply | {"agrees": difference < 1e-2, "max_abs": difference, "max_rel": 0.0, "detail": ""}

    @staticmethod
    def copy() -> pathlib.Path:
        """Where the echo keeps what it read."""
        return pathlib.Path(os.environ["TMPDIR"]) / "echo.pb"

    def on_warmup(self, request: dict) -> dict:
        start, end = self.window(request["min_ns"], 3)
        return {"type": "warmed", "t0_ns": start, "t1_ns": end, "iterations": len(self.durations), "steady": True, "iteration_ns": 1.0}

    def on_go(self, request: dict) -> dict:
        least, calls = request["min_ns"], request["min_iterations"]
        start, end = self.window(10 * least if LIE == "part" else least, calls) if LIE != "short" else self.window(0, calls // 2)
        self.repeats = 10_000 if LIE == "fewer" else 1
        if LIE == "part":
            end = start + (end - start) // 10
            self.durations = [duration // 10 for duration in self.durations]
        if LIE == "gaps":
            self.durations = [duration // 10 for duration in self.durations]
        return {"type": "done", "t0_ns": start, "t1_ns": end, "iterations": len(self.durations) * self.repeats}

    def on_durations(self, _) -> dict:
        return {"type": "durations", "calls_per_record": self.repeats, "ns": self.durations}

    def on_quit(self, _) -> dict:
        return {"type": "bye"}


serve(Worker().answer)
