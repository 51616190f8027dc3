// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/linear_layers.h"

#include <torch/csrc/jit/ir/constants.h>

#include <tuple>
#include <utility>

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

std::optional<at::Tensor> constant_of(const tj::Value* value, std::int64_t rank) {
  const auto constant = tj::toIValue(value);
  if (!constant || !constant->isTensor()) return std::nullopt;
  const at::Tensor& tensor = constant->toTensor();
  if (tensor.dim() != rank || tensor.scalar_type() != at::kFloat || !tensor.is_cpu() ||
      tensor.is_mkldnn() || tensor.numel() == 0)
    return std::nullopt;
  return tensor;
}

bool is_one(const tj::Value* value) {
  const auto constant = tj::toIValue(value);
  return constant && constant->isScalar() && constant->toScalar().toDouble() == 1;
}

/// The sum that is the only use of a product, where it adds a constant row of `size`.
std::optional<std::pair<tj::Node*, tj::Value*>> added_row(const tj::Node* product,
                                                          std::int64_t size) {
  if (product->output()->uses().size() != 1) return std::nullopt;
  tj::Node* sum = product->output()->uses()[0].user;
  if (sum->kind() != c10::aten::add || sum->inputs().size() != 3 || !is_one(sum->input(2)) ||
      sum->owningBlock() != product->owningBlock())
    return std::nullopt;
  tj::Value* row = sum->input(sum->input(0) == product->output() ? 1 : 0);
  const auto known = constant_of(row, 1);
  if (!known || known->size(0) != size) return std::nullopt;
  return std::pair{sum, row};
}

std::optional<LinearLayer> read_matmul(tj::Node* node) {
  const auto weight = constant_of(node->input(1), 2);
  if (!weight) return std::nullopt;
  LinearLayer product{node, node->input(0), weight->t(), nullptr};
  if (const auto sum = added_row(node, weight->size(1)))
    std::tie(product.last, product.bias) = *sum;
  return product;
}

std::optional<LinearLayer> read_linear(tj::Node* node) {
  const auto weight = constant_of(node->input(1), 2);
  if (!weight) return std::nullopt;
  tj::Value* bias =
      node->input(2)->type()->kind() == c10::TypeKind::NoneType ? nullptr : node->input(2);
  if (bias != nullptr && !constant_of(bias, 1)) return std::nullopt;
  return LinearLayer{node, node->input(0), *weight, bias};
}

/// bias + x · weight, as Gemm is written.
std::optional<LinearLayer> read_addmm(tj::Node* node) {
  const auto weight = constant_of(node->input(2), 2);
  if (!weight || !constant_of(node->input(0), 1) || !is_one(node->input(3)) ||
      !is_one(node->input(4)))
    return std::nullopt;
  return LinearLayer{node, node->input(1), weight->t(), node->input(0)};
}

}  // namespace

std::optional<LinearLayer> read_linear_layer(tj::Node* node) {
  if (node->kind() == c10::aten::matmul || node->kind() == c10::aten::mm) return read_matmul(node);
  if (node->kind() == c10::aten::linear) return read_linear(node);
  if (node->kind() == c10::aten::addmm && node->inputs().size() == 5) return read_addmm(node);
  return std::nullopt;
}

}  // namespace joulemark::torch_kit
