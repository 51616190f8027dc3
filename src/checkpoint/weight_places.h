// SPDX-License-Identifier: Apache-2.0
// Where an engine finds the weights: in one file beside the graph.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace joulemark::checkpoint {

/// All weights, as float32, in one file.
struct WeightPlaces {
  std::string file;                              ///< beside the graph
  std::map<std::string, std::uint64_t> offsets;  ///< by the checkpoint's own names; bytes
};

}  // namespace joulemark::checkpoint
