// SPDX-License-Identifier: Apache-2.0
// Forward for what depends on the inputs, backward for what the outputs need, then the sum.
#include "model/least_work.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "model/known_shapes.h"

namespace joulemark::model {
namespace {

constexpr double kWinograd = 5;

std::set<std::string> needed_values(const OnnxGraph& graph) {
  std::set<std::string> needed;
  for (const Port& output : graph.outputs) needed.insert(output.name);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool is_needed = std::any_of(node->outputs.begin(), node->outputs.end(),
                                       [&](const auto& name) { return needed.contains(name); });
    if (is_needed) needed.insert(node->inputs.begin(), node->inputs.end());
  }
  return needed;
}

/// Values that cannot be computed before the inputs are there.
std::set<std::string> varying_values(const OnnxGraph& graph) {
  std::set<std::string> varying;
  for (const Port& input : graph.inputs) varying.insert(input.name);
  for (const OnnxNode& node : graph.nodes) {
    const bool varies = node.op_type != "Shape" &&
                        std::any_of(node.inputs.begin(), node.inputs.end(),
                                    [&](const auto& name) { return varying.contains(name); });
    if (varies) varying.insert(node.outputs.begin(), node.outputs.end());
  }
  return varying;
}

/// 2 · rows · the elements of the right matrices. A product of which only the weight is known has
/// one row.
double matmul_flops(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* a = known.input(node, 0);
  const KnownShape* b = known.input(node, 1);
  if (b == nullptr || b->dims.size() < 2) return 0;
  if (a == nullptr || a->dims.size() < 2) return b->exact ? 2 * product(b->dims) : 0;
  const auto result = output_shape(known, node);
  if (!result) return 0;
  return 2 * product(result->dims) * static_cast<double>(a->dims.back());
}

double gemm_flops(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* a = known.input(node, 0);
  const KnownShape* b = known.input(node, 1);
  if (b == nullptr || b->dims.size() != 2) return 0;
  const bool has_rows = a != nullptr && a->dims.size() == 2;
  const double rows =
      has_rows ? static_cast<double>(a->dims[integer_or(node, "transA", 0) != 0 ? 1 : 0]) : 1;
  return 2 * rows * product(b->dims);
}

bool may_be_winograd(const OnnxNode& node, const Dims& weight) {
  const auto are_ones = [](const Dims& list) {
    return std::all_of(list.begin(), list.end(), [](std::int64_t value) { return value == 1; });
  };
  return are_ones(integers_of(node, "strides")) && are_ones(integers_of(node, "dilations")) &&
         std::any_of(weight.begin() + 2, weight.end(), [](std::int64_t k) { return k >= 3; });
}

double conv_flops(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* w = known.input(node, 1);
  const auto result = output_shape(known, node);
  if (w == nullptr || !result || w->dims.empty() || w->dims[0] == 0) return 0;
  const double per_output = product(w->dims) / static_cast<double>(w->dims[0]);
  const double flops = 2 * product(result->dims) * per_output;
  return may_be_winograd(node, w->dims) ? flops / kWinograd : flops;
}

/// Of LSTM, GRU and RNN: every step multiplies with both weights.
double recurrent_flops(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const KnownShape* w = known.input(node, 1);
  const KnownShape* r = known.input(node, 2);
  if (x == nullptr || w == nullptr || r == nullptr || x->dims.size() != 3) return 0;
  const double rows = static_cast<double>(x->dims[0]) * static_cast<double>(x->dims[1]);
  return 2 * rows * (product(w->dims) + product(r->dims));
}

struct Row {
  std::string_view op_type;
  double (*flops)(const KnownShapes&, const OnnxNode&);
};
constexpr Row kRows[] = {
    {"Conv", conv_flops},      {"GRU", recurrent_flops}, {"Gemm", gemm_flops},
    {"LSTM", recurrent_flops}, {"MatMul", matmul_flops}, {"RNN", recurrent_flops},
};

bool is_float(jm_dtype dtype) {
  return dtype == JM_FLOAT32 || dtype == JM_FLOAT16 || dtype == JM_BFLOAT16 || dtype == JM_FLOAT64;
}

}  // namespace

LeastWork least_work(const OnnxModel& model,
                     const std::map<std::string, std::vector<std::int64_t>>& inputs) {
  const std::set<std::string> needed = needed_values(model.graph);
  const std::set<std::string> varying = varying_values(model.graph);
  KnownShapes known(model.graph, inputs);
  LeastWork work;
  std::set<const OnnxTensor*> read;
  for (const OnnxNode& node : model.graph.nodes) {
    const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                  [&](const Row& each) { return each.op_type == node.op_type; });
    const bool counts = row != std::end(kRows) && node.domain.empty() && !node.outputs.empty() &&
                        needed.contains(node.outputs.front()) &&
                        varying.contains(node.outputs.front());
    if (counts) {
      work.last_flops = row->flops(known, node);
      work.flops += work.last_flops;
      for (const std::string& name : node.inputs) {
        const OnnxTensor* weight = known.weight(name);
        if (weight == nullptr || !is_float(weight->dtype) || !read.insert(weight).second) continue;
        work.weights += product(weight->dims);
        work.weight_bytes += static_cast<double>(weight->data.size());
      }
    }
    known.pass(node);
  }
  return work;
}

}  // namespace joulemark::model
