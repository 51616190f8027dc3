// SPDX-License-Identifier: Apache-2.0
// Entries that are one operation of TensorFlow on the node's inputs.
#pragma once

#include "lowering_kit/direct.h"
#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

using lowering::binary;
using lowering::Name;
using lowering::unary;
using lowering::variadic;

}  // namespace joulemark::tf::ops
