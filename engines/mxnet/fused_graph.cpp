// SPDX-License-Identifier: Apache-2.0
#include "fused_graph.h"

#include <nlohmann/json.hpp>

namespace joulemark::mx {
namespace {

bool is_variable(const std::string& op) {
  return op == "null";
}

/// The operators of the symbols inside of a node, in their order.
std::string fused_name(const nlohmann::json& node) {
  std::string name;
  if (!node.contains("subgraphs")) return name;
  for (const nlohmann::json& graph : node["subgraphs"])
    for (const nlohmann::json& inner : graph.value("nodes", nlohmann::json::array())) {
      const std::string op = inner.value("op", "null");
      if (!is_variable(op)) name += (name.empty() ? "" : "+") + op;
    }
  return name;
}

void read_node(const nlohmann::json& node, FusedGraph& graph) {
  const std::string op = node.value("op", "null");
  if (is_variable(op)) return;
  ++graph.nodes;
  ++graph.operators[op];
  if (const std::string name = fused_name(node); name.find('+') != std::string::npos)
    ++graph.fused[name];
}

}  // namespace

FusedGraph read_fused_graph(std::string_view json) {
  FusedGraph graph;
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return graph;
  try {
    for (const nlohmann::json& node : parsed.value("nodes", nlohmann::json::array()))
      read_node(node, graph);
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  return graph;
}

}  // namespace joulemark::mx
