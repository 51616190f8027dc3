// SPDX-License-Identifier: Apache-2.0
// The least work of small graphs, by hand.
#include "model/least_work.h"

#include <gtest/gtest.h>

#include <limits>

namespace joulemark::model {
namespace {

using Dims = std::vector<std::int64_t>;

struct Attribute {
  std::string name;
  OnnxAttributeValue value;
};

/// A graph that is written down node by node: inputs first, then weights.
class Graph {
 public:
  Graph& weight(const std::string& name, const Dims& dims) {
    std::size_t count = 1;
    for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
    return tensor(name, JM_FLOAT32, dims, std::vector<std::byte>(count * 4));
  }
  Graph& integers(const std::string& name, const Dims& values) {
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    return tensor(name, JM_INT64, {static_cast<std::int64_t>(values.size())},
                  {bytes, bytes + values.size() * sizeof(std::int64_t)});
  }
  Graph& node(const std::string& op_type, const std::vector<std::string>& inputs,
              const std::string& output, const std::vector<Attribute>& attributes = {}) {
    OnnxNode node;
    node.op_type = op_type;
    node.inputs = inputs;
    node.outputs = {output};
    for (const Attribute& attribute : attributes)
      node.attributes.push_back({attribute.name, attribute.value});
    model_.graph.nodes.push_back(std::move(node));
    return *this;
  }
  [[nodiscard]] LeastWork work(const std::map<std::string, Dims>& inputs,
                               const std::string& output = "y") {
    model_.graph.inputs.clear();
    for (const auto& [name, dims] : inputs) model_.graph.inputs.push_back(port(name));
    model_.graph.outputs = {port(output)};
    return least_work(model_, inputs);
  }

 private:
  static Port port(const std::string& name) {
    Port port;
    port.name = name;
    return port;
  }
  Graph& tensor(const std::string& name, jm_dtype dtype, const Dims& dims,
                std::vector<std::byte> bytes) {
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    model_.graph.initializers.push_back({.name = name,
                                         .dtype = dtype,
                                         .dims = dims,
                                         .data = *owner,
                                         .strings = {},
                                         .owner = owner});
    return *this;
  }
  OnnxModel model_;
};

TEST(LeastWork, MatrixProductTakesTwoForEveryElementOfItsRows) {
  Graph graph;
  graph.weight("w", {8, 5}).node("MatMul", {"x", "w"}, "y");
  const LeastWork work = graph.work({{"x", {2, 3, 8}}});
  EXPECT_EQ(work.flops, 2.0 * 6 * 8 * 5);
  EXPECT_EQ(work.weight_bytes, 8 * 5 * 4);
}

TEST(LeastWork, GemmReadsItsTransposition) {
  Graph graph;
  graph.weight("w", {5, 8})
      .weight("b", {5})
      .node("Gemm", {"x", "w", "b"}, "y", {{"transB", std::int64_t{1}}});
  const LeastWork work = graph.work({{"x", {7, 8}}});
  EXPECT_EQ(work.flops, 2.0 * 7 * 8 * 5);
  EXPECT_EQ(work.weight_bytes, (5 * 8 + 5) * 4);
}

TEST(LeastWork, ConvolutionTakesItsWindowAtEveryPlace) {
  Graph graph;
  graph.weight("w", {16, 3, 7, 7})
      .node("Conv", {"x", "w"}, "y", {{"strides", Dims{2, 2}}, {"pads", Dims{3, 3, 3, 3}}});
  EXPECT_EQ(graph.work({{"x", {4, 3, 224, 224}}}).flops, 2.0 * 4 * 16 * 112 * 112 * 3 * 49);
}

TEST(LeastWork, ConvolutionThatMayBeWinogradsCountsAFifth) {
  Graph graph;
  graph.weight("w", {8, 8, 3, 3}).node("Conv", {"x", "w"}, "y", {{"pads", Dims{1, 1, 1, 1}}});
  EXPECT_EQ(graph.work({{"x", {1, 8, 10, 10}}}).flops, 2.0 * 8 * 100 * 8 * 9 / 5);
}

TEST(LeastWork, RecurrentLayerTakesBothWeightsAtEveryStep) {
  Graph graph;
  graph.weight("w", {1, 16, 3}).weight("r", {1, 16, 4}).node("LSTM", {"x", "w", "r"}, "y");
  EXPECT_EQ(graph.work({{"x", {10, 2, 3}}}).flops, 2.0 * 20 * (16 * 3 + 16 * 4));
}

TEST(LeastWork, ShapesAreFollowedThroughPoolingFlatteningAndReshaping) {
  Graph graph;
  graph.weight("w", {32, 10})
      .integers("shape", {0, -1})
      .node("MaxPool", {"x"}, "p", {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}})
      .node("Flatten", {"p"}, "f")
      .node("Reshape", {"f", "shape"}, "r")
      .node("MatMul", {"r", "w"}, "y");
  EXPECT_EQ(graph.work({{"x", {3, 8, 4, 4}}}).flops, 2.0 * 3 * 32 * 10);
}

TEST(LeastWork, ShapesThatTheGraphComputesAreFollowed) {
  Graph graph;
  graph.weight("w", {4, 6})
      .integers("zero", {0})
      .integers("minus", {-1})
      .integers("four", {4})
      .node("Shape", {"x"}, "s")
      .node("Gather", {"s", "zero"}, "batch")
      .node("Concat", {"batch", "minus", "four"}, "wanted", {{"axis", std::int64_t{0}}})
      .node("Reshape", {"x", "wanted"}, "r")
      .node("MatMul", {"r", "w"}, "y");
  EXPECT_EQ(graph.work({{"x", {5, 12}}}).flops, 2.0 * 5 * 3 * 4 * 6);
}

TEST(LeastWork, WhatIsAddedToAnUnknownShapeTellsIt) {
  Graph graph;
  graph.weight("w", {8, 8})
      .node("Mystery", {"x"}, "m")
      .node("Add", {"m", "x"}, "a")
      .node("MatMul", {"a", "w"}, "y");
  EXPECT_EQ(graph.work({{"x", {3, 8}}}).flops, 2.0 * 3 * 8 * 8);
}

TEST(LeastWork, ProductOfAnUnknownShapeHasOneRow) {
  Graph graph;
  graph.weight("w", {8, 8}).node("Mystery", {"x"}, "m").node("MatMul", {"m", "w"}, "y");
  EXPECT_EQ(graph.work({{"x", {3, 8}}}).flops, 2.0 * 8 * 8);
}

TEST(LeastWork, WhatNobodyNeedsOrCanBeComputedBeforeIsFree) {
  Graph graph;
  graph.weight("w", {8, 8})
      .node("MatMul", {"x", "w"}, "unused")
      .node("MatMul", {"w", "w"}, "constant")
      .node("Add", {"x", "constant"}, "y");
  const LeastWork work = graph.work({{"x", {8, 8}}});
  EXPECT_EQ(work.flops, 0);
  EXPECT_EQ(work.weight_bytes, 0);
}

TEST(LeastWork, WeightThatIsUsedTwiceIsReadOnce) {
  Graph graph;
  graph.weight("w", {8, 8}).node("MatMul", {"x", "w"}, "a").node("MatMul", {"a", "w"}, "y");
  EXPECT_EQ(graph.work({{"x", {1, 8}}}).weight_bytes, 8 * 8 * 4);
}

TEST(LeastWork, AbsurdNumbersAreNoShape) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  Graph graph;
  graph.weight("w", {2, 2, 3, 3})
      .integers("shape", {-1, -1})
      .node("Conv", {"x", "w"}, "c", {{"strides", Dims{kHuge, 1}}, {"pads", Dims{kHuge, 1, 1, 1}}})
      .node("Reshape", {"x", "shape"}, "r")
      .node("Transpose", {"x"}, "t", {{"perm", Dims{kHuge, 0, 1, 2}}})
      .node("Unsqueeze", {"x"}, "u", {{"axes", Dims{-kHuge}}})
      .node("Add", {"c", "r"}, "y");
  EXPECT_EQ(graph.work({{"x", {kHuge, 2, 4, 4}}}).flops, 0);
  EXPECT_EQ(graph.work({{"x", {1, 2, 4, 4}}}).flops, 0);
}

}  // namespace
}  // namespace joulemark::model
