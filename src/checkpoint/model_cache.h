// SPDX-License-Identifier: Apache-2.0
// Where the model files that are made of a checkpoint are kept, for several processes at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "checkpoint/weight_files.h"

namespace joulemark::checkpoint {

/// A checkpoint directory and what was read of it; borrowed.
struct CheckpointFiles {
  const std::filesystem::path& directory;
  const WeightFiles& weights;
};

/// How a model file comes about. Neither is asked for a file that is there.
struct ModelMaker {
  /// Whether the weights fit, before anything is written.
  std::function<Status()> check;
  /// Writes the file, all of it or nothing; weights go beside it.
  std::function<Status(const std::filesystem::path&)> write;
};

/// The file `name` in the checkpoint's folder below `cache`, written when it is not there. The
/// folder is found by the contents of config.json and by size, time and place of the weights. Fails
/// when these cannot be read, as the maker does, and with kMachine when the cache cannot be
/// written.
Result<std::filesystem::path> keep_model(const CheckpointFiles& checkpoint,
                                         const std::filesystem::path& cache,
                                         const std::string& name, const ModelMaker& maker);

}  // namespace joulemark::checkpoint
