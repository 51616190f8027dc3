// SPDX-License-Identifier: Apache-2.0
// Types and shapes of results where PyTorch itself does not tell without running the operator.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <vector>

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;

/// What a result is taken to look like.
struct ShapeGuess {
  std::optional<c10::IValue> example;  ///< nothing: not known
  bool exact = false;                  ///< the sizes follow from those of the arguments
};

/// Whether the operator's own shape function is missing or wrong, so that the rule must be asked.
bool has_shape_rule(const tj::Node* node);

/// One guess per result, or none at all. `arguments` are examples, None where nothing is known.
std::vector<ShapeGuess> guess_shapes(const tj::Node* node, const tj::Stack& arguments);

}  // namespace joulemark::torch_kit
