// SPDX-License-Identifier: Apache-2.0
// The weights of a checkpoint directory: one safetensors file, or several with an index.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/safetensors.h"

namespace joulemark::checkpoint {

/// A tensor and the file that holds it, a place in WeightFiles::files.
struct Weight {
  std::size_t file = 0;
  StoredTensor stored;
};

struct WeightFiles {
  std::vector<std::filesystem::path> files;
  std::map<std::string, Weight> tensors;  ///< by the checkpoint's own names
};

/// Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names. Fails when
/// there is neither, when a shard is missing, broken or outside of the directory, when a tensor is
/// in two shards, or not in the one that the index names.
Result<WeightFiles> read_weight_files(const std::filesystem::path& directory);

}  // namespace joulemark::checkpoint
