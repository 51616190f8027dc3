// SPDX-License-Identifier: Apache-2.0
// Small models and tensors that tests make.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/onnx_graph.h"
#include "model/tensor.h"
#include "torch_kit/lowering/lower.h"
#include "torch_kit/passes.h"
#include "torch_kit/plan.h"
#include "torch_kit/reuse.h"

namespace joulemark::torch_kit {

inline constexpr std::int64_t kOpen = -1;

inline model::Port port(const std::string& name, jm_dtype dtype,
                        const std::vector<std::int64_t>& dims) {
  std::vector<model::Dim> all;
  for (const std::int64_t dim : dims) all.push_back({dim, dim < 0 ? name + "_size" : ""});
  return {name, model::ValueKind::kTensor, dtype, all};
}

/// A tensor of any rank: nothing is said of it but its type.
inline model::Port loose_port(const std::string& name, jm_dtype dtype) {
  return {name, model::ValueKind::kTensor, dtype, std::nullopt};
}

inline model::OnnxNode node(const std::string& op, std::vector<std::string> inputs,
                            std::vector<std::string> outputs,
                            std::vector<model::OnnxAttribute> attributes = {}) {
  return {outputs.front() + "_node", op, "", 17, std::move(inputs), std::move(outputs),
          std::move(attributes)};
}

template <class T>
model::OnnxTensor weight(const std::string& name, jm_dtype dtype, std::vector<std::int64_t> dims,
                         std::vector<T> values) {
  // At an address that PyTorch would choose for a tensor of its own.
  auto held =
      std::make_shared<std::vector<T, model::AlignedAllocator<T>>>(values.begin(), values.end());
  const std::span<const std::byte> bytes = std::as_bytes(std::span<const T>(*held));
  return {name, dtype, std::move(dims), bytes, {}, held};
}

inline model::OnnxAttribute body(const std::string& name, model::OnnxGraph graph) {
  return {name, std::make_shared<const model::OnnxGraph>(std::move(graph))};
}

inline model::OnnxModel model_of(model::OnnxGraph graph) {
  return {8, {{"", 17}}, std::move(graph)};
}

inline Lowered lowered(const model::OnnxGraph& graph) {
  Lowered all = lower(model_of(graph), at::kCPU);
  optimise(all.graph, Optimize::kNone);
  all.graph->lint();
  return all;
}

inline std::vector<at::Tensor> tensors_of(const std::vector<c10::IValue>& values) {
  std::vector<at::Tensor> all;
  for (const c10::IValue& value : values) all.push_back(value.toTensor());
  return all;
}

inline std::vector<at::Tensor> answers(const model::OnnxGraph& graph,
                                       const std::vector<c10::IValue>& inputs) {
  const Lowered all = lowered(graph);
  reuse_arguments(*all.graph);
  Plan plan(all.graph);
  return tensors_of(plan.run(inputs));
}

inline std::size_t count_nodes(tj::Block* block, const std::string& kind) {
  std::size_t count = 0;
  for (tj::Node* node : block->nodes()) {
    count += node->kind() == c10::Symbol::fromQualString(kind) ? 1 : 0;
    for (tj::Block* inner : node->blocks()) count += count_nodes(inner, kind);
  }
  return count;
}

inline std::size_t count_nodes(const Lowered& lowered, const std::string& kind) {
  return count_nodes(lowered.graph->block(), kind);
}

inline std::vector<std::int64_t> ints_of(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.to(at::kLong).contiguous();
  return {wide.const_data_ptr<std::int64_t>(), wide.const_data_ptr<std::int64_t>() + wide.numel()};
}

inline at::Tensor longs(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

inline at::Tensor floats(const std::vector<double>& values) {
  return at::tensor(values, at::kFloat);
}

}  // namespace joulemark::torch_kit
