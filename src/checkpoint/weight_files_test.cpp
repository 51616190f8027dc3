// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/weight_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/testing/safetensors_bytes.h"
#include "checkpoint/weight_table.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

using joulemark::testing::safetensors_bytes;
using joulemark::testing::ScratchFolder;
using ::testing::HasSubstr;

constexpr const char* kIndex = "model.safetensors.index.json";

std::string tensor(const std::string& name, const std::string& dtype = "F32") {
  return safetensors_bytes({{name, dtype, {1}, std::string(dtype == "F32" ? 4 : 1, 'x')}});
}

std::string why_not(const ScratchFolder& folder) {
  const auto files = read_weight_files(folder.path());
  return files ? "it was read" : files.error().message;
}

TEST(WeightFiles, OneFileNeedsNoIndex) {
  const ScratchFolder folder;
  folder.write("model.safetensors", tensor("w"));
  folder.write(kIndex, "this is not looked at");
  const auto files = read_weight_files(folder.path());
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->files.size(), 1U);
  EXPECT_TRUE(files->tensors.contains("w"));
}

TEST(WeightFiles, ShardsAreReadTogether) {
  const ScratchFolder folder;
  folder.write("a.safetensors", tensor("a"));
  folder.write("more/b.safetensors", tensor("b"));
  folder.write(kIndex, R"({"weight_map":{"a":"a.safetensors","b":"more/b.safetensors"}})");
  const auto files = read_weight_files(folder.path());
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->files.at(files->tensors.at("b").file), folder.path() / "more/b.safetensors");
}

TEST(WeightFiles, NoWeightsAreNamedAndPicklesExplained) {
  const ScratchFolder folder;
  EXPECT_THAT(why_not(folder), HasSubstr("neither model.safetensors nor model.safetensors.index"));
  folder.write("pytorch_model.bin", "PK");
  EXPECT_THAT(why_not(folder), HasSubstr("save_pretrained"));
}

TEST(WeightFiles, AnIndexLeadsNowhereElse) {
  const ScratchFolder folder;
  folder.write("a.safetensors", tensor("a"));
  for (const char* file : {"../a.safetensors", "/etc/passwd", "sub/../../a.safetensors", ""}) {
    folder.write(kIndex, std::string(R"({"weight_map":{"a":")") + file + "\"}}");
    EXPECT_THAT(why_not(folder), HasSubstr(std::string("shard '") + file)) << file;
  }
}

TEST(WeightFiles, BrokenIndexesAreNamed) {
  const ScratchFolder folder;
  for (const char* text : {"", "[]", "{}", R"({"weight_map":[]})", R"({"weight_map":{"a":1}})"}) {
    folder.write(kIndex, text);
    EXPECT_THAT(why_not(folder), HasSubstr(kIndex)) << text;
  }
}

TEST(WeightFiles, IndexAndShardsMustAgree) {
  const ScratchFolder folder;
  folder.write("a.safetensors", tensor("a"));
  folder.write("b.safetensors", tensor("b"));
  folder.write(kIndex, R"({"weight_map":{"a":"gone.safetensors"}})");
  EXPECT_THAT(why_not(folder), HasSubstr("shard 'gone.safetensors' is missing"));
  folder.write(kIndex, R"({"weight_map":{"a":"a.safetensors","b":"a.safetensors"}})");
  EXPECT_THAT(why_not(folder), HasSubstr("tensor 'b' is not in 'a.safetensors'"));
  folder.write(kIndex, R"({"weight_map":{"a":"b.safetensors","b":"a.safetensors"}})");
  EXPECT_THAT(why_not(folder), HasSubstr("tensor 'a' is not in 'b.safetensors'"));
  folder.write("b.safetensors", tensor("a"));
  folder.write(kIndex, R"({"weight_map":{"a":"a.safetensors","b":"b.safetensors"}})");
  EXPECT_THAT(why_not(folder), HasSubstr("tensor 'a' is in"));
}

TEST(WeightTable, NamesAreFoundWithAndWithoutPrefix) {
  const ScratchFolder folder;
  folder.write("model.safetensors", safetensors_bytes({{"lm_head.weight", "F32", {1}, "1234"},
                                                       {"model.w", "F32", {1}, "1234"}}));
  const auto files = read_weight_files(folder.path());
  ASSERT_TRUE(files) << files.error().message;
  WeightTable table(*files, {"model."});
  EXPECT_EQ(table.take("w", {1}), "model.w");
  EXPECT_EQ(table.take("lm_head.weight", {1}), "lm_head.weight");
  EXPECT_FALSE(table.has("v"));
  EXPECT_TRUE(table.good());
  EXPECT_EQ(table.take("v", {1}), "");
  ASSERT_FALSE(table.status());
  EXPECT_EQ(table.status().error().message, "tensor 'model.v' is missing in the checkpoint");
}

TEST(WeightTable, ShapesAndTypesMustFit) {
  const ScratchFolder folder;
  folder.write("model.safetensors",
               safetensors_bytes({{"i", "I8", {1}, "1"}, {"w", "F32", {2}, "12345678"}}));
  const auto files = read_weight_files(folder.path());
  ASSERT_TRUE(files) << files.error().message;
  WeightTable shape(*files, {});
  shape.take("w", {1, 2});
  EXPECT_EQ(shape.status().error().message,
            "tensor 'w' has the shape [2], config.json asks for [1, 2]");
  WeightTable type(*files, {});
  type.take("i", {1});
  EXPECT_THAT(type.status().error().message, HasSubstr("'i' is of I8; weights must be F32"));
}

}  // namespace
}  // namespace joulemark::checkpoint
