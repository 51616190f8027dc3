// SPDX-License-Identifier: Apache-2.0
// Models that are named "synthetic:NAME": the shape of a published one, weights out of a seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checkpoint/made_up_weights.h"

namespace joulemark::checkpoint {

/// "synthetic:NAME[@OPTION=N[,OPTION=N]]": what its folder holds.
struct SyntheticModel {
  std::string name;         ///< the folder's without its version: "phi-2-layers2", "resnet50-seed1"
  int version = 1;          ///< raised when the same name gives other bytes than before
  std::string config = {};  ///< config.json
  std::string network = {};  ///< model.onnx; "" for a checkpoint of a decoder
  std::string weights_file = {};
  std::vector<MadeUpWeight> weights = {};
  std::uint64_t seed = 0;
};

/// Whether `source` begins with "synthetic:".
bool names_synthetic(std::string_view source);

/// Fails with kUsage for a name that is not in the tables (synthetic_models.h,
/// networks/networks.h), an option that the model has not, and a number that cannot be.
Result<SyntheticModel> parse_synthetic(std::string_view source);

/// Bytes of its weights.
std::uint64_t synthetic_bytes(const SyntheticModel& model);

/// Where make_synthetic puts it.
std::filesystem::path synthetic_folder(const SyntheticModel& model,
                                       const std::filesystem::path& cache);

/// Makes the directory below `cache`, once; later calls find it: a checkpoint with config.json and
/// model.safetensors and no tokenizer, or a network with model.onnx, its weights beside it and a
/// config.json that is little more than a mark. Several processes may ask at the same time; one
/// that is interrupted leaves nothing that would be taken for a model. Fails with kMachine when the
/// disk has no room.
Result<std::filesystem::path> make_synthetic(const SyntheticModel& model,
                                             const std::filesystem::path& cache);

/// Whether a model that a user names has made-up weights: "synthetic:…", or a directory that
/// make_synthetic made, wherever it was copied to.
bool is_synthetic(const std::string& source);

}  // namespace joulemark::checkpoint
