// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "torch_kit/ops/families.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

at::Tensor truth(bool value) {
  return at::full({}, value, at::kBool);
}

model::OnnxTensor one(const std::string& name, float value) {
  return weight<float>(name, JM_FLOAT32, {1}, {value});
}

/// y = c ? x + captured : captured, where the outer graph makes `captured` of x.
model::OnnxGraph choice() {
  const model::OnnxGraph then{
      "t", {}, {port("a", JM_FLOAT32, {kOpen})}, {}, {node("Add", {"x", "captured"}, {"a"})}};
  const model::OnnxGraph other{"e", {}, {port("captured", JM_FLOAT32, {kOpen})}, {}, {}};
  return {"g",
          {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
          {port("y", JM_FLOAT32, {kOpen})},
          {},
          {node("Relu", {"x"}, {"captured"}),
           node("If", {"c"}, {"y"}, {body("then_branch", then), body("else_branch", other)})}};
}

TEST(If, TakesTheBranchOfTheRunAndSeesTheValuesAroundIt) {
  Plan plan(lowered(choice()).graph);
  EXPECT_TRUE(tensors_of(plan.run({floats({-1, 2}), truth(true)}))[0].equal(floats({-1, 4})));
  EXPECT_TRUE(tensors_of(plan.run({floats({-1, 2}), truth(false)}))[0].equal(floats({0, 2})));
}

TEST(If, AConditionThatTheModelFixesLeavesNoBranch) {
  model::OnnxGraph graph = choice();
  graph.inputs.pop_back();
  graph.initializers.push_back(weight<std::uint8_t>("c", JM_BOOL, {}, {1}));
  EXPECT_EQ(count_nodes(lowered(graph), "prim::If"), 0U);
  EXPECT_TRUE(answers(graph, {floats({-1, 2})})[0].equal(floats({-1, 4})));
}

TEST(If, SizesOfTheOuterGraphMayBecomeTensorsInOneBranchOnly) {
  const model::OnnxGraph then{"t", {}, {port("s", JM_INT64, {1})}, {}, {}};
  const model::OnnxGraph other{
      "e", {}, {port("d", JM_INT64, {1})}, {}, {node("Add", {"s", "s"}, {"d"})}};
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
      {port("y", JM_INT64, {1}), port("s", JM_INT64, {1})},
      {},
      {node("Shape", {"x"}, {"s"}),
       node("If", {"c"}, {"y"}, {body("then_branch", then), body("else_branch", other)})}};
  const auto out = answers(graph, {floats({1, 2, 3}), truth(false)});
  EXPECT_EQ(ints_of(out[0]), (Ints{6}));
  EXPECT_EQ(ints_of(out[1]), (Ints{3}));
}

/// z: 7, of rank 0, or relu(x), of rank 1.
model::OnnxNode seven_or_relu() {
  const model::OnnxGraph seven{
      "t", {}, {port("a", JM_FLOAT32, {})}, {weight<float>("a", JM_FLOAT32, {}, {7})}, {}};
  const model::OnnxGraph relu{
      "e", {}, {port("b", JM_FLOAT32, {kOpen})}, {}, {node("Relu", {"x"}, {"b"})}};
  return node("If", {"c"}, {"z"}, {body("then_branch", seven), body("else_branch", relu)});
}

TEST(If, BranchesMayDifferInRank) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
                               {loose_port("y", JM_FLOAT32)},
                               {},
                               {seven_or_relu(), node("Identity", {"z"}, {"y"})}};
  EXPECT_EQ(answers(graph, {floats({1, 2}), truth(true)})[0].dim(), 0);
  EXPECT_EQ(answers(graph, {floats({1, 2}), truth(false)})[0].dim(), 1);
}

TEST(If, WhatItGivesInAnyRankIsReckonedWith) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
                               {loose_port("y", JM_FLOAT32)},
                               {weight<float>("two", JM_FLOAT32, {}, {2})},
                               {seven_or_relu(), node("Abs", {"z"}, {"p"}),
                                node("Pow", {"p", "two"}, {"q"}), node("Add", {"q", "x"}, {"y"})}};
  EXPECT_TRUE(answers(graph, {floats({1, 2}), truth(true)})[0].equal(floats({50, 51})));
  EXPECT_TRUE(answers(graph, {floats({1, 2}), truth(false)})[0].equal(floats({2, 6})));
}

TEST(If, WhatItGivesInAnyRankIsGatheredFrom) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen}), port("c", JM_BOOL, {})},
                               {loose_port("y", JM_FLOAT32)},
                               {weight<std::int64_t>("at", JM_INT64, {1, 1}, {1})},
                               {seven_or_relu(), node("GatherND", {"z", "at"}, {"y"})}};
  EXPECT_TRUE(answers(graph, {floats({1, 2}), truth(false)})[0].equal(floats({2})));
}

/// n times v = v + step, collecting v before; `step` belongs to the graph around.
model::OnnxGraph counting() {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), port("v", JM_FLOAT32, {1})},
      {port("c", JM_BOOL, {}), port("w", JM_FLOAT32, {1}), port("v", JM_FLOAT32, {1})},
      {},
      {node("Add", {"v", "step"}, {"w"})}};
  return {"g",
          {port("n", JM_INT64, {}), port("v0", JM_FLOAT32, {1})},
          {port("last", JM_FLOAT32, {1}), port("all", JM_FLOAT32, {kOpen, 1})},
          {one("step", 0.5F)},
          {node("Loop", {"n", "", "v0"}, {"last", "all"}, {body("body", turn)})}};
}

TEST(Loop, CarriesAndCollects) {
  const auto out = answers(counting(), {at::full({}, 3, at::kLong), floats({1})});
  EXPECT_TRUE(out[0].equal(floats({2.5})));
  EXPECT_TRUE(out[1].equal(floats({1, 1.5, 2}).reshape({3, 1})));
}

TEST(Loop, WithoutIterationsGivesItsStartAndAStackOfNothing) {
  const auto out = answers(counting(), {at::full({}, 0, at::kLong), floats({1})});
  EXPECT_TRUE(out[0].equal(floats({1})));
  EXPECT_EQ(out[1].sizes(), (at::IntArrayRef{0, 1}));
}

TEST(Loop, ASecondRunStartsAnew) {
  Plan plan(lowered(counting()).graph);
  const at::Tensor start = floats({1});
  for (int run = 0; run < 2; ++run)
    EXPECT_EQ(tensors_of(plan.run({at::full({}, 3, at::kLong), start}))[1].size(0), 3);
  EXPECT_TRUE(start.equal(floats({1})));
}

TEST(Loop, EndsWhenItsConditionDoes) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), port("v", JM_INT64, {})},
      {port("more", JM_BOOL, {}), port("w", JM_INT64, {})},
      {weight<std::int64_t>("three", JM_INT64, {}, {3})},
      {node("Add", {"v", "v"}, {"w"}), node("Less", {"i", "three"}, {"more"})}};
  const model::OnnxGraph graph{"g",
                               {port("v0", JM_INT64, {})},
                               {port("y", JM_INT64, {})},
                               {},
                               {node("Loop", {"", "", "v0"}, {"y"}, {body("body", turn)})}};
  EXPECT_EQ(ints_of(answers(graph, {at::full({}, 1, at::kLong)})[0]), (Ints{16}));
}

TEST(Loop, ACarriedValueMayChangeItsRank) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), loose_port("v", JM_FLOAT32)},
      {port("c", JM_BOOL, {}), loose_port("square", JM_FLOAT32)},
      {},
      {}};
  const model::OnnxGraph graph{"g",
                               {port("v0", JM_FLOAT32, {1})},
                               {loose_port("y", JM_FLOAT32)},
                               {weight<float>("square", JM_FLOAT32, {2, 2}, {1, 2, 3, 4}),
                                weight<std::int64_t>("n", JM_INT64, {}, {2})},
                               {node("Loop", {"n", "", "v0"}, {"y"}, {body("body", turn)})}};
  EXPECT_TRUE(answers(graph, {floats({1})})[0].equal(floats({1, 2, 3, 4}).reshape({2, 2})));
}

TEST(Loop, ABodyThatNeedsARankThatChangesIsRefused) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), loose_port("v", JM_FLOAT32)},
      {port("c", JM_BOOL, {}), loose_port("square", JM_FLOAT32), loose_port("s", JM_FLOAT32)},
      {},
      {node("GlobalMaxPool", {"v"}, {"s"})}};
  const model::OnnxGraph graph{"g",
                               {port("v0", JM_FLOAT32, {1})},
                               {loose_port("y", JM_FLOAT32), loose_port("z", JM_FLOAT32)},
                               {weight<float>("square", JM_FLOAT32, {2, 2}, {1, 2, 3, 4}),
                                weight<std::int64_t>("n", JM_INT64, {}, {2})},
                               {node("Loop", {"n", "", "v0"}, {"y", "z"}, {body("body", turn)})}};
  EXPECT_ANY_THROW(lowered(graph));
}

TEST(Loop, ASizeThatChangesItsRankIsATensor) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), loose_port("v", JM_FLOAT32)},
      {port("c", JM_BOOL, {}), loose_port("square", JM_FLOAT32)},
      {},
      {}};
  const model::OnnxGraph graph{
      "g",
      {port("n", JM_INT64, {}), port("v0", JM_FLOAT32, {3})},
      {loose_port("s", JM_INT64)},
      {weight<float>("square", JM_FLOAT32, {2, 2}, {1, 2, 3, 4})},
      {node("Loop", {"n", "", "v0"}, {"y"}, {body("body", turn)}), node("Shape", {"y"}, {"s"})}};
  const at::Tensor v0 = floats({1, 2, 3});
  EXPECT_EQ(ints_of(answers(graph, {longs({0})[0], v0})[0]), (Ints{3}));
  EXPECT_EQ(ints_of(answers(graph, {longs({1})[0], v0})[0]), (Ints{2, 2}));
}

TEST(Loop, CarriedValuesMaySwapAndOutputsMayBeOuterValues) {
  const model::OnnxGraph turn{
      "b",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), port("p", JM_FLOAT32, {1}),
       port("q", JM_FLOAT32, {1})},
      {port("c", JM_BOOL, {}), port("q", JM_FLOAT32, {1}), port("p", JM_FLOAT32, {1}),
       port("outer", JM_FLOAT32, {1}), port("own", JM_FLOAT32, {1})},
      {one("own", 9)},
      {}};
  const model::OnnxGraph graph{
      "g",
      {port("a", JM_FLOAT32, {1}), port("b", JM_FLOAT32, {1})},
      {port("y", JM_FLOAT32, {1}), port("z", JM_FLOAT32, {1}), port("outers", JM_FLOAT32, {3, 1}),
       port("owns", JM_FLOAT32, {3, 1})},
      {weight<std::int64_t>("n", JM_INT64, {}, {3})},
      {node("Relu", {"a"}, {"outer"}),
       node("Loop", {"n", "", "a", "b"}, {"y", "z", "outers", "owns"}, {body("body", turn)})}};
  const auto out = answers(graph, {floats({1}), floats({2})});
  EXPECT_TRUE(out[0].equal(floats({2})));
  EXPECT_TRUE(out[1].equal(floats({1})));
  EXPECT_TRUE(out[2].equal(floats({1, 1, 1}).reshape({3, 1})));
  EXPECT_TRUE(out[3].equal(floats({9, 9, 9}).reshape({3, 1})));
}

TEST(Loop, LoopsNest) {
  const model::OnnxGraph inner{
      "in",
      {port("j", JM_INT64, {}), port("d", JM_BOOL, {}), port("p", JM_FLOAT32, {1})},
      {port("d", JM_BOOL, {}), port("q", JM_FLOAT32, {1}), port("p", JM_FLOAT32, {1})},
      {},
      {node("Add", {"p", "v"}, {"q"})}};
  const model::OnnxGraph outer{
      "out",
      {port("i", JM_INT64, {}), port("c", JM_BOOL, {}), port("v", JM_FLOAT32, {1})},
      {port("c", JM_BOOL, {}), port("w", JM_FLOAT32, {1}), port("row", JM_FLOAT32, {kOpen, 1})},
      {},
      {node("Loop", {"n", "", "v"}, {"w", "row"}, {body("body", inner)})}};
  const model::OnnxGraph graph{
      "g",
      {port("n", JM_INT64, {}), port("v0", JM_FLOAT32, {1})},
      {port("y", JM_FLOAT32, {1}), port("rows", JM_FLOAT32, {kOpen, kOpen, 1})},
      {},
      {node("Loop", {"n", "", "v0"}, {"y", "rows"}, {body("body", outer)})}};
  const auto out = answers(graph, {at::full({}, 2, at::kLong), floats({1})});
  EXPECT_TRUE(out[0].equal(floats({9})));
  EXPECT_TRUE(out[1].equal(floats({1, 2, 3, 6}).reshape({2, 2, 1})));
}

TEST(Scan, RunsOverAxesInBothDirections) {
  const model::OnnxGraph turn{"b",
                              {port("s", JM_FLOAT32, {1}), port("e", JM_FLOAT32, {1})},
                              {port("t", JM_FLOAT32, {1}), port("t", JM_FLOAT32, {1})},
                              {},
                              {node("Add", {"s", "e"}, {"t"})}};
  const model::OnnxGraph graph{"g",
                               {port("s0", JM_FLOAT32, {1}), port("x", JM_FLOAT32, {1, kOpen})},
                               {port("last", JM_FLOAT32, {1}), port("all", JM_FLOAT32, {1, kOpen})},
                               {},
                               {node("Scan", {"s0", "x"}, {"last", "all"},
                                     {body("body", turn),
                                      {"num_scan_inputs", std::int64_t{1}},
                                      {"scan_input_axes", Ints{1}},
                                      {"scan_input_directions", Ints{1}},
                                      {"scan_output_axes", Ints{-1}}})}};
  const auto out = answers(graph, {floats({0}), floats({1, 2, 3}).reshape({1, 3})});
  EXPECT_TRUE(out[0].equal(floats({6})));
  EXPECT_TRUE(out[1].equal(floats({3, 5, 6}).reshape({1, 3})));
}

}  // namespace
}  // namespace joulemark::torch_kit
