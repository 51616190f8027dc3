// SPDX-License-Identifier: Apache-2.0
// Small things that several families do with values.
#pragma once

#include <optional>

#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// 0, 1, … count − 1.
Ints iota(std::int64_t count);

/// A value of this rank. Where its rank is not known, the operator's word is taken for it.
Value of_rank(OpCall& call, Value value, std::int64_t rank);

/// The one number that input `i` is, where it is known now; nothing where it is left out.
std::optional<double> known_number(OpCall& call, std::size_t i);

/// One size as an int64 scalar.
Value size_of_axis(OpCall& call, Value value, std::int64_t axis);

/// A value of sizes [1, …, 1, n], n known, as [n]; itself else. The optimiser takes what is added
/// to a product for a bias of one axis, whatever sizes of 1 stand before.
Value as_bias(OpCall& call, Value value);

/// Two dimensions: all before the axis, all from it on.
Value flattened(OpCall& call, Value value, std::int64_t axis);

/// Elements [from, to) of a value of rank 1; counted from its end where negative.
Value part(OpCall& call, Value vector, std::int64_t from, std::int64_t to);

/// One element of a value of rank 1, as a scalar.
Value element(OpCall& call, Value vector, std::int64_t at);

/// Values of rank 1 one behind the other.
Value joined(OpCall& call, const std::vector<Value>& vectors);

/// The axes of a node: attribute `axes`, from opset `since` on input `i`. Nothing where it has
/// none.
std::optional<Ints> given_axes(OpCall& call, std::size_t i, std::int64_t since);

/// Images with their channels moved behind the spatial axes, and back.
Value channels_last(OpCall& call, Value value);
Value channels_first(OpCall& call, Value value);

}  // namespace joulemark::tf::ops
