// SPDX-License-Identifier: Apache-2.0
// Products with constant matrices through oneDNN.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace joulemark::torch_kit {

/// Brings the constant float32 matrices of linear layers into oneDNN's own layout, once, and lets
/// oneDNN multiply with them; PyTorch gives such products to its BLAS otherwise. A constant bias
/// that is added to a product goes with it. CPU only; leaves a graph alone under a PyTorch without
/// oneDNN.
void pack_products(const std::shared_ptr<::torch::jit::Graph>& graph);

}  // namespace joulemark::torch_kit
