# SPDX-License-Identifier: Apache-2.0
"""The messages of a worker that is written for a test, and the engine folder that starts it."""

import json
import pathlib
import socket
import sys


def serve(answer) -> None:
    """Hands each request to `answer` and sends what it gives back, until it is told to quit."""
    channel = socket.socket(fileno=int(sys.argv[sys.argv.index("--protocol-fd") + 1]))
    lines = channel.makefile("rw", encoding="utf-8")
    for line in lines:
        request = json.loads(line)
        lines.write(json.dumps(answer(request)) + "\n")
        lines.flush()
        if request["type"] == "quit":
            return


def write_engine(folder: pathlib.Path, takes: str, worker: pathlib.Path, environment: str) -> None:
    """An engine of the folder's name, which `takes` the models that a line of its manifest names."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = f'name = "{folder.name}"\nproviders = ["cpu"]\n{takes}\nworker = "start"\n[library]\nneeded = false\n'
    (folder / "engine.toml").write_text(manifest)
    (folder / "start").write_text(f'#!/bin/sh\n{environment} exec "{sys.executable}" "{worker}" "$@"\n')
    (folder / "start").chmod(0o755)
