// SPDX-License-Identifier: Apache-2.0
// From a config.json to the description of its model, one function for each architecture.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/config_json.h"
#include "checkpoint/decoder_spec.h"
#include "checkpoint/encoder_spec.h"

namespace joulemark::checkpoint {

/// Reads the description. Fails with kUnsupported for an architecture that is not in the table and
/// for a key whose value asks for other arithmetic than the graph has; with kFailed for values that
/// make no sense. Defaults are those of the reference implementation (Hugging Face transformers).
Result<DecoderSpec> read_decoder_spec(const ConfigJson& config);

/// Values of `model_type` that read_decoder_spec knows.
std::vector<std::string> decoder_architectures();

/// The same for encoders.
Result<EncoderSpec> read_encoder_spec(const ConfigJson& config);
std::vector<std::string> encoder_architectures();

/// Whether an architecture has layers that see the last keys only. Where it has none, the reference
/// implementation forgets what is behind a window all the same, but not in a prompt.
enum class Windows { kNone, kSome };

/// One row of the table.
struct Architecture {
  const char* model_type;
  DecoderSpec (*read)(const ConfigJson& config);
  Windows windows = Windows::kNone;
};

// For the table. Problems are left in `config`.
DecoderSpec read_gpt2(const ConfigJson& config);
DecoderSpec read_gpt_bigcode(const ConfigJson& config);
DecoderSpec read_gpt_neox(const ConfigJson& config);
DecoderSpec read_bloom(const ConfigJson& config);
DecoderSpec read_stablelm(const ConfigJson& config);
DecoderSpec read_phi(const ConfigJson& config);
DecoderSpec read_llama(const ConfigJson& config);
DecoderSpec read_mistral(const ConfigJson& config);
DecoderSpec read_qwen2(const ConfigJson& config);
DecoderSpec read_qwen3(const ConfigJson& config);
DecoderSpec read_gemma(const ConfigJson& config);

/// The function that a key names. Problems are left in `config`.
Activation read_activation(const ConfigJson& config, const char* key, const char* otherwise);

/// Any other entry of `layer_types` than `type` is a problem.
void allow_only_layers(const ConfigJson& config, const std::string& type);

/// Refuses a checkpoint whose weights are quantised.
void refuse_quantised(const ConfigJson& config);

/// 1 / √head_size.
double usual_score_scale(std::int64_t head_size);

/// `hidden` / `heads`; a rest is a problem of the key `heads_key`.
std::int64_t even_head_size(const ConfigJson& config, const DecoderSpec& spec,
                            const char* heads_key);

}  // namespace joulemark::checkpoint
