// SPDX-License-Identifier: Apache-2.0
// The weights of convolutions, input 1 of a node, as TensorFlow's kernels take them.
#pragma once

#include "tensorflow/lowering/op_call.h"
#include "tensorflow/ops/window.h"

namespace joulemark::tf::ops {

/// Sizes of the weights: two of channels, then the kernel's; all must be known.
Ints weight_sizes(OpCall& call);

/// What a node is computed in: sums of float16 are float32 and rounded once, as ONNX's own are.
Type computed_in(Type type);

/// [a, b, kernel…] as [kernel…, b, a], the kernel over as many axes as the form has, as elements of
/// the type that the node is computed in.
Value kernel_first(OpCall& call, const Form& form);

}  // namespace joulemark::tf::ops
