// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/packed_products.h"

#include <ATen/ops/linear.h>

#include "torch_kit/linear_layers.h"
#include "torch_kit/onednn.h"
#include "torch_kit/own_operators.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

constexpr const char* kName = "joulemark::packed_linear";
constexpr const char* kSchema =
    "joulemark::packed_linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor";

/// What the operator does: x · weightᵀ + bias, over the last axis of x.
tj::Operation operation(const Onednn& onednn) {
  return [onednn](tj::Stack& stack) {
    const std::size_t first = stack.size() - 3;
    const at::Tensor x = stack[first].toTensor();
    const at::Tensor weight = stack[first + 1].toTensor();
    const auto bias = stack[first + 2].toOptional<at::Tensor>();
    stack.resize(first);
    if (x.dim() >= 2 && x.numel() > 0)
      stack.emplace_back(onednn.linear(x, weight, bias));
    else
      stack.emplace_back(at::linear(x, weight.to_dense(), bias));
  };
}

void replace(const Onednn& onednn, const LinearLayer& product) {
  tj::Graph& graph = *product.last->owningGraph();
  const tj::WithInsertPoint here(product.last);
  tj::Node* weight = graph.insertNode(graph.create(tj::prim::ConstantMKLDNNTensor));
  weight->t_(tj::attr::value, onednn.pack(product.weight));
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
    if (const auto product = read_linear_layer(node)) replace(onednn, *product);
  }
}

}  // namespace

void pack_products(const std::shared_ptr<tj::Graph>& graph) {
  const auto onednn = Onednn::find();
  if (!onednn) return;
  register_once(tj::Operator(kSchema, operation(*onednn), c10::AliasAnalysisKind::PURE_FUNCTION));
  pack_in(*onednn, graph->block());
}

}  // namespace joulemark::torch_kit
