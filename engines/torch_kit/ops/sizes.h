// SPDX-License-Identifier: Apache-2.0
// What several families need to know and to say about sizes, axes and lists of tensors.
#pragma once

#include <optional>
#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// Gives output 0 a tensor that holds elements of input 0.
void give_moved(OpCall& call, JitValue* value);

/// The number behind an int of the graph; nothing when only a run knows it.
std::optional<std::int64_t> known_int(OpCall& call, JitValue* value);

/// How many elements input `i`, a list of sizes, has; nothing when only a run knows it.
std::optional<std::size_t> length_of(OpCall& call, std::size_t i);

/// Says what is known of a result when PyTorch's shape function could not: one size of -1 or an
/// open one stands for any.
void declare_sizes(OpCall& call, JitValue* value, at::ScalarType type, const Ints& sizes);

/// Axes that are attribute `axes` in opsets before `since_input`, then input `i`.
struct Axes {
  bool given = false;
  std::optional<Ints> known;        ///< as the model has them, maybe negative
  std::vector<JitValue*> elements;  ///< always, when given
};
Axes axes_of(OpCall& call, std::size_t i, std::int64_t since_input);

/// The tensors of a list of known length.
std::vector<JitValue*> unpack_tensors(OpCall& call, JitValue* list, std::size_t count);

}  // namespace joulemark::torch_kit::ops
