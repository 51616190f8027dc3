// SPDX-License-Identifier: Apache-2.0
// A checkpoint directory of a text encoder, and the model file made from it.
#pragma once

#include <filesystem>

#include "base/error.h"
#include "checkpoint/encoder_spec.h"
#include "checkpoint/weight_files.h"

namespace joulemark::checkpoint {

struct Encoder {
  std::filesystem::path directory;
  EncoderSpec spec;
  WeightFiles weights;
};

/// Whether the directory's config.json names an architecture that is an encoder. False as well when
/// it cannot be read, which read_encoder and read_decoder tell.
bool is_encoder(const std::filesystem::path& directory);

/// Reads config.json and the headers of the weights.
/// Fails as read_encoder_spec and read_weight_files do.
Result<Encoder> read_encoder(const std::filesystem::path& directory);

/// Makes the ONNX file (onnx_encoder.h) below `cache`, once; later calls find it. Several processes
/// may ask at the same time. Fails when a weight is missing or does not fit, or the disk is full.
Result<std::filesystem::path> prepare_encoder(const Encoder& encoder,
                                              const std::filesystem::path& cache);

}  // namespace joulemark::checkpoint
