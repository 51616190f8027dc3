// SPDX-License-Identifier: Apache-2.0
// Products with constant matrices, as a decoder computes them.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace joulemark::torch_kit {

/// Lets `joulemark::linear` compute the linear layers whose matrices are constant float32 of the
/// CPU. The matrices stay as and where they are. PyTorch gives a product of one row to one thread
/// of its BLAS, which reads half of what the memory gives; here it is a batch of products, one for
/// each thread's part of the matrix. Of more rows oneDNN's kernels are the faster ones.
void speed_up_rows(::torch::jit::Graph& graph);

}  // namespace joulemark::torch_kit
