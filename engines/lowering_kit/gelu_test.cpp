// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/gelu.h"

#include <gmock/gmock.h>

#include <cstring>

namespace joulemark::lowering {
namespace {

model::OnnxTensor number(const std::string& name, float value) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(sizeof value);
  std::memcpy(bytes->data(), &value, sizeof value);
  return {name, JM_FLOAT32, {}, *bytes, {}, bytes};
}

model::OnnxNode node(const std::string& op, const std::vector<std::string>& inputs,
                     const std::string& output) {
  return {"", op, "", 17, inputs, {output}, {}};
}

model::Port port(const std::string& name) {
  model::Port made;
  made.name = name;
  return made;
}

/// x/√2, erf, + 1, and two products behind.
model::OnnxGraph chain(const model::OnnxNode& first, const model::OnnxNode& second) {
  return {"g",
          {port("x")},
          {port("y")},
          {number("root", 1.41421356F), number("one", 1), number("half", 0.5F)},
          {node("Div", {"x", "root"}, "d"), node("Erf", {"d"}, "e"), node("Add", {"e", "one"}, "a"),
           first, second}};
}

/// What is left is one Gelu of x.
void expect_joined(model::OnnxGraph graph) {
  EXPECT_EQ(join_gelus(graph), 1);
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].op_type, "Gelu");
  EXPECT_EQ(graph.nodes[0].inputs, std::vector<std::string>{"x"});
  EXPECT_EQ(graph.nodes[0].outputs, std::vector<std::string>{"y"});
}

void expect_left(model::OnnxGraph graph) {
  const std::size_t nodes = graph.nodes.size();
  EXPECT_EQ(join_gelus(graph), 0);
  EXPECT_EQ(graph.nodes.size(), nodes);
}

const model::OnnxNode kProduct = node("Mul", {"x", "a"}, "m");
const model::OnnxNode kHalf = node("Mul", {"m", "half"}, "y");

TEST(JoinGelus, TakesTheProductsInAnyOrder) {
  expect_joined(chain(kProduct, kHalf));
  expect_joined(chain(node("Mul", {"half", "x"}, "h"), node("Mul", {"h", "a"}, "y")));
  expect_joined(chain(node("Mul", {"a", "half"}, "h"), node("Mul", {"x", "h"}, "y")));
}

TEST(JoinGelus, TakesAProductForTheQuotient) {
  model::OnnxGraph graph = chain(kProduct, kHalf);
  graph.initializers[0] = number("root", 0.70710678F);
  graph.nodes[0].op_type = "Mul";
  expect_joined(graph);
}

TEST(JoinGelus, LeavesWhatIsReadElsewhere) {
  model::OnnxGraph graph = chain(kProduct, kHalf);
  graph.outputs.push_back(port("e"));
  expect_left(graph);
}

TEST(JoinGelus, LeavesOtherNumbers) {
  model::OnnxGraph graph = chain(kProduct, kHalf);
  graph.initializers[2] = number("half", 0.6F);
  expect_left(graph);
}

TEST(JoinGelus, LeavesTheProductWithAnotherValue) {
  model::OnnxGraph graph = chain(node("Mul", {"z", "a"}, "m"), kHalf);
  graph.inputs.push_back(port("z"));
  expect_left(graph);
}

}  // namespace
}  // namespace joulemark::lowering
