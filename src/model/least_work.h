// SPDX-License-Identifier: Apache-2.0
// What one call of a model asks of any engine at the least: arithmetic, and weights to read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/onnx_graph.h"

namespace joulemark::model {

struct LeastWork {
  /// Multiplications and additions of floating-point numbers.
  double flops = 0;
  double last_flops = 0;    ///< of them in the last product: a language model's head
  double weights = 0;       ///< elements that it multiplies with, each counted once
  double weight_bytes = 0;  ///< of them, as the file holds them
};

/// A lower bound for inputs of the shapes `inputs`, by name: products with matrices, convolutions
/// and recurrent layers that depend on the inputs and that the outputs depend on. What is not known
/// to be needed is not counted: an operator without a rule, a shape that depends on values, a
/// branch. A convolution that Winograd's algorithm can compute (stride 1, a window of three or
/// more) is counted with a fifth of its products (Lavin & Gray 2016: F(6×6, 3×3) takes 1/5.06).
LeastWork least_work(const OnnxModel& model,
                     const std::map<std::string, std::vector<std::int64_t>>& inputs);

}  // namespace joulemark::model
