// SPDX-License-Identifier: Apache-2.0
#include "fused_graph.h"

#include <gmock/gmock.h>

namespace joulemark::mx {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(FusedGraph, WhatBecameOneNodeIsTold) {
  const FusedGraph graph = read_fused_graph(R"({"nodes": [
      {"op": "null", "name": "x"},
      {"op": "_sg_mkldnn_conv", "name": "c", "subgraphs": [{"nodes": [
          {"op": "null"}, {"op": "Convolution"}, {"op": "Activation"}]}]},
      {"op": "_sg_mkldnn_conv", "name": "d", "subgraphs": [{"nodes": [{"op": "Convolution"}]}]},
      {"op": "Flatten", "name": "f"}]})");
  EXPECT_EQ(graph.nodes, 3);
  EXPECT_THAT(graph.operators, ElementsAre(Pair("Flatten", 1), Pair("_sg_mkldnn_conv", 2)));
  EXPECT_THAT(graph.fused, ElementsAre(Pair("Convolution+Activation", 1)));
}

TEST(FusedGraph, BrokenTextTellsNothing) {
  EXPECT_THAT(read_fused_graph("{").operators, IsEmpty());
  EXPECT_THAT(read_fused_graph("[]").operators, IsEmpty());
  EXPECT_THAT(read_fused_graph(R"({"nodes": [{"op": 3}]})").operators, IsEmpty());
}

}  // namespace
}  // namespace joulemark::mx
