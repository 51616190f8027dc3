// SPDX-License-Identifier: Apache-2.0
// What is written is read back by the reader of such files.
#include "model/onnx_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "model/onnx_reader.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using joulemark::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

HostTensor floats(const std::string& name, const std::vector<float>& values) {
  auto tensor = make_tensor(name, JM_FLOAT32, {static_cast<std::int64_t>(values.size())});
  std::memcpy(tensor->data.data(), values.data(), values.size() * sizeof(float));
  return *std::move(tensor);
}

/// y = Clip(x · w + c), with an attribute of every kind.
OnnxContents contents() {
  OnnxContents out;
  out.graph_name = "g";
  out.opsets = {{"", 23}, {"com.microsoft", 1}};
  out.metadata = {{"key", "value"}};
  out.inputs = {{.name = "x", .dtype = JM_FLOAT32, .dims = {{{-1, "batch"}, {4, ""}}}}};
  out.outputs = {{.name = "y", .dtype = JM_FLOAT32, .dims = {{{-1, "batch"}, {2, ""}}}}};
  out.weights = {{"w", JM_FLOAT32, {4, 2}, "w.bin", 16, 32}};
  out.constants.push_back(floats("c", {0.5F, -1.5F}));
  out.nodes.push_back({.name = "first",
                       .op_type = "MatMul",
                       .domain = "",
                       .inputs = {"x", "w"},
                       .outputs = {"p"},
                       .attributes = {}});
  out.nodes.push_back({.name = "second",
                       .op_type = "Strange",
                       .domain = "com.microsoft",
                       .inputs = {"p", "", "c"},
                       .outputs = {"y"},
                       .attributes = {{"i", std::int64_t{-3}},
                                      {"f", 0.25F},
                                      {"s", std::string("text")},
                                      {"is", std::vector<std::int64_t>{1, -2}},
                                      {"fs", std::vector<float>{1.5F, 2}}}});
  return out;
}

OnnxModel read_back(const ScratchFolder& folder, const OnnxContents& written) {
  folder.write("w.bin", std::string(16, '-') + std::string(32, 'w'));
  auto model = read_onnx_model(folder.write("m.onnx", serialize_onnx(written)));
  EXPECT_TRUE(model) << model.error().message;
  return model.value_or(OnnxModel{});
}

TEST(OnnxWriter, TheModelIsReadBack) {
  const ScratchFolder folder;
  const OnnxModel model = read_back(folder, contents());
  EXPECT_EQ(model.ir_version, 10);
  EXPECT_EQ(model.opsets.at(""), 23);
  EXPECT_EQ(model.opsets.at("com.microsoft"), 1);
  EXPECT_EQ(model.graph.name, "g");
  ASSERT_EQ(model.graph.inputs.size(), 1U);
  EXPECT_EQ(model.graph.inputs[0].dtype, JM_FLOAT32);
  EXPECT_THAT(*model.graph.inputs[0].dims, ElementsAre(Dim{-1, "batch"}, Dim{4, ""}));
  ASSERT_EQ(model.graph.outputs.size(), 1U);
  EXPECT_EQ(model.graph.outputs[0].name, "y");
}

TEST(OnnxWriter, NodesKeepTheirInputsAndAttributes) {
  const ScratchFolder folder;
  const OnnxModel model = read_back(folder, contents());
  ASSERT_EQ(model.graph.nodes.size(), 2U);
  const OnnxNode& node = model.graph.nodes[1];
  EXPECT_EQ(node.op_type, "Strange");
  EXPECT_EQ(node.domain, "com.microsoft");
  EXPECT_THAT(node.inputs, ElementsAre("p", "", "c"));
  EXPECT_EQ(std::get<std::int64_t>(*node.attribute("i")), -3);
  EXPECT_EQ(std::get<float>(*node.attribute("f")), 0.25F);
  EXPECT_EQ(std::get<std::string>(*node.attribute("s")), "text");
  EXPECT_THAT(std::get<std::vector<std::int64_t>>(*node.attribute("is")), ElementsAre(1, -2));
  EXPECT_THAT(std::get<std::vector<float>>(*node.attribute("fs")), ElementsAre(1.5F, 2.0F));
}

TEST(OnnxWriter, WeightsStayWhereTheyAre) {
  const ScratchFolder folder;
  const OnnxModel model = read_back(folder, contents());
  ASSERT_EQ(model.graph.initializers.size(), 2U);
  for (const OnnxTensor& tensor : model.graph.initializers) {
    const std::string bytes(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
    if (tensor.name == "w") {
      EXPECT_EQ(bytes, std::string(32, 'w'));
      EXPECT_THAT(tensor.dims, ElementsAre(4, 2));
    } else {
      float values[2] = {};
      ASSERT_EQ(bytes.size(), sizeof(values));
      std::memcpy(values, bytes.data(), sizeof(values));
      EXPECT_THAT(values, ElementsAre(0.5F, -1.5F));
    }
  }
}

TEST(OnnxWriter, TheSameContentsGiveTheSameBytes) {
  EXPECT_EQ(serialize_onnx(contents()), serialize_onnx(contents()));
  EXPECT_THAT(serialize_onnx(contents()), HasSubstr("value"));
}

}  // namespace
}  // namespace joulemark::model
