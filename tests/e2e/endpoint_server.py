# SPDX-License-Identifier: Apache-2.0
"""A small server that speaks KServe v2 (JSON) and OpenAI's completions, well or badly: endpoint_server.py --port N [--how …].

Its model of tensors, NAME, answers `value` for every element of x; its texts count upwards from the prompt's last token.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

from json_server import JsonHandler, serve

VOCABULARY = 64


class Handler(JsonHandler):
    options: argparse.Namespace
    asked = 0

    def do_GET(self):
        options = self.options
        answers = {
            "/v2": {"name": "small", "version": "3.2.1", "extensions": []},
            f"/v2/models/{options.name}": {
                "name": options.name,
                "versions": ["1"],
                "platform": "",
                "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}],
                "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 4]}],
            },
            "/v1/models": {"object": "list", "data": [{"id": options.name, "object": "model", "owned_by": "small"}]},
        }
        if self.path == "/v2/health/ready":
            self.answer({"ready": not options.never_ready}, 503 if options.never_ready else 200)
        elif self.path in answers and not (options.only_kserve and self.path == "/v1/models"):
            self.answer(answers[self.path])
        else:
            self.answer({"error": f"there is no {self.path}"}, 404)

    def do_POST(self):
        request = self.read_json()
        Handler.asked += 1
        if self.options.die_after and Handler.asked > self.options.die_after:
            print("a last word before the end", flush=True)
            os._exit(7)
        if self.options.busy_ms:
            end = time.thread_time() + self.options.busy_ms / 1000
            while time.thread_time() < end:
                pass
        if self.path == f"/v2/models/{self.options.name}/infer":
            self.infer(request)
        elif self.path == "/v1/completions":
            self.complete(request)
        else:
            self.answer({"error": f"there is no {self.path}"}, 404)

    def infer(self, request: dict):
        x = request["inputs"][0]
        y = {"name": "y", "datatype": "FP32", "shape": x["shape"], "data": [self.options.value] * len(x["data"])}
        self.answer({"model_name": self.options.name, "outputs": [y]})

    def complete(self, request: dict):
        """One event for every `chunk` tokens."""
        options = self.options
        assert request["temperature"] == 0 and request["stream"] and request["model"] == options.name
        last, wanted = request["prompt"][-1], request["max_tokens"]
        ids = [(last + options.step * (1 + i)) % VOCABULARY for i in range(min(wanted, options.most_tokens))]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for begin in range(0, len(ids), options.chunk):
            part = ids[begin : begin + options.chunk]
            choice = {"index": 0, "text": "".join(f" {i}" for i in part), "finish_reason": None}
            if not options.no_ids and request.get("return_token_ids"):
                choice["token_ids"] = part
            self.event(json.dumps({"choices": [choice]}))
        reason = "length" if len(ids) == wanted else "stop"
        self.event(json.dumps({"choices": [{"index": 0, "text": "", "finish_reason": reason}]}))
        self.event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, data: str):
        part = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.flush()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", default="m")
    parser.add_argument("--value", type=float, default=0)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=1)
    parser.add_argument("--most-tokens", type=int, default=1 << 30)
    parser.add_argument("--busy-ms", type=float, default=0)
    parser.add_argument("--die-after", type=int, default=0)
    parser.add_argument("--fail", action="store_true", help="end at once")
    parser.add_argument("--never-ready", action="store_true")
    parser.add_argument("--only-kserve", action="store_true")
    parser.add_argument("--no-ids", action="store_true")
    parser.add_argument("--deaf", action="store_true", help="does not end when it is asked to")
    parser.add_argument("--child", help="a file for the id of a process in a session of its own that it leaves behind")
    parser.add_argument("--note", help="a file to which its process id is appended")
    return parser.parse_args()


def main():
    options = parse()
    if options.fail:
        sys.exit("there is no such model here")
    if options.note:
        with open(options.note, "a", encoding="utf-8") as note:
            print(os.getpid(), file=note)
    if options.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.child:
        child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        with open(options.child, "w", encoding="utf-8") as file:
            file.write(str(child.pid))
    Handler.options = options
    serve(Handler, options.port, lambda port: print(json.dumps({"port": port}), flush=True))


if __name__ == "__main__":
    main()
