// SPDX-License-Identifier: Apache-2.0
// Decoders of the Llama kind: separate products for queries, keys and values, rotary positions.
#include <fmt/format.h>

#include <algorithm>

#include "checkpoint/architectures.h"
#include "checkpoint/rotary.h"

namespace joulemark::checkpoint {
namespace {

const char* const kHeads = "num_attention_heads";
const char* const kSharedHeads = "num_key_value_heads";

/// What differs between these architectures when a key is absent.
struct Defaults {
  std::int64_t vocabulary, hidden, layers, heads, intermediate, max_positions;
};

DecoderNames names() {
  return {.prefixes = {"model."},
          .embedding = "embed_tokens",
          .norm1 = "layers.{}.input_layernorm",
          .norm2 = "layers.{}.post_attention_layernorm",
          .final_norm = "norm",
          .query = "layers.{}.self_attn.q_proj",
          .key = "layers.{}.self_attn.k_proj",
          .value = "layers.{}.self_attn.v_proj",
          .attention_output = "layers.{}.self_attn.o_proj",
          .gate = "layers.{}.mlp.gate_proj",
          .up = "layers.{}.mlp.up_proj",
          .down = "layers.{}.mlp.down_proj",
          .head = {"lm_head"}};
}

DecoderSpec sized(const ConfigJson& config, const Defaults& defaults) {
  DecoderSpec spec;
  spec.vocabulary = config.count({"vocab_size"}, defaults.vocabulary);
  spec.hidden = config.count({"hidden_size"}, defaults.hidden);
  spec.layers = config.count({"num_hidden_layers"}, defaults.layers);
  spec.heads = spec.kv_heads = config.count({kHeads}, defaults.heads);
  spec.intermediate = config.count({"intermediate_size"}, defaults.intermediate);
  spec.max_positions = config.count({"max_position_embeddings"}, defaults.max_positions);
  spec.position = PositionScheme::kRotary;
  spec.tied = config.flag("tie_word_embeddings", false);
  spec.names = names();
  return spec;
}

/// Heads of keys and values: as many as of queries where the key is null.
std::int64_t shared_heads(const ConfigJson& config, const DecoderSpec& spec,
                          std::int64_t otherwise) {
  if (config.is_null(kSharedHeads)) return spec.heads;
  return config.count({kSharedHeads}, otherwise);
}

/// The head's size and what follows from it; all of a head is rotated.
void set_head_size(const ConfigJson& config, std::int64_t size, DecoderSpec& spec) {
  spec.head_size = size;
  spec.score_scale = usual_score_scale(size);
  spec.rotary = read_rotary(config, {.head_size = size, .max_positions = spec.max_positions});
}

void set_root_mean_square_norms(const ConfigJson& config, DecoderSpec& spec) {
  spec.norm = NormKind::kRootMeanSquare;
  spec.norm_epsilon = config.positive("rms_norm_eps", 1e-6);
}

/// What all but stablelm and phi share.
DecoderSpec gated(const ConfigJson& config, const Defaults& defaults) {
  DecoderSpec spec = sized(config, defaults);
  set_root_mean_square_norms(config, spec);
  spec.gated = true;
  spec.activation = read_activation(config, "hidden_act", "silu");
  return spec;
}

void set_attention_bias(const ConfigJson& config, DecoderSpec& spec) {
  spec.qkv_bias = spec.attention_output_bias = config.flag("attention_bias", false);
}

std::int64_t own_or_even_head_size(const ConfigJson& config, const DecoderSpec& spec) {
  if (const auto own = config.count({"head_dim"})) return *own;
  return even_head_size(config, spec, kHeads);
}

/// Qwen's windows: in the layers that `layer_types` names, or from `max_window_layers` on.
void set_qwen_windows(const ConfigJson& config, DecoderSpec& spec) {
  const auto types = config.texts("layer_types");
  const bool on = config.flag("use_sliding_window", false);
  const std::int64_t window =
      on && !config.is_null("sliding_window") ? config.count({"sliding_window"}, 4096) : 0;
  if (types.empty() && window == 0) return;
  if (!types.empty() && static_cast<std::int64_t>(types.size()) != spec.layers) {
    config.refuse("layer_types", fmt::format("which must hold {} entries", spec.layers));
    return;
  }
  // 0 is a count that no other key may have.
  const double first = config.number({"max_window_layers"}, 28);
  constexpr std::int64_t kMostLayers = 1 << 16;
  for (std::int64_t i = 0; i < std::min(spec.layers, kMostLayers); ++i) {
    const std::string type =
        types.empty() ? (static_cast<double>(i) >= first ? "sliding_attention" : "full_attention")
                      : types[static_cast<std::size_t>(i)];
    if (type != "sliding_attention" && type != "full_attention")
      config.refuse("layer_types", fmt::format("with '{}', which is not supported", type));
    if (type == "sliding_attention" && window == 0)
      config.refuse("layer_types", "with a sliding_attention that has no window");
    spec.windows.push_back(type == "sliding_attention" ? window : 0);
  }
}

}  // namespace

DecoderSpec read_llama(const ConfigJson& config) {
  DecoderSpec spec = gated(config, {32000, 4096, 32, 32, 11008, 2048});
  spec.kv_heads = shared_heads(config, spec, spec.heads);
  const std::int64_t even = even_head_size(config, spec, kHeads);
  set_head_size(config, config.count({"head_dim"}).value_or(even), spec);
  set_attention_bias(config, spec);
  spec.mlp_bias = config.flag("mlp_bias", false);
  return spec;
}

DecoderSpec read_mistral(const ConfigJson& config) {
  DecoderSpec spec = gated(config, {32000, 4096, 32, 32, 14336, 131072});
  spec.kv_heads = shared_heads(config, spec, 8);
  set_head_size(config, own_or_even_head_size(config, spec), spec);
  const bool all = config.is_null("sliding_window");
  allow_only_layers(config, all ? "full_attention" : "sliding_attention");
  if (!all) {
    constexpr std::int64_t kMostLayers = 1 << 16;
    spec.windows.assign(static_cast<std::size_t>(std::min(spec.layers, kMostLayers)),
                        config.count({"sliding_window"}, 4096));
  }
  return spec;
}

DecoderSpec read_qwen2(const ConfigJson& config) {
  DecoderSpec spec = gated(config, {151936, 4096, 32, 32, 22016, 32768});
  spec.kv_heads = shared_heads(config, spec, 32);
  set_head_size(config, own_or_even_head_size(config, spec), spec);
  spec.qkv_bias = true;
  set_qwen_windows(config, spec);
  return spec;
}

DecoderSpec read_qwen3(const ConfigJson& config) {
  DecoderSpec spec = gated(config, {151936, 4096, 32, 32, 22016, 32768});
  spec.kv_heads = shared_heads(config, spec, 32);
  set_head_size(config, config.count({"head_dim"}, 128), spec);
  set_attention_bias(config, spec);
  spec.head_norm = HeadNorm::kShared;
  spec.names.query_norm = "layers.{}.self_attn.q_norm";
  spec.names.key_norm = "layers.{}.self_attn.k_norm";
  set_qwen_windows(config, spec);
  return spec;
}

DecoderSpec read_gemma(const ConfigJson& config) {
  DecoderSpec spec = sized(config, {256000, 3072, 28, 16, 24576, 8192});
  set_root_mean_square_norms(config, spec);
  spec.norm_adds_one = true;
  spec.kv_heads = shared_heads(config, spec, 16);
  set_head_size(config, config.count({"head_dim"}, 256), spec);
  set_attention_bias(config, spec);
  spec.gated = true;
  // Published with "gelu", trained with its tanh form; the reference implementation reads it so.
  spec.activation = config.text({"hidden_act"}, "gelu") == "gelu"
                        ? Activation::kGeluTanh
                        : read_activation(config, "hidden_act", "gelu_pytorch_tanh");
  spec.embedding_scale = 1 / usual_score_scale(spec.hidden);
  spec.tied = config.flag("tie_word_embeddings", true);
  return spec;
}

DecoderSpec read_stablelm(const ConfigJson& config) {
  DecoderSpec spec = sized(config, {50304, 2560, 32, 32, 6912, 4096});
  spec.norm_epsilon = config.positive("layer_norm_eps", 1e-5);
  spec.kv_heads = shared_heads(config, spec, 32);
  spec.head_size = even_head_size(config, spec, kHeads);
  spec.score_scale = usual_score_scale(spec.head_size);
  spec.rotary = read_rotary(config, {.head_size = spec.head_size,
                                     .max_positions = spec.max_positions,
                                     .fraction = "partial_rotary_factor",
                                     .fraction_otherwise = 0.25});
  spec.qkv_bias = config.flag("use_qkv_bias", false);
  if (config.flag("qk_layernorm", false)) spec.head_norm = HeadNorm::kPerHead;
  spec.names.query_norm = "layers.{}.self_attn.q_layernorm.norms.{}";
  spec.names.key_norm = "layers.{}.self_attn.k_layernorm.norms.{}";
  if (config.flag("use_parallel_residual", false)) spec.residual = Residual::kParallelOneNorm;
  spec.gated = true;
  spec.activation = read_activation(config, "hidden_act", "silu");
  return spec;
}

DecoderSpec read_phi(const ConfigJson& config) {
  DecoderSpec spec = sized(config, {51200, 2048, 24, 32, 8192, 2048});
  spec.norm_epsilon = config.positive("layer_norm_eps", 1e-5);
  spec.kv_heads = shared_heads(config, spec, spec.heads);
  spec.head_size = own_or_even_head_size(config, spec);
  spec.score_scale = usual_score_scale(spec.head_size);
  spec.rotary = read_rotary(config, {.head_size = spec.head_size,
                                     .max_positions = spec.max_positions,
                                     .fraction = "partial_rotary_factor",
                                     .fraction_otherwise = 0.5});
  spec.qkv_bias = spec.attention_output_bias = spec.mlp_bias = spec.head_bias = true;
  if (config.flag("qk_layernorm", false)) {
    spec.head_norm = HeadNorm::kShared;
    spec.head_norm_bias = true;
  }
  spec.residual = Residual::kParallelOneNorm;
  spec.activation = read_activation(config, "hidden_act", "gelu_new");
  spec.names.query_norm = "layers.{}.self_attn.q_layernorm";
  spec.names.key_norm = "layers.{}.self_attn.k_layernorm";
  spec.names.attention_output = "layers.{}.self_attn.dense";
  spec.names.final_norm = "final_layernorm";
  spec.names.gate = "";
  spec.names.up = "layers.{}.mlp.fc1";
  spec.names.down = "layers.{}.mlp.fc2";
  return spec;
}

}  // namespace joulemark::checkpoint
