# SPDX-License-Identifier: Apache-2.0
"""Speaks Joulemark's worker protocol for Hugging Face transformers: `PYTHON worker.py --protocol-fd N`."""

import os
import socket
import sys

if sys.version_info < (3, 9):
    sys.exit("worker.py needs Python 3.9 or newer, this is " + sys.version.split()[0])

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:  # PYTHONSAFEPATH leaves it out
    sys.path.insert(0, HERE)

from joulemark_worker.session import Session  # noqa: E402

LONGEST_REQUEST = 256 << 20


def serve(connection, session):
    """Answers request lines until `quit` or the end of the stream."""
    with connection.makefile("rb") as lines:
        while not session.finished:
            line = lines.readline(LONGEST_REQUEST)
            if not line:
                return
            if not line.endswith(b"\n"):
                sys.exit("worker.py: a request line is longer than 256 MiB, or cut short")
            connection.sendall(session.answer(line) + b"\n")


def open_engine():
    from joulemark_worker.torch_engine import TorchEngine

    return TorchEngine()


def main(arguments):
    if len(arguments) != 2 or arguments[0] != "--protocol-fd" or not arguments[1].isdigit():
        sys.exit("worker.py is started by 'joulemark', as 'PYTHON worker.py --protocol-fd N' with N a socket that speaks the worker protocol")
    with socket.socket(fileno=int(arguments[1])) as connection:
        serve(connection, Session(open_engine))


if __name__ == "__main__":
    main(sys.argv[1:])
