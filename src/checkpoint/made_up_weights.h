// SPDX-License-Identifier: Apache-2.0
// Weights out of a seed, as large as they like and no slower than the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::checkpoint {

/// Whether the numbers of a row, all that stand behind the first dimension, add up to zero.
enum class Rows { kFree, kBalanced };

struct MadeUpWeight {
  std::string name;
  std::vector<std::int64_t> dims;
  float deviation = 0;  ///< 0: every number is the centre
  float centre = 0;
  /// Balanced rows have no centre and at least two numbers.
  Rows rows = Rows::kFree;
};

struct MadeUpWeights {
  std::vector<MadeUpWeight> weights;
  std::uint64_t seed = 0;  ///< other seeds give other numbers
  unsigned threads = 1;    ///< the bytes do not depend on it
};

/// Writes one safetensors file of float32, near normal. A number depends on the seed, the tensor's
/// name, its place and, in a balanced row, its neighbours alone. Fails with kMachine when the disk
/// has no room; what was written then is removed.
Status write_made_up_weights(const MadeUpWeights& what, const std::filesystem::path& file);

/// Where each tensor begins in that file; bytes, by name.
std::map<std::string, std::uint64_t> made_up_offsets(const std::vector<MadeUpWeight>& weights);

/// Numbers in all tensors.
std::uint64_t count_numbers(const std::vector<MadeUpWeight>& weights);

/// Numbers `begin` to `begin + out.size()` of a stream of mean 0 and deviation 1: the sum of four
/// uniform numbers, so that none lies beyond ±3.47.
void fill_with_noise(std::uint64_t stream, std::uint64_t begin, std::span<float> out);

}  // namespace joulemark::checkpoint
