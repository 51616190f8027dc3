// SPDX-License-Identifier: Apache-2.0
// Calls that overwrite an argument nobody else will read.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace joulemark::torch_kit {

/// Replaces element-wise calls by operators `joulemark::NAME` of the same meaning, which write
/// their result into an argument of theirs where that is seen by nobody, as networks written by
/// hand for PyTorch do (`relu_`, `+=`). To be called behind all passes that look for calls by
/// name; the graph can no longer be saved for others.
void reuse_arguments(::torch::jit::Graph& graph);

}  // namespace joulemark::torch_kit
