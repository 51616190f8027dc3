// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensorflow/lowering/op_call.h"

namespace joulemark::tf::ops {

/// Softmax over the last axis. In float16 each of the steps that ONNX defines it by is rounded;
/// TensorFlow's own rounds once.
Value softmax_of_rows(OpCall& call, Value x);

}  // namespace joulemark::tf::ops
