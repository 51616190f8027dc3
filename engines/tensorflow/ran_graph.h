// SPDX-License-Identifier: Apache-2.0
// What TensorFlow made of a graph: read from the graphs that a run tells it ran.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace joulemark::tf {

/// The nodes that ran. All maps count.
struct RanGraph {
  std::map<std::string, int> operators;  ///< by operator: "_FusedConv2D"
  std::map<std::string, int> fused;      ///< by what was fused: "Conv2D+BiasAdd+Relu"
  std::map<std::string, int> layouts;    ///< of convolutions and pooling: "NHWC"
};

/// `metadata`: a serialised RunMetadata. Fields that are not known are skipped; broken bytes give
/// what was read before them.
RanGraph read_ran_graph(std::string_view metadata);

}  // namespace joulemark::tf
