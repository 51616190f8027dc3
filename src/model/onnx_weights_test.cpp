// SPDX-License-Identifier: Apache-2.0
// Where the elements of initializers are found, and tensors that do not hold what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "model/onnx_reader.h"
#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string model_with(const std::vector<std::string>& initializers) {
  return model_bytes(graph_bytes({.initializers = initializers}));
}

std::string text_of(const OnnxTensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size()};
}

std::string why_not(const std::string& initializer, ErrorKind kind = ErrorKind::kFailed) {
  const auto model = parse_onnx_model(model_with({initializer}));
  if (model) return "it was read";
  EXPECT_EQ(model.error().kind, kind);
  return model.error().message;
}

TEST(OnnxWeights, RawDataAreNotCopied) {
  const std::string bytes = model_with({tensor_bytes("w", JM_UINT8, {2, 2}, "abcd")});
  const auto model = parse_onnx_model(bytes);
  ASSERT_TRUE(model) << model.error().message;
  const OnnxTensor& weight = model->graph.initializers.at(0);
  EXPECT_EQ(weight.name, "w");
  EXPECT_EQ(weight.dtype, JM_UINT8);
  EXPECT_THAT(weight.dims, ElementsAre(2, 2));
  EXPECT_EQ(static_cast<const void*>(weight.data.data()), bytes.data() + bytes.find("abcd"));
}

TEST(OnnxWeights, AFileLivesAsLongAsATensorOfIt) {
  const ScratchFolder folder;
  const auto path = folder.write("m.onnx", model_with({tensor_bytes("w", JM_UINT8, {4}, "abcd")}));
  OnnxTensor kept;
  {
    const auto model = read_onnx_model(path);
    ASSERT_TRUE(model) << model.error().message;
    kept = model->graph.initializers.at(0);
  }
  EXPECT_EQ(text_of(kept), "abcd");
}

TEST(OnnxWeights, TypedFieldsAndStringsAreConverted) {
  std::string typed;
  protozero::pbf_writer writer(typed);
  writer.add_int64(1, 2);
  writer.add_int32(2, JM_INT8);
  writer.add_int32(5, -1);
  writer.add_int32(5, 2);
  writer.add_string(8, "typed");
  std::string words;
  protozero::pbf_writer strings(words);
  strings.add_int64(1, 1);
  strings.add_int32(2, JM_STRING);
  strings.add_bytes(6, "word");
  strings.add_string(8, "words");
  const auto model = parse_onnx_model(model_with({typed, words}));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(text_of(model->graph.initializers.at(0)), "\xff\x02");
  EXPECT_THAT(model->graph.initializers.at(1).strings, ElementsAre("word"));
  EXPECT_TRUE(model->graph.initializers.at(1).data.empty());
}

TEST(OnnxWeights, InitializersThatAreInputsTooAreNoInputs) {
  const auto model = parse_onnx_model(model_bytes(
      ModelBytes{.graph = graph_bytes({.initializers = {tensor_bytes("w", JM_FLOAT32, {1}, "1234")},
                                       .inputs = {float_port("w"), float_port("x")}}),
                 .ir_version = 3}));
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_EQ(model->graph.inputs.size(), 1u);
  EXPECT_EQ(model->graph.inputs[0].name, "x");
}

TEST(OnnxWeights, DataThatDoNotFitTheirShapeAreErrors) {
  EXPECT_THAT(why_not(tensor_bytes("w", JM_FLOAT32, {100}, "1234")),
              HasSubstr("initializer 'w': it holds 4 bytes, its shape [100] of float32 needs 400"));
  EXPECT_THAT(why_not(tensor_bytes("w", JM_FLOAT32, {1}, "12345678")), HasSubstr("holds 8 bytes"));
  EXPECT_THAT(why_not(tensor_bytes("w", JM_INT4, {3}, "1")), HasSubstr("needs 2"));
  EXPECT_THAT(why_not(tensor_bytes("w", JM_FLOAT32, {-1}, "")), HasSubstr("initializer 'w': "));
  EXPECT_THAT(why_not(tensor_bytes("w", JM_FLOAT32, {1LL << 40, 1LL << 40}, "")),
              HasSubstr("initializer 'w': "));
  EXPECT_THAT(why_not(tensor_bytes("w", 77, {1}, "1")), HasSubstr("element type 77 is unknown"));
  EXPECT_THAT(why_not(tensor_bytes("w", JM_STRING, {1}, "1")), HasSubstr("cannot be raw data"));
}

TEST(OnnxWeights, WhatADenseTensorCannotHoldIsUnsupportedByName) {
  std::string sparse;
  protozero::pbf_writer(sparse).add_message(1, tensor_bytes("s", JM_FLOAT32, {1}, "1234"));
  std::string graph;
  protozero::pbf_writer(graph).add_message(15, sparse);
  const auto model = parse_onnx_model(model_bytes(graph));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(model.error().message, "initializer 's' is sparse, which is not supported");
  std::string segmented = tensor_bytes("t", JM_UINT8, {1}, "1");
  protozero::pbf_writer(segmented).add_message(3, std::string());
  EXPECT_THAT(why_not(segmented, ErrorKind::kUnsupported), HasSubstr("initializer 't': segmented"));
}

/// A folder with one model whose weights of four floats lie in a file.
class OnnxExternalWeights : public ::testing::Test {
 protected:
  using Entries = std::initializer_list<std::pair<const char*, std::string>>;
  Result<OnnxModel> read(Entries first, Entries second = {{"location", "w.bin"}}) {
    return read_onnx_model(folder_.write(
        "model/model.onnx",
        model_with({external_tensor_bytes("v", 4, first), external_tensor_bytes("w", 4, second)})));
  }
  ScratchFolder folder_;
};

TEST_F(OnnxExternalWeights, AreMappedOnceEachFile) {
  folder_.write("model/w.bin", std::string(16, 'a') + std::string(16, 'b'));
  auto model = read({{"location", "w.bin"}, {"offset", "16"}, {"length", "16"}});
  ASSERT_TRUE(model) << model.error().message;
  const OnnxTensor first = model->graph.initializers.at(0);
  const OnnxTensor second = model->graph.initializers.at(1);
  model = fail(ErrorKind::kFailed, "gone");
  EXPECT_EQ(text_of(first), std::string(16, 'b'));
  EXPECT_EQ(text_of(second), std::string(16, 'a'));
  EXPECT_EQ(first.data.data() - second.data.data(), 16);
}

TEST_F(OnnxExternalWeights, MissingAndShortFilesAreErrors) {
  EXPECT_THAT(read({{"location", "w.bin"}}).error().message,
              HasSubstr("initializer 'v': external data file 'w.bin' cannot be read"));
  folder_.write("model/w.bin", std::string(15, 'x'));
  EXPECT_THAT(read({{"location", "w.bin"}}).error().message,
              HasSubstr("it has 15 bytes, the model needs 16; copy it again"));
  EXPECT_THAT(read({{"location", "w.bin"}, {"length", "3"}}).error().message,
              HasSubstr("offset and length do not give them"));
}

TEST_F(OnnxExternalWeights, MayNotLeaveTheFolder) {
  folder_.write("secret.bin", std::string(64, 'x'));
  EXPECT_THAT(read({{"location", "../secret.bin"}}).error().message, HasSubstr("leaves"));
  EXPECT_THAT(read({{"location", "/etc/passwd"}}).error().message, HasSubstr("leaves"));
  std::filesystem::create_symlink(folder_.path() / "secret.bin", folder_.path() / "model/link.bin");
  EXPECT_THAT(read({{"location", "link.bin"}}).error().message, HasSubstr("through a link"));
}

TEST_F(OnnxExternalWeights, AreRefusedForBytesWithoutAFile) {
  EXPECT_THAT(
      why_not(external_tensor_bytes("w", 4, {{"location", "w.bin"}})),
      HasSubstr("initializer 'w': its data lie in file 'w.bin', which is not allowed here"));
}

}  // namespace
}  // namespace joulemark::model
