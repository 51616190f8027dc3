# SPDX-License-Identifier: Apache-2.0
"""A worker on a socketpair, asked request by request, as the orchestrator does."""

import json
import socket
import subprocess
import time

import pytest
from conftest import ROOT

TRANSFORMERS_WORKER = ROOT / "engines/transformers/worker.py"


class Refused(Exception):
    """An `error` reply."""

    def __init__(self, reply: dict):
        super().__init__(reply["message"])
        self.status, self.message = reply["status"], reply["message"]


class Worker:
    def __init__(self, *command: object, env: dict[str, str] | None = None):
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*map(str, command), "--protocol-fd", str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=env
            )
        self._socket, self._lines = ours, ours.makefile("rb")

    def send(self, line: bytes) -> dict:
        self._socket.sendall(line + b"\n")
        reply = self._lines.readline()
        assert reply.endswith(b"\n"), "the worker is gone"
        return json.loads(reply, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    def __call__(self, kind: str, **keys: object) -> dict:
        before = time.monotonic_ns()
        reply = self.send(json.dumps({"type": kind, **keys}).encode())
        if reply["type"] == "error":
            raise Refused(reply)
        if "t0_ns" in reply and kind != "load":
            assert before <= reply["t0_ns"] <= reply.get("t1_ns", reply["t0_ns"]) <= time.monotonic_ns()
        return reply

    def close(self) -> int:
        """Its exit status once the conversation ends."""
        self._lines.close()
        self._socket.close()
        return self._process.wait(20)
