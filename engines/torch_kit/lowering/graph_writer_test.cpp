// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/graph_writer.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include "plugin_kit/status.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

class GraphWriterTest : public testing::Test {
 protected:
  /// An input of the graph whose sizes are known or, not `exact`, those of an example.
  JitValue* input(const Ints& dims, at::ScalarType type, bool exact = true) {
    JitValue* value = writer.graph()->addInput();
    writer.set_fact(value, {at::empty(dims, at::TensorOptions(type).device(at::kMeta)), exact});
    return value;
  }
  std::string why_refused(const char* op, const Args& args) {
    try {
      writer.call(op, args);
    } catch (const plugin::Failure& failure) {
      EXPECT_EQ(failure.status, JM_UNSUPPORTED);
      return failure.message;
    }
    return "it was not refused";
  }
  std::size_t count(const std::string& kind) { return count_nodes(writer.graph()->block(), kind); }

  GraphWriter writer{at::kCPU};
};

TEST_F(GraphWriterTest, RefusesATensorWhereANumberIsTaken) {
  JitValue* x = input({2, 3}, at::kFloat);
  JitValue* index = input({}, at::kLong);
  EXPECT_NE(why_refused("aten::select.int", {x, 0, index}).find("takes a number"),
            std::string::npos);
}

TEST_F(GraphWriterTest, CallsTheOverloadThatIsNamed) {
  JitValue* x = input({2}, at::kFloat);
  for (const char* overload : {"Tensor", "Scalar"}) {
    const Args args = {x,
                       overload == std::string("Tensor") ? tj::NamedValue(x) : tj::NamedValue(2)};
    JitValue* sum = writer.call((std::string("aten::add.") + overload).c_str(), args);
    EXPECT_EQ(sum->node()->schema().overload_name(), overload);
  }
}

TEST_F(GraphWriterTest, RefusesArgumentsOfAnotherOverload) {
  JitValue* x = input({2}, at::kFloat);
  EXPECT_NE(why_refused("aten::add.Tensor", {x, 2.0}), "it was not refused");
}

TEST_F(GraphWriterTest, NamesAnOperatorThatPyTorchLacks) {
  EXPECT_EQ(why_refused("aten::nothing", {}), "this PyTorch has no operator aten::nothing");
}

TEST_F(GraphWriterTest, MakesCallsOfConstantsAtOnce) {
  JitValue* sum = writer.call("aten::add.Tensor",
                              {writer.constant(longs({1, 2})), writer.constant(longs({10, 20}))});
  ASSERT_TRUE(writer.value_of(sum));
  EXPECT_EQ(ints_of(writer.value_of(sum)->toTensor()), (Ints{11, 22}));
  EXPECT_EQ(count("aten::add"), 0U);
}

TEST_F(GraphWriterTest, NeverMakesRandomCallsAtOnce) {
  JitValue* made = writer.call("aten::rand", {Ints{2}});
  EXPECT_FALSE(writer.value_of(made));
  EXPECT_EQ(count("aten::rand"), 1U);
}

TEST_F(GraphWriterTest, KeepsTensorsWithoutCopyingThem) {
  const at::Tensor tensor = longs({1, 2});
  EXPECT_EQ(writer.value_of(writer.constant(tensor))->toTensor().const_data_ptr(),
            tensor.const_data_ptr());
}

TEST_F(GraphWriterTest, SizesThatEveryRunHasAreConstants) {
  JitValue* size = writer.call("aten::size.int", {input({2, 3}, at::kFloat), 1});
  ASSERT_TRUE(writer.value_of(size));
  EXPECT_EQ(writer.value_of(size)->toInt(), 3);
}

TEST_F(GraphWriterTest, SizesOfAnExampleAreNoConstants) {
  JitValue* x = input({GraphWriter::kOpenSize, 3}, at::kFloat, false);
  EXPECT_FALSE(writer.value_of(writer.call("aten::size.int", {x, 0})));
}

TEST_F(GraphWriterTest, KnowsTypeAndRankOfResults) {
  JitValue* x = input({GraphWriter::kOpenSize, 3}, at::kHalf, false);
  const auto example = writer.example(writer.call("aten::unsqueeze", {x, 0}));
  ASSERT_TRUE(example);
  EXPECT_EQ(example->dim(), 3);
  EXPECT_EQ(example->scalar_type(), at::kHalf);
}

TEST_F(GraphWriterTest, ForgetsTheFactsOfValuesThatAreGone) {
  JitValue* x = input({2, 3}, at::kFloat);
  JitValue* unknown = writer.graph()->addInput();
  for (int i = 0; i < 100; ++i) {
    writer.call("aten::size.int", {x, 1});  // becomes a constant; its node goes
    JitValue* next = writer.insert(tj::prim::Uninitialized, {}, 1)->output();
    EXPECT_EQ(writer.fact(next), nullptr);
    EXPECT_EQ(writer.fact(writer.call("aten::neg", {unknown})), nullptr);
  }
}

TEST_F(GraphWriterTest, ANumberThatOnlyARunTellsHasATypeAllTheSame) {
  JitValue* number = writer.call("aten::Int.Tensor", {input({}, at::kLong)});
  ASSERT_NE(writer.fact(number), nullptr);
  EXPECT_FALSE(writer.fact(number)->exact);
  JitValue* x = input({2, 3}, at::kFloat);
  JitValue* sum = writer.call("aten::add.Scalar", {x, number, 1});
  ASSERT_TRUE(writer.example(sum));
  EXPECT_EQ(writer.example(sum)->dim(), 2);
}

TEST_F(GraphWriterTest, NodesBearTheNameOfTheModelsNode) {
  writer.set_position("ONNX node 'a' (Relu)");
  JitValue* made = writer.call("aten::relu", {input({2}, at::kFloat)});
  EXPECT_EQ(made->node()->sourceRange().text().str(), "ONNX node 'a' (Relu)");
}

}  // namespace
}  // namespace joulemark::torch_kit
