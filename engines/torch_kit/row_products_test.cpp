// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/row_products.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "torch_kit/script.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

constexpr const char* kLinear = "joulemark::linear";

/// x · w (+ b), the matrix stored as (in, out) or as (out, in).
struct Layer {
  std::int64_t in, out;
  std::int64_t turned;
  bool has_bias;
};

model::OnnxTensor drawn(const std::string& name, std::vector<std::int64_t> dims) {
  const at::Tensor values = at::randn(dims);
  const auto* data = values.const_data_ptr<float>();
  return weight<float>(name, JM_FLOAT32, std::move(dims), {data, data + values.numel()});
}

model::OnnxGraph graph_of(const Layer& of) {
  std::vector<std::int64_t> dims{of.in, of.out};
  if (of.turned == 1) std::swap(dims[0], dims[1]);
  std::vector<std::string> inputs{"x", "w"};
  if (of.has_bias) inputs.emplace_back("b");
  return {"g",
          {port("x", JM_FLOAT32, {kOpen, of.in})},
          {port("y", JM_FLOAT32, {kOpen, of.out})},
          {drawn("w", dims), drawn("b", {of.out})},
          {node("Gemm", inputs, {"y"}, {{"transB", of.turned}})}};
}

class RowProducts : public testing::TestWithParam<Layer> {};

TEST_P(RowProducts, GiveWhatPyTorchsProductGives) {
  const model::OnnxGraph graph = graph_of(GetParam());
  const Lowered plain = lowered(graph);
  Lowered made = lowered(graph);
  speed_up_rows(*made.graph);
  EXPECT_EQ(count_nodes(made, kLinear), 1U);
  Plan want(plain.graph), got(made.graph);
  auto module = make_module(*made.graph);
  for (const std::int64_t rows : {0, 1, 2, 7}) {
    const at::Tensor x = at::randn({rows, GetParam().in});
    const at::Tensor y = tensors_of(want.run({x}))[0];
    EXPECT_TRUE(at::allclose(tensors_of(got.run({x}))[0], y, 1e-4, 1e-3)) << rows;
    EXPECT_TRUE(at::allclose(module.forward({x}).toTensor(), y, 1e-4, 1e-3)) << rows;
    const at::Tensor column = at::randn({GetParam().in, rows}).t();
    EXPECT_TRUE(at::allclose(tensors_of(got.run({column}))[0], tensors_of(want.run({column}))[0],
                             1e-4, 1e-3))
        << rows;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RowProducts,
                         testing::Values(Layer{64, 96, 1, true}, Layer{64, 96, 1, false},
                                         Layer{64, 97, 1, true}, Layer{4100, 8, 1, true},
                                         Layer{64, 96, 0, true}, Layer{64, 96, 0, false},
                                         Layer{63, 96, 0, true}, Layer{1, 1, 1, true}));

TEST(RowProductsOfRuns, AreLeftAlone) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {kOpen, 2}), port("w", JM_FLOAT32, {2, 3})},
                               {port("y", JM_FLOAT32, {kOpen, 3})},
                               {},
                               {node("MatMul", {"x", "w"}, {"y"})}};
  Lowered made = lowered(graph);
  speed_up_rows(*made.graph);
  EXPECT_EQ(count_nodes(made, kLinear), 0U);
}

}  // namespace
}  // namespace joulemark::torch_kit
