// SPDX-License-Identifier: Apache-2.0
// How far a model may grow while its functions are expanded. For sources of this layer.
#pragma once

#include <cstddef>

#include "model/onnx_graph.h"

namespace joulemark::model::onnx {

/// Functions that call others twice double a model at each level. Nodes of the whole model count,
/// and the memory that copies of a function's body take, weights not included.
inline constexpr std::size_t kMaxNodes = 500'000;
inline constexpr std::size_t kMaxExpandedBytes = std::size_t{256} << 20;

/// Counts against these limits; every call throws InvalidModel beyond them.
class Budget {
 public:
  void count_node();
  void count_copy(const OnnxNode& node);
  /// Without its nodes.
  void count_copy(const OnnxGraph& graph);
  void count_copy(const OnnxAttributeValue& value);
  /// Parts of a function that leave nothing in the model, but take time.
  void count_parts(std::size_t parts);

 private:
  void count_bytes(std::size_t bytes);
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace joulemark::model::onnx
