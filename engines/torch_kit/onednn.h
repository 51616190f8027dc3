// SPDX-License-Identifier: Apache-2.0
// oneDNN's part of PyTorch, which its compiler uses.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

namespace joulemark::torch_kit {

class Onednn {
 public:
  /// Nothing under a PyTorch without oneDNN.
  static std::optional<Onednn> find();

  /// A float32 matrix of the CPU in oneDNN's own layout, for any number of rows.
  [[nodiscard]] at::Tensor pack(const at::Tensor& weight) const;
  /// x · weightᵀ + bias for x of rank 2 or more; `weight` packed or as it is, with no gaps in
  /// memory then.
  [[nodiscard]] at::Tensor linear(const at::Tensor& x, const at::Tensor& weight,
                                  const std::optional<at::Tensor>& bias) const;

 private:
  Onednn(c10::OperatorHandle pack, c10::OperatorHandle multiply);
  c10::OperatorHandle pack_;
  c10::OperatorHandle multiply_;
};

}  // namespace joulemark::torch_kit
