// SPDX-License-Identifier: Apache-2.0
// Calls that may overwrite an argument nobody else will read.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

namespace joulemark::torch_kit {

/// The form of an element-wise operator that works in place, as networks written by hand for
/// PyTorch use it (`relu_`, `+=`); nothing for operators without one.
struct InPlace {
  c10::OperatorHandle handle;
  bool binary;  ///< takes a second tensor, and the two may change places
};
std::optional<InPlace> in_place_form(const c10::OperatorName& op);

/// Whether the arguments on top of the stack allow it: the first tensor is on the stack alone, is
/// dense, of floating numbers, and has the result's type and shape. May let the two tensors of a
/// binary operator change places.
bool may_work_in_place(const InPlace& form, std::vector<c10::IValue>& stack, std::size_t arguments);

}  // namespace joulemark::torch_kit
