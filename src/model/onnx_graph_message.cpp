// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.GraphProto and NodeProto.
#include "model/onnx_decode.h"
#include "model/onnx_port.h"
#include "model/wire.h"

namespace joulemark::model::onnx {

std::string_view normal_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

Node read_node(std::string_view bytes, int depth) {
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

Graph read_graph(std::string_view bytes, int depth) {
  if (depth > kMaxDepth) throw InvalidModel{"its subgraphs are nested too deep"};
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
        graph.inputs.push_back(read_port(wire::message(reader)));
        break;
      case wire::bytes(12):
        graph.outputs.push_back(read_port(wire::message(reader)));
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

}  // namespace joulemark::model::onnx
