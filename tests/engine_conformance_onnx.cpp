// SPDX-License-Identifier: Apache-2.0
// What engines that read ONNX files promise about whole, broken and unusual ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_conformance_loaded.h"

namespace joulemark::conformance {
namespace {

using testing::HasSubstr;

class OnnxFile : public testing::Test {
 protected:
  void SetUp() override {
    if (!subject().reads_onnx()) GTEST_SKIP() << "this engine reads no ONNX files";
  }
};

TEST_F(OnnxFile, BrokenOnesAreInvalidModels) {
  const std::string whole = serialized(addition());
  std::string flipped = whole;
  for (std::size_t i = 0; i < flipped.size(); i += 3) flipped[i] = static_cast<char>(~flipped[i]);
  const std::vector<std::string> paths = {
      (subject().scratch / "does_not_exist.onnx").string(),
      subject().scratch.string(),
      write_file(subject().scratch, "empty.onnx", ""),
      write_file(subject().scratch, "text.onnx", "this is no model"),
      write_file(subject().scratch, "half.onnx", whole.substr(0, whole.size() / 2)),
      write_file(subject().scratch, "short.onnx", whole.substr(0, whole.size() - 3)),
      write_file(subject().scratch, "flipped.onnx", flipped),
  };
  for (const std::string& path : paths) {
    const Loaded loaded(path);
    EXPECT_EQ(loaded.status, JM_INVALID_MODEL) << path << ": " << loaded.message.text;
    EXPECT_STRNE(loaded.message.text, "") << path;
  }
}

TEST_F(OnnxFile, MissingExternalDataMakeItInvalid) {
  Graph graph = addition();
  graph.nodes = {{"Add", {"x", "w"}, {"sum"}}};
  graph.inputs.pop_back();
  graph.external_weight = "not_there.bin";
  const Loaded loaded(onnx_file("external.onnx", graph));
  EXPECT_EQ(loaded.status, JM_INVALID_MODEL) << loaded.message.text;
}

TEST_F(OnnxFile, UnknownOperatorIsNamed) {
  Graph graph = addition();
  graph.nodes[0].op = "Frobnicate";
  const Loaded loaded(onnx_file("frobnicate.onnx", graph));
  EXPECT_EQ(loaded.status, JM_UNSUPPORTED);
  EXPECT_THAT(loaded.message.text, HasSubstr("Frobnicate"));
}

/// The number one, little-endian, in every element type that fills whole bytes.
struct One {
  jm_dtype dtype;
  std::vector<unsigned char> bytes;
};
const std::vector<One> kOnes = {{JM_FLOAT32, {0, 0, 0x80, 0x3F}},
                                {JM_UINT8, {1}},
                                {JM_INT8, {1}},
                                {JM_UINT16, {1, 0}},
                                {JM_INT16, {1, 0}},
                                {JM_INT32, {1, 0, 0, 0}},
                                {JM_INT64, {1, 0, 0, 0, 0, 0, 0, 0}},
                                {JM_BOOL, {1}},
                                {JM_FLOAT16, {0, 0x3C}},
                                {JM_FLOAT64, {0, 0, 0, 0, 0, 0, 0xF0, 0x3F}},
                                {JM_UINT32, {1, 0, 0, 0}},
                                {JM_UINT64, {1, 0, 0, 0, 0, 0, 0, 0}},
                                {JM_COMPLEX64, {0, 0, 0x80, 0x3F, 0, 0, 0, 0}},
                                {JM_BFLOAT16, {0x80, 0x3F}}};

TEST_F(OnnxFile, EveryElementTypePassesUnchangedOrIsUnsupported) {
  const std::int64_t dims[] = {3};
  for (const One& one : kOnes) {
    Loaded loaded(onnx_file("identity.onnx", identity(one.dtype, {3})));
    if (loaded.status == JM_UNSUPPORTED) continue;
    ASSERT_EQ(loaded.status, JM_OK) << "type " << one.dtype << ": " << loaded.message.text;
    std::vector<unsigned char> data;
    for (int i = 0; i < 3; ++i) data.insert(data.end(), one.bytes.begin(), one.bytes.end());
    const jm_tensor input = {one.dtype, JM_MEMORY_HOST, 1, dims, data.data(), data.size()};
    ASSERT_EQ(loaded.bind({input}), JM_OK) << "type " << one.dtype << ": " << loaded.message.text;
    ASSERT_EQ(loaded.run(), JM_OK) << "type " << one.dtype << ": " << loaded.message.text;
    const jm_tensor output = loaded.results().at(0);
    EXPECT_EQ(output.dtype, one.dtype);
    EXPECT_EQ(bytes_of(output), bytes_of(input)) << "type " << one.dtype;
  }
}

TEST_F(OnnxFile, ScalarsKeepTheirRank) {
  Loaded loaded(onnx_file("scalar.onnx", identity(JM_FLOAT32, {})));
  ASSERT_EQ(loaded.status, JM_OK) << loaded.message.text;
  Input scalar({}, {2.5F});
  ASSERT_EQ(loaded.bind({scalar.view()}), JM_OK) << loaded.message.text;
  ASSERT_EQ(loaded.run(), JM_OK) << loaded.message.text;
  const jm_tensor output = loaded.results().at(0);
  EXPECT_EQ(output.rank, 0);
  EXPECT_EQ(*static_cast<const float*>(output.data), 2.5F);
}

TEST_F(OnnxFile, StringsKeepTheirBytesOrAreUnsupported) {
  Loaded loaded(onnx_file("strings.onnx", identity(JM_STRING, {3})));
  if (loaded.status == JM_UNSUPPORTED) GTEST_SKIP() << loaded.message.text;
  ASSERT_EQ(loaded.status, JM_OK) << loaded.message.text;
  const jm_string strings[] = {{"a\0b", 3}, {"", 0}, {"a string that is too long to be short", 37}};
  const std::int64_t dims[] = {3};
  const jm_tensor input = {JM_STRING,     JM_MEMORY_HOST, 1, dims, const_cast<jm_string*>(strings),
                           sizeof strings};
  ASSERT_EQ(loaded.bind({input}), JM_OK) << loaded.message.text;
  ASSERT_EQ(loaded.run(), JM_OK) << loaded.message.text;
  const jm_tensor output = loaded.results().at(0);
  ASSERT_EQ(output.bytes, sizeof strings);
  const auto* got = static_cast<const jm_string*>(output.data);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(std::string(got[i].data, got[i].size), std::string(strings[i].data, strings[i].size));
}

}  // namespace
}  // namespace joulemark::conformance
