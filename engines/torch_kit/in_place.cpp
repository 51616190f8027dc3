// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/in_place.h"

#include <utility>

namespace joulemark::torch_kit {
namespace {

struct Row {
  const char* op;
  const char* in_place;
  const char* overload;
  bool binary;
};

constexpr Row kRows[] = {
    {"aten::relu", "aten::relu_", "", false},
    {"aten::hardtanh", "aten::hardtanh_", "", false},
    {"aten::clamp", "aten::clamp_", "", false},
    {"aten::hardswish", "aten::hardswish_", "", false},
    {"aten::sigmoid", "aten::sigmoid_", "", false},
    {"aten::tanh", "aten::tanh_", "", false},
    {"aten::silu", "aten::silu_", "", false},
    {"aten::gelu", "aten::gelu_", "", false},
    {"aten::leaky_relu", "aten::leaky_relu_", "", false},
    {"aten::add", "aten::add_", "Tensor", true},
    {"aten::mul", "aten::mul_", "Tensor", true},
};

/// Nobody else holds the tensor, nor the memory that it is a view of.
bool is_sole_owner(const c10::IValue& value) {
  if (!value.isTensor()) return false;
  const at::Tensor& tensor = value.toTensor();
  return tensor.use_count() == 1 && tensor.has_storage() && tensor.storage().use_count() == 1 &&
         tensor.is_non_overlapping_and_dense() && at::isFloatingType(tensor.scalar_type());
}

}  // namespace

std::optional<InPlace> in_place_form(const c10::OperatorName& op) {
  for (const Row& row : kRows) {
    if (op.name != row.op || op.overload_name != row.overload) continue;
    const auto found = c10::Dispatcher::singleton().findSchema({row.in_place, row.overload});
    if (found) return InPlace{*found, row.binary};
  }
  return std::nullopt;
}

bool may_work_in_place(const InPlace& form, std::vector<c10::IValue>& stack,
                       std::size_t arguments) {
  const std::size_t first = stack.size() - arguments;
  if (!form.binary) return is_sole_owner(stack[first]);
  c10::IValue& a = stack[first];
  c10::IValue& b = stack[first + 1];
  if (!a.isTensor() || !b.isTensor() || a.toTensor().scalar_type() != b.toTensor().scalar_type() ||
      a.toTensor().sizes() != b.toTensor().sizes())
    return false;
  if (is_sole_owner(a)) return true;
  const bool scaled = arguments > 2 && stack[first + 2].toScalar().toDouble() != 1;
  if (scaled || !is_sole_owner(b)) return false;
  std::swap(a, b);
  return true;
}

}  // namespace joulemark::torch_kit
