// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.proto3, written with protozero.
#include "model/onnx_writer.h"

#include <protozero/pbf_writer.hpp>

#include "model/tensor_proto.h"

namespace joulemark::model {
namespace {

using protozero::pbf_writer;

namespace model_field {
enum : std::uint32_t { kIrVersion = 1, kProducer = 2, kGraph = 7, kOpsets = 8, kMetadata = 14 };
}
namespace graph_field {
enum : std::uint32_t { kNodes = 1, kName = 2, kInitializers = 5, kInputs = 11, kOutputs = 12 };
}
namespace node_field {
enum : std::uint32_t {
  kInputs = 1,
  kOutputs = 2,
  kName = 3,
  kType = 4,
  kAttributes = 5,
  kDomain = 7
};
}
namespace attribute_field {
enum : std::uint32_t {
  kName = 1,
  kFloat = 2,
  kInt = 3,
  kText = 4,
  kFloats = 7,
  kInts = 8,
  kType = 20
};
}
namespace tensor_field {
enum : std::uint32_t { kDims = 1, kType = 2, kName = 8, kExternal = 13, kLocation = 14 };
}
/// AttributeProto.AttributeType.
enum AttributeType : std::int32_t { kFloat = 1, kInt = 2, kText = 3, kFloats = 6, kInts = 7 };

constexpr std::int32_t kExternalLocation = 1;

/// StringStringEntryProto.
void add_entry(pbf_writer& parent, std::uint32_t field, const std::string& key,
               const std::string& value) {
  pbf_writer entry(parent, field);
  entry.add_string(1, key);
  entry.add_string(2, value);
}

struct AttributeWriter {
  pbf_writer& to;

  void operator()(std::int64_t value) const { typed(kInt).add_int64(attribute_field::kInt, value); }
  void operator()(float value) const { typed(kFloat).add_float(attribute_field::kFloat, value); }
  void operator()(const std::string& value) const {
    typed(kText).add_bytes(attribute_field::kText, value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    for (const std::int64_t value : values) to.add_int64(attribute_field::kInts, value);
    typed(kInts);
  }
  void operator()(const std::vector<float>& values) const {
    for (const float value : values) to.add_float(attribute_field::kFloats, value);
    typed(kFloats);
  }
  template <class T>
  void operator()(const T&) const {
    std::abort();  // excluded by the contract of OnnxContents::nodes
  }

 private:
  pbf_writer& typed(AttributeType type) const {
    to.add_enum(attribute_field::kType, type);
    return to;
  }
};

void add_node(pbf_writer& graph, const OnnxNode& node) {
  pbf_writer to(graph, graph_field::kNodes);
  for (const std::string& name : node.inputs) to.add_string(node_field::kInputs, name);
  for (const std::string& name : node.outputs) to.add_string(node_field::kOutputs, name);
  to.add_string(node_field::kName, node.name);
  to.add_string(node_field::kType, node.op_type);
  for (const OnnxAttribute& attribute : node.attributes) {
    pbf_writer one(to, node_field::kAttributes);
    one.add_string(attribute_field::kName, attribute.name);
    std::visit(AttributeWriter{one}, attribute.value);
  }
  if (!node.domain.empty()) to.add_string(node_field::kDomain, node.domain);
}

void add_weight(pbf_writer& graph, const ExternalTensor& weight) {
  pbf_writer to(graph, graph_field::kInitializers);
  for (const std::int64_t dim : weight.dims) to.add_int64(tensor_field::kDims, dim);
  to.add_int32(tensor_field::kType, static_cast<std::int32_t>(weight.dtype));
  to.add_string(tensor_field::kName, weight.name);
  add_entry(to, tensor_field::kExternal, "location", weight.location);
  add_entry(to, tensor_field::kExternal, "offset", std::to_string(weight.offset));
  add_entry(to, tensor_field::kExternal, "length", std::to_string(weight.bytes));
  to.add_enum(tensor_field::kLocation, kExternalLocation);
}

/// ValueInfoProto{name, TypeProto{Tensor{elem_type, shape{dim{value | param}}}}}.
void add_port(pbf_writer& graph, std::uint32_t field, const Port& port) {
  pbf_writer info(graph, field);
  info.add_string(1, port.name);
  pbf_writer type(info, 2);
  pbf_writer tensor(type, 1);
  tensor.add_int32(1, static_cast<std::int32_t>(port.dtype));
  if (!port.dims) return;
  pbf_writer shape(tensor, 2);
  for (const Dim& dim : *port.dims) {
    pbf_writer one(shape, 1);
    if (dim.value >= 0)
      one.add_int64(1, dim.value);
    else if (!dim.symbol.empty())
      one.add_string(2, dim.symbol);
  }
}

void add_graph(pbf_writer& file, const OnnxContents& contents) {
  pbf_writer graph(file, model_field::kGraph);
  for (const OnnxNode& node : contents.nodes) add_node(graph, node);
  graph.add_string(graph_field::kName, contents.graph_name);
  for (const ExternalTensor& weight : contents.weights) add_weight(graph, weight);
  for (const HostTensor& constant : contents.constants)
    graph.add_message(graph_field::kInitializers, serialize_tensor_proto(constant));
  for (const Port& port : contents.inputs) add_port(graph, graph_field::kInputs, port);
  for (const Port& port : contents.outputs) add_port(graph, graph_field::kOutputs, port);
}

}  // namespace

std::string serialize_onnx(const OnnxContents& contents) {
  std::string bytes;
  pbf_writer file(bytes);
  file.add_int64(model_field::kIrVersion, contents.ir_version);
  file.add_string(model_field::kProducer, "joulemark");
  add_graph(file, contents);
  for (const auto& [domain, version] : contents.opsets) {
    pbf_writer opset(file, model_field::kOpsets);
    opset.add_string(1, domain);
    opset.add_int64(2, version);
  }
  for (const auto& [key, value] : contents.metadata)
    add_entry(file, model_field::kMetadata, key, value);
  return bytes;
}

}  // namespace joulemark::model
