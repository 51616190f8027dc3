// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/packed_products.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <tuple>
#include <utility>

#include "torch_kit/own_operators.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

constexpr const char* kName = "joulemark::packed_linear";
constexpr const char* kSchema =
    "joulemark::packed_linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor";

/// oneDNN's part of PyTorch, which its compiler uses.
struct Onednn {
  c10::OperatorHandle pack;
  c10::OperatorHandle multiply;
};

std::optional<Onednn> find_onednn() {
  auto& dispatcher = c10::Dispatcher::singleton();
  const auto pack = dispatcher.findSchema({"mkldnn::_reorder_linear_weight", ""});
  const auto multiply = dispatcher.findSchema({"mkldnn::_linear_pointwise", ""});
  if (!pack || !multiply) return std::nullopt;
  return Onednn{*pack, *multiply};
}

/// What the operator does: x · weightᵀ + bias, over the last axis of x.
tj::Operation operation(const Onednn& onednn) {
  return [multiply = onednn.multiply](tj::Stack& stack) {
    const std::size_t first = stack.size() - 3;
    const at::Tensor& x = stack[first].toTensor();
    if (x.dim() >= 2 && x.numel() > 0) {
      stack.emplace_back("none");  // no function behind the product, hence no numbers for one
      stack.emplace_back(c10::List<std::optional<at::Scalar>>());
      stack.emplace_back();
      return multiply.callBoxed(&stack);
    }
    const at::Tensor weight = stack[first + 1].toTensor().to_dense();
    at::Tensor y = at::linear(x, weight, stack[first + 2].toOptional<at::Tensor>());
    stack.resize(first);
    stack.emplace_back(std::move(y));
  };
}

/// A linear layer in the graph.
struct Product {
  tj::Node* last;  ///< whose result is that of the layer
  tj::Value* x;
  at::Tensor weight;  ///< (out, in)
  tj::Value* bias;    ///< null: none
};

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

std::optional<Product> read_matmul(tj::Node* node) {
  const auto weight = constant_of(node->input(1), 2);
  if (!weight) return std::nullopt;
  Product product{node, node->input(0), weight->t(), nullptr};
  if (const auto sum = added_row(node, weight->size(1)))
    std::tie(product.last, product.bias) = *sum;
  return product;
}

std::optional<Product> read_linear(tj::Node* node) {
  const auto weight = constant_of(node->input(1), 2);
  if (!weight) return std::nullopt;
  tj::Value* bias =
      node->input(2)->type()->kind() == c10::TypeKind::NoneType ? nullptr : node->input(2);
  if (bias != nullptr && !constant_of(bias, 1)) return std::nullopt;
  return Product{node, node->input(0), *weight, bias};
}

/// bias + x · weight, as Gemm is written.
std::optional<Product> read_addmm(tj::Node* node) {
  const auto weight = constant_of(node->input(2), 2);
  if (!weight || !constant_of(node->input(0), 1) || !is_one(node->input(3)) ||
      !is_one(node->input(4)))
    return std::nullopt;
  return Product{node, node->input(1), weight->t(), node->input(0)};
}

std::optional<Product> read_product(tj::Node* node) {
  if (node->kind() == c10::aten::matmul) return read_matmul(node);
  if (node->kind() == c10::aten::linear) return read_linear(node);
  if (node->kind() == c10::aten::addmm && node->inputs().size() == 5) return read_addmm(node);
  return std::nullopt;
}

at::Tensor packed(const Onednn& onednn, const at::Tensor& weight) {
  tj::Stack stack{weight.contiguous(), c10::IValue()};  // for any number of rows
  stack.resize(onednn.pack.schema().arguments().size());
  onednn.pack.callBoxed(&stack);
  return stack.front().toTensor();
}

void replace(const Onednn& onednn, const Product& product) {
  tj::Graph& graph = *product.last->owningGraph();
  const tj::WithInsertPoint here(product.last);
  tj::Node* weight = graph.insertNode(graph.create(tj::prim::ConstantMKLDNNTensor));
  weight->t_(tj::attr::value, packed(onednn, product.weight));
  tj::Value* bias = product.bias;
  if (bias == nullptr) bias = graph.insertConstant(c10::IValue());
  tj::Node* made = graph.insertNode(
      graph.create(c10::Symbol::fromQualString(kName), {product.x, weight->output(), bias}));
  made->setSourceRange(product.last->sourceRange());
  product.last->output()->replaceAllUsesWith(made->output());
}

void pack_in(const Onednn& onednn, tj::Block* block) {
  for (tj::Node* node : block->nodes()) {
    for (tj::Block* inner : node->blocks()) pack_in(onednn, inner);
    if (const auto product = read_product(node)) replace(onednn, *product);
  }
}

}  // namespace

void pack_products(const std::shared_ptr<tj::Graph>& graph) {
  const auto onednn = find_onednn();
  if (!onednn) return;
  register_once(tj::Operator(kSchema, operation(*onednn), c10::AliasAnalysisKind::PURE_FUNCTION));
  pack_in(*onednn, graph->block());
}

}  // namespace joulemark::torch_kit
