// SPDX-License-Identifier: Apache-2.0
// A checkpoint directory of a decoder-only language model, and the model files made from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/decoder_spec.h"
#include "checkpoint/weight_files.h"

namespace joulemark::checkpoint {

/// The forms of a decoder's graph. Names are those of `decoder` in engine.toml.
enum class DecoderForm {
  kSharedCache,   ///< "onnx-shared": ONNX, one buffer for past and present keys and values
  kGrowingCache,  ///< "onnx-growing": ONNX, standard operators, the cache goes in and comes out
  kStateful,      ///< "openvino-stateful": OpenVINO IR, the cache is the model's state
};
const char* to_string(DecoderForm form);
std::optional<DecoderForm> decoder_form_from(const std::string& text);

struct Decoder {
  std::filesystem::path directory;
  DecoderSpec spec;
  WeightFiles weights;
};

/// Whether `path` is a directory with a config.json.
bool is_checkpoint(const std::filesystem::path& path);

/// Reads config.json and the headers of the weights.
/// Fails as read_decoder_spec and read_weight_files do.
Result<Decoder> read_decoder(const std::filesystem::path& directory);

/// Ids that end a text, as generation_config.json or config.json says; none where neither does, or
/// where `directory` is none.
std::vector<std::int32_t> read_stop_ids(const std::filesystem::path& directory);

/// Whether the decoder can be written in a form: the operator for the shared cache takes heads
/// whose size is a multiple of 8 only.
bool has_form(const DecoderSpec& spec, DecoderForm form);

/// Makes the model file of a form below `cache`, once; later calls find it. What is made is found
/// by the contents of config.json and by size, time and place of the weights. Several processes may
/// ask at the same time. Fails when a weight is missing or does not fit, or the disk is full.
Result<std::filesystem::path> prepare_decoder(const Decoder& decoder, DecoderForm form,
                                              const std::filesystem::path& cache);

}  // namespace joulemark::checkpoint
