// SPDX-License-Identifier: Apache-2.0
// Graphs as engines get them: nodes, attributes, sub-graphs, and models that break the rules.
#include "model/onnx_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"

namespace joulemark::model {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using GraphPointer = std::shared_ptr<const OnnxGraph>;

OnnxModel read(const std::string& bytes) {
  auto model = parse_onnx_model(bytes);
  EXPECT_TRUE(model) << model.error().message;
  return model ? std::move(*model) : OnnxModel{};
}

std::string why_not(const std::string& bytes, ErrorKind kind = ErrorKind::kFailed) {
  const auto model = parse_onnx_model(bytes);
  if (model) return "it was read";
  EXPECT_EQ(model.error().kind, kind);
  return model.error().message;
}

std::string why_not(const std::vector<NodeBytes>& nodes) {
  return why_not(model_bytes(graph_of(nodes)));
}

std::vector<std::string> operators(const OnnxGraph& graph) {
  std::vector<std::string> types;
  for (const OnnxNode& node : graph.nodes) types.push_back(node.op_type);
  return types;
}

/// A node with every kind of attribute that is one by one in `attributes`.
OnnxNode constant(const std::vector<std::string>& attributes) {
  const OnnxModel model = read(model_bytes(graph_of(
      {{.op_type = "Constant", .outputs = {"y"}, .attributes = attributes, .name = "c"}})));
  return model.graph.nodes.empty() ? OnnxNode{} : model.graph.nodes[0];
}

std::string why_no_constant(const std::string& attribute, ErrorKind kind = ErrorKind::kFailed) {
  return why_not(
      model_bytes(graph_of(
          {{.op_type = "Constant", .outputs = {"y"}, .attributes = {attribute}, .name = "c"}})),
      kind);
}

template <class T>
T value(const OnnxNode& node, const char* name) {
  const OnnxAttributeValue* found = node.attribute(name);
  EXPECT_NE(found, nullptr) << name;
  return found == nullptr ? T() : std::get<T>(*found);
}

TEST(OnnxReader, ANodeHasItsNameOperatorOpsetAndValues) {
  const OnnxModel model = read(model_bytes(
      ModelBytes{.graph = graph_of({{.op_type = "Clip", .inputs = {"x", "", "x"}, .outputs = {"t"}},
                                    {.op_type = "Gelu",
                                     .inputs = {"t"},
                                     .outputs = {"y", ""},
                                     .name = "g",
                                     .domain = "com.microsoft"}}),
                 .opsets = {{"ai.onnx", 17}, {"com.microsoft", 1}}}));
  EXPECT_EQ(model.ir_version, 8);
  EXPECT_THAT(model.opsets, ElementsAre(std::pair("", 17), std::pair("com.microsoft", 1)));
  ASSERT_EQ(model.graph.nodes.size(), 2u);
  const OnnxNode& clip = model.graph.nodes[0];
  EXPECT_EQ(clip.domain, "");
  EXPECT_EQ(clip.opset, 17);
  EXPECT_THAT(clip.inputs, ElementsAre("x", "", "x"));
  EXPECT_EQ(describe(clip), "node of 't' (Clip)");
  const OnnxNode& gelu = model.graph.nodes[1];
  EXPECT_EQ(gelu.domain, "com.microsoft");
  EXPECT_EQ(gelu.opset, 1);
  EXPECT_THAT(gelu.outputs, ElementsAre("y", ""));
  EXPECT_EQ(describe(gelu), "node 'g' (Gelu)");
}

TEST(OnnxReader, TheLongNameOfTheDefaultDomainIsNormalised) {
  const OnnxModel model = read(model_bytes(
      graph_of({{.op_type = "Relu", .inputs = {"x"}, .outputs = {"y"}, .domain = "ai.onnx"}})));
  EXPECT_EQ(model.graph.nodes.at(0).domain, "");
  EXPECT_EQ(model.graph.nodes.at(0).opset, 17);
}

TEST(OnnxReader, AttributesHaveTheirDeclaredTypes) {
  const OnnxNode node = constant({
      int_attribute("int", -3),
      attribute_bytes("float", 1, [](auto& writer) { writer.add_float(2, 1.5F); }),
      attribute_bytes("string", 3, [](auto& writer) { writer.add_string(4, "s"); }),
      attribute_bytes("ints", 7,
                      [](auto& writer) { writer.add_int64(8, 1), writer.add_int64(8, 2); }),
      attribute_bytes("floats", 6, [](auto& writer) { writer.add_float(7, 0.5F); }),
      attribute_bytes("packed", 6,
                      [](auto& writer) { writer.add_bytes(7, std::string("\0\0\0\x40", 4)); }),
      attribute_bytes("strings", 8, [](auto& writer) { writer.add_string(9, "a"); }),
  });
  EXPECT_EQ(value<std::int64_t>(node, "int"), -3);
  EXPECT_EQ(value<float>(node, "float"), 1.5F);
  EXPECT_EQ(value<std::string>(node, "string"), "s");
  EXPECT_THAT(value<std::vector<std::int64_t>>(node, "ints"), ElementsAre(1, 2));
  EXPECT_THAT(value<std::vector<float>>(node, "floats"), ElementsAre(0.5F));
  EXPECT_THAT(value<std::vector<float>>(node, "packed"), ElementsAre(2.0F));
  EXPECT_THAT(value<std::vector<std::string>>(node, "strings"), ElementsAre("a"));
  EXPECT_EQ(node.attribute("axis"), nullptr);
}

TEST(OnnxReader, TensorsInAttributesAreTensors) {
  const std::string tensor = tensor_bytes("t", JM_UINT8, {2}, "ab");
  const OnnxNode node = constant({
      attribute_bytes("value", 4, [&](auto& writer) { writer.add_message(5, tensor); }),
      attribute_bytes("values", 9, [&](auto& writer) { writer.add_message(10, tensor); }),
  });
  EXPECT_EQ(value<OnnxTensor>(node, "value").data.size(), 2u);
  EXPECT_EQ(value<std::vector<OnnxTensor>>(node, "values").at(0).dtype, JM_UINT8);
}

TEST(OnnxReader, AttributesOfOldFilesHaveTheTypeOfTheirValue) {
  const OnnxNode node = constant({
      attribute_bytes("axis", 0, [](auto& writer) { writer.add_int64(3, 4); }),
      attribute_bytes("strings", 0, [](auto& writer) { writer.add_string(9, "a"); }),
  });
  EXPECT_EQ(value<std::int64_t>(node, "axis"), 4);
  EXPECT_THAT(value<std::vector<std::string>>(node, "strings"), ElementsAre("a"));
}

TEST(OnnxReader, AnEmptyListAndAnUnwrittenNumberAreValues) {
  const OnnxNode node = constant(
      {attribute_bytes("axes", 7, [](auto&) {}), attribute_bytes("axis", 2, [](auto&) {})});
  EXPECT_THAT(value<std::vector<std::int64_t>>(node, "axes"), IsEmpty());
  EXPECT_EQ(value<std::int64_t>(node, "axis"), 0);
}

TEST(OnnxReader, AttributesThatContradictTheirTypeAreErrors) {
  EXPECT_THAT(why_no_constant(attribute_bytes("a", 2, [](auto& w) { w.add_float(2, 1); })),
              HasSubstr("attribute 'a' of node 'c' (Constant): it should be of type INT"));
  EXPECT_THAT(why_no_constant(attribute_bytes("a", 4, [](auto&) {})), HasSubstr("has no value"));
  EXPECT_THAT(why_no_constant(attribute_bytes("a", 0, [](auto&) {})), HasSubstr("has no type"));
  EXPECT_THAT(why_not({{.op_type = "Relu",
                        .inputs = {"x"},
                        .outputs = {"y"},
                        .attributes = {int_attribute("a", 1), int_attribute("a", 1)}}}),
              HasSubstr("attribute 'a' of node of 'y' (Relu): it is given twice"));
  EXPECT_THAT(why_no_constant(attribute_reference("a", 2, "b")), HasSubstr("but is in none"));
}

TEST(OnnxReader, AttributesOfTypesThatNoEngineTakesAreUnsupportedByName) {
  const auto unsupported = ErrorKind::kUnsupported;
  EXPECT_THAT(
      why_no_constant(attribute_bytes("s", 11, [](auto& w) { w.add_message(22, std::string()); }),
                      unsupported),
      "attribute 's' of node 'c' (Constant): type SPARSE_TENSOR is not supported");
  EXPECT_THAT(
      why_no_constant(attribute_bytes("t", 13, [](auto& w) { w.add_message(14, std::string()); }),
                      unsupported),
      HasSubstr("type TYPE_PROTO is not supported"));
  EXPECT_THAT(why_no_constant(attribute_bytes("u", 99, [](auto&) {}), unsupported),
              HasSubstr("type unknown is not supported"));
}

TEST(OnnxReader, SubgraphsSeeTheValuesAroundThem) {
  const std::string branch = graph_bytes(
      {.nodes = nodes_bytes({{.op_type = "Add", .inputs = {"x", "later"}, .outputs = {"b"}}}),
       .outputs = {float_port("b")}});
  const OnnxModel model =
      read(model_bytes(graph_of({{.op_type = "If",
                                  .inputs = {"x"},
                                  .outputs = {"y"},
                                  .attributes = {graph_attribute("then_branch", branch),
                                                 graph_attribute("else_branch", branch)}},
                                 {.op_type = "Neg", .inputs = {"x"}, .outputs = {"later"}}})));
  EXPECT_THAT(operators(model.graph), ElementsAre("Neg", "If"));
  const auto then_branch = value<GraphPointer>(model.graph.nodes.at(1), "then_branch");
  const auto else_branch = value<GraphPointer>(model.graph.nodes.at(1), "else_branch");
  EXPECT_THAT(then_branch->nodes.at(0).inputs, ElementsAre("x", "later"));
  EXPECT_EQ(then_branch->outputs.at(0).name, "b");
  // The other branch may not have a value of the same name.
  EXPECT_EQ(else_branch->nodes.at(0).outputs.at(0), "b#2");
  EXPECT_EQ(else_branch->outputs.at(0).name, "b#2");
}

TEST(OnnxReader, AnInnerValueHidesAnOuterOneOfItsName) {
  const std::string body =
      graph_bytes({.nodes = nodes_bytes({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"t"}}}),
                   .inputs = {float_port("x")},
                   .outputs = {float_port("t"), float_port("outer")}});
  const OnnxModel model =
      read(model_bytes(graph_of({{.op_type = "Relu", .inputs = {"x"}, .outputs = {"outer"}},
                                 {.op_type = "Loop",
                                  .inputs = {"x"},
                                  .outputs = {"y"},
                                  .attributes = {graph_attribute("body", body)}}})));
  const auto loop = value<GraphPointer>(model.graph.nodes.at(1), "body");
  EXPECT_EQ(loop->inputs.at(0).name, "x#2");
  EXPECT_THAT(loop->nodes.at(0).inputs, ElementsAre("x#2"));
  EXPECT_EQ(loop->outputs.at(1).name, "outer");
}

TEST(OnnxReader, SubgraphsAreNotNestedForEver) {
  const auto nest = [](int times) {
    std::string graph = graph_of({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"y"}}});
    for (int i = 0; i < times; ++i) {
      graph = graph_of({{.op_type = "If",
                         .inputs = {"x"},
                         .outputs = {"y"},
                         .attributes = {graph_attribute("then_branch", graph)}}});
    }
    return model_bytes(graph);
  };
  EXPECT_TRUE(parse_onnx_model(nest(64)));
  EXPECT_THAT(why_not(nest(65)), HasSubstr("nested too deep"));
  EXPECT_THAT(why_not(nest(500)), HasSubstr("nested too deep"));
}

TEST(OnnxReader, AFileOfNothingButEmptyNodesDoesNotFillTheMemory) {
  std::string nodes;
  for (int i = 0; i < 2'000'001; ++i) nodes += std::string("\x0a\0", 2);
  EXPECT_THAT(why_not(model_bytes(nodes)), HasSubstr("more than 2000000 nodes"));
}

TEST(OnnxReader, NodesInAnyOrderAreSortedAndSortedOnesStay) {
  EXPECT_THAT(
      operators(
          read(model_bytes(graph_of({{.op_type = "Add", .inputs = {"a", "b"}, .outputs = {"y"}},
                                     {.op_type = "Neg", .inputs = {"a"}, .outputs = {"b"}},
                                     {.op_type = "Abs", .inputs = {"x"}, .outputs = {"a"}},
                                     {.op_type = "Exp", .inputs = {"x"}, .outputs = {"e"}}})))
              .graph),
      ElementsAre("Abs", "Neg", "Add", "Exp"));
  EXPECT_THAT(
      operators(read(model_bytes(graph_of({{.op_type = "Exp", .inputs = {"x"}, .outputs = {"e"}},
                                           {.op_type = "Abs", .inputs = {"x"}, .outputs = {"a"}},
                                           {.op_type = "Log", .inputs = {"e"}, .outputs = {"y"}},
                                           {.op_type = "Neg", .inputs = {"a"}, .outputs = {"b"}}})))
                    .graph),
      ElementsAre("Exp", "Abs", "Log", "Neg"));
}

TEST(OnnxReader, CyclesAreNamed) {
  EXPECT_THAT(why_not({{.op_type = "Relu", .inputs = {"x"}, .outputs = {"r"}},
                       {.op_type = "Add", .inputs = {"r", "b"}, .outputs = {"a"}, .name = "one"},
                       {.op_type = "Neg", .inputs = {"a"}, .outputs = {"b"}, .name = "two"},
                       {.op_type = "Abs", .inputs = {"b"}, .outputs = {"y"}, .name = "after"}}),
              "not a valid ONNX model: its nodes wait for each other: node 'two' (Neg) → "
              "node 'one' (Add)");
  EXPECT_THAT(why_not({{.op_type = "Neg", .inputs = {"y"}, .outputs = {"y"}}}),
              HasSubstr("wait for each other: node of 'y' (Neg)"));
  const std::string branch = graph_bytes({.nodes = {}, .outputs = {float_port("y")}});
  EXPECT_THAT(why_not({{.op_type = "If",
                        .inputs = {"x"},
                        .outputs = {"y"},
                        .attributes = {graph_attribute("then_branch", branch)}}}),
              HasSubstr("wait for each other: node of 'y' (If)"));
}

TEST(OnnxReader, ValuesThatNothingDefinesAreErrors) {
  EXPECT_THAT(why_not({{.op_type = "Conv", .inputs = {"x", "w"}, .outputs = {"y"}, .name = "c"}}),
              "not a valid ONNX model: node 'c' (Conv) uses value 'w', which nothing defines: an "
              "initializer or an input is missing");
  EXPECT_THAT(why_not(std::vector<NodeBytes>{}),
              HasSubstr("an output of graph 'graph' uses value 'y', which nothing defines"));
  // What a sub-graph defines is not seen outside.
  const std::string branch =
      graph_bytes({.nodes = nodes_bytes({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"t"}}})});
  EXPECT_THAT(why_not({{.op_type = "If",
                        .inputs = {"x"},
                        .outputs = {"b"},
                        .attributes = {graph_attribute("then_branch", branch)}},
                       {.op_type = "Abs", .inputs = {"t"}, .outputs = {"y"}}}),
              HasSubstr("node of 'y' (Abs) uses value 't', which nothing defines"));
}

TEST(OnnxReader, ValuesAreDefinedOnce) {
  EXPECT_THAT(why_not({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"y"}},
                       {.op_type = "Abs", .inputs = {"x"}, .outputs = {"y"}}}),
              HasSubstr("value 'y' is defined more than once"));
  EXPECT_THAT(why_not({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"x"}}}),
              HasSubstr("value 'x' is defined more than once"));
  const std::string unnamed = tensor_bytes("", JM_UINT8, {1}, "1");
  EXPECT_THAT(why_not(model_bytes(graph_bytes({.initializers = {unnamed}}))),
              HasSubstr("an initializer has no name"));
  EXPECT_THAT(why_not(model_bytes(graph_bytes({.inputs = {float_port("")}}))),
              HasSubstr("an input has no name"));
}

TEST(OnnxReader, EveryDomainIsImported) {
  const std::string relu = graph_of({{.op_type = "Relu", .inputs = {"x"}, .outputs = {"y"}}});
  EXPECT_THAT(why_not({{.op_type = "Relu", .inputs = {"x"}, .outputs = {"y"}, .domain = "d"}}),
              HasSubstr("node of 'y' (Relu) is of domain 'd', of which the model imports no"));
  EXPECT_THAT(why_not(model_bytes(ModelBytes{.graph = relu, .opsets = {}})),
              HasSubstr("domain 'ai.onnx'"));
  const OnnxModel old = read(model_bytes(ModelBytes{.graph = relu, .opsets = {}, .ir_version = 2}));
  EXPECT_EQ(old.graph.nodes.at(0).opset, 1);
  EXPECT_THAT(why_not({{.op_type = "", .inputs = {"x"}, .outputs = {"y"}}}),
              HasSubstr("names no operator"));
}

TEST(OnnxReader, FilesThatAreNoModelsAreRefusedInWords) {
  EXPECT_THAT(why_not(std::string()), HasSubstr("empty"));
  EXPECT_THAT(why_not("<html>"), HasSubstr("not an ONNX model"));
  const std::string whole = relu_model_bytes();
  EXPECT_THAT(why_not(whole.substr(0, whole.size() / 2)), HasSubstr("truncated"));
  const ScratchFolder folder;
  const auto path = folder.write("m.onnx", "nonsense");
  EXPECT_THAT(read_onnx_model(path).error().message,
              StartsWith("cannot read model '" + path.string() + "': "));
  EXPECT_THAT(read_onnx_model(folder.path() / "no").error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace joulemark::model
