// SPDX-License-Identifier: Apache-2.0
// The weights of a checkpoint directory: one safetensors file, or several with an index.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checkpoint/safetensors.h"

namespace joulemark::checkpoint {

/// Types that weights may have.
bool is_weight_type(jm_dtype dtype);

/// A tensor and the file that holds it, a place in WeightFiles::files.
struct Weight {
  std::size_t file = 0;
  StoredTensor stored;
};

struct WeightFiles {
  std::vector<std::filesystem::path> files;
  std::map<std::string, Weight> tensors;  ///< by the checkpoint's own names
};

/// The map of an index, tensor → file name, from the bytes of the file. Every name stays inside the
/// directory. The message does not name the file.
Result<std::map<std::string, std::string>> parse_weight_index(std::string_view text);

/// Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names. Fails when
/// there is neither, when a shard is missing, broken or outside of the directory, when a tensor is
/// in two shards, or not in the one that the index names.
Result<WeightFiles> read_weight_files(const std::filesystem::path& directory);

}  // namespace joulemark::checkpoint
