#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Language models on every engine, beside other libraries and the machine's bounds.

bench/slm.py BIN [CHECKPOINT…] [--python PATH] [--threads 2] [--alternations 3] [--contenders a,b] [--genai DIR] [--openvino-genai DIR]

A checkpoint is a directory, or synthetic:NAME, which is made; by default one of 12 layers and 768 columns, and one of 1.1 billion weights.
Each contender runs in a process of its own, in an order that rotates, after its weights were read twice (the second time counts): it loads the
checkpoint, reads a prompt of 512 tokens (the second time counts), and goes on from 128 and 1,024 tokens, one token at a time (the median counts). The bounds are measured in between: bytes
that a token reads by what the memory gives, and multiplications of the prompt by what the processor can do. With --python, a Python that
has transformers and PyTorch runs the reference's generate; --genai and --openvino-genai name the same weights as these libraries' own
exporters write them. Times are medians over the alternations; a ratio is the median of each time by the bound of its own minute, the mean of
the two measured before and after it: what the memory of a shared machine gives changes that fast."""

import argparse
import contextlib
import json
import math
import os
import pathlib
import socket
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ENGINES = ["onnxruntime", "openvino", "torch", "torchscript"]
LIBRARIES = ["transformers", "onnxruntime-genai", "openvino-genai"]
CHECKPOINTS = ["synthetic:codeparrot-small", "synthetic:tinyllama-1.1b-intermediate-step-1431k-3t"]
STEPS = 24
PREFILL = 512


class Worker:
    """The measured process, over its protocol (include/joulemark/worker_protocol.h)."""

    def __init__(self, program: pathlib.Path):
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [program, "--protocol-fd", str(theirs.fileno())], pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        theirs.close()
        self.lines = ours.makefile("rw", encoding="utf-8", newline="\n")

    def ask(self, **request) -> dict:
        self.lines.write(json.dumps(request) + "\n")
        self.lines.flush()
        reply = json.loads(self.lines.readline() or '{"type": "error", "message": "the worker has died"}')
        if reply["type"] == "error":
            raise RuntimeError(reply["message"])
        return reply

    def peak_mb(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6

    def close(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self.ask(type="quit")
        self.process.kill()
        self.process.wait()


def prompt(tokens: int, vocabulary: int) -> list[int]:
    return [5 + (i * 37) % (vocabulary - 10) for i in range(tokens)]


def times_of(reply: dict) -> tuple[float, list[float]]:
    at = [reply["t0_ns"], *reply["token_at_ns"]]
    steps = [(b - a) / 1e9 for a, b in zip(at, at[1:])]
    return steps[0], steps[1:]


def run_engine(bin_dir: pathlib.Path, install: dict, model: str, plan: dict) -> dict:
    worker = Worker(bin_dir / "joulemark-worker")
    try:
        worker.ask(type="hello", protocol=1)
        worker.ask(type="open", plugin=install["plugin"], library_dir=install["library_dir"], provider="cpu", threads=plan["threads"], affinity=[], options={})
        loaded = worker.ask(type="load", model=model, precision="f32", options={})
        result = {"load": (loaded["t1_ns"] - loaded["t0_ns"]) / 1e9}

        def generate(tokens, new):
            ids = prompt(tokens, plan["vocabulary"])
            return times_of(worker.ask(type="generate", prompts=[ids], max_new_tokens=new, stop_ids=[], logits="none"))

        generate(PREFILL, 2)
        result["prefill"] = generate(PREFILL, 1)[0]
        for past in plan["pasts"]:
            result[past] = statistics.median(generate(past, STEPS + 1)[1])
        result["peak"] = worker.peak_mb()
        return result
    finally:
        worker.close()


def run_rival(python: str, library: str, model: pathlib.Path, plan: dict) -> dict:
    command = [python, HERE / "slm_rival.py", library, model, json.dumps({**plan, "steps": STEPS, "prefill": PREFILL})]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1])
    result = json.loads(done.stdout.splitlines()[-1])
    return {int(key) if key.isdigit() else key: value for key, value in result.items()}


def parameters(checkpoint: pathlib.Path) -> tuple[int, int]:
    """Bytes as float32: of all weights, and of those that every token reads (not the tables that it looks up)."""
    total = looked_up = 0
    for file in sorted(checkpoint.glob("*.safetensors")):
        with file.open("rb") as stream:
            header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        names = [name for name in header if name != "__metadata__"]
        has_head = any("lm_head" in name or "embed_out" in name for name in names)
        for name in names:
            size = 4 * math.prod(header[name]["shape"])
            total += size
            table = any(word in name for word in ("embed_tokens", "embed_in", "wte", "word_embeddings.")) and has_head
            looked_up += size if table or "wpe" in name else 0
    return total, total - looked_up


def bounds(bin_dir: pathlib.Path, threads: int) -> dict:
    return json.loads(subprocess.check_output([bin_dir / "machine_bounds", str(threads)]))


def weights_of(model: pathlib.Path) -> list[pathlib.Path]:
    """What a contender reads of a directory with a model, or of a model's file."""
    if model.is_dir():
        return [file for kind in ("*.safetensors", "*.data", "openvino_model.bin") for file in sorted(model.glob(kind))]
    beside = [model.with_suffix(".bin")] if model.suffix == ".xml" else [model.parent / name for name in ("model.safetensors", "weights.bin")]
    return [next((file for file in beside if file.exists()), model)]


def read_time(files: list[pathlib.Path]) -> float:
    """Seconds to read files that the system holds in memory, as far as it does."""
    for _ in range(2):
        begin = time.perf_counter()
        for file in files:
            with file.open("rb", buffering=0) as stream:
                while stream.read(1 << 24):
                    pass
    return time.perf_counter() - begin


def directory_of(bin_dir: pathlib.Path, checkpoint: str) -> pathlib.Path:
    """Where a checkpoint lies; a synthetic one is made by what asks for it first."""
    scheme, _, name = checkpoint.partition(":")
    if scheme != "synthetic":
        return pathlib.Path(checkpoint).resolve()
    for engine in ENGINES:
        command = [bin_dir / "joulemark", "generate", checkpoint, "--engine", engine, "--token-ids", "1", "--max-new-tokens", "1"]
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            break
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "joulemark/synthetic"
    return max(cache.glob(f"{name}-v*"))


def find_contenders(options, checkpoint: pathlib.Path, plan: dict) -> dict:
    listing = json.loads(subprocess.check_output([options.bin / "joulemark", "engines", "--json"]))
    wanted, contenders = options.contenders.split(","), {}
    for engine in listing["engines"]:
        if engine["name"] in ENGINES and engine["name"] in wanted and engine["installs"]:
            made = subprocess.run(
                [options.bin / "joulemark", "generate", checkpoint, "--engine", engine["name"], "--token-ids", "1", "--max-new-tokens", "1", "--json"],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if made.returncode != 0:
                print(f"{engine['name']}: {made.stderr.strip()}")
                continue
            file, install = json.loads(made.stdout)["model_file"], engine["installs"][0]
            run = lambda file=file, install=install: run_engine(options.bin, install, file, plan)  # noqa: E731
            contenders[engine["name"]] = (pathlib.Path(file), run)
    for library, model in zip(LIBRARIES, (checkpoint, options.genai, options.openvino_genai)):
        if options.python and model and library in wanted:
            run = lambda library=library, model=model: run_rival(options.python, library, model, plan)  # noqa: E731
            contenders[library] = (model, run)
    return contenders


def measure(options, checkpoint: pathlib.Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    most = config.get("n_positions") or config.get("max_position_embeddings") or 4096
    pasts = [past for past in (128, min(1024, most - STEPS - 2))]
    plan = {"threads": options.threads, "vocabulary": config["vocab_size"], "pasts": pasts}
    contenders = find_contenders(options, checkpoint, plan)
    results: dict[str, list] = {name: [] for name in contenders}
    machine, failed = [bounds(options.bin, options.threads)], {}
    for turn in range(options.alternations):
        order = list(contenders)[turn % len(contenders) :] + list(contenders)[: turn % len(contenders)]
        for name in order:
            model, run = contenders[name]
            reading = read_time(weights_of(model))
            try:
                row = run()
            except RuntimeError as error:
                row, failed[name] = None, str(error)
            machine.append(bounds(options.bin, options.threads))
            if row:
                results[name].append({**row, "reading": reading, **{key: (machine[-1][key] + machine[-2][key]) / 2 for key in machine[-1]}})
    report(checkpoint, plan, results, machine, failed)


def report(checkpoint, plan, results, machine, failed) -> None:
    total, per_token = parameters(checkpoint)

    def step_bound(at: dict) -> float:
        return per_token / (at["read_GBps"] * 1e9)

    def prefill_bound(at: dict) -> float:
        return per_token / 4 * 2 * PREFILL / (at["f32_GFLOPps"] * 1e9)

    def reading(at: dict) -> float:
        return at["reading"]

    typical = {key: statistics.median(m[key] for m in machine) for key in machine[0]}
    print(f"\n{checkpoint.name}: {total / 1e9:.2f} GB as float32, {per_token / 1e9:.2f} GB read per token; {plan['threads']} threads; "
          f"memory {typical['read_GBps']:.1f} GB/s, {typical['f32_GFLOPps']:.0f} GFLOP/s\n")  # fmt: skip
    head = ["", "load s", "of reading", f"prompt of {PREFILL} ms", "of bound", *(f"token at {past:,} ms | of bound" for past in plan["pasts"]), "peak MB", "of weights"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * (len(head) + len(plan["pasts"])))
    print(f"| bound | | 1 | {prefill_bound(typical) * 1e3:.0f} | 1 | " + " | ".join(f"{step_bound(typical) * 1e3:.2f} | 1" for _ in plan["pasts"]) + " | | |")
    for name, rows in results.items():
        if not rows:
            print(f"| {name} | {failed.get(name, '')} |")
            continue
        of = lambda key, rows=rows: statistics.median(row[key] for row in rows)  # noqa: E731
        ratio = lambda key, bound, rows=rows: statistics.median(row[key] / bound(row) for row in rows)  # noqa: E731
        steps = " | ".join(f"{of(past) * 1e3:.2f} | {ratio(past, step_bound):.2f}" for past in plan["pasts"])
        prefill = f"{of('prefill') * 1e3:.0f} | {ratio('prefill', prefill_bound):.2f}"
        print(f"| {name} | {of('load'):.2f} | {ratio('load', reading):.1f} | {prefill} | {steps} | {of('peak'):.0f} | {of('peak') * 1e6 / total:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("checkpoint", nargs="*", default=CHECKPOINTS)
    parser.add_argument("--python")
    parser.add_argument("--genai", type=pathlib.Path)
    parser.add_argument("--openvino-genai", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--alternations", type=int, default=3)
    parser.add_argument("--contenders", default=",".join(ENGINES + LIBRARIES))
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    for checkpoint in options.checkpoint:
        measure(options, directory_of(options.bin, checkpoint))


if __name__ == "__main__":
    main()
