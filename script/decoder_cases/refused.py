# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that must be refused because of their config.json: unknown models, arithmetic that is left out, values of no sense."""

import json
import os
import pathlib

from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

from .files import save_model, write_expected, write_json
from .refused_files import FILE_CASES
from .weights import draw_weights

ABSENT = object()  # as a value in `change`: the key is taken out
TINY = {
    "llama": {
        "vocab_size": 8, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2,
        "max_position_embeddings": 16,
    },
    "gpt2": {"vocab_size": 8, "n_embd": 8, "n_layer": 1, "n_head": 2, "n_inner": 12, "n_positions": 16},
    "bloom": {"vocab_size": 8, "hidden_size": 8, "n_layer": 1, "n_head": 2},
}  # fmt: skip
TINY |= {name: TINY["llama"] for name in ("gpt_neox", "phi", "bert")}
TINY["qwen2"] = TINY["llama"] | {"num_key_value_heads": 2}
TINY["gemma"] = TINY["llama"] | {"head_dim": 4, "num_key_value_heads": 2}


def roped(**values) -> dict:
    return {"rope_parameters": {"rope_theta": 10000.0} | values}


def old_roped(**values) -> dict:
    return {"rope_parameters": ABSENT, "rope_theta": 10000.0, "rope_scaling": values}


# name, model whose config is changed, change, words of the message, why
CONFIG_CASES: list[tuple[str, str, dict, list[str], str]] = [
    ("model_type_unknown", "llama", {"model_type": "wombat"}, ["model_type", "wombat"], "no such model"),
    ("model_type_falcon", "llama", {"model_type": "falcon"}, ["model_type", "falcon"], "a model that is not supported"),
    ("model_type_absent", "llama", {"model_type": ABSENT}, ["model_type"], "which model it is remains open"),
    ("model_type_number", "llama", {"model_type": 7}, ["model_type"], "a name is a string"),
    ("rope_unknown", "llama", roped(rope_type="spiral"), ["rope_type", "spiral"], "no such rope"),
    ("rope_unknown_4x", "llama", old_roped(type="su", factor=2.0), ["su"], "a rope that transformers 5 does not have"),
    ("rope_proportional", "llama", roped(rope_type="proportional"), ["proportional"], "a rope of other models"),
    ("rope_not_object", "llama", {"rope_parameters": "linear"}, ["rope_parameters"], "an object is needed"),
    ("rope_factor_absent", "llama", roped(rope_type="linear"), ["factor"], "linear needs a factor"),
    ("rope_factor_zero", "llama", roped(rope_type="linear", factor=0.0), ["factor"], "would divide by zero"),
    ("rope_theta_zero", "llama", roped(rope_type="default", rope_theta=0.0), ["rope_theta"], "frequencies of no meaning"),
    (
        "rope_llama3_incomplete", "llama",
        roped(rope_type="llama3", factor=8.0, high_freq_factor=4.0, original_max_position_embeddings=8), ["low_freq_factor"],
        "llama3 needs four numbers",
    ),
    (
        "rope_longrope_short", "llama",
        roped(rope_type="longrope", short_factor=[1.0], long_factor=[1.0, 2.0], original_max_position_embeddings=8),
        ["short_factor"], "a factor for each frequency is needed",
    ),
    ("rope_fraction_llama", "llama", roped(rope_type="linear", factor=2.0, partial_rotary_factor=0.5), ["partial_rotary_factor"], "llama rotates whole heads"),
    ("rope_odd_phi", "phi", roped(rope_type="default", partial_rotary_factor=0.75), ["partial_rotary_factor"], "3 rotary dimensions have no halves"),
    ("rope_fraction_above_one", "phi", roped(rope_type="default", partial_rotary_factor=1.5), ["partial_rotary_factor"], "more than there is"),
    ("activation_unknown", "gpt_neox", {"hidden_act": "gelu_of_mine"}, ["hidden_act", "gelu_of_mine"], "no such activation"),
    ("cross_attention", "gpt2", {"add_cross_attention": True}, ["add_cross_attention"], "is not supported"),
    ("quantized", "llama", {"quantization_config": {"quant_method": "gptq", "bits": 4}}, ["quantization_config"], "is not supported"),
    ("not_causal", "llama", {"is_causal": False}, ["is_causal"], "turns the decoder into an encoder"),
    ("bidirectional_gemma", "gemma", {"use_bidirectional_attention": True}, ["use_bidirectional_attention"], "turns the decoder into an encoder"),
    ("bloom_slow_but_exact", "bloom", {"pretraining_tp": 2, "slow_but_exact": True}, ["slow_but_exact"], "leaves biases out"),
    ("layer_types_unknown", "qwen2", {"layer_types": ["linear_attention"]}, ["layer_types"], "is not supported"),
    ("layer_types_without_window", "qwen2", {"layer_types": ["sliding_attention"]}, ["layer_types"], "no window to slide"),
    ("window_llama", "llama", {"sliding_window": 4}, ["sliding_window"], "transformers then crops its cache and decodes otherwise than it prefills"),
    ("bert_decoder", "bert", {"is_decoder": True}, ["is_decoder"], "makes the encoder causal"),
    ("bert_relative", "bert", {"position_embedding_type": "relative_key"}, ["position_embedding_type"], "is not supported"),
    ("heads_do_not_divide", "llama", {"num_attention_heads": 3}, ["num_attention_heads"], "8 is no multiple of 3"),
    ("heads_do_not_divide_gpt2", "gpt2", {"n_head": 3}, ["n_head"], "8 is no multiple of 3"),
    ("key_heads_do_not_divide", "llama", {"num_attention_heads": 4, "num_key_value_heads": 3}, ["num_key_value_heads"], "4 is no multiple of 3"),
    ("head_dim_odd", "llama", {"head_dim": 5}, ["head_dim"], "rope needs halves"),
    ("head_dim_zero", "llama", {"head_dim": 0}, ["head_dim"], "must be positive"),
    ("layers_negative", "llama", {"num_hidden_layers": -1}, ["num_hidden_layers"], "must be positive"),
    ("layers_zero", "llama", {"num_hidden_layers": 0}, ["num_hidden_layers"], "must be positive"),
    ("layers_huge", "llama", {"num_hidden_layers": 10**9}, ["num_hidden_layers"], "must be refused at once"),
    ("layers_beyond_64_bits", "llama", {"num_hidden_layers": 10**30}, ["num_hidden_layers"], "fits no integer"),
    ("hidden_huge", "llama", {"hidden_size": 2**62}, ["hidden_size"], "products of sizes overflow"),
    ("vocab_negative", "llama", {"vocab_size": -8}, ["vocab_size"], "must be positive"),
    ("hidden_string", "llama", {"hidden_size": "8"}, ["hidden_size"], "a number is needed"),
    ("hidden_fraction", "llama", {"hidden_size": 8.5}, ["hidden_size"], "a whole number is needed"),
    ("hidden_null", "llama", {"hidden_size": None}, ["hidden_size"], "a number is needed"),
    ("eps_string", "llama", {"rms_norm_eps": "1e-5"}, ["rms_norm_eps"], "a number is needed"),
    ("eps_negative", "llama", {"rms_norm_eps": -1.0}, ["rms_norm_eps"], "a root of a negative number"),
    ("tie_string", "llama", {"tie_word_embeddings": "no"}, ["tie_word_embeddings"], "true or false is needed"),
    ("window_zero", "qwen2", {"use_sliding_window": True, "sliding_window": 0, "max_window_layers": 0}, ["sliding_window"], "a window of nothing"),
    ("size_unlike_tensor", "llama", {"intermediate_size": 16}, ["model.layers.0.mlp."], "the tensors have other shapes"),
]  # fmt: skip

# name, text of config.json, words, why
LLAMA_TEXT = json.dumps(TINY["llama"] | {"model_type": "llama"})
TEXT_CASES: list[tuple[str, str, list[str], str]] = [
    ("config_array", "[1, 2]\n", ["config.json"], "an object is needed"),
    ("config_empty", "", ["config.json"], "not JSON"),
    ("config_cut", LLAMA_TEXT[:-9], ["config.json"], "not JSON"),
    ("config_deep", "[" * 300_000, ["config.json"], "must not use up the stack"),
    ("config_nan", LLAMA_TEXT[:-1] + ', "rms_norm_eps": NaN}', ["config.json"], "not JSON, although Python writes it"),
    ("config_infinity", LLAMA_TEXT[:-1] + ', "rope_theta": Infinity}', ["config.json"], "not JSON, although Python writes it"),
    ("config_1e400", LLAMA_TEXT[:-1] + ', "rope_theta": 1e400}', ["config.json"], "a number beyond every float"),
    ("config_not_utf8", LLAMA_TEXT[:-1] + ', "\udcff": 1}', ["config.json"], "not UTF-8"),
]


def write_bases(root: pathlib.Path) -> None:
    """One small valid checkpoint for each model, which the cases change."""
    for model_type, sizes in TINY.items():
        config = AutoConfig.for_model(model_type, **sizes)
        maker = AutoModel if model_type == "bert" else AutoModelForCausalLM
        model = maker.from_config(config)
        draw_weights(model, 1, 2, 0.25)
        save_model(model, root / model_type, 0)


def changed(config: dict, change: dict) -> dict:
    return {key: value for key, value in (config | change).items() if value is not ABSENT}


def write_config_case(bases: pathlib.Path, folder: pathlib.Path, model_type: str, change: dict) -> None:
    config = json.loads((bases / model_type / "config.json").read_text(encoding="utf-8"))
    os.link(bases / model_type / "model.safetensors", folder / "model.safetensors")
    write_json(folder / "config.json", changed(config, change), indent=2)


def write_text_case(bases: pathlib.Path, folder: pathlib.Path, text: str) -> None:
    os.link(bases / "llama" / "model.safetensors", folder / "model.safetensors")
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))


def write_refused(root: pathlib.Path) -> None:
    """The bases stand beside the cases as `valid`: what is refused there is one step away from what works."""
    bases = root / "valid"
    write_bases(bases)
    listed = []
    writers = [(name, words, why, write_config_case, (kind, change)) for name, kind, change, words, why in CONFIG_CASES]
    writers += [(name, words, why, write_text_case, (text,)) for name, text, words, why in TEXT_CASES]
    writers += [(name, words, why, function, ()) for name, words, why, function in FILE_CASES]
    for name, words, why, function, arguments in writers:
        folder = root / "refused" / name
        folder.mkdir(parents=True)
        function(bases, folder, *arguments)
        write_expected(folder, {"refused": words})
        listed.append({"name": name, "refused": words, "why": why})
    write_json(root / "refused.json", listed, indent=1)
