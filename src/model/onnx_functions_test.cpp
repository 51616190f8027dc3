// SPDX-License-Identifier: Apache-2.0
// Calls of a model's own functions become the nodes of their bodies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/onnx_reader.h"
#include "model/testing/onnx_bytes.h"

namespace joulemark::model {
namespace {

using namespace joulemark::testing;  // NOLINT(google-build-using-namespace): builders of bytes
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A model from x to y that calls functions of domain "local".
std::string model_of(const std::vector<NodeBytes>& nodes,
                     const std::vector<FunctionBytes>& functions) {
  ModelBytes model{.graph = graph_of(nodes), .opsets = {{"", 17}, {"local", 1}}};
  for (const FunctionBytes& function : functions) {
    model.functions.push_back(function_bytes(function));
  }
  return model_bytes(model);
}

std::vector<OnnxNode> nodes_of(const std::string& bytes) {
  auto model = parse_onnx_model(bytes);
  EXPECT_TRUE(model) << model.error().message;
  return model ? std::move(model->graph.nodes) : std::vector<OnnxNode>{};
}

std::string why_not(const std::string& bytes, ErrorKind kind = ErrorKind::kFailed) {
  const auto model = parse_onnx_model(bytes);
  if (model) return "it was read";
  EXPECT_EQ(model.error().kind, kind);
  return model.error().message;
}

/// A call of a function from x to y.
NodeBytes call_of(const std::string& function, const std::vector<std::string>& attributes = {}) {
  return {.op_type = function,
          .inputs = {"x"},
          .outputs = {"y"},
          .attributes = attributes,
          .name = "call",
          .domain = "local"};
}

/// "OP name: inputs -> outputs"
std::vector<std::string> text_of(const std::vector<OnnxNode>& nodes) {
  std::vector<std::string> lines;
  for (const OnnxNode& node : nodes) {
    std::string line = node.op_type + " " + node.name + ":";
    for (const std::string& input : node.inputs) line += " " + (input.empty() ? "-" : input);
    line += " ->";
    for (const std::string& output : node.outputs) line += " " + (output.empty() ? "-" : output);
    lines.push_back(line);
  }
  return lines;
}

const std::vector<std::string> kTwice =
    nodes_bytes({{.op_type = "Relu", .inputs = {"a"}, .outputs = {"t"}, .name = "relu"},
                 {.op_type = "Add", .inputs = {"t", "a"}, .outputs = {"r"}}});

TEST(OnnxFunctions, ABodyTakesThePlaceOfItsCall) {
  EXPECT_THAT(
      text_of(nodes_of(model_of(
          {call_of("F")}, {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice}}))),
      ElementsAre("Relu call/relu: x -> call/t", "Add call: call/t x -> y"));
}

TEST(OnnxFunctions, ValuesOfEachCallAreItsOwn) {
  const std::vector<NodeBytes> calls = {
      {.op_type = "F", .inputs = {"x"}, .outputs = {"z"}, .domain = "local"},
      {.op_type = "F", .inputs = {"z"}, .outputs = {"y"}, .domain = "local"}};
  EXPECT_THAT(text_of(nodes_of(model_of(
                  calls, {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice}}))),
              ElementsAre("Relu F/relu: x -> F/t", "Add F: F/t x -> z", "Relu F/relu: z -> F/t#2",
                          "Add F: F/t#2 z -> y"));
}

TEST(OnnxFunctions, FunctionsCallFunctions) {
  const FunctionBytes inner{.name = "G", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice};
  const FunctionBytes outer{
      .name = "F",
      .inputs = {"p"},
      .outputs = {"q"},
      .nodes = nodes_bytes(
          {{.op_type = "G", .inputs = {"p"}, .outputs = {"q"}, .name = "g", .domain = "local"}})};
  EXPECT_THAT(text_of(nodes_of(model_of({call_of("F")}, {outer, inner}))),
              ElementsAre("Relu call/g/relu: x -> call/g/t", "Add call/g: call/g/t x -> y"));
}

TEST(OnnxFunctions, TheFunctionSaysTheOpsetOfItsNodes) {
  const auto nodes = nodes_of(model_of(
      {call_of("F")},
      {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice, .opsets = {{"", 13}}}}));
  EXPECT_EQ(nodes.at(0).opset, 13);
  const auto imported_by_model = nodes_of(
      model_of({call_of("F")},
               {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice, .opsets = {}}}));
  EXPECT_EQ(imported_by_model.at(0).opset, 17);
}

TEST(OnnxFunctions, WhatACallLeavesOutIsLeftOutInside) {
  const std::vector<NodeBytes> body = {
      {.op_type = "Clip", .inputs = {"a", "low", "high"}, .outputs = {"r", "s"}},
      {.op_type = "Neg", .inputs = {"s"}, .outputs = {"u"}}};
  const FunctionBytes function{.name = "F",
                               .inputs = {"a", "low", "high"},
                               .outputs = {"r", "s"},
                               .nodes = nodes_bytes(body)};
  NodeBytes call = call_of("F");
  call.inputs = {"x", "", "x"};
  EXPECT_EQ(text_of(nodes_of(model_of({call}, {function}))).at(0), "Clip call: x - x -> y call/s");
  call.inputs = {"x"};
  call.outputs = {"y", ""};
  EXPECT_EQ(text_of(nodes_of(model_of({call}, {function}))).at(0), "Clip call: x - - -> y call/s");
}

TEST(OnnxFunctions, AnOutputThatIsAnInputIsPassedThrough) {
  EXPECT_THAT(text_of(nodes_of(
                  model_of({call_of("F")}, {{.name = "F", .inputs = {"a"}, .outputs = {"a"}}}))),
              ElementsAre("Identity call: x -> y"));
  NodeBytes call = call_of("F");
  call.outputs = {"y", "z"};
  EXPECT_THAT(
      text_of(nodes_of(model_of(
          {call}, {{.name = "F", .inputs = {"a"}, .outputs = {"r", "r"}, .nodes = kTwice}}))),
      ElementsAre("Relu call/relu: x -> call/t", "Add call: call/t x -> y",
                  "Identity call: y -> z"));
  call.inputs = {};
  EXPECT_THAT(why_not(model_of({call}, {{.name = "F", .inputs = {"a"}, .outputs = {"a", "a"}}})),
              HasSubstr("node 'call' leaves out 'a', which function 'F' gives back"));
  call.inputs = call.outputs = {"y"};
  EXPECT_THAT(why_not(model_of({call}, {{.name = "F", .inputs = {"a"}, .outputs = {"a"}}})),
              HasSubstr("wait for each other: node 'call' (Identity)"));
}

/// Softmax whose axis and beta the call says; axis is 1 when it does not.
FunctionBytes softmax() {
  return {.name = "F",
          .inputs = {"a"},
          .outputs = {"r"},
          .nodes = nodes_bytes({{.op_type = "Softmax",
                                 .inputs = {"a"},
                                 .outputs = {"r"},
                                 .attributes = {attribute_reference("axis", 2, "where"),
                                                attribute_reference("beta", 1, "beta")}}}),
          .attributes = {"beta"},
          .defaults = {int_attribute("where", 1)}};
}

TEST(OnnxFunctions, AttributesComeFromTheCallOrTheirDefault) {
  const auto given = nodes_of(model_of({call_of("F", {int_attribute("where", 5)})}, {softmax()}));
  EXPECT_EQ(std::get<std::int64_t>(*given.at(0).attribute("axis")), 5);
  EXPECT_EQ(given.at(0).attribute("beta"), nullptr);
  EXPECT_EQ(given.at(0).attribute("where"), nullptr);
  const auto left_out = nodes_of(model_of({call_of("F")}, {softmax()}));
  EXPECT_EQ(std::get<std::int64_t>(*left_out.at(0).attribute("axis")), 1);
}

TEST(OnnxFunctions, AttributesAreGivenOnToFunctionsInside) {
  const FunctionBytes outer{
      .name = "G",
      .inputs = {"a"},
      .outputs = {"r"},
      .nodes = nodes_bytes({{.op_type = "F",
                             .inputs = {"a"},
                             .outputs = {"r"},
                             .attributes = {attribute_reference("where", 2, "outer")},
                             .domain = "local"}}),
      .attributes = {"outer"}};
  const auto given =
      nodes_of(model_of({call_of("G", {int_attribute("outer", 7)})}, {outer, softmax()}));
  EXPECT_EQ(std::get<std::int64_t>(*given.at(0).attribute("axis")), 7);
  // The outer call gives nothing on, so that the default of the inner function holds.
  const auto left_out = nodes_of(model_of({call_of("G")}, {outer, softmax()}));
  EXPECT_EQ(std::get<std::int64_t>(*left_out.at(0).attribute("axis")), 1);
}

TEST(OnnxFunctions, AttributesOfAnotherTypeAreErrors) {
  const std::string as_float =
      attribute_bytes("where", 1, [](auto& writer) { writer.add_float(2, 1); });
  EXPECT_THAT(why_not(model_of({call_of("F", {as_float})}, {softmax()})),
              HasSubstr("attribute 'axis' of node 'call' (Softmax): it refers to attribute 'where' "
                        "of function 'F' as type INT, but that is of type FLOAT"));
  EXPECT_THAT(why_not(model_of({call_of("F", {as_float, as_float})}, {softmax()})),
              HasSubstr("attribute 'where' of node 'call' (F): it is given twice"));
  const std::string graph =
      graph_attribute("beta", graph_of({{.op_type = "Neg", .inputs = {"x"}, .outputs = {"y"}}}));
  EXPECT_THAT(why_not(model_of({call_of("F", {graph})}, {softmax()}), ErrorKind::kUnsupported),
              HasSubstr("'beta' of function 'F', whose type GRAPH is not supported there"));
}

TEST(OnnxFunctions, SubgraphsInBodiesSeeTheBodyAndItsAttributes) {
  const std::string branch = graph_bytes(
      {.nodes = nodes_bytes({{.op_type = "Concat",
                              .inputs = {"a", "t"},
                              .outputs = {"b"},
                              .attributes = {attribute_reference("axis", 2, "where")}}}),
       .outputs = {float_port("b")}});
  const FunctionBytes function{
      .name = "F",
      .inputs = {"a"},
      .outputs = {"r"},
      .nodes = nodes_bytes({{.op_type = "If",
                             .inputs = {"a"},
                             .outputs = {"r"},
                             .attributes = {graph_attribute("then_branch", branch)}},
                            {.op_type = "Neg", .inputs = {"a"}, .outputs = {"t"}}}),
      .attributes = {"where"}};
  const auto nodes = nodes_of(model_of({call_of("F", {int_attribute("where", 2)})}, {function}));
  EXPECT_THAT(text_of(nodes), ElementsAre("Neg call: x -> call/t", "If call: x -> y"));
  const auto graph =
      std::get<std::shared_ptr<const OnnxGraph>>(*nodes.at(1).attribute("then_branch"));
  EXPECT_THAT(text_of(graph->nodes), ElementsAre("Concat call: x call/t -> call/b"));
  EXPECT_EQ(graph->outputs.at(0).name, "call/b");
  EXPECT_EQ(std::get<std::int64_t>(*graph->nodes.at(0).attribute("axis")), 2);
}

TEST(OnnxFunctions, CallsInSubgraphsAreExpandedThere) {
  const std::string branch =
      graph_bytes({.nodes = nodes_bytes(
                       {{.op_type = "F", .inputs = {"x"}, .outputs = {"b"}, .domain = "local"}}),
                   .outputs = {float_port("b")}});
  const auto nodes =
      nodes_of(model_of({{.op_type = "If",
                          .inputs = {"x"},
                          .outputs = {"y"},
                          .attributes = {graph_attribute("then_branch", branch)}}},
                        {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice}}));
  const auto graph =
      std::get<std::shared_ptr<const OnnxGraph>>(*nodes.at(0).attribute("then_branch"));
  EXPECT_THAT(text_of(graph->nodes), ElementsAre("Relu F/relu: x -> F/t", "Add F: F/t x -> b"));
}

TEST(OnnxFunctions, OverloadsAreToldApart) {
  const auto body = [](const std::string& op_type) {
    return nodes_bytes({{.op_type = op_type, .inputs = {"a"}, .outputs = {"r"}}});
  };
  const FunctionBytes plain{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = body("Abs")};
  FunctionBytes other = plain;
  other.nodes = body("Neg");
  EXPECT_THAT(why_not(model_of({call_of("F")}, {plain, other})),
              HasSubstr("function 'F' of domain 'local' is defined more than once"));
  other.overload = "other";
  NodeBytes call = call_of("F");
  call.overload = "other";
  EXPECT_EQ(nodes_of(model_of({call}, {plain, other})).at(0).op_type, "Neg");
  EXPECT_EQ(nodes_of(model_of({call_of("F")}, {plain, other})).at(0).op_type, "Abs");
}

TEST(OnnxFunctions, CallsThatDoNotFitAreErrors) {
  const FunctionBytes function{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice};
  NodeBytes call = call_of("F");
  call.inputs = {"x", "x"};
  EXPECT_THAT(why_not(model_of({call}, {function})),
              HasSubstr("node 'call' has 2 inputs, function 'F' only 1"));
  call.inputs = {"x"};
  call.outputs = {"y", "z"};
  EXPECT_THAT(why_not(model_of({call}, {function})),
              HasSubstr("node 'call' has 2 outputs, function 'F' only 1"));
  call.outputs = {"y"};
  call.inputs = {"w"};
  EXPECT_THAT(why_not(model_of({call}, {function})),
              HasSubstr("node 'call' (F) uses value 'w', which nothing defines"));
}

TEST(OnnxFunctions, BodiesThatBreakTheRulesAreErrors) {
  const FunctionBytes function{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = kTwice};
  FunctionBytes broken = function;
  broken.outputs = {"nothing"};
  EXPECT_THAT(why_not(model_of({call_of("F")}, {broken})),
              HasSubstr("an output of function 'F' uses value 'nothing', which nothing defines"));
  broken = function;
  broken.inputs = {"a", "a"};
  EXPECT_THAT(why_not(model_of({call_of("F")}, {broken})),
              HasSubstr("function 'F' has input 'a' more than once"));
  broken = function;
  broken.inputs = {"a", "r"};
  EXPECT_THAT(why_not(model_of({call_of("F")}, {broken})),
              HasSubstr("value 'r' is defined more than once"));
  // A body does not see the graph of its call.
  broken = function;
  broken.inputs = {"b"};
  EXPECT_THAT(why_not(model_of({call_of("F")}, {broken})), HasSubstr("uses value 'a'"));
}

/// A function that calls another, or runs an operator (domain ""), this often.
FunctionBytes repeated(const std::string& name, const std::string& callee,
                       const std::string& domain, std::size_t times) {
  std::vector<NodeBytes> body(times, {.op_type = callee, .inputs = {"a"}, .domain = domain});
  body.push_back({.op_type = callee, .inputs = {"a"}, .outputs = {"r"}, .domain = domain});
  return {.name = name, .inputs = {"a"}, .outputs = {"r"}, .nodes = nodes_bytes(body)};
}

TEST(OnnxFunctions, RecursionIsRefused) {
  EXPECT_THAT(why_not(model_of({call_of("F")},
                               {repeated("F", "G", "local", 0), repeated("G", "F", "local", 0)})),
              HasSubstr("function 'F' calls itself at node 'call/G/F'"));
}

TEST(OnnxFunctions, ExpansionIsBounded) {
  const FunctionBytes inner = repeated("G", "Neg", "", 999);
  EXPECT_EQ(nodes_of(model_of({call_of("F")}, {repeated("F", "G", "local", 9), inner})).size(),
            10'000u);
  std::vector<FunctionBytes> functions;
  for (int level = 0; level < 60; ++level) {
    functions.push_back(
        repeated("F" + std::to_string(level), "F" + std::to_string(level + 1), "local", 1));
  }
  functions.push_back(repeated("F60", "Neg", "", 0));
  EXPECT_THAT(why_not(model_of({call_of("F0")}, functions)),
              HasSubstr("it has more than 500000 nodes, those of its functions included"));
}

TEST(OnnxFunctions, ADeepChainOfCallsIsRefused) {
  std::vector<FunctionBytes> functions;
  for (int level = 0; level < 80; ++level) {
    functions.push_back(
        repeated("F" + std::to_string(level), "F" + std::to_string(level + 1), "local", 0));
  }
  EXPECT_THAT(why_not(model_of({call_of("F0")}, functions)), HasSubstr("nested too deep"));
}

TEST(OnnxFunctions, CallsOfFunctionsThatAreAllInterfaceAreBounded) {
  FunctionBytes wide = repeated("G", "Neg", "", 0);
  for (int i = 0; i < 10'000; ++i) wide.inputs.push_back("i" + std::to_string(i));
  EXPECT_THAT(why_not(model_of({call_of("F")}, {repeated("F", "G", "local", 1000), wide})),
              HasSubstr("its functions expand to more than 256 MiB"));
}

TEST(OnnxFunctions, CopiesOfLargeAttributesAreBounded) {
  const std::string words = attribute_bytes("words", 3, [](auto& writer) {
    writer.add_string(4, std::string(std::size_t{4} << 20, 'w'));
  });
  std::vector<NodeBytes> body(
      100,
      {.op_type = "Neg", .inputs = {"a"}, .attributes = {attribute_reference("s", 3, "words")}});
  body.push_back({.op_type = "Neg", .inputs = {"a"}, .outputs = {"r"}});
  EXPECT_THAT(why_not(model_of(
                  {call_of("F", {words})},
                  {{.name = "F", .inputs = {"a"}, .outputs = {"r"}, .nodes = nodes_bytes(body)}})),
              HasSubstr("its functions expand to more than 256 MiB of nodes"));
}

}  // namespace
}  // namespace joulemark::model
