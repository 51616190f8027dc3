# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of real sizes with random weights, for benchmarks: shapes as published, values of no meaning."""

import json
import pathlib
import struct

import numpy
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from .files import write_json

LLAMA_1B = {
    "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 22, "num_attention_heads": 32, "num_key_value_heads": 4,
    "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "vocab_size": 32000,
}  # fmt: skip
SIZES: dict[str, tuple[str, dict]] = {
    "gpt2": ("gpt2", {}),
    "gpt2-medium": ("gpt2", {"n_embd": 1024, "n_layer": 24, "n_head": 16}),
    "tinyllama-1.1b": ("llama", LLAMA_1B),
    "pythia-160m": (
        "gpt_neox",
        {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12, "vocab_size": 50304},
    ),
    "bloom-560m": ("bloom", {"hidden_size": 1024, "n_layer": 24, "n_head": 16}),
    "qwen2-0.5b": (
        "qwen2",
        {"hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2,
         "tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
    ),
    "phi-1.5": ("phi", {}),
}  # fmt: skip


def stored_shapes(config) -> dict[str, tuple[int, ...]]:
    """The tensors that save_pretrained would write, without making one."""
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    tied = config.tie_word_embeddings
    shapes = {name: tuple(value.shape) for name, value in model.named_parameters() if not (tied and name == "lm_head.weight")}
    if config.model_type == "gpt_neox":
        shapes = {name.replace("lm_head.", "embed_out."): shape for name, shape in shapes.items()}
    return dict(sorted(shapes.items()))


def header(shapes: dict[str, tuple[int, ...]]) -> bytes:
    described: dict[str, dict] = {"__metadata__": {"format": "pt"}}
    begin = 0
    for name, shape in shapes.items():
        end = begin + 4 * int(numpy.prod(shape))
        described[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(described, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def values(shape: tuple[int, ...], is_norm: bool, random: numpy.random.Generator) -> numpy.ndarray:
    drawn = random.standard_normal(shape, dtype=numpy.float32) * numpy.float32(0.02)
    return drawn + numpy.float32(1) if is_norm else drawn


def write_large(folder: pathlib.Path, name: str) -> None:
    model_type, overrides = SIZES[name]
    config = AutoConfig.for_model(model_type, **overrides)
    shapes = stored_shapes(config)
    folder.mkdir(parents=True)
    described = config.to_dict() | {"dtype": "float32"}
    write_json(folder / "config.json", described, indent=2)
    random = numpy.random.default_rng(1)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(header(shapes))
        for tensor, shape in shapes.items():
            is_norm = len(shape) == 1 and tensor.endswith("weight")
            file.write(values(shape, is_norm, random).tobytes())
