// SPDX-License-Identifier: Apache-2.0
// Tensors of the model file and of the caller as PyTorch's, and back.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "joulemark/engine_abi.h"
#include "model/onnx_graph.h"

namespace joulemark::torch_kit {

/// A constant of the model on `device`. On the CPU it borrows the model's bytes and keeps their
/// owner alive; packed types are unpacked. Fails with JM_UNSUPPORTED for types without tensors.
at::Tensor from_model(const model::OnnxTensor& tensor, c10::Device device);

/// An input that the caller handed over. On the CPU it borrows the caller's bytes, unless its type
/// is packed.
at::Tensor from_caller(const jm_tensor& tensor, c10::Device device);

/// An output: host memory, contiguous, packed again where `dtype` is packed. Keeps what the view
/// points to.
class HostOutput {
 public:
  HostOutput(const at::Tensor& tensor, jm_dtype dtype);
  [[nodiscard]] jm_tensor view() const;

 private:
  at::Tensor tensor_;  ///< on the CPU, contiguous
  std::vector<std::int64_t> dims_;
  jm_dtype dtype_;
};

}  // namespace joulemark::torch_kit
