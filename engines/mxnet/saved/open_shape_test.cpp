// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/open_shape.h"

#include <gtest/gtest.h>

namespace joulemark::mx {
namespace {

TEST(OpenShape, TextsAreReadWithWhatIsNotKnownOpen) {
  EXPECT_EQ(shape_of_text("(1, 3, 224, 224)"), (Ints{1, 3, 224, 224}));
  EXPECT_EQ(shape_of_text("(0,None,-1, 7)"), (Ints{-1, -1, -1, 7}));
  EXPECT_EQ(shape_of_text("(5,)"), Ints{5});
  for (const char* text : {"", "()", "3", "(", "(1, x)", "(99999999999999999999)", "(1,,2)"})
    EXPECT_EQ(shape_of_text(text), std::nullopt) << text;
}

/// A variable, a weight, an operator between, a convolution.
SymbolFile network(const std::string& between) {
  SymbolFile file;
  file.nodes.resize(4);
  file.nodes[0].name = "data";
  file.nodes[1].name = "weight";
  file.nodes[2] = {between, "between", {}, {{0, 0}}};
  file.nodes[3] = {"Convolution", "conv", {{"num_group", "2"}}, {{2, 0}, {1, 0}}};
  return file;
}

std::optional<Ints> weight_sizes(const std::string& name) {
  if (name != "weight") return std::nullopt;
  return Ints{8, 3, 5, 5};
}

TEST(OpenShape, AConvolutionTellsRankAndChannels) {
  EXPECT_EQ(open_shape(network("BatchNorm"), 0, weight_sizes), (Ints{-1, 6, -1, -1}));
  EXPECT_EQ(open_shape(network("Flatten"), 0, weight_sizes), std::nullopt);
}

TEST(OpenShape, ChannelsThatComeLastTellNothing) {
  SymbolFile file = network("_copy");
  file.nodes[3].attrs.emplace_back("layout", "NHWC");
  EXPECT_EQ(open_shape(file, 0, weight_sizes), std::nullopt);
}

TEST(OpenShape, TheVariablesOwnWordComesFirst) {
  SymbolFile file = network("BatchNorm");
  file.nodes[0].attrs.emplace_back("__shape__", "(0, 6, 32, 32)");
  EXPECT_EQ(open_shape(file, 0, weight_sizes), (Ints{-1, 6, 32, 32}));
}

}  // namespace
}  // namespace joulemark::mx
