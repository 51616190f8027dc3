# SPDX-License-Identifier: Apache-2.0
"""A worker of GPT-2's architecture, in NumPy, that lies as JOULEMARK_LIE says. Unless the lie says so its texts are right.

In the window: cache (it hands out the texts that it answered before); fewer (behind half of the tokens it tells the rest from
memory); shorter (it makes half of the tokens, and says so); other (another model writes the texts); sleep (it waits behind
each token, for fifteen times as long as it computed); poll=S (it looks for each token every S seconds); nocache (it feeds the whole
text again for each token).
Of its times: early (the first token is told after a twentieth of its time); tenth (each token is told after a tenth of its time).
Of itself: precision (it says that it ran at f16); provider (it says that it ran on another one).
Of its answers: wrong (they are another model's, and it says that they agree); tie (it says that they are near ties); once (it
answers each prompt with the first one's text).
"""

import json
import os
import pathlib
import time

import numpy
from worker_session import serve

LIE, _, VALUE = os.environ.get("JOULEMARK_LIE", "none").partition("=")


def read_weights(path: pathlib.Path) -> dict[str, numpy.ndarray]:
    blob = path.read_bytes()
    size = int.from_bytes(blob[:8], "little")
    header, data = json.loads(blob[8 : 8 + size]), blob[8 + size :]
    header.pop("__metadata__", None)
    return {name: numpy.frombuffer(data[slice(*at["data_offsets"])], numpy.float32).reshape(at["shape"]) for name, at in header.items()}


def norm(x, weight, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred / numpy.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * weight + bias


def gelu(x):
    return 0.5 * x * (1 + numpy.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


class Model:
    def __init__(self, folder: pathlib.Path):
        config = json.loads((folder / "config.json").read_text())
        self.heads, self.layers = config["n_head"], config["n_layer"]
        self.weights = read_weights(folder / "model.safetensors")
        self.head = numpy.ascontiguousarray(self.weights["wte.weight"].T)

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def norm(self, x, name):
        return norm(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def attend(self, x, layer, past):
        """`past` holds keys and values of all tokens before, and then these as well."""
        length, width = x.shape
        q, k, v = (part.reshape(length, self.heads, -1).swapaxes(0, 1) for part in numpy.split(self.linear(x, f"h.{layer}.attn.c_attn"), 3, 1))
        if past[layer] is not None:
            k, v = numpy.concatenate([past[layer][0], k], 1), numpy.concatenate([past[layer][1], v], 1)
        past[layer] = (k, v)
        scores = q @ k.swapaxes(1, 2) / numpy.float32(numpy.sqrt(width // self.heads))
        unseen = numpy.triu(numpy.ones(scores.shape[1:], bool), scores.shape[2] - length + 1)
        scores = numpy.where(unseen, numpy.float32(-1e9), scores)
        shares = numpy.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return self.linear((shares @ v).swapaxes(0, 1).reshape(length, width), f"h.{layer}.attn.c_proj")

    def logits(self, ids: list[int], past: list) -> numpy.ndarray:
        """Behind the last of `ids`."""
        begin = 0 if past[0] is None else past[0][0].shape[1]
        x = self.weights["wte.weight"][ids] + self.weights["wpe.weight"][begin : begin + len(ids)]
        for layer in range(self.layers):
            x = x + self.attend(self.norm(x, f"h.{layer}.ln_1"), layer, past)
            inner = gelu(self.linear(self.norm(x, f"h.{layer}.ln_2"), f"h.{layer}.mlp.c_fc"))
            x = x + self.linear(inner, f"h.{layer}.mlp.c_proj")
        return self.norm(x[-1:], "ln_f")[0] @ self.head

    def nothing(self) -> list:
        return [None] * self.layers


class Text:
    """A prompt's new tokens, and when each was there."""

    def __init__(self) -> None:
        self.begin, self.ids, self.at = time.monotonic_ns(), [], []

    def add(self, token: int) -> None:
        self.ids.append(token)
        self.at.append(time.monotonic_ns())


class Worker:
    def __init__(self) -> None:
        self.model = self.other = None
        self.prompts: list[list[int]] = []
        self.new_tokens = 1
        self.answers: list[list[int]] = []
        self.texts: list[Text] = []
        self.opened_ns = 0

    def write(self, model: Model, prompt: list[int], tokens: int) -> Text:
        text, past = Text(), model.nothing()
        token = int(model.logits(prompt, past).argmax())
        text.add(token)
        while len(text.ids) < tokens:
            token = int(model.logits([token], past).argmax())
            text.add(token)
        return text

    def lie(self, place: int, tokens: int) -> Text:
        """A text of the window."""
        prompt, model = self.prompts[place], self.other if LIE in ("other", "wrong", "tie") else self.model
        text, past, fed = Text(), model.nothing(), prompt
        while len(text.ids) < (tokens // 2 if LIE == "shorter" and tokens > 1 else tokens):
            begin = time.monotonic()
            if LIE == "cache" or (LIE == "fewer" and 2 * len(text.ids) >= tokens):
                token = self.answers[place][len(text.ids)]
            else:
                token = int(model.logits(fed, past).argmax())
            took = time.monotonic() - begin
            if LIE == "sleep":
                time.sleep(15 * took)
            if LIE == "poll":
                looks = 1 + len(text.ids) % 3
                time.sleep(max(0.0, begin + looks * float(VALUE) - time.monotonic()))
            text.add(token)
            fed = [token]
            if LIE == "nocache":
                fed, past = prompt + text.ids, model.nothing()
        return text

    def window(self, min_ns: int, min_iterations: int, tokens: int) -> tuple[int, int]:
        """Whole passes over the prompts."""
        self.texts = []
        start = time.monotonic_ns()
        while True:
            self.texts += [self.lie(place, tokens) for place in range(len(self.prompts))]
            end = time.monotonic_ns()
            if end - start >= min_ns and len(self.texts) >= min_iterations:
                return start, end

    def answer(self, request: dict) -> dict:
        kind = request["type"]
        return getattr(self, "on_" + kind, lambda _: {"type": "error", "status": "unsupported", "message": f"no '{kind}' here"})(request)

    def on_hello(self, _) -> dict:
        return {"type": "hello", "protocol": 1, "worker": "liar", "version": "1"}

    def on_open(self, _) -> dict:
        self.opened_ns = time.monotonic_ns()
        return {"type": "opened", "describe": {"version": "1.0", "providers": ["cpu"]}}

    def on_load(self, request: dict) -> dict:
        self.model = Model(pathlib.Path(request["model"]))
        self.other = Model(pathlib.Path(request["model"]))
        self.other.head = numpy.roll(self.other.head, 1, 1)
        return {"type": "loaded", "t0_ns": self.opened_ns, "t1_ns": time.monotonic_ns(), "inputs": [], "outputs": []}

    def on_prompts(self, request: dict) -> dict:
        self.prompts = [row for rows in request["requests"] for row in rows]
        self.new_tokens = request["new_tokens"]
        return {"type": "prompts_ready", "requests": len(request["requests"])}

    def on_answer(self, request: dict) -> dict:
        directory, reference = request["directory"], request["reference"]
        model = self.other if LIE in ("wrong", "tie") else self.model
        self.answers = [self.write(model, prompt, self.new_tokens).ids for prompt in self.prompts]
        if LIE == "once":
            self.answers = [self.answers[0]] * len(self.answers)
        requests = [[ids] for ids in self.answers]
        if directory:
            pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
            (pathlib.Path(directory) / "tokens.json").write_text(json.dumps({"requests": requests}))
        effective = {"provider": "cuda" if LIE == "provider" else "cpu", "precision": "f16" if LIE == "precision" else "f32", "kv_cache": "growing"}
        reply = {"type": "answered", "effective": effective, "compared": bool(reference), "agrees": True, "max_abs": 0, "max_rel": 0, "detail": ""}
        if reference and LIE == "tie":
            reply |= {"max_abs": 0.001, "detail": "near tie at prompt 1, token 1: 1 instead of 0, margin 0.001"}
        if reference and LIE not in ("wrong", "tie", "once"):
            expected = json.loads((pathlib.Path(reference) / "tokens.json").read_text())["requests"]
            reply |= {"agrees": expected == requests}
        return reply

    def on_generate(self, request: dict) -> dict:
        rows, begin = [], time.monotonic_ns()
        for prompt in request["prompts"]:
            past = self.model.nothing()
            logits = self.model.logits(prompt, past)
            token = int(logits.argmax())
            rows.append({"new_ids": [token], "prefill_logits": [logits.tolist()], "step_logits": [self.model.logits([token], past).tolist()]})
        return {"type": "generated", "t0_ns": begin, "token_at_ns": [time.monotonic_ns()], "rows": rows}

    def on_warmup(self, request: dict) -> dict:
        start, end = self.window(request["min_ns"], 1, self.new_tokens)
        took = float(numpy.median([text.at[-1] - text.begin for text in self.texts]))
        return {"type": "warmed", "t0_ns": start, "t1_ns": end, "iterations": len(self.texts), "steady": True, "iteration_ns": max(took, 1.0)}

    def on_go(self, request: dict) -> dict:
        start, end = self.window(request["min_ns"], request["min_iterations"], request.get("new_tokens") or self.new_tokens)
        passes = len(self.texts) // len(self.prompts)
        return {
            "type": "done",
            "t0_ns": start,
            "t1_ns": end,
            "iterations": len(self.texts),
            "prompt_tokens": passes * sum(map(len, self.prompts)),
            "new_tokens": sum(len(text.ids) for text in self.texts),
            "tokens": self.digest(),
        }

    def digest(self) -> str:
        """FNV-1a over the last pass."""
        value = 0xCBF29CE484222325
        for text in self.texts[-len(self.prompts) :]:
            for number in [*text.ids, 0xFFFFFFFF]:
                for byte in number.to_bytes(4, "little"):
                    value = (value ^ byte) * 0x100000001B3 % 2**64
        return f"{value:016x}"

    def on_durations(self, _) -> dict:
        whole, first, inter = [], [], []
        for text in self.texts:
            times = [at - text.begin for at in text.at]
            if LIE == "early":
                times[0] //= 20
            whole.append(times[-1])
            if LIE == "tenth":
                times = [value // 10 for value in times]
            first.append(times[0])
            inter += [after - before for before, after in zip(times, times[1:])]
        return {"type": "durations", "calls_per_record": 1, "ns": whole, "first_token_ns": first, "inter_token_ns": inter}

    def on_quit(self, _) -> dict:
        return {"type": "bye"}


serve(Worker().answer)
