// SPDX-License-Identifier: Apache-2.0
// Tests of what is said of a model.
#include "api/kserve/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::api {
namespace {

using ::testing::ElementsAre;

TEST(KserveModel, IsReadAsItWasWritten) {
  const ModelMetadata model{.name = "bert",
                            .versions = {"1"},
                            .platform = "onnxruntime",
                            .inputs = {{"ids", JM_INT64, {-1, 128}}, {"odd", JM_COMPLEX64, {}}},
                            .outputs = {{"y", JM_FLOAT32, {-1}}}};
  const auto again = read_model_metadata(write_model_metadata(model));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->name, "bert");
  EXPECT_THAT(again->versions, ElementsAre("1"));
  EXPECT_EQ(again->platform, "onnxruntime");
  ASSERT_EQ(again->inputs.size(), 2U);
  EXPECT_EQ(again->inputs[0].dtype, JM_INT64);
  EXPECT_THAT(again->inputs[0].dims, ElementsAre(-1, 128));
  EXPECT_EQ(again->inputs[1].dtype, JM_UNDEFINED);
  EXPECT_EQ(again->outputs[0].name, "y");
}

TEST(KserveModel, OfAnotherServerMayHaveMoreOrLess) {
  const auto model = read_model_metadata(
      R"({"name": "m", "versions": null, "properties": {"a": []}, "inputs": []})");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_TRUE(model->versions.empty());
  for (const char* text : {"", "[]", R"({"inputs": [{"shape": [1.5]}]})",
                           R"({"inputs": [{"shape": [-2]}]})", R"({"name": 1})"})
    EXPECT_FALSE(read_model_metadata(text)) << text;
}

}  // namespace
}  // namespace joulemark::api
