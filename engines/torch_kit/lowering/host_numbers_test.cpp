// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/host_numbers.h"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "torch_kit/lowering/table.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

model::OnnxTensor one_long(const std::string& name, std::int64_t value) {
  return weight<std::int64_t>(name, JM_INT64, {1}, {value});
}

/// What the nodes make of the two open sizes of an input, in 's', as the output 'y'.
model::OnnxGraph from_sizes(std::vector<model::OnnxTensor> weights,
                            std::vector<model::OnnxNode> nodes) {
  nodes.insert(nodes.begin(), node("Shape", {"x"}, {"s"}));
  return {"g",
          {port("x", JM_FLOAT32, {kOpen, kOpen})},
          {loose_port("y", JM_INT64)},
          std::move(weights),
          std::move(nodes)};
}

model::OnnxAttribute to(jm_dtype dtype) {
  return {"to", std::int64_t{dtype}};
}

/// No number is read out of a tensor: on a device that would wait for it.
void expect_no_tensor_read(const Lowered& made) {
  for (const char* kind : {"aten::item", "prim::tolist", "aten::_local_scalar_dense"})
    EXPECT_EQ(count_nodes(made, kind), 0U) << kind;
}

TEST(HostNumbers, SizesStayOutsideOfTensorsFromShapeToReshape) {
  if (find_entry("", "Reshape", 17) == nullptr) GTEST_SKIP() << "the table has no Reshape";
  const model::OnnxGraph graph = from_sizes(
      {weight<std::int64_t>("zero", JM_INT64, {}, {0}), one_long("rest", -1), one_long("axis", 0)},
      {node("Gather", {"s", "zero"}, {"rows"}), node("Unsqueeze", {"rows", "axis"}, {"row_list"}),
       node("Concat", {"row_list", "rest"}, {"target"}, {{"axis", std::int64_t{0}}}),
       node("Reshape", {"x", "target"}, {"y"})});
  const Lowered made = lowered(graph);
  expect_no_tensor_read(made);
  EXPECT_EQ(count_nodes(made, "aten::tensor") + count_nodes(made, "aten::scalar_tensor"), 0U);
  Plan plan(made.graph);
  for (const std::int64_t rows : {3, 5})
    EXPECT_EQ(tensors_of(plan.run({at::full({rows, 4}, 1.0)}))[0].sizes(),
              (at::IntArrayRef{rows, 4}));
}

TEST(HostNumbers, DivisionOfIntegersTruncates) {
  const model::OnnxGraph graph =
      from_sizes({one_long("ten", 10), one_long("two", 2)},
                 {node("Sub", {"s", "ten"}, {"less"}), node("Div", {"less", "two"}, {"y"})});
  expect_no_tensor_read(lowered(graph));
  EXPECT_EQ(ints_of(answers(graph, {at::full({3, 15}, 1.0)})[0]), (Ints{-3, 2}));
}

TEST(HostNumbers, Float32ArithmeticRoundsToFloat32) {
  // 10 * 0.1f is 1 in float32 and a little more than 1 in double.
  const model::OnnxGraph graph = from_sizes(
      {weight<float>("scale", JM_FLOAT32, {1}, {0.1F})},
      {node("Cast", {"s"}, {"real"}, {to(JM_FLOAT32)}), node("Mul", {"real", "scale"}, {"scaled"}),
       node("Ceil", {"scaled"}, {"up"}), node("Cast", {"up"}, {"y"}, {to(JM_INT64)})});
  expect_no_tensor_read(lowered(graph));
  EXPECT_EQ(ints_of(answers(graph, {at::full({10, 25}, 1.0)})[0]), (Ints{1, 3}));
}

TEST(HostNumbers, SizesThatTheModelFixesBecomeConstants) {
  const model::OnnxGraph graph{"g",
                               {port("x", JM_FLOAT32, {2, 3})},
                               {port("y", JM_INT64, {2})},
                               {one_long("two", 2)},
                               {node("Shape", {"x"}, {"s"}), node("Mul", {"s", "two"}, {"y"})}};
  const Lowered made = lowered(graph);
  EXPECT_EQ(count_nodes(made, "aten::size") + count_nodes(made, "aten::mul"), 0U);
  EXPECT_EQ(ints_of(answers(graph, {at::full({2, 3}, 1.0)})[0]), (Ints{4, 6}));
}

TEST(HostNumbers, AListThatIsAnOutputIsATensorOfItsType) {
  const auto out = answers(from_sizes({}, {node("Cast", {"s"}, {"y"}, {to(JM_INT32)})}),
                           {at::full({4, 7}, 1.0)});
  EXPECT_EQ(out[0].scalar_type(), at::kInt);
  EXPECT_EQ(ints_of(out[0]), (Ints{4, 7}));
}

TEST(HostNumbers, PartsOfAShapeAreTaken) {
  const model::OnnxGraph graph =
      from_sizes({one_long("from", -1), one_long("to_end", 9)},
                 {node("Slice", {"s", "from", "to_end"}, {"last"}),
                  node("Concat", {"last", "s"}, {"y"}, {{"axis", std::int64_t{0}}})});
  EXPECT_EQ(ints_of(answers(graph, {at::full({4, 7}, 1.0)})[0]), (Ints{7, 4, 7}));
}

TEST(HostNumbers, ProductsAndComparisonsOfSizes) {
  const model::OnnxGraph graph =
      from_sizes({one_long("five", 5)},
                 {node("ReduceProd", {"s"}, {"all"}), node("Greater", {"all", "five"}, {"more"}),
                  node("Where", {"more", "five", "all"}, {"y"})});
  EXPECT_EQ(ints_of(answers(graph, {at::full({2, 2}, 1.0)})[0]), (Ints{4}));
  EXPECT_EQ(ints_of(answers(graph, {at::full({2, 3}, 1.0)})[0]), (Ints{5}));
}

}  // namespace
}  // namespace joulemark::torch_kit
