// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/symbol_file.h"

#include <gmock/gmock.h>

#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kSymbol = R"json({"nodes": [
    {"op": "null", "name": "x", "inputs": []},
    {"op": "null", "name": "w", "attrs": {"__shape__": "(4, 8)"}, "inputs": []},
    {"op": "FullyConnected", "name": "fc", "attrs": {"num_hidden": "4", "no_bias": "True"},
     "inputs": [[0, 0, 0], [1, 0, 0]]}],
  "arg_nodes": [0, 1], "heads": [[2, 0, 0]], "attrs": {"mxnet_version": ["int", 10901]}})json";

/// kSymbol with one part of it written otherwise.
std::string with(const std::string& part, const std::string& other) {
  std::string text = kSymbol;
  return text.replace(text.find(part), part.size(), other);
}

std::string why_not(const std::string& json, jm_status status = JM_INVALID_MODEL) {
  try {
    (void)parse_symbol(json);
  } catch (const plugin::Failure& failure) {
    EXPECT_EQ(failure.status, status);
    return failure.message;
  }
  return "";
}

TEST(SymbolFile, NodesHaveAttributesAndInputs) {
  const SymbolFile file = parse_symbol(kSymbol);
  ASSERT_EQ(file.nodes.size(), 3);
  EXPECT_TRUE(file.nodes[1].is_variable());
  EXPECT_EQ(*file.nodes[1].attribute("__shape__"), "(4, 8)");
  EXPECT_EQ(file.nodes[2].op, "FullyConnected");
  EXPECT_EQ(file.nodes[2].attribute("kernel"), nullptr);
  EXPECT_THAT(file.nodes[2].inputs, ElementsAre(SavedEntry{0, 0}, SavedEntry{1, 0}));
  EXPECT_THAT(file.heads, ElementsAre(SavedEntry{2, 0}));
  EXPECT_FALSE(file.numpy_shapes);
}

TEST(SymbolFile, ShapesOfNumpyAreTold) {
  EXPECT_TRUE(
      parse_symbol(with(R"("mxnet_version")", R"("is_np_shape": ["int", 2], "v")")).numpy_shapes);
}

TEST(SymbolFile, AFileThatEndsTooEarlyIsRefusedWhereverItEnds) {
  for (std::size_t size = 0; size < kSymbol.size(); ++size)
    EXPECT_NE(why_not(kSymbol.substr(0, size)), "") << size;
}

TEST(SymbolFile, PlacesOfNodesThatComeLaterOrNeverAreRefused) {
  EXPECT_THAT(why_not(with("[[0, 0, 0], [1", "[[0, 0, 0], [2")), HasSubstr("node 2"));
  EXPECT_THAT(why_not(with("[[2, 0, 0]]", "[[9, 0, 0]]")), HasSubstr("node 9"));
  EXPECT_NE(why_not(with("[[2, 0, 0]]", "[[-1, 0, 0]]")), "");
  EXPECT_NE(why_not(with("[[2, 0, 0]]", "[]")), "");
}

TEST(SymbolFile, OtherJsonIsRefused) {
  for (const char* json : {"[]", "3", "{}", R"({"nodes": {}})", R"({"nodes": [3]})",
                           R"({"nodes": [{"op": 3, "name": "x"}]})",
                           R"({"nodes": [{"op": "a", "name": "x", "attrs": {"k": 1}}]})"})
    EXPECT_NE(why_not(json), "") << json;
}

TEST(SymbolFile, VariablesOfOneNameAreRefused) {
  EXPECT_THAT(why_not(with(R"("w")", R"("x")")), HasSubstr("two variables 'x'"));
}

TEST(SymbolFile, OperatorsThatReachOutsideAreUnsupported) {
  for (const char* op : {"Custom", "_Native", "_cvimread"})
    EXPECT_THAT(why_not(with("FullyConnected", op), JM_UNSUPPORTED), HasSubstr("outside")) << op;
  EXPECT_THAT(
      why_not(with(R"("name": "fc",)", R"("name": "fc", "subgraphs": [],)"), JM_UNSUPPORTED),
      HasSubstr("a graph of its own"));
}

TEST(SymbolFile, AnOutputThatIsAVariableIsUnsupported) {
  EXPECT_NE(why_not(with("[[2, 0, 0]]", "[[0, 0, 0]]"), JM_UNSUPPORTED), "");
  EXPECT_NE(why_not(with("[[2, 0, 0]]", "[[2, 0, 0], [2, 0, 0]]"), JM_UNSUPPORTED), "");
}

}  // namespace
}  // namespace joulemark::mx
