// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, ValueInfoProto).
#include "engine_conformance_models.h"

#include <fstream>
#include <protozero/pbf_writer.hpp>

namespace joulemark::conformance {
namespace {

using protozero::pbf_writer;

constexpr std::int64_t kIrVersion = 8;
constexpr std::int64_t kOpset = 13;
constexpr int kExternalData = 1;

std::string value_info(const Value& value) {
  std::string shape;
  pbf_writer shape_writer(shape);
  for (const std::int64_t dim : value.dims) {
    std::string dimension;
    pbf_writer writer(dimension);
    if (dim < 0)
      writer.add_string(2, "N");
    else
      writer.add_int64(1, dim);
    shape_writer.add_message(1, dimension);
  }
  std::string tensor;
  pbf_writer tensor_writer(tensor);
  tensor_writer.add_int32(1, value.dtype);
  tensor_writer.add_message(2, shape);
  std::string type;
  pbf_writer(type).add_message(1, tensor);
  std::string info;
  pbf_writer info_writer(info);
  info_writer.add_string(1, value.name);
  info_writer.add_message(2, type);
  return info;
}

std::string node_proto(const Node& node) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::string& input : node.inputs) writer.add_string(1, input);
  for (const std::string& output : node.outputs) writer.add_string(2, output);
  writer.add_string(4, node.op);
  return bytes;
}

std::string external_tensor(const std::string& location) {
  std::string entry;
  pbf_writer entry_writer(entry);
  entry_writer.add_string(1, "location");
  entry_writer.add_string(2, location);
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_int64(1, 1);
  writer.add_int32(2, JM_FLOAT32);
  writer.add_string(8, "w");
  writer.add_message(13, entry);
  writer.add_int32(14, kExternalData);
  return bytes;
}

}  // namespace

std::string serialized(const Graph& graph) {
  std::string body;
  pbf_writer writer(body);
  for (const Node& node : graph.nodes) writer.add_message(1, node_proto(node));
  writer.add_string(2, "g");
  if (!graph.external_weight.empty()) writer.add_message(5, external_tensor(graph.external_weight));
  for (const Value& input : graph.inputs) writer.add_message(11, value_info(input));
  for (const Value& output : graph.outputs) writer.add_message(12, value_info(output));
  std::string opset;
  pbf_writer(opset).add_int64(2, kOpset);
  std::string model;
  pbf_writer model_writer(model);
  model_writer.add_int64(1, kIrVersion);
  model_writer.add_message(7, body);
  model_writer.add_message(8, opset);
  return model;
}

Graph addition() {
  return {{{"Add", {"x", "y"}, {"sum"}}},
          {{"x", JM_FLOAT32, {-1, 4}}, {"y", JM_FLOAT32, {-1, 4}}},
          {{"sum", JM_FLOAT32, {-1, 4}}},
          ""};
}

Graph identity(jm_dtype dtype, std::vector<std::int64_t> dims) {
  return {{{"Identity", {"x"}, {"y"}}}, {{"x", dtype, dims}}, {{"y", dtype, dims}}, ""};
}

std::string write_file(const std::filesystem::path& folder, const std::string& name,
                       const std::string& bytes) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

}  // namespace joulemark::conformance
