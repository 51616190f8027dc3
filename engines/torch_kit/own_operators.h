// SPDX-License-Identifier: Apache-2.0
// Operators of our own in PyTorch's registry, which belongs to the process.
#pragma once

#include <torch/csrc/jit/runtime/operator.h>

#include <utility>

namespace joulemark::torch_kit {

/// Registers the only overload of an operator, unless that was done before.
inline void register_once(::torch::jit::Operator op) {
  const auto name = c10::Symbol::fromQualString(op.schema().name());
  if (::torch::jit::getAllOperatorsFor(name).empty()) ::torch::jit::registerOperator(std::move(op));
}

}  // namespace joulemark::torch_kit
