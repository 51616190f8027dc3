// SPDX-License-Identifier: Apache-2.0
// Encoders of the BERT kind, and the table of those.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checkpoint/architectures.h"

namespace joulemark::checkpoint {
namespace {

constexpr const char* kModelType = "bert";
constexpr const char* kHeads = "num_attention_heads";
constexpr const char* kEpsilon = "layer_norm_eps";
constexpr const char* kPositions = "position_embedding_type";

/// Keys that make another model of it.
void check_keys(const ConfigJson& config) {
  refuse_quantised(config);
  config.allow_only("is_decoder", false, "which makes the encoder a decoder");
  config.allow_only("add_cross_attention", false, "which no encoder has");
  config.allow_only("is_encoder_decoder", false, "which no encoder has");
  if (config.text({kPositions}, "absolute") != "absolute")
    config.refuse(kPositions, "only absolute positions are supported");
}

EncoderSpec read_bert(const ConfigJson& config) {
  EncoderSpec spec;
  spec.model_type = kModelType;
  spec.vocabulary = config.count({"vocab_size"}, 30522);
  spec.hidden = config.count({"hidden_size"}, 768);
  spec.layers = config.count({"num_hidden_layers"}, 12);
  spec.heads = config.count({kHeads}, 12);
  if (spec.hidden % spec.heads != 0)
    config.refuse(kHeads, fmt::format("which does not divide the hidden size {}", spec.hidden));
  spec.head_size = spec.hidden / spec.heads;
  spec.intermediate = config.count({"intermediate_size"}, 3072);
  spec.max_positions = config.count({"max_position_embeddings"}, 512);
  spec.token_types = config.count({"type_vocab_size"}, 2);
  spec.norm_epsilon = config.number({kEpsilon}, 1e-12);
  if (spec.norm_epsilon <= 0) config.refuse(kEpsilon, "which must be above 0");
  spec.activation = read_activation(config, "hidden_act", "gelu");
  return spec;
}

}  // namespace

std::vector<std::string> encoder_architectures() {
  return {kModelType};
}

Result<EncoderSpec> read_encoder_spec(const ConfigJson& config) {
  if (config.text({"model_type"}, "") != kModelType)
    config.refuse("model_type", fmt::format("which is none of the supported encoders: {}",
                                            fmt::join(encoder_architectures(), ", ")));
  check_keys(config);
  EncoderSpec spec = read_bert(config);
  if (auto good = config.status(); !good) return fail(good.error());
  return spec;
}

}  // namespace joulemark::checkpoint
