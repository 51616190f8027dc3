# SPDX-License-Identifier: Apache-2.0
"""The reference cases of language models (script/decoder_cases made them), unpacked once, and the program's answers to them."""

import functools
import json
import pathlib
import shutil
import tarfile
import tempfile

from ascii_tokenizer import TEMPLATE, put_into
from conftest import BIN, CACHE, DATA, Joulemark, unpack

ARCHIVE = "decoder_cases.tar.gz"
ENGINES = ("onnxruntime", "openvino", "torch", "torchscript")
TOLERANCE = 1e-4  # of logits spread over about 1.2; the tanh form of gelu in place of gelu shows as 8e-4

# One of each architecture and of each thing in which they differ; the others go through one engine only.
REPRESENTATIVE = (
    "bloom bloom_5_heads bloom_post_norm gemma gemma_mqa gpt2 gpt2_layer_scale gpt2_untied gpt_bigcode gpt_bigcode_multi_head gpt_neox "
    "gpt_neox_rotary_odd gpt_neox_sequential llama llama_bf16_shards llama_gqa llama_rope_dynamic llama_rope_llama3 llama_rope_longrope_crossing "
    "llama_rope_yarn mistral_window_5 phi phi_qk_norm qwen2 qwen2_window qwen3 stablelm_parallel stablelm_qk_norm"
).split()


@functools.cache
def names(kind: str) -> list[str]:
    """Folders of the archive's part `decoders`, `refused` or `valid`."""
    with tarfile.open(DATA / ARCHIVE) as archive:
        paths = (pathlib.PurePath(member.name).parts for member in archive if member.isfile())
        return sorted({parts[1] for parts in paths if parts[0] == kind and len(parts) > 2})


@functools.cache
def _unpacked() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="joulemark-cases-")
    unpack(ARCHIVE, pathlib.Path(folder.name))
    return folder


def case(kind: str, name: str) -> pathlib.Path:
    return pathlib.Path(_unpacked().name) / kind / name


def small_gpt2(folder: pathlib.Path, template: str | None = TEMPLATE) -> pathlib.Path:
    """A copy of the case gpt2 in this new folder, which reads and writes texts."""
    shutil.copytree(case("decoders", "gpt2"), folder)
    return put_into(folder, template)


def expected(kind: str, name: str) -> dict:
    return json.loads((case(kind, name) / "expected.json").read_text())


@functools.cache
def why_not(engine: str) -> str:
    """Why an engine answers no prompt at all here; "" when it does."""
    if not (BIN / "engines" / engine).is_dir():
        return f"{engine} was not built"
    with tempfile.TemporaryDirectory(prefix="joulemark-probe-") as home:
        (pathlib.Path(home) / ".cache/joulemark").mkdir(parents=True)
        (pathlib.Path(home) / ".cache/joulemark/engines").symlink_to(CACHE / "engines")
        outcome = Joulemark(pathlib.Path(home))("generate", case("decoders", "gpt2"), "--engine", engine, "--token-ids", "1")
    absent = outcome.status == 3 or "does not run language models" in outcome.err or "runs no language models" in outcome.err
    return outcome.err if absent else ""


def ids(prompt: list[int]) -> str:
    return ",".join(map(str, prompt))


def generate(joulemark, engine, folder, prompts, *flags):
    """The outcome of a call with these prompts, as JSON on standard output."""
    given = [word for prompt in prompts for word in ("--token-ids", ids(prompt))]
    return joulemark("generate", folder, "--engine", engine, *given, *flags, "--json")


def differences(got: dict, wanted: dict) -> list[str]:
    """What differs between an answer and the reference's, in words."""
    found = [] if got["new_ids"] == wanted["new_ids"] else [f"ids {got['new_ids']}, not {wanted['new_ids']}"]
    for key in ("prefill_logits", "step_logits"):
        if key in wanted and (worst := farthest(got[key], wanted[key])) > TOLERANCE:
            found.append(f"{key} by {worst:.1e}")
    return found


def farthest(got: list[list[float]], wanted: list[list[float]]) -> float:
    """Infinite where the shapes differ."""
    if [len(row) for row in got] != [len(row) for row in wanted]:
        return float("inf")
    gaps = (abs(a - b) for mine, other in zip(got, wanted) for a, b in zip(mine, other))
    return max((gap if gap == gap else float("inf") for gap in gaps), default=0.0)
