// SPDX-License-Identifier: Apache-2.0
// Products with constant matrices in a graph, however they are written.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>

namespace joulemark::torch_kit {

/// x · weightᵀ + bias, over the last axis of x.
struct LinearLayer {
  ::torch::jit::Node* last;  ///< whose result is that of the layer
  ::torch::jit::Value* x;
  at::Tensor weight;          ///< (out, in), float32 on the CPU; may be a transposed view
  ::torch::jit::Value* bias;  ///< a constant of rank 1; null: none
};

/// The layer that begins with a product; a constant that is added to nothing else but the product
/// goes with it.
std::optional<LinearLayer> read_linear_layer(::torch::jit::Node* node);

}  // namespace joulemark::torch_kit
