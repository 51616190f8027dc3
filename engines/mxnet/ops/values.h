// SPDX-License-Identifier: Apache-2.0
// Small things that several families do with values.
#pragma once

#include <optional>

#include "mxnet/lowering/op_call.h"

namespace joulemark::mx::ops {

/// 0, 1, … count − 1.
Ints iota(std::int64_t count);

/// Product of the sizes [from, to).
std::int64_t size_of(const Ints& dims, std::size_t from, std::size_t to);
inline std::int64_t size_of(const Ints& dims) {
  return size_of(dims, 0, dims.size());
}

/// The sizes that values of these sizes have together. JM_INVALID_MODEL where they do not fit.
Ints broadcast_dims(const OpCall& call, const Ints& a, const Ints& b);

/// The one number that a constant of one element is; nothing for all else.
std::optional<double> known_number(const OpCall& call, const Value& value);

/// The axes of a node: attribute `axes`, from opset `since` on input `i`. Nothing where it has
/// none.
std::optional<Ints> given_axes(OpCall& call, std::size_t i, std::int64_t since);

/// All axes before `axis` as one, and all from it on.
Value flattened(OpCall& call, const Value& value, std::int64_t axis);

/// A value without elements. MXNet has it, but hardly any operator for it.
Value empty(OpCall& call, Type type, const Ints& dims);

/// Elements [from, to) of one axis.
Value part(OpCall& call, const Value& value, std::int64_t axis, std::int64_t from, std::int64_t to);

/// The elements of one axis at these places, none of which is outside.
Value picked(OpCall& call, const Value& x, std::size_t axis, const Ints& places);

/// The elements of one axis in reversed order.
Value reversed(OpCall& call, const Value& x, std::int64_t axis);

/// `value` around the last axes, so many elements before and behind each.
Value padded(OpCall& call, const Value& x, const Ints& begin, const Ints& end, double value);

/// Arithmetic of floating values with one number.
struct Formula {
  OpCall& call;
  Value x = call.tensor(0);

  Value with(const char* op, const Value& a, double number) const {
    return call.op(op, {a}, {{"scalar", number}});
  }
  Value add(const Value& a, double number) const { return with("_npi_add_scalar", a, number); }
  Value mul(const Value& a, double number) const { return with("_npi_multiply_scalar", a, number); }
  Value at_least(const Value& a, double low) const { return with("_npi_maximum_scalar", a, low); }
  Value at_most(const Value& a, double high) const { return with("_npi_minimum_scalar", a, high); }
  Value mul(const Value& a, const Value& b) const { return call.op("_npi_multiply", {a, b}); }
  Value activation(const Value& a, const char* function) const {
    return call.op("Activation", {a}, {{"act_type", function}});
  }
  /// `yes` where x > 0.
  Value where_positive(const Value& yes, const Value& no) const {
    return call.op("_npi_where", {with("_npi_greater_scalar", x, 0), yes, no});
  }
};

}  // namespace joulemark::mx::ops
