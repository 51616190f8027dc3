// SPDX-License-Identifier: Apache-2.0
// Models that are named "synthetic:NAME": the shape of a published one, weights out of a seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace joulemark::checkpoint {

/// "synthetic:NAME[@layers=N[,vocabulary=N]]".
struct SyntheticModel {
  std::string name;    ///< "phi-2", or "phi-2-layers2": the folder's name without its version
  std::string config;  ///< its config.json
};

/// Whether `source` begins with "synthetic:".
bool names_synthetic(std::string_view source);

/// Fails with kUsage for a name that is not in the table, an option that there is not, and a number
/// that is not from 1 to the published model's.
Result<SyntheticModel> parse_synthetic(std::string_view source);

/// Bytes of its weights.
Result<std::uint64_t> synthetic_bytes(const SyntheticModel& model);

/// Where make_synthetic puts it.
std::filesystem::path synthetic_folder(const SyntheticModel& model,
                                       const std::filesystem::path& cache);

/// Makes the checkpoint directory below `cache`, once; later calls find it. It has config.json and
/// model.safetensors, and no tokenizer. Several processes may ask at the same time; one that is
/// interrupted leaves nothing that would be taken for a checkpoint. Fails with kMachine when the
/// disk has no room.
Result<std::filesystem::path> make_synthetic(const SyntheticModel& model,
                                             const std::filesystem::path& cache);

/// Whether a model that a user names has made-up weights: "synthetic:…", or a directory that
/// make_synthetic made, wherever it was copied to.
bool is_synthetic(const std::string& source);

}  // namespace joulemark::checkpoint
