// SPDX-License-Identifier: Apache-2.0
// The table of architectures, and what they share.
#include "checkpoint/architectures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace joulemark::checkpoint {
namespace {

constexpr Architecture kArchitectures[] = {
    {"gpt2", read_gpt2},
    {"gpt_bigcode", read_gpt_bigcode},
    {"gpt_neox", read_gpt_neox},
    {"bloom", read_bloom},
    {"stablelm", read_stablelm},
    {"phi", read_phi},
    {"llama", read_llama},
    {"mistral", read_mistral, Windows::kSome},
    {"qwen2", read_qwen2, Windows::kSome},
    {"qwen3", read_qwen3, Windows::kSome},
    {"gemma", read_gemma},
};

/// Tables grow with heads and with their size.
constexpr std::int64_t kMostHeads = 1 << 16;

struct NamedActivation {
  const char* name;
  Activation activation;
};
constexpr NamedActivation kActivations[] = {
    {"gelu", Activation::kGelu},
    {"gelu_python", Activation::kGelu},
    {"gelu_new", Activation::kGeluTanh},
    {"gelu_pytorch_tanh", Activation::kGeluTanh},
    {"gelu_python_tanh", Activation::kGeluTanh},
    {"gelu_accurate", Activation::kGeluTanh},
    {"gelu_fast", Activation::kGeluTanh},  // the same function, its constants multiplied out
    {"quick_gelu", Activation::kGeluQuick},
    {"silu", Activation::kSilu},
    {"swish", Activation::kSilu},
    {"relu", Activation::kRelu},
    {"relu2", Activation::kReluSquared},
    {"tanh", Activation::kTanh},
    {"sigmoid", Activation::kSigmoid},
    {"linear", Activation::kIdentity},
};

/// Keys that make another model of any architecture.
void check_common(const ConfigJson& config, Windows windows) {
  refuse_quantised(config);
  config.allow_only("add_cross_attention", false, "which no decoder-only model has");
  config.allow_only("is_encoder_decoder", false, "which no decoder-only model has");
  config.allow_only("is_causal", true, "which makes attention look ahead");
  config.allow_only("use_bidirectional_attention", false, "which makes attention look ahead");
  if (config.has("per_layer_config"))
    config.refuse("per_layer_config", "layers that differ are not supported");
  if (windows == Windows::kSome) return;
  if (config.has("sliding_window"))
    config.refuse("sliding_window", "which this architecture does not have; set it to null");
  allow_only_layers(config, "full_attention");
}

void check_sizes(const ConfigJson& config, const DecoderSpec& spec) {
  if (spec.heads % spec.kv_heads != 0)
    config.refuse("num_key_value_heads",
                  fmt::format("which does not divide the {} heads", spec.heads));
  if (spec.heads > kMostHeads || spec.head_size > kMostHeads)
    config.refuse("model_type", fmt::format("with {} heads of {} numbers, at most {} are supported",
                                            spec.heads, spec.head_size, kMostHeads));
}

}  // namespace

Activation read_activation(const ConfigJson& config, const char* key, const char* otherwise) {
  const std::string name = config.text({key}, otherwise);
  std::vector<const char*> known;
  for (const NamedActivation& row : kActivations) {
    if (name == row.name) return row.activation;
    known.push_back(row.name);
  }
  config.refuse(key, fmt::format("which is none of {}", fmt::join(known, ", ")));
  return Activation::kIdentity;
}

void allow_only_layers(const ConfigJson& config, const std::string& type) {
  for (const std::string& given : config.texts("layer_types"))
    if (given != type)
      return config.refuse("layer_types", fmt::format("with '{}', which is not supported", given));
}

void refuse_quantised(const ConfigJson& config) {
  if (config.has("quantization_config"))
    config.refuse("quantization_config",
                  "quantised checkpoints are not supported; use the unquantised one");
}

double usual_score_scale(std::int64_t head_size) {
  return 1 / std::sqrt(static_cast<double>(head_size));
}

std::int64_t even_head_size(const ConfigJson& config, const DecoderSpec& spec,
                            const char* heads_key) {
  if (spec.hidden % spec.heads == 0) return spec.hidden / spec.heads;
  config.refuse(heads_key, fmt::format("which does not divide the hidden size {}", spec.hidden));
  return 1;
}

std::vector<std::string> decoder_architectures() {
  std::vector<std::string> names;
  for (const Architecture& row : kArchitectures) names.emplace_back(row.model_type);
  return names;
}

Result<DecoderSpec> read_decoder_spec(const ConfigJson& config) {
  const std::string type = config.text({"model_type"}, "");
  for (const Architecture& row : kArchitectures) {
    if (type != row.model_type) continue;
    check_common(config, row.windows);
    DecoderSpec spec = row.read(config);
    spec.model_type = type;
    check_sizes(config, spec);
    if (auto good = config.status(); !good) return fail(good.error());
    return spec;
  }
  auto known = decoder_architectures();
  for (const std::string& name : encoder_architectures()) known.push_back(name);
  config.refuse("model_type", fmt::format("which is none of the supported architectures: {}",
                                          fmt::join(known, ", ")));
  return fail(config.status().error());
}

}  // namespace joulemark::checkpoint
