// SPDX-License-Identifier: Apache-2.0
// What is read of a model file, and which files are refused.
#include "model/onnx_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string attribute_with_graph(const std::string& graph) {
  std::string attribute;
  protozero::pbf_writer writer(attribute);
  writer.add_string(1, "body");
  writer.add_message(6, graph);
  return attribute;
}

std::string node_with_attribute(const std::string& op_type, const std::string& attribute) {
  std::string node = node_bytes(op_type);
  protozero::pbf_writer(node).add_message(5, attribute);
  return node;
}

std::string model_with_initializer(const std::string& tensor) {
  return model_bytes(
      graph_bytes({.nodes = {}, .initializers = {tensor}, .inputs = {}, .outputs = {}}));
}

TEST(OnnxSummary, TellsInputsOutputsAndOperators) {
  const auto summary = parse_onnx_summary(relu_model_bytes());
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->ir_version, 8);
  EXPECT_EQ(summary->producer, "tests");
  EXPECT_EQ(summary->opsets.at(""), 17);
  ASSERT_EQ(summary->inputs.size(), 1u);
  EXPECT_EQ(summary->inputs[0].name, "x");
  EXPECT_EQ(summary->inputs[0].dtype, JM_FLOAT32);
  EXPECT_THAT(*summary->inputs[0].dims, ElementsAre(Dim{-1, "batch"}, Dim{3, ""}));
  EXPECT_EQ(summary->outputs[0].name, "y");
  ASSERT_EQ(summary->operators.size(), 1u);
  EXPECT_EQ(summary->operators[0].op_type, "Relu");
}

TEST(OnnxSummary, InputsThatAreInitializersAreNotAskedFor) {
  const std::string type = tensor_type_bytes(JM_FLOAT32, {{1, ""}});
  std::string weight;
  protozero::pbf_writer writer(weight);
  writer.add_int64(1, 1);
  writer.add_int32(2, JM_FLOAT32);
  writer.add_string(8, "w");
  writer.add_bytes(9, "1234");
  const auto summary = parse_onnx_summary(
      model_bytes(graph_bytes({.nodes = {},
                               .initializers = {weight},
                               .inputs = {port_bytes("w", type), port_bytes("x", type)},
                               .outputs = {}})));
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->inputs.size(), 1u);
  EXPECT_EQ(summary->inputs[0].name, "x");
  EXPECT_EQ(summary->all_inputs.size(), 2u);
  EXPECT_EQ(summary->weight_bytes, 4u);
}

TEST(OnnxSummary, SubgraphsCountAndStayBounded) {
  std::string graph = graph_bytes(
      {.nodes = {node_bytes("Add", "custom")}, .initializers = {}, .inputs = {}, .outputs = {}});
  const auto nest = [&](int times) {
    std::string inner = graph;
    for (int i = 0; i < times; ++i) {
      inner = graph_bytes({.nodes = {node_with_attribute("If", attribute_with_graph(inner))},
                           .initializers = {},
                           .inputs = {},
                           .outputs = {}});
    }
    return model_bytes(inner);
  };
  const auto summary = parse_onnx_summary(nest(3));
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->operators.size(), 2u);
  EXPECT_EQ(summary->operators[0].op_type, "If");
  EXPECT_EQ(summary->operators[0].count, 3);
  EXPECT_EQ(summary->operators[1].domain, "custom");
  EXPECT_THAT(parse_onnx_summary(nest(100)).error().message, HasSubstr("nested too deep"));
}

TEST(OnnxSummary, SequencesAndOptionalsAreTold) {
  std::string type;
  protozero::pbf_writer(type).add_message(4, std::string());
  const auto summary = parse_onnx_summary(model_bytes(graph_bytes(
      {.nodes = {}, .initializers = {}, .inputs = {port_bytes("s", type)}, .outputs = {}})));
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->inputs[0].kind, ValueKind::kSequence);
  EXPECT_STREQ(to_string(summary->inputs[0].kind), "sequence");
}

TEST(OnnxSummary, FilesThatAreNoModelsAreRefusedInWords) {
  EXPECT_THAT(parse_onnx_summary("").error().message, HasSubstr("empty"));
  EXPECT_THAT(parse_onnx_summary("<html>").error().message, HasSubstr("not an ONNX model"));
  EXPECT_THAT(parse_onnx_summary(std::string(64, '\0')).error().message,
              HasSubstr("not an ONNX model"));
  EXPECT_THAT(parse_onnx_summary("version https://git-lfs.github.com/spec/v1\n").error().message,
              HasSubstr("git lfs pull"));
  const std::string whole = relu_model_bytes();
  EXPECT_THAT(parse_onnx_summary(whole.substr(0, whole.size() / 2)).error().message,
              HasSubstr("truncated"));
}

TEST(OnnxSummary, WeightsShorterThanTheirShapeAreRefused) {
  std::string weight;
  protozero::pbf_writer writer(weight);
  writer.add_int64(1, 100);
  writer.add_int32(2, JM_FLOAT32);
  writer.add_string(8, "w");
  writer.add_bytes(9, "1234");
  EXPECT_THAT(parse_onnx_summary(model_with_initializer(weight)).error().message,
              HasSubstr("'w' of shape [100] holds 4 bytes, needs 400"));
}

/// A folder with one model whose weight of four floats lies in a file.
class ExternalData : public ::testing::Test {
 protected:
  Result<OnnxSummary> read(std::initializer_list<std::pair<const char*, std::string>> entries) {
    const auto path = folder_.write("model/model.onnx",
                                    model_with_initializer(external_tensor_bytes("w", 4, entries)));
    return read_onnx_summary(path);
  }
  ScratchFolder folder_;
};

TEST_F(ExternalData, AreFoundBesideTheModel) {
  folder_.write("model/w.bin", std::string(32, 'x'));
  const auto summary = read({{"location", "w.bin"}, {"offset", "16"}, {"length", "16"}});
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->external_files.size(), 1u);
  EXPECT_EQ(summary->external_files[0].location, "w.bin");
  EXPECT_EQ(summary->external_files[0].bytes_needed, 32u);
  EXPECT_EQ(summary->weight_bytes, 16u);
}

TEST_F(ExternalData, MissingOrShortFilesAreErrors) {
  EXPECT_THAT(read({{"location", "w.bin"}}).error().message, HasSubstr("'w.bin' cannot be read"));
  folder_.write("model/w.bin", std::string(15, 'x'));
  EXPECT_THAT(read({{"location", "w.bin"}}).error().message,
              HasSubstr("it has 15 bytes, the model needs 16"));
}

TEST_F(ExternalData, MayNotLeaveTheFolder) {
  folder_.write("secret.bin", std::string(64, 'x'));
  EXPECT_THAT(read({{"location", "../secret.bin"}}).error().message, HasSubstr("leaves"));
  EXPECT_THAT(read({{"location", "a/../../secret.bin"}}).error().message, HasSubstr("leaves"));
  EXPECT_THAT(read({{"location", (folder_.path() / "secret.bin").string()}}).error().message,
              HasSubstr("leaves"));
  EXPECT_THAT(read({{"location", ""}}).error().message, HasSubstr("no valid location"));
  std::filesystem::create_symlink(folder_.path() / "secret.bin", folder_.path() / "model/link.bin");
  EXPECT_THAT(read({{"location", "link.bin"}}).error().message, HasSubstr("through a link"));
  std::filesystem::create_directory(folder_.path() / "model/w.bin");
  EXPECT_THAT(read({{"location", "w.bin"}}).error().message, HasSubstr("not a regular file"));
}

TEST_F(ExternalData, ModelAndDataMayBothBeLinksIntoOneFolder) {
  folder_.write("blobs/1234", model_with_initializer(external_tensor_bytes(
                                  "w", 4, {{"location", "model.onnx_data"}})));
  folder_.write("blobs/5678", std::string(16, 'x'));
  const auto snapshot = folder_.path() / "snapshot";
  std::filesystem::create_directory(snapshot);
  std::filesystem::create_symlink("../blobs/1234", snapshot / "model.onnx");
  std::filesystem::create_symlink("../blobs/5678", snapshot / "model.onnx_data");
  const auto summary = read_onnx_summary(snapshot / "model.onnx");
  EXPECT_TRUE(summary) << summary.error().message;
}

TEST_F(ExternalData, NonsenseOffsetsAreErrors) {
  folder_.write("model/w.bin", std::string(32, 'x'));
  EXPECT_FALSE(read({{"location", "w.bin"}, {"offset", "-4"}}));
  EXPECT_FALSE(read({{"location", "w.bin"}, {"offset", "abc"}}));
  EXPECT_FALSE(read({{"location", "w.bin"}, {"offset", "18446744073709551615"}}));
  EXPECT_FALSE(read({{"location", "w.bin"}, {"length", "3"}}));
}

TEST(OnnxSummary, UnreadablePathsAreErrors) {
  const ScratchFolder folder;
  EXPECT_THAT(read_onnx_summary(folder.path() / "no.onnx").error().message,
              HasSubstr("No such file"));
  EXPECT_THAT(read_onnx_summary(folder.path()).error().message, HasSubstr("Is a directory"));
  const auto path = folder.write("m.onnx", "nonsense");
  EXPECT_THAT(read_onnx_summary(path).error().message, HasSubstr(path.string()));
}

}  // namespace
}  // namespace joulemark::model
