// SPDX-License-Identifier: Apache-2.0
// Tables that a graph looks up, and inputs that they limit.
#include "model/index_limits.h"

#include <gtest/gtest.h>

#include "model/generate.h"
#include "model/onnx_decode.h"
#include "model/testing/onnx_bytes.h"

namespace joulemark::model {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes

struct NodeParts {
  const char* op_type;
  std::vector<const char*> inputs;
  const char* output;
  std::int64_t axis = 0;
};

std::string node(const NodeParts& parts) {
  NodeBytes message{.op_type = parts.op_type,
                    .inputs = {parts.inputs.begin(), parts.inputs.end()},
                    .outputs = {parts.output}};
  if (parts.axis != 0) message.attributes = {int_attribute("axis", parts.axis)};
  return node_bytes(message);
}

/// The limits of a graph with a table of 100 rows and 8 columns and one of 16 rows.
std::map<std::string, std::int64_t> limits_of(const std::vector<NodeParts>& parts) {
  std::vector<std::string> nodes;
  for (const auto& part : parts) nodes.push_back(node(part));
  IndexLimits limits;
  for (const auto& bytes : nodes) limits.add_node(onnx::Decoder().read_node(bytes, 0));
  limits.add_initializer("words", {100, 8});
  limits.add_initializer("places", {16, 8});
  return limits.find();
}

TEST(IndexLimits, ALookUpLimitsItsIndices) {
  const auto limits =
      limits_of({{"Gather", {"words", "ids"}, "e"}, {"Gather", {"places", "p"}, "f"}});
  EXPECT_EQ(limits.at("ids"), 100);
  EXPECT_EQ(limits.at("p"), 16);
}

TEST(IndexLimits, TheSmallestTableCounts) {
  EXPECT_EQ(limits_of({{"Gather", {"words", "x"}, "e"}, {"Gather", {"places", "x"}, "f"}}).at("x"),
            16);
}

TEST(IndexLimits, TheAxisSaysWhichDimension) {
  EXPECT_EQ(limits_of({{"Gather", {"words", "x"}, "e", 1}}).at("x"), 8);
  EXPECT_EQ(limits_of({{"Gather", {"words", "x"}, "e", -2}}).at("x"), 100);
  EXPECT_FALSE(limits_of({{"Gather", {"words", "x"}, "e", 5}}).contains("x"));
}

TEST(IndexLimits, OperatorsThatOnlyMoveValuesPassLimitsOn) {
  const auto limits = limits_of({{"Cast", {"ids"}, "a"},
                                 {"Slice", {"a", "starts", "ends"}, "b"},
                                 {"Concat", {"b", "more"}, "c"},
                                 {"Reshape", {"c", "shape"}, "d"},
                                 {"Gather", {"words", "d"}, "e"}});
  EXPECT_EQ(limits.at("ids"), 100);
  EXPECT_EQ(limits.at("more"), 100);
  EXPECT_FALSE(limits.contains("shape"));
  EXPECT_FALSE(
      limits_of({{"Add", {"ids", "one"}, "a"}, {"Gather", {"words", "a"}, "e"}}).contains("ids"));
}

TEST(IndexLimits, TablesMayBeConvertedButNotReshaped) {
  EXPECT_EQ(
      limits_of({{"DequantizeLinear", {"words", "s"}, "w"}, {"Gather", {"w", "x"}, "e"}}).at("x"),
      100);
  EXPECT_FALSE(
      limits_of({{"Reshape", {"words", "s"}, "w"}, {"Gather", {"w", "x"}, "e"}}).contains("x"));
}

TEST(IndexLimits, CirclesEnd) {
  EXPECT_FALSE(limits_of({{"Cast", {"b"}, "a"}, {"Cast", {"a"}, "b"}, {"Gather", {"a", "x"}, "e"}})
                   .contains("x"));
  EXPECT_EQ(limits_of({{"Cast", {"b"}, "a"}, {"Cast", {"a"}, "b"}, {"Gather", {"words", "a"}, "e"}})
                .at("b"),
            100);
}

TEST(IndexLimits, GeneratedIntegersStayBelowThem) {
  for (const char* name : {"input_ids", "position_ids", "x"}) {
    Port port{name, ValueKind::kTensor, JM_INT64, {{{1, ""}, {64, ""}}}};
    port.index_limit = 5;
    const auto tensors = generate_inputs({port}, {});
    ASSERT_TRUE(tensors);
    double most = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      most = std::max(most, element_as_double(JM_INT64, (*tensors)[0].data.data(), i));
    }
    EXPECT_EQ(most, 4) << name;
  }
}

TEST(IndexLimits, TheSummaryOfAModelTellsThem) {
  const auto summary = parse_onnx_summary(model_bytes(
      graph_bytes({.nodes = {node({"Gather", {"table", "x"}, "y"})},
                   .initializers = {tensor_bytes("table", JM_FLOAT32, {5}, std::string(20, '\0'))},
                   .inputs = {port_bytes("x", tensor_type_bytes(JM_INT64, {{3, ""}}))},
                   .outputs = {}})));
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->inputs[0].index_limit, 5);
}

}  // namespace
}  // namespace joulemark::model
