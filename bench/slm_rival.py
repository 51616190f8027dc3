#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One library's own generation, as bench/slm.py asks for it: slm_rival.py LIBRARY MODEL PLAN → JSON on the last line."""

import json
import resource
import statistics
import sys
import time


def prompt(tokens: int, vocabulary: int) -> list[int]:
    return [5 + (i * 37) % (vocabulary - 10) for i in range(tokens)]


def transformers(model: str, plan: dict):
    import torch
    from transformers import AutoModelForCausalLM, LogitsProcessor, LogitsProcessorList

    torch.set_num_threads(plan["threads"])
    torch.set_num_interop_threads(1)
    loaded = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()

    class Clock(LogitsProcessor):
        def __init__(self):
            self.at = []

        def __call__(self, _, scores):
            self.at.append(time.perf_counter())
            return scores

    def generate(tokens: int, new: int) -> list[float]:
        clock = Clock()
        ids = torch.tensor([prompt(tokens, plan["vocabulary"])])
        with torch.inference_mode():
            begin = time.perf_counter()
            loaded.generate(ids, max_new_tokens=new, min_new_tokens=new, do_sample=False, pad_token_id=0, logits_processor=LogitsProcessorList([clock]))
        return [begin, *clock.at]

    return generate


def onnxruntime_genai(model: str, plan: dict):
    import onnxruntime_genai as genai

    config = genai.Config(model)
    config.overlay(json.dumps({"model": {"decoder": {"session_options": {"intra_op_num_threads": plan["threads"]}}}}))
    loaded = genai.Model(config)

    def generate(tokens: int, new: int) -> list[float]:
        parameters = genai.GeneratorParams(loaded)
        parameters.set_search_options(max_length=tokens + new + 1, min_length=tokens + new + 1, do_sample=False)
        generator = genai.Generator(loaded, parameters)
        at = [time.perf_counter()]
        generator.append_tokens(prompt(tokens, plan["vocabulary"]))
        for _ in range(new):
            generator.generate_next_token()
            at.append(time.perf_counter())
        return at

    return generate


def openvino_genai(model: str, plan: dict):
    import numpy
    import openvino
    import openvino_genai as genai

    settings = {"INFERENCE_NUM_THREADS": plan["threads"], "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "ATTENTION_BACKEND": "SDPA"}
    pipeline = genai.LLMPipeline(model, "CPU", **settings)

    def generate(tokens: int, new: int) -> list[float]:
        at = []

        def streamer(_):
            at.append(time.perf_counter())
            return genai.StreamingStatus.RUNNING

        ids = openvino.Tensor(numpy.array([prompt(tokens, plan["vocabulary"])], numpy.int64))
        begin = time.perf_counter()
        result = pipeline.generate(genai.TokenizedInputs(ids, openvino.Tensor(numpy.ones((1, tokens), numpy.int64))), max_new_tokens=new, min_new_tokens=new, ignore_eos=True, do_sample=False)  # fmt: skip
        metrics = result.perf_metrics
        at = [begin, begin + metrics.get_ttft().mean / 1e3]
        for duration in metrics.raw_metrics.m_durations[-(new - 1) :] if new > 1 else []:
            at.append(at[-1] + duration / 1e6)
        return at

    return generate


LIBRARIES = {"transformers": transformers, "onnxruntime-genai": onnxruntime_genai, "openvino-genai": openvino_genai}


def main() -> None:
    library, model, plan = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    begin = time.perf_counter()
    generate = LIBRARIES[library](model, plan)
    result = {"load": time.perf_counter() - begin}
    generate(plan["prefill"], 2)
    at = generate(plan["prefill"], 1)
    result["prefill"] = at[1] - at[0]
    for past in plan["pasts"]:
        at = generate(past, plan["steps"] + 1)
        result[past] = statistics.median(b - a for a, b in zip(at[1:], at[2:]))
    result["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps(result))


if __name__ == "__main__":
    main()
