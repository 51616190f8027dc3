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

inline std::string node_bytes(const std::string& op_type, const std::string& domain = "") {
  std::string node;
  protozero::pbf_writer writer(node);
  writer.add_string(4, op_type);
  if (!domain.empty()) writer.add_string(7, domain);
  return node;
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
  std::vector<std::string> nodes, initializers, inputs, outputs;
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

inline std::string model_bytes(const std::string& graph) {
  std::string model;
  protozero::pbf_writer writer(model);
  writer.add_int64(1, 8);
  writer.add_string(2, "tests");
  writer.add_message(7, graph);
  protozero::pbf_writer opset(writer, 8);
  opset.add_string(1, "");
  opset.add_int64(2, 17);
  return model;
}

/// A model of one Relu from x[batch, 3] to y.
inline std::string relu_model_bytes() {
  const std::string type = tensor_type_bytes(JM_FLOAT32, {{0, "batch"}, {3, ""}});
  return model_bytes(graph_bytes({.nodes = {node_bytes("Relu")},
                                  .initializers = {},
                                  .inputs = {port_bytes("x", type)},
                                  .outputs = {port_bytes("y", type)}}));
}

}  // namespace joulemark::testing
