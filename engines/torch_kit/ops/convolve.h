// SPDX-License-Identifier: Apache-2.0
// The convolution that float and quantised entries share.
#pragma once

#include <vector>

#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {

/// The sizes of a kernel over the last `axes` axes, as ints of the graph.
std::vector<JitValue*> kernel_of(OpCall& call, JitValue* weight, std::size_t axes);

/// `x` convolved as the node's attributes say; `weight` has rank 3 or more.
JitValue* convolve(OpCall& call, JitValue* x, JitValue* weight, const tj::NamedValue& bias);

}  // namespace joulemark::torch_kit::ops
