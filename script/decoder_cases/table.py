# SPDX-License-Identifier: Apache-2.0
"""The decoder cases, one row each: what differs from the architecture's plain tiny model, and how it is stored and asked."""

from dataclasses import dataclass, field

# The plain tiny model of each architecture. The sizes differ from each other so that no two dimensions can be confused.
LLAMA = {
    "vocab_size": 96, "hidden_size": 24, "intermediate_size": 28, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip
PARTLY_ROTATED = {key: value for key, value in LLAMA.items() if key != "num_key_value_heads"} | {"num_attention_heads": 3}
GROUPED = {"hidden_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
GPT2 = {"vocab_size": 97, "n_embd": 24, "n_layer": 2, "n_head": 4, "n_inner": 28, "n_positions": 64}
PLAIN = {
    "gpt2": GPT2,
    "gpt_bigcode": GPT2,
    "gpt_neox": PARTLY_ROTATED,
    "stablelm": PARTLY_ROTATED | {"num_key_value_heads": 3},
    "bloom": {"vocab_size": 98, "hidden_size": 24, "n_layer": 2, "n_head": 4},
    "llama": LLAMA,
    "mistral": LLAMA,
    "qwen2": LLAMA,
    "qwen3": LLAMA | {"head_dim": 10},
    "gemma": LLAMA | {"head_dim": 10, "num_key_value_heads": 4},
    "phi": PARTLY_ROTATED,
}


@dataclass(frozen=True)
class Case:
    """`config`: what differs from PLAIN. `long`: tokens of a third prompt, 0 for none; it joins the padded batch where `long_batch`.
    `names`: a function of names.py that changes the stored tensors. `mantissa`: bits kept of the weights, so that few kilobytes
    hold them. `embed`: standard deviation of the embeddings; small ones make a norm's epsilon visible."""

    name: str
    model_type: str
    config: dict = field(default_factory=dict)
    long: int = 0
    long_batch: bool = True
    names: str = ""
    dtype: str = "float32"
    shard_bytes: int = 0
    mantissa: int = 2
    embed: float = 0.25


def rope(kind: str, **values) -> dict:
    # A base of 100 makes the three frequencies of a head of 6 matter within 40 tokens.
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 100.0} | values}


def partial(fraction: float, **values) -> dict:
    return {"rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": fraction} | values}


LONGROPE = rope(
    "longrope", short_factor=[1.0, 1.2, 1.7], long_factor=[1.5, 2.0, 5.0], original_max_position_embeddings=32
)

OLDER = [
    Case("gpt2", "gpt2"),
    Case("gpt2_layer_scale", "gpt2", {"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True, "n_layer": 3}),
    Case("gpt2_unscaled", "gpt2", {"scale_attn_weights": False}),
    Case("gpt2_inner_odd", "gpt2", {"n_inner": 37, "layer_norm_epsilon": 1e-3}, embed=0.03),
    Case("gpt2_inner_absent", "gpt2", {"n_inner": None, "vocab_size": 96}),
    Case("gpt2_relu", "gpt2", {"activation_function": "relu"}),
    Case("gpt2_gelu", "gpt2", {"activation_function": "gelu"}),
    Case("gpt2_untied", "gpt2", {"tie_word_embeddings": False}),
    Case("gpt2_no_prefix", "gpt2", {"n_positions": 48}, names="gpt2_hub"),
    Case("gpt2_tied_with_head", "gpt2", names="copied_head"),
    Case("gpt2_bf16", "gpt2", dtype="bfloat16", mantissa=7),
    Case("gpt2_long", "gpt2", long=36),
    Case("gpt_bigcode", "gpt_bigcode"),
    Case("gpt_bigcode_multi_head", "gpt_bigcode", {"multi_query": False}),
    Case("gpt_bigcode_unscaled", "gpt_bigcode", {"scale_attn_weights": False, "tie_word_embeddings": False}),
    Case("gpt_bigcode_gelu", "gpt_bigcode", {"activation_function": "gelu"}),
    Case("bloom", "bloom"),
    Case("bloom_6_heads", "bloom", {"n_head": 6}, long=30),
    Case("bloom_5_heads", "bloom", {"hidden_size": 25, "n_head": 5}),
    Case("bloom_post_norm", "bloom", {"apply_residual_connection_post_layernorm": True}),
    Case("bloom_untied", "bloom", {"tie_word_embeddings": False, "layer_norm_epsilon": 1e-3}, embed=0.03),
    Case("bloom_no_prefix", "bloom", names="no_prefix"),
    Case("gpt_neox", "gpt_neox", long=36),
    Case("gpt_neox_sequential", "gpt_neox", {"use_parallel_residual": False}),
    Case("gpt_neox_rotary_all", "gpt_neox", partial(1.0)),
    Case("gpt_neox_rotary_6", "gpt_neox", partial(0.5) | {"num_attention_heads": 2}),
    Case("gpt_neox_rotary_odd", "gpt_neox", partial(0.6) | {"hidden_size": 27}),
    Case("gpt_neox_no_bias", "gpt_neox", {"attention_bias": False}),
    Case("gpt_neox_tied", "gpt_neox", {"tie_word_embeddings": True}),
    Case("gpt_neox_gelu_new", "gpt_neox", {"hidden_act": "gelu_new"}),
    Case("gpt_neox_gelu_fast", "gpt_neox", {"hidden_act": "gelu_fast"}),
    Case("gpt_neox_quick_gelu", "gpt_neox", {"hidden_act": "quick_gelu"}),
    Case("gpt_neox_relu", "gpt_neox", {"hidden_act": "relu", "layer_norm_eps": 1e-3}, embed=0.03),
    Case("gpt_neox_linear", "gpt_neox", rope("linear", factor=4.0, partial_rotary_factor=0.5), long=36),
    Case("gpt_neox_buffers", "gpt_neox", {"max_position_embeddings": 32}, names="neox_buffers"),
    Case("gpt_neox_lm_head", "gpt_neox", names="neox_lm_head"),
    Case("gpt_neox_f16", "gpt_neox", dtype="float16", mantissa=10),
    Case("stablelm", "stablelm"),
    Case("stablelm_qkv_bias", "stablelm", {"use_qkv_bias": True}),
    Case("stablelm_qk_norm", "stablelm", GROUPED | {"qk_layernorm": True}),
    Case("stablelm_parallel", "stablelm", {"use_parallel_residual": True}),
    Case("stablelm_gqa", "stablelm", GROUPED),
    Case("stablelm_rotary_all", "stablelm", partial(1.0)),
    Case("stablelm_tied", "stablelm", {"tie_word_embeddings": True, "hidden_act": "gelu"}),
    Case("phi", "phi"),
    Case("phi_qk_norm", "phi", {"qk_layernorm": True}),
    Case("phi_gqa", "phi", GROUPED),
    Case("phi_rotary_04", "phi", partial(0.4) | {"hidden_size": 30}),
    Case("phi_rotary_all", "phi", partial(1.0)),
    Case("phi_tied", "phi", {"tie_word_embeddings": True, "hidden_act": "gelu"}),
]

LLAMAS = [
    Case("llama", "llama", {"num_key_value_heads": 4}),
    Case("llama_gqa", "llama", long=36),
    Case("llama_mqa", "llama", {"num_key_value_heads": 1}),
    Case("llama_tied", "llama", {"tie_word_embeddings": True}),
    Case("llama_tied_other_head", "llama", {"tie_word_embeddings": True}, names="other_head"),
    Case("llama_attention_bias", "llama", {"attention_bias": True}),
    Case("llama_mlp_bias", "llama", {"mlp_bias": True}),
    Case("llama_head_dim_16", "llama", {"head_dim": 16}),
    Case("llama_head_dim_8", "llama", {"head_dim": 8}),
    Case("llama_head_dim_10", "llama", {"head_dim": 10, "num_key_value_heads": 4}),
    Case("llama_gelu", "llama", {"hidden_act": "gelu", "vocab_size": 101}),
    Case("llama_eps_5", "llama", {"rms_norm_eps": 1e-5}, embed=0.01),
    Case("llama_eps_6", "llama", {"rms_norm_eps": 1e-6}, embed=0.01),
    Case("llama_buffers", "llama", names="llama_buffers"),
    Case("llama_no_prefix", "llama", {"tie_word_embeddings": True, "pretraining_tp": 2}, names="no_prefix"),
    Case("llama_bf16_shards", "llama", dtype="bfloat16", shard_bytes=20000, mantissa=7),
    Case("llama_theta", "llama", {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}}),
    Case("llama_rope_linear", "llama", rope("linear", factor=4.0), long=36),
    Case("llama_rope_dynamic", "llama", rope("dynamic", factor=4.0) | {"max_position_embeddings": 32}, long=24),
    Case(
        "llama_rope_dynamic_beyond", "llama", rope("dynamic", factor=4.0) | {"max_position_embeddings": 32}, long=36, long_batch=False
    ),
    Case(
        "llama_rope_llama3", "llama",
        rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
        | {"max_position_embeddings": 512}, long=36,
    ),  # fmt: skip
    Case("llama_rope_yarn", "llama", rope("yarn", factor=4.0, original_max_position_embeddings=16), long=36),
    Case(
        "llama_rope_yarn_factor", "llama",
        rope("yarn", factor=2.0, original_max_position_embeddings=32, attention_factor=0.8, beta_fast=4, beta_slow=0.5), long=36,
    ),  # fmt: skip
    Case(
        "llama_rope_yarn_mscale", "llama",
        rope("yarn", factor=8.0, original_max_position_embeddings=8, mscale=1.0, mscale_all_dim=0.5, truncate=False), long=36,
    ),  # fmt: skip
    Case("llama_rope_longrope", "llama", LONGROPE, long=36, long_batch=False),
    Case("llama_rope_longrope_crossing", "llama", LONGROPE, long=29, long_batch=False),
    Case("mistral", "mistral"),
    Case("mistral_window_null", "mistral", {"sliding_window": None}),
    Case("mistral_window_5", "mistral", {"sliding_window": 5}, long=36),
    Case("mistral_head_dim", "mistral", {"head_dim": 10, "rms_norm_eps": 1e-5}, embed=0.01),
    Case("qwen2", "qwen2", long=36),
    Case("qwen2_tied", "qwen2", {"tie_word_embeddings": True}),
    Case(
        "qwen2_window", "qwen2",
        {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1, "num_hidden_layers": 3}, long=30,
    ),  # fmt: skip
    Case("qwen3", "qwen3"),
    Case("qwen3_tied_bias", "qwen3", {"tie_word_embeddings": True, "attention_bias": True}),
    Case("gemma", "gemma"),
    Case("gemma_mqa", "gemma", {"num_key_value_heads": 1}),
    Case("gemma_attention_bias", "gemma", {"attention_bias": True}),
]

CASES = OLDER + LLAMAS
