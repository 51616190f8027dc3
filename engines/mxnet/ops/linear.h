// SPDX-License-Identifier: Apache-2.0
// Products of matrices, and what is added to them.
#pragma once

#include "mxnet/lowering/op_call.h"

namespace joulemark::mx::ops {

/// Matrices of the last two axes multiplied; the axes before them broadcast. Both have rank 2 or
/// more.
Value batched_product(OpCall& call, const Value& a, const Value& b);

/// Where input `product` is a product with a constant matrix and input `bias` a constant number for
/// each of its columns, both become one FullyConnected; false else, and nothing is done.
bool add_bias(OpCall& call, std::size_t product, std::size_t bias);

}  // namespace joulemark::mx::ops
