// SPDX-License-Identifier: Apache-2.0
// Entries for operators that ATen has under one name, with the same inputs.
#pragma once

#include <algorithm>
#include <cstddef>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// The overload of an ATen operator as a template argument.
template <std::size_t n>
struct AtenName {
  // A template argument in quotes converts.
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval AtenName(const char (&name)[n]) { std::copy_n(name, n, text); }
  char text[n];
};

/// Input 0 is the only argument.
template <AtenName op>
void direct(OpCall& call) {
  call.result(call.call(op.text, {call.tensor(0)}));
}

/// Inputs 0 and 1 are the arguments.
template <AtenName op>
void direct2(OpCall& call) {
  call.result(call.call(op.text, {call.tensor(0), call.tensor(1)}));
}

}  // namespace joulemark::torch_kit::ops
