// SPDX-License-Identifier: Apache-2.0
#include "ran_graph.h"

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <vector>

namespace joulemark::tf {
namespace {

using protozero::pbf_reader;

// Field numbers of tensorflow/core: config.proto, graph.proto, node_def.proto, attr_value.proto.
constexpr int kPartitionGraphs = 3;  // of RunMetadata
constexpr int kNode = 1;             // of GraphDef
constexpr int kOp = 2;               // of NodeDef
constexpr int kAttr = 5;
constexpr int kList = 1;   // of AttrValue
constexpr int kBytes = 2;  // of AttrValue, and of its list

struct Attribute {
  std::string text;
  std::vector<std::string> list;
};

Attribute read_value(pbf_reader value) {
  Attribute attribute;
  while (value.next()) {
    if (value.tag() == kBytes) {
      attribute.text = value.get_string();
    } else if (value.tag() == kList) {
      pbf_reader list = value.get_message();
      while (list.next(kBytes, protozero::pbf_wire_type::length_delimited))
        attribute.list.push_back(list.get_string());
    } else {
      value.skip();
    }
  }
  return attribute;
}

/// "_FusedConv2D" → "Conv2D", "_MklNativeFusedMatMul" → "MatMul".
std::string base_of(std::string op) {
  for (const std::string_view prefix : {"_MklNative", "_Mkl", "_Native", "_", "Fused"})
    if (op.rfind(prefix, 0) == 0) op.erase(0, prefix.size());
  return op;
}

/// An entry of the map of attributes; true and `key`, `value` where it is whole.
bool read_entry(pbf_reader entry, const std::string& op, std::string& key, Attribute& value) {
  const bool is_fused = op.find("Fused") != std::string::npos;
  while (entry.next()) {
    if (entry.tag() == 1) {
      key = entry.get_string();
      // Weights are attributes too: only these two are looked into.
      if (key != "data_format" && !(is_fused && key == "fused_ops")) return false;
    } else if (entry.tag() == 2) {
      value = read_value(entry.get_message());
    } else {
      entry.skip();
    }
  }
  return !key.empty();
}

void read_node(pbf_reader node, RanGraph& graph) {
  std::string op;
  while (node.next()) {
    if (node.tag() == kOp) {
      op = node.get_string();
      ++graph.operators[op];
    } else if (node.tag() == kAttr) {
      std::string key;
      Attribute value;
      if (!read_entry(node.get_message(), op, key, value)) continue;
      if (key == "data_format") {
        ++graph.layouts[value.text];
      } else if (!value.list.empty()) {
        std::string name = base_of(op);
        for (const std::string& each : value.list) name += "+" + each;
        ++graph.fused[name];
      }
    } else {
      node.skip();
    }
  }
}

}  // namespace

RanGraph read_ran_graph(std::string_view metadata) {
  RanGraph ran;
  try {
    pbf_reader run{metadata.data(), metadata.size()};
    while (run.next(kPartitionGraphs, protozero::pbf_wire_type::length_delimited)) {
      pbf_reader graph = run.get_message();
      while (graph.next(kNode, protozero::pbf_wire_type::length_delimited))
        read_node(graph.get_message(), ran);
    }
  } catch (const protozero::exception&) {
    return ran;
  }
  return ran;
}

}  // namespace joulemark::tf
