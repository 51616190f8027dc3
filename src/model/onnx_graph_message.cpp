// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.GraphProto, NodeProto, FunctionProto and OperatorSetIdProto.
#include <fmt/format.h>

#include "model/onnx_decode.h"
#include "model/onnx_port.h"

namespace joulemark::model::onnx {

std::string_view normal_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

Node Decoder::read_node(std::string_view bytes, int depth) {
  count_message();
  Node node;
  wire::Reader reader = wire::message(bytes);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        node.inputs.push_back(wire::view(reader));
        break;
      case wire::bytes(2):
        node.outputs.push_back(wire::view(reader));
        break;
      case wire::bytes(3):
        node.name = wire::view(reader);
        break;
      case wire::bytes(4):
        node.op_type = wire::view(reader);
        break;
      case wire::bytes(5):
        node.attributes.push_back(read_attribute(wire::view(reader), depth));
        break;
      case wire::bytes(7):
        node.domain = normal_domain(wire::view(reader));
        break;
      case wire::bytes(8):
        node.overload = wire::view(reader);
        break;
      default:
        reader.skip();
    }
  }
  return node;
}

Graph Decoder::read_graph(std::string_view bytes, int depth) {
  count_message();
  if (depth > kMaxDepth) throw InvalidModel{"its sub-graphs are nested too deep"};
  Graph graph;
  wire::Reader reader = wire::message(bytes);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        graph.nodes.push_back(read_node(wire::view(reader), depth));
        break;
      case wire::bytes(2):
        graph.name = wire::view(reader);
        break;
      case wire::bytes(5):
        graph.initializers.push_back(read_tensor(wire::view(reader)));
        break;
      case wire::bytes(11):
        graph.inputs.push_back(read_graph_port(reader));
        break;
      case wire::bytes(12):
        graph.outputs.push_back(read_graph_port(reader));
        break;
      case wire::bytes(15):
        graph.sparse_initializers.push_back(read_sparse_tensor(wire::view(reader)));
        break;
      default:
        reader.skip();
    }
  }
  return graph;
}

Function Decoder::read_function(std::string_view bytes) {
  count_message();
  Function function;
  wire::Reader reader = wire::message(bytes);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        function.name = wire::view(reader);
        break;
      case wire::bytes(4):
        function.inputs.push_back(wire::view(reader));
        break;
      case wire::bytes(5):
        function.outputs.push_back(wire::view(reader));
        break;
      case wire::bytes(7):
        function.nodes.push_back(read_node(wire::view(reader), 1));
        break;
      case wire::bytes(9):
        read_opset(wire::message(reader), function.opsets);
        break;
      case wire::bytes(10):
        function.domain = normal_domain(wire::view(reader));
        break;
      case wire::bytes(11):
        function.defaults.push_back(read_attribute(wire::view(reader), 1));
        break;
      case wire::bytes(13):
        function.overload = wire::view(reader);
        break;
      default:
        reader.skip();
    }
  }
  return function;
}

Port Decoder::read_graph_port(wire::Reader& reader) {
  count_message();
  return read_port(wire::message(reader));
}

void Decoder::count_message() {
  if (++messages_ <= kMaxMessages) return;
  throw InvalidModel{
      fmt::format("it has more than {} nodes, attributes and tensors", kMaxMessages)};
}

void read_opset(wire::Reader reader, Opsets& opsets) {
  std::string_view domain;
  std::int64_t version = 0;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        domain = wire::view(reader);
        break;
      case wire::varint(2):
        version = reader.get_int64();
        break;
      default:
        reader.skip();
    }
  }
  opsets[normal_domain(domain)] = version;
}

}  // namespace joulemark::model::onnx
