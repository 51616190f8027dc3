// SPDX-License-Identifier: Apache-2.0
// Which files of a repository make a checkpoint that can be run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::hub {

/// The file without which a repository is no checkpoint.
inline constexpr const char* kConfigFile = "config.json";
/// The weights in one file, or which file of several holds which of them.
inline constexpr const char* kWeightsFile = "model.safetensors";
inline constexpr const char* kIndexFile = "model.safetensors.index.json";

/// An index that is larger is refused.
inline constexpr std::uint64_t kMaxIndexBytes = std::uint64_t{64} << 20;

/// Files that are taken where they exist: generation_config.json, the tokenizer's, and what
/// sentence-transformers adds.
std::span<const char* const> optional_files();

/// Files that hold weights in a form that is not read; what a repository without safetensors has.
std::span<const char* const> other_weights();

/// The files that an index names, sorted, each once. kFailed unless `text` is JSON with a
/// "weight_map" of 1 to 4096 different safe paths that end in ".safetensors".
Result<std::vector<std::string>> parse_index(std::string_view text);

}  // namespace joulemark::hub
