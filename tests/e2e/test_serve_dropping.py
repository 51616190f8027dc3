# SPDX-License-Identifier: Apache-2.0
"""Clients that go away in the middle of their streams, and those beside them that stay."""

import contextlib
import http.client
import json
import socket
import struct
import threading
import urllib.parse

import pytest
from conftest import wait_until
from decoder_cases import small_gpt2
from serving import at_once, serving

STREAMS = 20
TOKENS = 40
WARM = 3  # rounds until the memory of the server is what it stays at


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_gpt2(tmp_path_factory.mktemp("checkpoint") / "gpt2")


def body(number: int) -> dict:
    return {"prompt": f"Client {number}", "max_tokens": TOKENS, "temperature": 0, "ignore_eos": True, "stream": True, "return_token_ids": True}


def ids_in(events: bytes) -> list[int]:
    parts = [json.loads(line[6:]) for line in events.splitlines() if line.startswith(b"data: {")]
    return [token for part in parts for choice in part["choices"] for token in choice.get("token_ids") or []]


@contextlib.contextmanager
def stream(server, number: int):
    parts = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.connect()
    raw = connection.sock  # the answer takes it over
    connection.request("POST", "/v1/completions", json.dumps(body(number)))
    try:
        yield raw, connection.getresponse()
    finally:
        connection.close()


def staying(server, number: int) -> list[int]:
    with stream(server, number) as (_, answer):
        events = answer.read()
        assert answer.status == 200 and events.endswith(b"data: [DONE]\n\n"), events
        return ids_in(events)


def dropping(server, number: int, at_the_gate: threading.Barrier) -> None:
    """Reads a few bytes, whose text is not at its end by far, and ends with a reset."""
    with stream(server, number) as (raw, answer):
        assert answer.status == 200 and answer.read(10)
        at_the_gate.wait(60)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def round_of(server) -> dict[int, list[int]]:
    """Half of the streams are reset, all at one moment; what the others got."""
    at_the_gate = threading.Barrier(STREAMS // 2)
    calls = [lambda n=n: dropping(server, n, at_the_gate) if n % 2 else staying(server, n) for n in range(STREAMS)]
    return {number: ids for number, ids in enumerate(at_once(*calls)) if number % 2 == 0}


def is_free(server) -> bool:
    return server.metric("joulemark_requests_waiting") == 0 and server.metric("joulemark_requests_running") == 0


def test_those_that_stay_get_their_tokens_and_nothing_is_left_of_the_others(with_engines, folder):
    # All have room in one batch, so that those who drop are among those who stay.
    with serving(with_engines, folder, "--engine", "onnxruntime", "--max-batch", STREAMS, "--max-queue-delay-ms", 20) as server:
        alone = {number: staying(server, number) for number in range(0, STREAMS, 2)}
        assert all(len(ids) == TOKENS for ids in alone.values()) and len({tuple(ids) for ids in alone.values()}) > 1
        for _ in range(WARM):
            assert round_of(server) == alone
        wait_until(lambda: is_free(server), "the engine to be free")
        files, memory = (server.metric(f"process_{name}") for name in ("open_fds", "resident_memory_bytes"))
        for _ in range(WARM):
            assert round_of(server) == alone
        wait_until(lambda: is_free(server), "the engine to be free")
        wait_until(lambda: server.metric("process_open_fds") <= files, "the descriptors of those that dropped")
        assert server.metric("process_resident_memory_bytes") < memory + 2**24
        assert staying(server, 0) == alone[0]
