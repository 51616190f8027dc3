// SPDX-License-Identifier: Apache-2.0
// Weights out of a seed, as large as they like and no slower than the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/weight_list.h"

namespace joulemark::checkpoint {

struct MadeUpWeights {
  std::vector<ListedWeight> weights;
  std::int64_t layers = 1;  ///< results of residual products are scaled by 1/√(2 layers)
  float norm = 1;           ///< of every number of a norm
  std::uint64_t seed = 0;   ///< other seeds give other numbers
  unsigned threads = 1;     ///< the bytes do not depend on it
};

/// Writes one safetensors file of float32: matrices near normal with a deviation of 0.02, biases of
/// 0.01. A number depends on the seed, the tensor's name and its place alone. Fails with kMachine
/// when the disk has no room; what was written then is removed.
Status write_made_up_weights(const MadeUpWeights& what, const std::filesystem::path& file);

/// Numbers `begin` to `begin + out.size()` of a stream of mean 0 and deviation 1: the sum of four
/// uniform numbers, so that none lies beyond ±3.47.
void fill_with_noise(std::uint64_t stream, std::uint64_t begin, std::span<float> out);

}  // namespace joulemark::checkpoint
