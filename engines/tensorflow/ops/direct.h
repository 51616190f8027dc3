// SPDX-License-Identifier: Apache-2.0
// Entries that are one operation of TensorFlow on the node's inputs.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// An operation's name as a template argument.
template <std::size_t size>
struct Name {
  // NOLINTNEXTLINE(google-explicit-constructor): written as a literal
  constexpr Name(const char (&from)[size]) { std::copy_n(from, size, text); }
  char text[size];
};

template <Name op>
void unary(OpCall& call) {
  call.result(call.op(op.text, {call.tensor(0)}));
}

template <Name op>
void binary(OpCall& call) {
  call.result(call.op(op.text, {call.tensor(0), call.tensor(1)}));
}

/// One input or more, two at a time from the left.
template <Name op>
void variadic(OpCall& call) {
  Value all = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    all = call.op(op.text, {all, call.tensor(i)});
  call.result(all);
}

}  // namespace joulemark::tf::ops
