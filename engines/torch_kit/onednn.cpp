// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/onednn.h"

#include <ATen/core/stack.h>

namespace joulemark::torch_kit {

Onednn::Onednn(c10::OperatorHandle pack, c10::OperatorHandle multiply)
    : pack_(pack), multiply_(multiply) {}

std::optional<Onednn> Onednn::find() {
  auto& dispatcher = c10::Dispatcher::singleton();
  const auto pack = dispatcher.findSchema({"mkldnn::_reorder_linear_weight", ""});
  const auto multiply = dispatcher.findSchema({"mkldnn::_linear_pointwise", ""});
  if (!pack || !multiply) return std::nullopt;
  return Onednn(*pack, *multiply);
}

at::Tensor Onednn::pack(const at::Tensor& weight) const {
  ::torch::jit::Stack stack{weight.contiguous(), c10::IValue()};  // for any number of rows
  stack.resize(pack_.schema().arguments().size());
  pack_.callBoxed(&stack);
  return stack.front().toTensor();
}

at::Tensor Onednn::linear(const at::Tensor& x, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias) const {
  ::torch::jit::Stack stack{x, weight, bias};
  stack.emplace_back("none");  // no function behind the product, hence no numbers for one
  stack.emplace_back(c10::List<std::optional<at::Scalar>>());
  stack.emplace_back();
  multiply_.callBoxed(&stack);
  return stack.front().toTensor();
}

}  // namespace joulemark::torch_kit
