// SPDX-License-Identifier: Apache-2.0
// Decoders of the GPT kind: one product for queries, keys and values, an MLP without gate.
#include "checkpoint/architectures.h"
#include "checkpoint/rotary.h"

namespace joulemark::checkpoint {
namespace {

const char* const kGptHeads = "n_head";
const char* const kHeads = "num_attention_heads";

/// What gpt2 and gpt_bigcode share.
DecoderSpec gpt(const ConfigJson& config, const char* activation) {
  DecoderSpec spec;
  spec.vocabulary = config.count({"vocab_size"}, 50257);
  spec.hidden = config.count({"n_embd", "hidden_size"}, 768);
  spec.layers = config.count({"n_layer", "num_hidden_layers"}, 12);
  spec.heads = spec.kv_heads = config.count({kGptHeads, kHeads}, 12);
  spec.head_size = even_head_size(config, spec, kGptHeads);
  spec.intermediate = config.count({"n_inner"}).value_or(4 * spec.hidden);
  spec.max_positions = config.count({"n_positions", "max_position_embeddings"}, 1024);
  spec.positions_are_bounded = true;
  spec.norm_epsilon = config.positive("layer_norm_epsilon", 1e-5);
  spec.position = PositionScheme::kLearned;
  const bool scaled = config.flag("scale_attn_weights", true);
  spec.score_scale = scaled ? usual_score_scale(spec.head_size) : 1;
  spec.qkv = QkvLayout::kJoined;
  spec.qkv_bias = spec.attention_output_bias = spec.mlp_bias = true;
  spec.activation = read_activation(config, "activation_function", activation);
  spec.tied = config.flag("tie_word_embeddings", true);
  spec.names = {.prefixes = {"transformer."},
                .embedding = "wte",
                .positions = "wpe",
                .norm1 = "h.{}.ln_1",
                .norm2 = "h.{}.ln_2",
                .final_norm = "ln_f",
                .qkv = "h.{}.attn.c_attn",
                .attention_output = "h.{}.attn.c_proj",
                .up = "h.{}.mlp.c_fc",
                .down = "h.{}.mlp.c_proj",
                .head = {"lm_head"}};
  return spec;
}

}  // namespace

DecoderSpec read_gpt2(const ConfigJson& config) {
  DecoderSpec spec = gpt(config, "gelu_new");
  spec.matrices = MatrixLayout::kInOut;
  spec.score_scale_by_layer = config.flag("scale_attn_by_inverse_layer_idx", false);
  return spec;
}

DecoderSpec read_gpt_bigcode(const ConfigJson& config) {
  DecoderSpec spec = gpt(config, "gelu_pytorch_tanh");
  if (config.flag("multi_query", true))
    spec.kv_heads = 1;
  else
    spec.qkv = QkvLayout::kPerHead;
  return spec;
}

DecoderSpec read_gpt_neox(const ConfigJson& config) {
  DecoderSpec spec;
  spec.vocabulary = config.count({"vocab_size"}, 50432);
  spec.hidden = config.count({"hidden_size"}, 6144);
  spec.layers = config.count({"num_hidden_layers"}, 44);
  spec.heads = spec.kv_heads = config.count({kHeads}, 64);
  spec.head_size = even_head_size(config, spec, kHeads);
  spec.intermediate = config.count({"intermediate_size"}, 24576);
  spec.max_positions = config.count({"max_position_embeddings"}, 2048);
  spec.norm_epsilon = config.positive("layer_norm_eps", 1e-5);
  spec.position = PositionScheme::kRotary;
  spec.rotary = read_rotary(config, {.head_size = spec.head_size,
                                     .max_positions = spec.max_positions,
                                     .base = "rotary_emb_base",
                                     .fraction = "rotary_pct",
                                     .fraction_otherwise = 0.25,
                                     .odd = RotaryKeys::Odd::kRoundedUp});
  spec.score_scale = usual_score_scale(spec.head_size);
  spec.qkv = QkvLayout::kPerHead;
  spec.qkv_bias = spec.attention_output_bias = config.flag("attention_bias", true);
  spec.mlp_bias = true;
  spec.residual =
      config.flag("use_parallel_residual", true) ? Residual::kParallel : Residual::kSequential;
  spec.activation = read_activation(config, "hidden_act", "gelu");
  spec.tied = config.flag("tie_word_embeddings", false);
  spec.names = {.prefixes = {"gpt_neox."},
                .embedding = "embed_in",
                .norm1 = "layers.{}.input_layernorm",
                .norm2 = "layers.{}.post_attention_layernorm",
                .final_norm = "final_layer_norm",
                .qkv = "layers.{}.attention.query_key_value",
                .attention_output = "layers.{}.attention.dense",
                .up = "layers.{}.mlp.dense_h_to_4h",
                .down = "layers.{}.mlp.dense_4h_to_h",
                .head = {"embed_out", "lm_head"}};
  return spec;
}

DecoderSpec read_bloom(const ConfigJson& config) {
  DecoderSpec spec;
  spec.vocabulary = config.count({"vocab_size"}, 250880);
  spec.hidden = config.count({"n_embed", "hidden_size"}, 64);
  spec.layers = config.count({"n_layer", "num_hidden_layers"}, 2);
  spec.heads = spec.kv_heads = config.count({kGptHeads, kHeads}, 8);
  spec.head_size = even_head_size(config, spec, kGptHeads);
  spec.intermediate = 4 * spec.hidden;
  // Nothing in the arithmetic ends; the length that the published models were trained with.
  spec.max_positions = config.count({"seq_length"}).value_or(2048);
  spec.norm_epsilon = config.positive("layer_norm_epsilon", 1e-5);
  spec.embedding_norm = true;
  spec.position = PositionScheme::kAlibi;
  spec.score_scale = usual_score_scale(spec.head_size);
  spec.qkv = QkvLayout::kPerHead;
  spec.qkv_bias = spec.attention_output_bias = spec.mlp_bias = true;
  if (config.flag("apply_residual_connection_post_layernorm", false))
    spec.residual = Residual::kFromNorm;
  // The slow form of a model split over several devices leaves two biases out.
  if (config.count({"pretraining_tp"}).value_or(1) > 1 && config.flag("slow_but_exact", false))
    config.refuse("slow_but_exact", "which is not supported with a pretraining_tp above 1");
  spec.activation = Activation::kGeluTanh;
  spec.tied = config.flag("tie_word_embeddings", true);
  spec.names = {.prefixes = {"transformer."},
                .embedding = "word_embeddings",
                .embedding_norm = "word_embeddings_layernorm",
                .norm1 = "h.{}.input_layernorm",
                .norm2 = "h.{}.post_attention_layernorm",
                .final_norm = "ln_f",
                .qkv = "h.{}.self_attention.query_key_value",
                .attention_output = "h.{}.self_attention.dense",
                .up = "h.{}.mlp.dense_h_to_4h",
                .down = "h.{}.mlp.dense_4h_to_h",
                .head = {"lm_head"}};
  return spec;
}

}  // namespace joulemark::checkpoint
