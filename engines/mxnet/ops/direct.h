// SPDX-License-Identifier: Apache-2.0
// Entries that are one operator of MXNet on the node's inputs.
#pragma once

#include "lowering_kit/direct.h"
#include "mxnet/lowering/op_call.h"

namespace joulemark::mx::ops {

using lowering::binary;
using lowering::Name;
using lowering::unary;
using lowering::variadic;

}  // namespace joulemark::mx::ops
