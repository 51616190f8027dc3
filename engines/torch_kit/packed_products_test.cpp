// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/packed_products.h"

#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include "torch_kit/script.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

constexpr const char* kPacked = "joulemark::packed_linear";

model::OnnxTensor matrix() {
  return weight<float>("w", JM_FLOAT32, {2, 3}, {1, 2, 3, 4, 5, 6});
}

model::OnnxTensor row() {
  return weight<float>("b", JM_FLOAT32, {3}, {10, 20, 30});
}

Lowered packed(const model::OnnxGraph& graph) {
  Lowered all = lower(model_of(graph), at::kCPU);
  optimise(all.graph, Optimize::kOnednnPrepack);
  all.graph->lint();
  return all;
}

/// y = x · w + b of any rank.
model::OnnxGraph layer() {
  return {"g",
          {loose_port("x", JM_FLOAT32)},
          {loose_port("y", JM_FLOAT32)},
          {matrix(), row()},
          {node("MatMul", {"x", "w"}, {"p"}), node("Add", {"b", "p"}, {"y"})}};
}

TEST(PackedProducts, AProductTakesItsBiasAlong) {
  const Lowered made = packed(layer());
  EXPECT_EQ(count_nodes(made, kPacked), 1U);
  EXPECT_EQ(count_nodes(made, "aten::matmul"), 0U);
  EXPECT_EQ(count_nodes(made, "aten::add"), 0U);
}

TEST(PackedProducts, RowsOfAnyRankAreMultiplied) {
  Plan plan(packed(layer()).graph);
  const at::Tensor y = floats({19, 32, 45});
  for (const Ints& dims : {Ints{2}, Ints{1, 2}, Ints{3, 1, 2}, Ints{0, 2}}) {
    const at::Tensor x = floats({1, 2}).expand(dims);
    const at::Tensor got = tensors_of(plan.run({x}))[0];
    EXPECT_EQ(got.dim(), x.dim());
    EXPECT_TRUE(at::allclose(got, y.expand(got.sizes()))) << got.dim();
  }
}

TEST(PackedProducts, TorchScriptRunsThemToo) {
  auto module = make_module(*packed(layer()).graph);
  const at::Tensor x = floats({1, 2}).reshape({1, 2});
  EXPECT_TRUE(at::allclose(module.forward({x}).toTensor(), floats({19, 32, 45}).reshape({1, 3})));
}

TEST(PackedProducts, GemmIsOneInBothItsForms) {
  for (const std::int64_t transposed : {0, 1}) {
    const Ints dims = transposed == 1 ? Ints{3, 2} : Ints{2, 3};
    const std::vector<float> values = transposed == 1 ? std::vector<float>{1, 4, 2, 5, 3, 6}
                                                      : std::vector<float>{1, 2, 3, 4, 5, 6};
    const model::OnnxGraph graph{"g",
                                 {port("x", JM_FLOAT32, {kOpen, 2})},
                                 {port("y", JM_FLOAT32, {kOpen, 3})},
                                 {weight<float>("w", JM_FLOAT32, dims, values), row()},
                                 {node("Gemm", {"x", "w", "b"}, {"y"}, {{"transB", transposed}})}};
    const Lowered made = packed(graph);
    EXPECT_EQ(count_nodes(made, kPacked), 1U);
    Plan plan(made.graph);
    const at::Tensor x = floats({1, 2}).reshape({1, 2});
    const at::Tensor y = floats({19, 32, 45}).reshape({1, 3});
    EXPECT_TRUE(at::allclose(tensors_of(plan.run({x}))[0], y));
  }
}

TEST(PackedProducts, AProductThatIsReadTwiceKeepsItsSum) {
  const model::OnnxGraph graph{
      "g",
      {port("x", JM_FLOAT32, {kOpen, 2})},
      {port("p", JM_FLOAT32, {kOpen, 3}), port("y", JM_FLOAT32, {kOpen, 3})},
      {matrix(), row()},
      {node("MatMul", {"x", "w"}, {"p"}), node("Add", {"p", "b"}, {"y"})}};
  const Lowered made = packed(graph);
  EXPECT_EQ(count_nodes(made, kPacked), 1U);
  Plan plan(made.graph);
  const auto out = tensors_of(plan.run({floats({1, 2}).reshape({1, 2})}));
  EXPECT_TRUE(at::allclose(out[0], floats({9, 12, 15}).reshape({1, 3})));
  EXPECT_TRUE(at::allclose(out[1], floats({19, 32, 45}).reshape({1, 3})));
}

TEST(PackedProducts, MatricesThatOnlyARunKnowsAreLeftAlone) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen, 2}), port("w", JM_FLOAT32, {2, 3})},
                               {port("y", JM_FLOAT32, {kOpen, 3})},
                               {},
                               {node("MatMul", {"x", "w"}, {"y"})}};
  EXPECT_EQ(count_nodes(packed(graph), kPacked), 0U);
}

}  // namespace
}  // namespace joulemark::torch_kit
