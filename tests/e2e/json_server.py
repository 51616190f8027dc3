# SPDX-License-Identifier: Apache-2.0
"""What the small servers of the tests have in common: JSON over HTTP/1.1 on the loopback."""

import json
import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class JsonHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def read_json(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body: dict | list, status: int = 200):
        """NaN and Infinity by these words, as TensorFlow Serving writes them."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def serve(handler: type[JsonHandler], port: int, listening: Callable[[int], None] = lambda _: None):
    """Until a signal ends the process. `listening` gets the port, before anything is answered."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    listening(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        signal.pause()
