// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/lower.h"

#include <gtest/gtest.h>

#include "plugin_kit/status.h"
#include "torch_kit/small_model.h"

namespace joulemark::torch_kit {
namespace {

plugin::Failure failure_of(const model::OnnxGraph& graph) {
  try {
    static_cast<void>(lower(model_of(graph), at::kCPU));
  } catch (const plugin::Failure& failure) {
    return failure;
  }
  return {JM_OK, "it was lowered"};
}

model::OnnxGraph with(const model::OnnxNode& only) {
  return {"g", {port("x", JM_FLOAT32, {2, 3})}, {port("y", JM_FLOAT32, {2, 3})}, {}, {only}};
}

TEST(Lower, AnUnknownOperatorIsNamedWithItsNodeAndOpset) {
  const plugin::Failure failure = failure_of(with(node("Nonsense", {"x"}, {"y"})));
  EXPECT_EQ(failure.status, JM_UNSUPPORTED);
  EXPECT_NE(failure.message.find("node 'y_node' (Nonsense, opset 17): unsupported operator"),
            std::string::npos)
      << failure.message;
}

TEST(Lower, AMissingInputIsNamed) {
  const plugin::Failure failure = failure_of(with(node("Add", {"x", "z"}, {"y"})));
  EXPECT_EQ(failure.status, JM_INVALID_MODEL);
  EXPECT_NE(failure.message.find("its input 'z' is not defined"), std::string::npos);
}

TEST(Lower, AnOutputThatNothingDefinesIsNamed) {
  const plugin::Failure failure = failure_of(with(node("Relu", {"x"}, {"z"})));
  EXPECT_EQ(failure.status, JM_INVALID_MODEL);
  EXPECT_NE(failure.message.find("'y'"), std::string::npos);
}

TEST(Lower, TheInnermostNodeOfASubGraphIsNamed) {
  const model::OnnxGraph branch{
      "b", {}, {port("z", JM_FLOAT32, {2})}, {}, {node("Nonsense", {"x"}, {"z"})}};
  const plugin::Failure failure = failure_of(
      {"g",
       {port("x", JM_FLOAT32, {2}), port("c", JM_BOOL, {})},
       {port("y", JM_FLOAT32, {2})},
       {},
       {node("If", {"c"}, {"y"}, {body("then_branch", branch), body("else_branch", branch)})}});
  EXPECT_EQ(failure.message.find("node 'z_node' (Nonsense"), 0U) << failure.message;
}

TEST(Lower, AnInputOfStringsIsRefused) {
  const plugin::Failure failure =
      failure_of({"g", {port("x", JM_STRING, {2})}, {port("x", JM_STRING, {2})}, {}, {}});
  EXPECT_EQ(failure.status, JM_UNSUPPORTED);
  EXPECT_NE(failure.message.find("input 'x' has element type string"), std::string::npos);
}

}  // namespace
}  // namespace joulemark::torch_kit
