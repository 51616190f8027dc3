# SPDX-License-Identifier: Apache-2.0
"""A server of ours, started and asked as its users do it."""

import contextlib
import http.client
import json
import re
import signal
import ssl
import threading
import urllib.parse
from dataclasses import dataclass, field

from conftest import Joulemark, is_running, wait_until

PATIENCE = 60  # seconds for what takes a moment on a machine at rest


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Server:
    """A running `joulemark serve`, and what it has said."""

    process: object
    url: str
    context: ssl.SSLContext | None = None
    errors: list[str] = field(default_factory=list)
    model: str = "x"

    def connect(self, url: str | None = None) -> http.client.HTTPConnection:
        parts = urllib.parse.urlsplit(url or self.url)
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=PATIENCE, context=self.context)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body=None, headers: dict[str, str] | None = None, url: str | None = None) -> Answer:
        connection = self.connect(url)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def infer(self, rows: list[list[float]], model: str = "", **headers: str) -> Answer:
        """One call of a model with the input x of floats."""
        tensor = {"name": "x", "shape": [len(rows), len(rows[0])], "datatype": "FP32", "data": rows}
        return self.ask("POST", f"/v2/models/{model or self.model}/infer", {"inputs": [tensor]}, headers)

    def metric(self, name: str) -> float:
        """The sum over all labels."""
        lines = self.ask("GET", "/metrics").body.decode().splitlines()
        found = [line for line in lines if re.match(rf"{name}[ {{]", line)]
        assert found, f"there is no metric {name}"
        return sum(float(line.rsplit(" ", 1)[1]) for line in found)

    def stop(self, timeout: float = PATIENCE) -> int:
        """SIGTERM to the command, and its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


def at_once(*calls) -> list:
    """The answers of calls that are made at the same time, in their order."""
    answers = [None] * len(calls)

    def make(place: int) -> None:
        answers[place] = calls[place]()

    threads = [threading.Thread(target=make, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextlib.contextmanager
def serving(joulemark: Joulemark, *words: object, before: tuple = (), env: dict[str, str] | None = None, context: ssl.SSLContext | None = None, model: str = "x"):
    """Starts `joulemark serve` on a port that is free and waits until it listens; at the end it is stopped, if the test did not."""
    process = joulemark.start(*before, "serve", *words, "--port", "0", env=env)
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    reader.start()
    try:
        line = process.stdout.readline()
        assert line, "".join(wait_until(lambda: process.poll() is not None and (reader.join(PATIENCE) or errors), "an explanation"))
        url = json.loads(line)["url"] if line.startswith("{") else line.removeprefix("listening on ").rstrip()
        yield Server(process, url, context, errors, model)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
        reader.join(PATIENCE)
        assert process.stdout.read() == "", "more than one line on standard output"
        process.stdout.close()
        process.stderr.close()


def has_ended(pid: int) -> bool:
    return not is_running(pid)
