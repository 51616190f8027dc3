// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/testing/safetensors_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::checkpoint {
namespace {

using joulemark::testing::length_bytes;
using joulemark::testing::safetensors_bytes;
using joulemark::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string why_not(const std::string& header, std::uint64_t data_bytes) {
  const auto tensors = parse_safetensors_header(header, 100, data_bytes);
  return tensors ? "it was read" : tensors.error().message;
}

std::string why_not_file(std::string_view bytes) {
  const ScratchFolder folder;
  const auto path = folder.write("model.safetensors", bytes);
  const auto tensors = read_safetensors_header(path);
  if (tensors) return "it was read";
  EXPECT_THAT(tensors.error().message, HasSubstr("'" + path.string() + "'"));
  return tensors.error().message;
}

/// One tensor "w" with these values.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& range) {
  return R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + range +
         "}}";
}

TEST(Safetensors, TensorsAreFoundWhereTheyLie) {
  const ScratchFolder folder;
  const std::string bytes = safetensors_bytes(
      {{"a", "F32", {2, 1}, "12345678"}, {"b", "BF16", {}, "xy"}, {"none", "F16", {0, 3}, ""}});
  const auto tensors = read_safetensors_header(folder.write("model.safetensors", bytes));
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 3U);
  const StoredTensor& a = tensors->at("a");
  EXPECT_EQ(a.dtype, JM_FLOAT32);
  EXPECT_THAT(a.dims, ElementsAre(2, 1));
  EXPECT_EQ(bytes.substr(a.offset, a.bytes), "12345678");
  const StoredTensor& b = tensors->at("b");
  EXPECT_EQ(b.dtype, JM_BFLOAT16);
  EXPECT_EQ(bytes.substr(b.offset, b.bytes), "xy");
  EXPECT_EQ(tensors->at("none").bytes, 0U);
}

TEST(Safetensors, TensorsMayLieInAnotherOrderThanTheirNames) {
  const auto tensors = parse_safetensors_header(
      R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]},
          "b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
      100, 4);
  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_EQ(tensors->at("a").offset, 101U);
  EXPECT_EQ(tensors->at("b").offset, 100U);
}

TEST(Safetensors, AFileThatEndsEarlyIsTruncated) {
  EXPECT_THAT(why_not_file(""), HasSubstr("truncated"));
  EXPECT_THAT(why_not_file("1234567"), HasSubstr("truncated"));
  const std::string whole = safetensors_bytes({{"w", "F32", {2}, "12345678"}});
  for (const std::size_t length : {whole.size() - 1, whole.size() - 8, std::size_t{20}})
    EXPECT_THAT(why_not_file(whole.substr(0, length)), HasSubstr("truncated")) << length;
}

TEST(Safetensors, ALengthIsNotBelieved) {
  EXPECT_THAT(why_not_file(length_bytes(1) + "{}"), HasSubstr("no JSON object"));
  EXPECT_THAT(why_not_file(length_bytes(3) + "{}"), HasSubstr("truncated"));
  EXPECT_THAT(why_not_file(length_bytes(0)), HasSubstr("no JSON object"));
  EXPECT_THAT(why_not_file(length_bytes(kMaxSafetensorsHeader + 1) + "{}"),
              HasSubstr("at most 100000000"));
  for (const unsigned shift : {63U, 62U})
    EXPECT_THAT(why_not_file(length_bytes(std::uint64_t{1} << shift)), HasSubstr("at most"));
  EXPECT_THAT(why_not_file(length_bytes(~std::uint64_t{0}) + "{}"), HasSubstr("at most"));
}

TEST(Safetensors, BytesOfNoTensorAreRefused) {
  EXPECT_THAT(why_not(entry("U8", "[2]", "[0,2]"), 3), HasSubstr("1 bytes behind the last tensor"));
  EXPECT_THAT(why_not(entry("U8", "[2]", "[1,3]"), 3), HasSubstr("follows 1 bytes"));
  EXPECT_THAT(why_not("{}", 5), HasSubstr("5 bytes"));
  EXPECT_EQ(why_not("{}", 0), "it was read");
}

TEST(Safetensors, OverlappingTensorsAreRefused) {
  EXPECT_THAT(why_not(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},
                          "b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
                      4),
              HasSubstr("'a' and 'b' overlap"));
}

TEST(Safetensors, ATensorTwiceIsRefused) {
  EXPECT_THAT(why_not(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                          "w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                      1),
              HasSubstr("'w' is in the header twice"));
}

TEST(Safetensors, OffsetsStayInTheFileAndFitTheShape) {
  EXPECT_THAT(why_not(entry("U8", "[2]", "[2,0]"), 2), HasSubstr("ends before it begins"));
  EXPECT_THAT(why_not(entry("U8", "[2]", "[0,2]"), 1), HasSubstr("truncated"));
  EXPECT_THAT(why_not(entry("U8", "[2]", "[0,18446744073709551615]"), 2),
              HasSubstr("data_offsets"));
  EXPECT_THAT(why_not(entry("U8", "[2]", "[-2,0]"), 2), HasSubstr("data_offsets"));
  EXPECT_THAT(why_not(entry("U8", "[2]", "[0]"), 2), HasSubstr("data_offsets"));
  EXPECT_THAT(why_not(entry("F32", "[2]", "[0,4]"), 4), HasSubstr("needs 8"));
}

TEST(Safetensors, ShapesThatOverflowAreRefused) {
  EXPECT_NE(why_not(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0), "it was read");
  EXPECT_NE(why_not(entry("F64", "[2305843009213693952]", "[0,0]"), 0), "it was read");
  EXPECT_THAT(why_not(entry("F32", "[-1]", "[0,0]"), 0), HasSubstr("shape"));
  EXPECT_THAT(why_not(entry("F32", "[1.5]", "[0,4]"), 4), HasSubstr("shape"));
  std::string many = "[1";
  for (int i = 0; i < 64; ++i) many += ",1";
  EXPECT_THAT(why_not(entry("U8", many + "]", "[0,1]"), 1), HasSubstr("shape"));
}

TEST(Safetensors, UnknownTypesAreNamed) {
  EXPECT_THAT(why_not(entry("F128", "[1]", "[0,16]"), 16), HasSubstr("unknown dtype 'F128'"));
  EXPECT_THAT(why_not(R"({"w":{"shape":[1],"data_offsets":[0,1]}})", 1), HasSubstr("no dtype"));
  EXPECT_THAT(why_not(R"({"w":7})", 1), HasSubstr("tensor 'w' is no JSON object"));
  EXPECT_EQ(safetensors_dtype(JM_FLOAT16), "F16");
  EXPECT_EQ(safetensors_dtype(JM_STRING), "");
}

TEST(Safetensors, DeepNestingDoesNotUseUpTheStack) {
  EXPECT_THAT(why_not(std::string(1 << 20, '['), 0), HasSubstr("no JSON object"));
  const std::string deep = std::string(1 << 20, '[') + std::string(1 << 20, ']');
  EXPECT_THAT(why_not("{\"w\":" + deep + "}", 0), HasSubstr("'w' is no JSON object"));
}

TEST(Safetensors, AFolderIsNoFile) {
  const ScratchFolder folder;
  const auto tensors = read_safetensors_header(folder.path());
  ASSERT_FALSE(tensors);
  EXPECT_THAT(tensors.error().message, HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace joulemark::checkpoint
