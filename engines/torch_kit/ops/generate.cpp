// SPDX-License-Identifier: Apache-2.0
// Tensors made from nothing but numbers and sizes.
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include "torch_kit/dtypes.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

void give_constant(OpCall& call, const at::Tensor& value) {
  call.result(call.constant_value(value.to(call.graph.device())));
}

/// Exactly one of the attributes is there.
void constant(OpCall& call) {
  if (const auto* value = call.node.attribute("value")) {
    const auto* tensor = std::get_if<model::OnnxTensor>(value);
    const jm_dtype dtype = tensor == nullptr ? JM_UNDEFINED : tensor->dtype;
    return call.result(call.constant_value(call.tensor_attribute("value")), 0, dtype);
  }
  if (call.has_attribute("value_int"))
    return call.result(call.scalar_tensor(call.integer("value_int", 0), at::kLong));
  if (call.has_attribute("value_float"))
    return call.result(call.scalar_tensor(call.real("value_float", 0), at::kFloat));
  if (call.has_attribute("value_ints"))
    return give_constant(call, at::tensor(call.integers("value_ints", {}), at::kLong));
  if (call.has_attribute("value_floats"))
    return give_constant(call, at::tensor(call.reals("value_floats", {}), at::kFloat));
  if (call.has_attribute("sparse_value")) call.unsupported("sparse tensors are not covered");
  if (call.has_attribute("value_string") || call.has_attribute("value_strings"))
    call.unsupported("PyTorch has no tensors of strings");
  call.invalid("it has no value");
}

constexpr Entry kEntries[] = {
    {"Constant", 1, constant},
};

}  // namespace

std::span<const Entry> generate() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
