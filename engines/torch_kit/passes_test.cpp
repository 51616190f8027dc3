// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/passes.h"

#include <gtest/gtest.h>

#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

TEST(Passes, EqualCallsBecomeOne) {
  const Lowered made = lowered({"g",
                                {port("x", JM_FLOAT32, {kOpen})},
                                {port("y", JM_FLOAT32, {kOpen})},
                                {},
                                {node("Sigmoid", {"x"}, {"a"}), node("Sigmoid", {"x"}, {"b"}),
                                 node("Add", {"a", "b"}, {"y"})}});
  EXPECT_EQ(count_nodes(made, "aten::sigmoid"), 1U);
}

TEST(Passes, CallsThatNothingUsesGo) {
  const Lowered made = lowered({"g",
                                {port("x", JM_FLOAT32, {kOpen})},
                                {port("y", JM_FLOAT32, {kOpen})},
                                {},
                                {node("Sigmoid", {"x"}, {"unused"}), node("Relu", {"x"}, {"y"})}});
  EXPECT_EQ(count_nodes(made, "aten::sigmoid"), 0U);
}

TEST(Passes, WeightsStayInTheirPlacesAndAreNotCompared) {
  model::OnnxGraph graph{
      "g", {port("x", JM_FLOAT32, {kOpen})}, {port("y", JM_FLOAT32, {kOpen})}, {}, {}};
  graph.initializers = {weight<float>("a", JM_FLOAT32, {1}, {2}),
                        weight<float>("b", JM_FLOAT32, {1}, {2}),
                        weight<float>("c", JM_FLOAT32, {1}, {3})};
  graph.nodes = {node("Add", {"x", "a"}, {"p"}), node("Add", {"p", "b"}, {"q"}),
                 node("Add", {"q", "c"}, {"y"})};
  const Lowered made = lowered(graph);
  EXPECT_EQ(made.graph->inputs().size(), 1U);
  Plan plan(made.graph);
  EXPECT_TRUE(tensors_of(plan.run({floats({1})}))[0].equal(floats({8})));
}

TEST(Passes, RandomCallsStayApart) {
  GraphWriter writer(at::kCPU);
  JitValue* a = writer.call("aten::rand", {Ints{2}});
  JitValue* b = writer.call("aten::rand", {Ints{2}});
  writer.graph()->registerOutput(writer.call("aten::sub.Tensor", {a, b}));
  std::shared_ptr<tj::Graph> graph = writer.graph();
  optimise(graph, Optimize::kNone);
  EXPECT_EQ(count_nodes(graph->block(), "aten::rand"), 2U);
}

}  // namespace
}  // namespace joulemark::torch_kit
