# SPDX-License-Identifier: Apache-2.0
"""A small server that speaks as text-generation-inference does: tgi_server.py --port N [--how …].

It takes texts alone, one token for each character; its own text counts upwards from the prompt's last token, as endpoint_server's does.
"""

import argparse
import json

from ascii_tokenizer import END, ids_of, text_of
from json_server import JsonHandler, serve

VOCABULARY = 64


class Handler(JsonHandler):
    options: argparse.Namespace

    def do_GET(self):
        if self.path == "/health":
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/info":
            self.answer({"model_id": "lab/tiny", "max_input_tokens": 60, "max_total_tokens": 64, "router": "text-generation-router", "version": "3.3.6"})
        elif self.path == "/v1/models":
            self.answer({"object": "list", "data": [{"id": "lab/tiny", "object": "model", "owned_by": "lab/tiny"}]})
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_POST(self):
        request = self.read_json()
        parameters = request.get("parameters", {})
        if self.path != "/generate_stream":
            return self.answer({"error": "there is none", "error_type": "not_found"}, 404)
        if not request["inputs"] or self.options.refuse:
            return self.answer({"error": "Input validation error: not today", "error_type": "validation"}, 422)
        prompt = ids_of(request["inputs"])
        wanted = parameters["max_new_tokens"]
        ids = [(prompt[-1] + 1 + i) % VOCABULARY for i in range(min(wanted, self.options.most_tokens))]
        if len(ids) < wanted:
            ids.append(END)
        return self.stream(prompt, ids)

    def stream(self, prompt: list[int], ids: list[int]):
        """One event a token; the last one has all of the text."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for index, id in enumerate(ids, 1):
            token = {"id": id, "text": text_of([id]), "logprob": -0.5, "special": id == END}
            event = {"index": index, "token": token, "generated_text": None, "details": None}
            if index == len(ids):
                reason = "eos_token" if id == END else "length"
                counts = {"generated_tokens": len(ids), "input_length": len(prompt) + self.options.extra_tokens}
                event |= {"generated_text": text_of(ids), "details": {"finish_reason": reason, "seed": None} | counts}
            if self.options.fail_at == index:
                event = {"error": "Request failed during generation: the device is gone", "error_type": "generation"}
            part = f"data:{json.dumps(event)}\n\n".encode()
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--most-tokens", type=int, default=1 << 30)
    parser.add_argument("--extra-tokens", type=int, default=0, help="that it makes of every prompt")
    parser.add_argument("--fail-at", type=int, default=0)
    parser.add_argument("--refuse", action="store_true")
    Handler.options = parser.parse_args()
    serve(Handler, Handler.options.port)


if __name__ == "__main__":
    main()
