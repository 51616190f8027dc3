// SPDX-License-Identifier: Apache-2.0
// Numbers on a grid of integers: what the quantised operators share.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// Where the scales and zero points of a node belong.
struct QuantAxis {
  std::int64_t axis = 1;   ///< of x; may count from the end
  std::int64_t block = 0;  ///< elements that share a scale along the axis; 0: a scale an index
};

/// Scales or zero points in a shape that broadcasts to x.
JitValue* spread(OpCall& call, JitValue* of, JitValue* x, QuantAxis where);

/// Whether input `i` is left out, or known to be all zeros.
bool is_zero(OpCall& call, std::size_t i);

/// The smallest and the largest number of an integer type; nothing for other types.
struct IntegerRange {
  double low;
  double high;
};
std::optional<IntegerRange> integer_range(jm_dtype dtype);

/// Real `steps` from 0, moved by `zero` (null: 0), rounded half to even after that, as an integer
/// of type `to`.
JitValue* to_grid(OpCall& call, JitValue* steps, JitValue* zero, jm_dtype to);

// Entries of the table: products and convolutions of quantised numbers.
void matmul_integer(OpCall& call);
void conv_integer(OpCall& call);
void qlinear_matmul(OpCall& call);
void qlinear_conv(OpCall& call);

}  // namespace joulemark::torch_kit::ops
