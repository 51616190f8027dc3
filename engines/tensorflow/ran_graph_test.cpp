// SPDX-License-Identifier: Apache-2.0
#include "ran_graph.h"

#include <gmock/gmock.h>

#include <protozero/pbf_writer.hpp>

namespace joulemark::tf {
namespace {

using protozero::pbf_writer;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string attribute(const std::string& key, const std::string& value) {
  std::string entry;
  pbf_writer writer(entry);
  writer.add_string(1, key);
  writer.add_message(2, value);
  return entry;
}

std::string text_value(const std::string& text) {
  std::string value;
  pbf_writer(value).add_bytes(2, text);
  return value;
}

std::string list_value(const std::vector<std::string>& texts) {
  std::string list;
  pbf_writer writer(list);
  for (const std::string& text : texts) writer.add_bytes(2, text);
  std::string value;
  pbf_writer(value).add_message(1, list);
  return value;
}

std::string node(const std::string& op, const std::vector<std::string>& attributes) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, "a name");
  writer.add_string(2, op);
  for (const std::string& each : attributes) writer.add_message(5, each);
  return bytes;
}

std::string metadata(const std::vector<std::string>& nodes) {
  std::string graph;
  pbf_writer writer(graph);
  for (const std::string& each : nodes) writer.add_message(1, each);
  std::string run;
  pbf_writer(run).add_message(3, graph);
  return run;
}

TEST(RanGraph, CountsOperatorsAndWhatWasFused) {
  const std::string fused =
      node("_MklNativeFusedConv2D", {attribute("data_format", text_value("NHWC")),
                                     attribute("fused_ops", list_value({"BiasAdd", "Relu"})),
                                     attribute("value", text_value("weights"))});
  const RanGraph ran = read_ran_graph(metadata({fused, fused, node("Softmax", {})}));
  EXPECT_THAT(ran.operators,
              UnorderedElementsAre(Pair("_MklNativeFusedConv2D", 2), Pair("Softmax", 1)));
  EXPECT_THAT(ran.fused, UnorderedElementsAre(Pair("Conv2D+BiasAdd+Relu", 2)));
  EXPECT_THAT(ran.layouts, UnorderedElementsAre(Pair("NHWC", 2)));
}

TEST(RanGraph, BrokenBytesGiveWhatCameBefore) {
  std::string bytes = metadata({node("Relu", {})});
  bytes += "\x1a\x7f\x0a";
  EXPECT_THAT(read_ran_graph(bytes).operators, UnorderedElementsAre(Pair("Relu", 1)));
}

}  // namespace
}  // namespace joulemark::tf
