// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/row_products.h"

#include <ATen/Parallel.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linear.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "torch_kit/linear_layers.h"
#include "torch_kit/onednn.h"
#include "torch_kit/own_operators.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

constexpr const char* kName = "joulemark::linear";
constexpr const char* kSchema =
    "joulemark::linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor";

/// Of rows that are longer, oneDNN's product of one row is the faster one.
constexpr std::int64_t kLongestRow = 4096;

struct Arguments {
  const at::Tensor& x;
  const at::Tensor& weight;
  const std::optional<at::Tensor>& bias;
};

std::int64_t part_count() {
  return std::max(2, at::get_num_threads());
}

at::Tensor with_bias(at::Tensor y, const std::optional<at::Tensor>& bias) {
  return bias ? y.add_(*bias) : y;
}

/// One row times a matrix (out, in): every part gives some of the results.
std::optional<at::Tensor> by_outputs(const Arguments& of) {
  const std::int64_t parts = part_count(), out = of.weight.size(0), in = of.weight.size(1);
  if (!of.weight.is_contiguous() || out % parts != 0 || in > kLongestRow) return std::nullopt;
  const at::Tensor matrices = of.weight.view({parts, out / parts, in});
  // Its last stride says that it is a row turned over; a product with a plain column takes a way
  // through the library that is several times as slow.
  const at::Tensor column = at::as_strided(of.x, {parts, in, 1}, {0, of.x.stride(1), in});
  const at::Tensor y = at::bmm(matrices, column);
  return with_bias(y.view({1, out}), of.bias);
}

/// One row times a matrix that is stored as (in, out): every part gives a share of all results.
std::optional<at::Tensor> by_inputs(const Arguments& of) {
  const std::int64_t parts = part_count(), out = of.weight.size(0), in = of.weight.size(1);
  const at::Tensor stored = of.weight.t();
  if (!stored.is_contiguous() || in % parts != 0) return std::nullopt;
  const at::Tensor shares =
      at::bmm(of.x.reshape({parts, 1, in / parts}), stored.view({parts, in / parts, out}));
  return with_bias(shares.sum(0), of.bias);
}

at::Tensor multiply(const Arguments& of, const std::optional<Onednn>& onednn) {
  const bool one = of.x.dim() == 2 && of.x.size(0) == 1 && of.x.size(1) == of.weight.size(1);
  if (one) {
    if (auto y = by_outputs(of)) return *y;
    if (auto y = by_inputs(of)) return *y;
  }
  const bool suits = of.weight.is_contiguous() || (!one && of.weight.t().is_contiguous());
  if (onednn && suits && of.x.dim() >= 2 && of.x.numel() > 0)
    return onednn->linear(of.x, of.weight, of.bias);
  return at::linear(of.x, of.weight, of.bias);
}

tj::Operation operation() {
  return [onednn = Onednn::find()](tj::Stack& stack) {
    const std::size_t first = stack.size() - 3;
    const at::Tensor x = std::move(stack[first]).toTensor();
    const at::Tensor weight = std::move(stack[first + 1]).toTensor();
    const auto bias = stack[first + 2].toOptional<at::Tensor>();
    stack.resize(first);
    stack.emplace_back(multiply({x, weight, bias}, onednn));
  };
}

void replace(const LinearLayer& layer) {
  tj::Graph& graph = *layer.last->owningGraph();
  const tj::WithInsertPoint here(layer.last);
  tj::Value* weight = graph.insertConstant(layer.weight);
  tj::Value* bias = layer.bias == nullptr ? graph.insertConstant(c10::IValue()) : layer.bias;
  tj::Node* made =
      graph.insertNode(graph.create(c10::Symbol::fromQualString(kName), {layer.x, weight, bias}));
  made->setSourceRange(layer.last->sourceRange());
  layer.last->output()->replaceAllUsesWith(made->output());
}

void replace_in(tj::Block* block) {
  for (tj::Node* node : block->nodes()) {
    for (tj::Block* inner : node->blocks()) replace_in(inner);
    if (const auto layer = read_linear_layer(node)) replace(*layer);
  }
}

}  // namespace

void speed_up_rows(tj::Graph& graph) {
  register_once(tj::Operator(kSchema, operation(), c10::AliasAnalysisKind::PURE_FUNCTION));
  replace_in(graph.block());
}

}  // namespace joulemark::torch_kit
