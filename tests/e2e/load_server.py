# SPDX-License-Identifier: Apache-2.0
"""A server whose answers a test writes: how long they take, what they hold, and how they go wrong."""

import contextlib
import http.server
import json
import ssl
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Behaviour:
    """What the server does. Times in seconds."""

    service_s: float = 0  # of each request, one after the other: a queue with one server
    stall_after: int | None = None  # before the request of that number it stands still, once
    stall_s: float = 0
    statuses: dict[int, int] = field(default_factory=dict)  # number of a request → status instead of 200
    token: str = ""  # what clients have to send
    models: tuple[str, ...] = ("model",)
    counted: int | None = None  # new tokens that `usage` tells instead of the true number
    streamed: int | None = None  # events with text instead of as many as were asked for
    ids: int | None = None  # token ids in each event
    ending: str = "[DONE]"  # "", an error as JSON, or "cut": the connection ends
    first_s: float = 0  # before the first token
    gap_s: float = 0  # before each further one
    energy: dict | None = None


class LoadServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, behaviour: Behaviour):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.turn = threading.Lock()
        self.bodies: list[dict] = []
        self.numbers = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        behaviour = self.server.behaviour
        if self.path == "/v1/models" and behaviour.models:
            return self.answer(200, {"object": "list", "data": [{"id": name} for name in behaviour.models]})
        return self.serve(b"") if self.path == "/plain" else self.answer(404, {"error": "no such path"})

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def serve(self, body: bytes):
        server, behaviour = self.server, self.server.behaviour
        if behaviour.token and self.headers.get("Authorization") != f"Bearer {behaviour.token}":
            return self.answer(401, {"error": {"message": "who are you"}})
        with server.turn:
            number = server.numbers
            server.numbers += 1
            if number == behaviour.stall_after:
                time.sleep(behaviour.stall_s)
            time.sleep(behaviour.service_s)
        if number in behaviour.statuses:
            return self.answer(behaviour.statuses[number], {"error": {"message": f"request {number} fails"}})
        if not self.path.endswith("completions"):
            return self.answer(200, {"method": self.command, "length": len(body)})
        asked = json.loads(body)
        server.bodies.append(asked)
        return self.stream(asked) if asked.get("stream") else self.answer(200, self.whole(asked))

    def answer(self, status: int, value: dict):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def usage(self, asked: dict) -> dict:
        counted = self.server.behaviour.counted
        return {"prompt_tokens": len(asked.get("prompt", [])), "completion_tokens": asked["max_tokens"] if counted is None else counted}

    def whole(self, asked: dict) -> dict:
        energy = self.server.behaviour.energy
        answer = {"choices": [{"index": 0, "text": "a" * asked["max_tokens"], "finish_reason": "length"}], "usage": self.usage(asked)}
        return answer if energy is None else {**answer, "joulemark": {"energy": energy}}

    def stream(self, asked: dict):
        behaviour = self.server.behaviour
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        tokens = asked["max_tokens"] if behaviour.streamed is None else behaviour.streamed
        for i in range(tokens):
            time.sleep(behaviour.gap_s if i else behaviour.first_s)
            choice = {"index": 0, "text": " a", "finish_reason": None}
            if behaviour.ids is not None:
                choice["token_ids"] = [7] * behaviour.ids
            self.event(json.dumps({"choices": [choice]}))
        if behaviour.ending == "cut":
            self.close_connection = True
            return
        self.event(json.dumps({"choices": [], "usage": self.usage(asked)}))
        if behaviour.ending:
            self.event(behaviour.ending)
        self.wfile.write(b"0\r\n\r\n")

    def event(self, data: str):
        bytes_ = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(bytes_), bytes_))
        self.wfile.flush()


@contextlib.contextmanager
def serving(tls: tuple[str, str] | None = None, **behaviour):
    """A server that behaves so, until the context ends. `tls`: files of certificate and key."""
    server = LoadServer(Behaviour(**behaviour))
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
