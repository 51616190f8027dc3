// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/plan.h"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "torch_kit/counted_memory.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

model::OnnxGraph chain(int length) {
  model::OnnxGraph graph{"g", {port("x", JM_FLOAT32, {kOpen})}, {}, {}, {}};
  std::string last = "x";
  for (int i = 0; i < length; ++i) {
    const std::string next = "v" + std::to_string(i);
    graph.nodes.push_back(node("Erf", {last}, {next}));
    last = next;
  }
  graph.outputs = {port(last, JM_FLOAT32, {kOpen})};
  return graph;
}

TEST(Plan, AValueIsReleasedAtItsLastUse) {
  Plan plan(lowered(chain(8)).graph);
  const at::Tensor x = at::full({kElements}, 1.0);
  const CountedMemory memory;
  auto result = plan.run({x});
  EXPECT_EQ(memory.peak(), 2 * kBytes);  // what a call reads and what it makes
  EXPECT_EQ(memory.live(), kBytes);
  result.clear();
  EXPECT_EQ(memory.live(), 0U);
}

TEST(Plan, AValueThatABlockReadsIsReleasedBehindTheBlock) {
  model::OnnxGraph then{
      "t", {}, {port("a", JM_FLOAT32, {kOpen})}, {}, {node("Relu", {"s"}, {"a"})}};
  model::OnnxGraph other{
      "e", {}, {port("b", JM_FLOAT32, {kOpen})}, {}, {node("Sigmoid", {"s"}, {"b"})}};
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
      {port("z", JM_FLOAT32, {kOpen})},
      {},
      {node("Sigmoid", {"x"}, {"s"}),
       node("If", {"c"}, {"y"}, {body("then_branch", then), body("else_branch", other)}),
       node("Sigmoid", {"y"}, {"z"})}};
  Plan plan(lowered(graph).graph);
  const at::Tensor x = at::full({kElements}, 1.0);
  for (const bool taken : {true, false}) {
    const at::Tensor condition = at::full({}, taken, at::kBool);
    const CountedMemory memory;
    const auto result = plan.run({x, condition});
    EXPECT_EQ(memory.peak(), 2 * kBytes);
    EXPECT_EQ(memory.live(), kBytes);
  }
}

TEST(Plan, TheStartOfALoopIsReleasedWithItsFirstIteration) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), port("v", JM_FLOAT32, {kOpen})},
      {port("c", JM_BOOL, {}), port("w", JM_FLOAT32, {kOpen})},
      {},
      {node("Erf", {"v"}, {"w"})}};
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen})},
      {port("y", JM_FLOAT32, {kOpen})},
      {weight<std::int64_t>("n", JM_INT64, {}, {5})},
      {node("Erf", {"x"}, {"s"}), node("Loop", {"n", "", "s"}, {"y"}, {body("body", turn)})}};
  Plan plan(lowered(graph).graph);
  const at::Tensor x = at::full({kElements}, 1.0);
  const CountedMemory memory;
  const auto result = plan.run({x});
  EXPECT_EQ(memory.peak(), 2 * kBytes);
  EXPECT_EQ(memory.live(), kBytes);
}

TEST(Plan, AFailedRunNamesTheNodeAndLeavesThePlanUsable) {
  const model::OnnxGraph graph{"g",
                               {port("a", JM_FLOAT32, {kOpen}), port("b", JM_FLOAT32, {kOpen})},
                               {port("y", JM_FLOAT32, {kOpen})},
                               {},
                               {node("Sigmoid", {"a"}, {"s"}), node("Add", {"s", "b"}, {"y"})}};
  Plan plan(lowered(graph).graph);
  EXPECT_THROW(plan.run({floats({1, 2}), floats({1, 2, 3})}), std::exception);
  EXPECT_EQ(plan.position(), "ONNX node 'y_node' (Add)");
  const auto good = tensors_of(plan.run({floats({0, 0}), floats({1, 2})}));
  EXPECT_TRUE(good[0].equal(floats({1.5, 2.5})));
}

TEST(Plan, AFailedRunKeepsNoMemory) {
  const model::OnnxGraph graph{"g",
                               {port("a", JM_FLOAT32, {kOpen}), port("b", JM_FLOAT32, {kOpen})},
                               {port("y", JM_FLOAT32, {kOpen})},
                               {},
                               {node("Sigmoid", {"a"}, {"s"}), node("Add", {"s", "b"}, {"t"}),
                                node("Add", {"t", "s"}, {"y"})}};
  Plan plan(lowered(graph).graph);
  const at::Tensor a = at::full({kElements}, 1.0);
  const at::Tensor b = at::full({3}, 1.0);
  const CountedMemory memory;
  EXPECT_THROW(plan.run({a, b}), std::exception);
  EXPECT_LT(memory.live(), kBytes);
}

TEST(Plan, AnInputMayBeAnOutputTwice) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen})},
                               {port("x", JM_FLOAT32, {kOpen}), port("y", JM_FLOAT32, {kOpen}),
                                port("x", JM_FLOAT32, {kOpen})},
                               {},
                               {node("Add", {"x", "x"}, {"y"})}};
  const auto out = answers(graph, {floats({1, 2})});
  EXPECT_TRUE(out[0].equal(floats({1, 2})));
  EXPECT_TRUE(out[1].equal(floats({2, 4})));
  EXPECT_TRUE(out[2].equal(floats({1, 2})));
}

TEST(Plan, AConstantMayBeAnOutputInEveryRun) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen})},
                               {port("w", JM_FLOAT32, {2})},
                               {weight<float>("w", JM_FLOAT32, {2}, {1, 2})},
                               {}};
  Plan plan(lowered(graph).graph);
  for (int run = 0; run < 2; ++run)
    EXPECT_TRUE(tensors_of(plan.run({floats({0})}))[0].equal(floats({1, 2})));
}

}  // namespace
}  // namespace joulemark::torch_kit
