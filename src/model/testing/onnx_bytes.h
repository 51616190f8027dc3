// SPDX-License-Identifier: Apache-2.0
// Small ONNX files as bytes, for tests and as seeds of the fuzz targets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/engine_abi.h"

namespace joulemark::testing {

/// A TypeProto.Dimension: a number, or a symbol when `symbol` is not empty.
struct DimBytes {
  std::int64_t value = 0;
  std::string symbol;
};

inline std::string tensor_type_bytes(std::int32_t dtype, const std::vector<DimBytes>& dims) {
  std::string shape;
  for (const DimBytes& dim : dims) {
    protozero::pbf_writer writer(shape);
    protozero::pbf_writer entry(writer, 1);
    if (dim.symbol.empty()) {
      entry.add_int64(1, dim.value);
    } else {
      entry.add_string(2, dim.symbol);
    }
  }
  std::string tensor;
  protozero::pbf_writer writer(tensor);
  writer.add_int32(1, dtype);
  writer.add_message(2, shape);
  std::string type;
  protozero::pbf_writer(type).add_message(1, tensor);
  return type;
}

inline std::string port_bytes(const std::string& name, const std::string& type) {
  std::string port;
  protozero::pbf_writer writer(port);
  writer.add_string(1, name);
  writer.add_message(2, type);
  return port;
}

/// A NodeProto; the attributes are already serialised.
struct NodeBytes {
  std::string op_type;
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<std::string> attributes = {};
  std::string name = {};
  std::string domain = {};
  std::string overload = {};
};

inline std::string node_bytes(const NodeBytes& parts) {
  std::string node;
  protozero::pbf_writer writer(node);
  for (const auto& input : parts.inputs) writer.add_string(1, input);
  for (const auto& output : parts.outputs) writer.add_string(2, output);
  if (!parts.name.empty()) writer.add_string(3, parts.name);
  writer.add_string(4, parts.op_type);
  for (const auto& attribute : parts.attributes) writer.add_message(5, attribute);
  if (!parts.domain.empty()) writer.add_string(7, parts.domain);
  if (!parts.overload.empty()) writer.add_string(8, parts.overload);
  return node;
}

inline std::vector<std::string> nodes_bytes(const std::vector<NodeBytes>& nodes) {
  std::vector<std::string> serialised;
  for (const NodeBytes& node : nodes) serialised.push_back(node_bytes(node));
  return serialised;
}

inline std::string node_bytes(const std::string& op_type, const std::string& domain = "") {
  return node_bytes(NodeBytes{.op_type = op_type, .domain = domain});
}

/// An AttributeProto of a type (the number in AttributeProto.AttributeType; 0: none declared) whose
/// value `write` writes with the writer that it gets.
template <class Write>
std::string attribute_bytes(const std::string& name, std::int32_t type, const Write& write) {
  std::string attribute;
  protozero::pbf_writer writer(attribute);
  writer.add_string(1, name);
  write(writer);
  if (type != 0) writer.add_int32(20, type);
  return attribute;
}

inline std::string int_attribute(const std::string& name, std::int64_t value) {
  return attribute_bytes(name, 2, [&](auto& writer) { writer.add_int64(3, value); });
}

inline std::string graph_attribute(const std::string& name, const std::string& graph) {
  return attribute_bytes(name, 5, [&](auto& writer) { writer.add_message(6, graph); });
}

/// Takes its value from attribute `of` of the function around it.
inline std::string attribute_reference(const std::string& name, std::int32_t type,
                                       const std::string& of) {
  return attribute_bytes(name, type, [&](auto& writer) { writer.add_string(21, of); });
}

/// A dense tensor with `raw_data`.
inline std::string tensor_bytes(const std::string& name, std::int32_t dtype,
                                const std::vector<std::int64_t>& dims, const std::string& raw) {
  std::string tensor;
  protozero::pbf_writer writer(tensor);
  for (const std::int64_t dim : dims) writer.add_int64(1, dim);
  writer.add_int32(2, dtype);
  writer.add_string(8, name);
  writer.add_bytes(9, raw);
  return tensor;
}

/// A float32 tensor whose data lie in another file.
inline std::string external_tensor_bytes(
    const std::string& name, std::int64_t elements,
    std::initializer_list<std::pair<const char*, std::string>> entries) {
  std::string tensor;
  protozero::pbf_writer writer(tensor);
  writer.add_int64(1, elements);
  writer.add_int32(2, JM_FLOAT32);
  writer.add_string(8, name);
  for (const auto& [key, value] : entries) {
    protozero::pbf_writer entry(writer, 13);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  writer.add_int32(14, 1);
  return tensor;
}

/// The parts of a graph, each already serialised.
struct GraphBytes {
  std::vector<std::string> nodes = {}, initializers = {}, inputs = {}, outputs = {};
};

inline std::string graph_bytes(const GraphBytes& parts) {
  std::string graph;
  protozero::pbf_writer writer(graph);
  for (const auto& node : parts.nodes) writer.add_message(1, node);
  writer.add_string(2, "graph");
  for (const auto& initializer : parts.initializers) writer.add_message(5, initializer);
  for (const auto& input : parts.inputs) writer.add_message(11, input);
  for (const auto& output : parts.outputs) writer.add_message(12, output);
  return graph;
}

/// A domain and its version.
using OpsetBytes = std::pair<std::string, std::int64_t>;

inline void add_opsets(protozero::pbf_writer& writer, std::uint32_t field,
                       const std::vector<OpsetBytes>& opsets) {
  for (const auto& [domain, version] : opsets) {
    protozero::pbf_writer opset(writer, field);
    opset.add_string(1, domain);
    opset.add_int64(2, version);
  }
}

/// A FunctionProto of domain "local"; nodes and defaults of attributes are already serialised.
struct FunctionBytes {
  std::string name;
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<std::string> nodes = {};
  std::vector<std::string> attributes = {};
  std::vector<std::string> defaults = {};
  std::vector<OpsetBytes> opsets = {{"", 17}};
  std::string overload = {};
};

inline std::string function_bytes(const FunctionBytes& parts) {
  std::string function;
  protozero::pbf_writer writer(function);
  writer.add_string(1, parts.name);
  for (const auto& input : parts.inputs) writer.add_string(4, input);
  for (const auto& output : parts.outputs) writer.add_string(5, output);
  for (const auto& attribute : parts.attributes) writer.add_string(6, attribute);
  for (const auto& node : parts.nodes) writer.add_message(7, node);
  add_opsets(writer, 9, parts.opsets);
  writer.add_string(10, "local");
  for (const auto& attribute : parts.defaults) writer.add_message(11, attribute);
  if (!parts.overload.empty()) writer.add_string(13, parts.overload);
  return function;
}

/// A ModelProto around a graph and functions that are already serialised.
struct ModelBytes {
  std::string graph;
  std::vector<std::string> functions = {};
  std::vector<OpsetBytes> opsets = {{"", 17}};
  std::int64_t ir_version = 8;
};

inline std::string model_bytes(const ModelBytes& parts) {
  std::string model;
  protozero::pbf_writer writer(model);
  writer.add_int64(1, parts.ir_version);
  writer.add_string(2, "tests");
  writer.add_message(7, parts.graph);
  add_opsets(writer, 8, parts.opsets);
  for (const auto& function : parts.functions) writer.add_message(25, function);
  return model;
}

/// A port of float32 tensors of one element.
inline std::string float_port(const std::string& name) {
  return port_bytes(name, tensor_type_bytes(JM_FLOAT32, {{1, ""}}));
}

/// A graph from x to y, both float32.
inline std::string graph_of(const std::vector<NodeBytes>& nodes) {
  return graph_bytes(
      {.nodes = nodes_bytes(nodes), .inputs = {float_port("x")}, .outputs = {float_port("y")}});
}

inline std::string model_bytes(const std::string& graph) {
  return model_bytes(ModelBytes{.graph = graph});
}

/// A model of one Relu from x[batch, 3] to y.
inline std::string relu_model_bytes() {
  const std::string type = tensor_type_bytes(JM_FLOAT32, {{0, "batch"}, {3, ""}});
  return model_bytes(graph_bytes(
      {.nodes = {node_bytes(NodeBytes{.op_type = "Relu", .inputs = {"x"}, .outputs = {"y"}})},
       .initializers = {},
       .inputs = {port_bytes("x", type)},
       .outputs = {port_bytes("y", type)}}));
}

}  // namespace joulemark::testing
