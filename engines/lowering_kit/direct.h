// SPDX-License-Identifier: Apache-2.0
// Entries of a table that are one operation of the library on the node's inputs. The class of calls
// has `tensor(i)`, `op(name, inputs)` and `result(value)`.
#pragma once

#include <algorithm>
#include <cstddef>

namespace joulemark::lowering {

/// An operation's name as a template argument.
template <std::size_t size>
struct Name {
  // NOLINTNEXTLINE(google-explicit-constructor): written as a literal
  constexpr Name(const char (&from)[size]) { std::copy_n(from, size, text); }
  char text[size];
};

template <Name op, class Call>
void unary(Call& call) {
  call.result(call.op(op.text, {call.tensor(0)}));
}

template <Name op, class Call>
void binary(Call& call) {
  call.result(call.op(op.text, {call.tensor(0), call.tensor(1)}));
}

/// One input or more, two at a time from the left.
template <Name op, class Call>
void variadic(Call& call) {
  auto all = call.tensor(0);
  for (std::size_t i = 1; i < call.input_count(); ++i)
    all = call.op(op.text, {all, call.tensor(i)});
  call.result(all);
}

}  // namespace joulemark::lowering
