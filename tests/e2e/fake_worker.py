# SPDX-License-Identifier: Apache-2.0
"""A worker that speaks the worker protocol and misbehaves as the model's or case's name says; no engine is needed.

Words in the last part of the path: kill, abort, segv (die of that signal), silent (never answer), nonsense (answer with
what is no JSON), exit (leave with status 7), fail, unsupported; anything else passes.
"""

import json
import os
import signal
import socket
import sys
import time

SIGNALS = {"kill": signal.SIGKILL, "abort": signal.SIGABRT, "segv": signal.SIGSEGV}


def misbehave(name: str) -> None:
    for word, number in SIGNALS.items():
        if word in name:
            os.kill(os.getpid(), number)
    if "silent" in name:
        time.sleep(3600)
    if "exit" in name:
        print("the last words of the worker", flush=True)
        os._exit(7)


def answer(request: dict) -> dict:
    kind = request["type"]
    if kind == "hello":
        return {"type": "hello", "protocol": 1, "worker": "fake", "version": "0"}
    if kind == "open":
        return {"type": "opened", "describe": {"version": "1.0", "providers": ["cpu"]}}
    if kind == "check":
        name = os.path.basename(request["case"].rstrip("/"))
        misbehave(name)
        for status in ("fail", "unsupported"):
            if status in name:
                return {"type": "checked", "status": status, "max_abs": 0.5, "max_rel": 0.25, "reason": f"told to {status}"}
        return {"type": "checked", "status": "pass", "max_abs": 0, "max_rel": 0, "reason": ""}
    if kind == "quit":
        return {"type": "bye"}
    return {"type": "error", "status": "failed", "message": f"the fake worker knows no '{kind}'"}


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[sys.argv.index("--protocol-fd") + 1]))
    lines = channel.makefile("rw", encoding="utf-8")
    for line in lines:
        request = json.loads(line)
        nonsense = request["type"] == "check" and "nonsense" in request["case"]
        lines.write("]this is no JSON[\n" if nonsense else json.dumps(answer(request)) + "\n")
        lines.flush()
        if request["type"] == "quit":
            return


main()
