// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/reuse.h"

#include <ATen/ops/add.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "torch_kit/counted_memory.h"
#include "torch_kit/script.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

using Values = std::vector<c10::IValue>;

Values run_plan(const std::shared_ptr<tj::Graph>& graph, const Values& inputs) {
  return Plan(graph).run(inputs);
}

Values run_module(const std::shared_ptr<tj::Graph>& graph, const Values& inputs) {
  tj::getProfilingMode() = false;
  const c10::IValue result = make_module(*graph).forward(inputs);
  return result.isTuple() ? result.toTupleRef().elements().vec() : Values{result};
}

/// On either executor.
class Reuse : public testing::TestWithParam<Values (*)(const std::shared_ptr<tj::Graph>& graph,
                                                       const Values& inputs)> {
 protected:
  static Values run(const model::OnnxGraph& graph, const Values& inputs) {
    const Lowered all = lowered(graph);
    reuse_arguments(*all.graph);
    return GetParam()(all.graph, inputs);
  }
};

TEST_P(Reuse, WhatNobodyElseReadsIsOverwritten) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen})},
                               {port("y", JM_FLOAT32, {kOpen})},
                               {},
                               {node("Erf", {"x"}, {"a"}), node("Sigmoid", {"a"}, {"b"}),
                                node("Add", {"x", "b"}, {"c"}), node("Relu", {"c"}, {"y"})}};
  const at::Tensor x = at::full({kElements}, 1.0);
  const CountedMemory memory;
  const auto result = run(graph, {x});
  EXPECT_EQ(memory.peak(), kBytes);
  EXPECT_TRUE(at::equal(x, at::full({kElements}, 1.0)));
  EXPECT_TRUE(at::equal(result[0].toTensor(), at::relu(at::add(x, at::sigmoid(at::erf(x))))));
}

TEST_P(Reuse, WhatIsReadAgainIsKept) {
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen})},
      {port("a", JM_FLOAT32, {kOpen}), port("y", JM_FLOAT32, {kOpen})},
      {},
      {node("Erf", {"x"}, {"a"}), node("Identity", {"a"}, {"same"}), node("Relu", {"same"}, {"b"}),
       node("Sigmoid", {"a"}, {"c"}), node("Mul", {"b", "c"}, {"y"})}};
  const at::Tensor x = at::full({3}, -1.0);
  const auto result = run(graph, {x});
  EXPECT_TRUE(at::equal(result[0].toTensor(), at::erf(x)));
  EXPECT_TRUE(
      at::equal(result[1].toTensor(), at::mul(at::relu(at::erf(x)), at::sigmoid(at::erf(x)))));
}

TEST_P(Reuse, AViewOfWhatIsReadAgainIsNotOverwritten) {
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen, kOpen})},
      {port("y", JM_FLOAT32, {kOpen, kOpen}), port("z", JM_FLOAT32, {kOpen, kOpen})},
      {},
      {node("Erf", {"x"}, {"a"}), node("Transpose", {"a"}, {"t"}), node("Relu", {"t"}, {"y"}),
       node("Sigmoid", {"a"}, {"z"})}};
  const at::Tensor x = at::full({2, 3}, -1.0);
  const auto result = run(graph, {x});
  EXPECT_TRUE(at::equal(result[1].toTensor(), at::sigmoid(at::erf(x))));
}

TEST_P(Reuse, InputsAndWeightsAreNeverOverwritten) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen})},
                               {port("y", JM_FLOAT32, {kOpen}), port("z", JM_FLOAT32, {kOpen})},
                               {weight<float>("w", JM_FLOAT32, {2}, {-1, 2})},
                               {node("Relu", {"x"}, {"y"}), node("Add", {"w", "x"}, {"z"})}};
  const at::Tensor x = floats({-3, 4});
  for (int again = 0; again < 2; ++again) {
    const auto result = run(graph, {x});
    EXPECT_TRUE(at::equal(x, floats({-3, 4})));
    EXPECT_TRUE(at::equal(result[1].toTensor(), floats({-4, 6})));
  }
}

TEST_P(Reuse, ABroadcastArgumentIsNotTheResult) {
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen}), port("w", JM_FLOAT32, {kOpen, kOpen})},
      {port("y", JM_FLOAT32, {kOpen, kOpen})},
      {},
      {node("Erf", {"x"}, {"a"}), node("Add", {"a", "w"}, {"y"})}};
  const at::Tensor x = floats({1, 2});
  const at::Tensor w = at::full({3, 2}, 1.0);
  EXPECT_TRUE(at::equal(run(graph, {x, w})[0].toTensor(), at::add(at::erf(x), w)));
}

INSTANTIATE_TEST_SUITE_P(Executors, Reuse, testing::Values(run_plan, run_module),
                         [](const auto& executor) {
                           return executor.index == 0 ? "Plan" : "Module";
                         });

}  // namespace
}  // namespace joulemark::torch_kit
