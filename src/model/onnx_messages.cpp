// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.ModelProto and what it holds.
#include "model/onnx_messages.h"

#include <fmt/format.h>

#include <cstring>
#include <new>

#include "model/onnx_port.h"
#include "model/wire.h"

namespace joulemark::model::onnx {
namespace {

Graph read_graph(wire::Reader reader, int depth);

/// "ai.onnx" is the long spelling of the default domain.
std::string_view normal_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

Tensor read_tensor(std::string_view bytes) {
  return {read_tensor_header(bytes), bytes};
}

std::size_t copied_bytes(const Tensor& tensor) {
  return tensor.bytes.size() - tensor.header.raw.value_or("").size();
}

SparseTensor read_sparse(wire::Reader reader) {
  SparseTensor sparse;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        sparse.values = read_tensor(wire::view(reader));
        break;
      case wire::bytes(2):
        sparse.indices = read_tensor(wire::view(reader));
        break;
      default:
        reader.skip();
    }
  }
  return sparse;
}

/// A repeated float field, packed or not.
void read_floats(wire::Reader& reader, std::vector<float>& floats) {
  if (reader.wire_type() == wire::Type::fixed32) {
    floats.push_back(reader.get_float());
    return;
  }
  const std::string_view packed = wire::view(reader);
  if (packed.size() % sizeof(float) != 0) throw protozero::invalid_length_exception();
  const std::size_t old_size = floats.size();
  floats.resize(old_size + packed.size() / sizeof(float));
  if (!packed.empty()) std::memcpy(floats.data() + old_size, packed.data(), packed.size());
}

void mark(Attribute& attribute, AttributeType type) {
  attribute.found |= 1u << static_cast<std::uint32_t>(type);
}

/// The fields that hold a tensor, a graph, or what else is a message.
void read_message_value(wire::Reader& reader, Attribute& attribute, int depth) {
  switch (reader.tag_and_type()) {
    case wire::bytes(5):
      mark(attribute, AttributeType::kTensor);
      attribute.tensors = {read_tensor(wire::view(reader))};
      break;
    case wire::bytes(6):
      mark(attribute, AttributeType::kGraph);
      attribute.graphs = {read_graph(wire::message(reader), depth + 1)};
      break;
    case wire::bytes(10):
      mark(attribute, AttributeType::kTensors);
      attribute.tensors.push_back(read_tensor(wire::view(reader)));
      break;
    case wire::bytes(11):
      mark(attribute, AttributeType::kGraphs);
      attribute.graphs.push_back(read_graph(wire::message(reader), depth + 1));
      break;
    case wire::bytes(14):
      mark(attribute, AttributeType::kTypeProto);
      reader.skip();
      break;
    case wire::bytes(15):
      mark(attribute, AttributeType::kTypeProtos);
      reader.skip();
      break;
    case wire::bytes(22):
      mark(attribute, AttributeType::kSparseTensor);
      attribute.sparse_tensors = {read_sparse(wire::message(reader))};
      break;
    case wire::bytes(23):
      mark(attribute, AttributeType::kSparseTensors);
      attribute.sparse_tensors.push_back(read_sparse(wire::message(reader)));
      break;
    default:
      reader.skip();
  }
}

void read_value(wire::Reader& reader, Attribute& attribute, int depth) {
  switch (reader.tag_and_type()) {
    case wire::field(2, wire::Type::fixed32):
      mark(attribute, AttributeType::kFloat);
      attribute.floats = {reader.get_float()};
      break;
    case wire::varint(3):
      mark(attribute, AttributeType::kInt);
      attribute.ints = {reader.get_int64()};
      break;
    case wire::bytes(4):
      mark(attribute, AttributeType::kString);
      attribute.strings = {wire::view(reader)};
      break;
    case wire::field(7, wire::Type::fixed32):
    case wire::bytes(7):
      mark(attribute, AttributeType::kFloats);
      read_floats(reader, attribute.floats);
      break;
    case wire::varint(8):
    case wire::bytes(8):
      mark(attribute, AttributeType::kInts);
      wire::for_each_varint(reader, [&](std::uint64_t value) {
        attribute.ints.push_back(static_cast<std::int64_t>(value));
      });
      break;
    case wire::bytes(9):
      mark(attribute, AttributeType::kStrings);
      attribute.strings.push_back(wire::view(reader));
      break;
    default:
      read_message_value(reader, attribute, depth);
  }
}

Attribute read_attribute(std::string_view bytes, int depth) {
  Attribute attribute;
  std::size_t shared = 0;
  wire::Reader reader = wire::message(bytes);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        attribute.name = wire::view(reader);
        break;
      case wire::varint(20):
        attribute.declared = static_cast<AttributeType>(reader.get_uint32());
        break;
      case wire::bytes(21):
        attribute.reference = wire::view(reader);
        break;
      case wire::bytes(6):
      case wire::bytes(11): {
        const auto before = reader.length();
        read_value(reader, attribute, depth);
        shared += before - reader.length();
        break;
      }
      default:
        read_value(reader, attribute, depth);
    }
  }
  for (const Tensor& tensor : attribute.tensors)
    shared += tensor.bytes.size() - copied_bytes(tensor);
  attribute.bytes = bytes.size() - shared;
  return attribute;
}

Node read_node(std::string_view bytes, int depth) {
  Node node;
  node.bytes = bytes.size();
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
      case wire::bytes(5): {
        const std::string_view attribute = wire::view(reader);
        node.attributes.push_back(read_attribute(attribute, depth));
        node.bytes -= attribute.size() - node.attributes.back().bytes;
        break;
      }
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

Graph read_graph(wire::Reader reader, int depth) {
  if (depth > kMaxDepth) throw InvalidModel{"its subgraphs are nested too deep"};
  Graph graph;
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
        graph.sparse_initializers.push_back(read_sparse(wire::message(reader)));
        break;
      default:
        reader.skip();
    }
  }
  return graph;
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

Function read_function(wire::Reader reader) {
  Function function;
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

/// Whether something only a model has was seen before the bytes broke.
struct Progress {
  bool ir_version = false;
  bool graph = false;
};

Model read_model(wire::Reader reader, Progress& seen) {
  Model model;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::varint(1):
        model.ir_version = reader.get_int64();
        seen.ir_version = true;
        break;
      case wire::bytes(2):
        model.producer = wire::view(reader);
        break;
      case wire::bytes(7):
        if (seen.graph) throw InvalidModel{"it has two graphs"};
        seen.graph = true;
        model.graph = read_graph(wire::message(reader), 0);
        break;
      case wire::bytes(8):
        read_opset(wire::message(reader), model.opsets);
        break;
      case wire::bytes(25):
        model.functions.push_back(read_function(wire::message(reader)));
        break;
      default:
        reader.skip();
    }
  }
  if (!seen.ir_version || !seen.graph) throw InvalidModel{"it has no graph"};
  return model;
}

}  // namespace

const char* to_string(AttributeType type) {
  constexpr const char* kNames[] = {"UNDEFINED",      "FLOAT",      "INT",        "STRING",
                                    "TENSOR",         "GRAPH",      "FLOATS",     "INTS",
                                    "STRINGS",        "TENSORS",    "GRAPHS",     "SPARSE_TENSOR",
                                    "SPARSE_TENSORS", "TYPE_PROTO", "TYPE_PROTOS"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

Result<Model> decode_model(std::string_view bytes) {
  if (bytes.empty()) return fail(ErrorKind::kFailed, "it is empty");
  if (bytes.starts_with("version https://git-lfs")) {
    return fail(ErrorKind::kFailed, "it is a Git LFS pointer, not the model; run 'git lfs pull'");
  }
  Progress seen;
  try {
    return read_model(wire::message(bytes), seen);
  } catch (const InvalidModel& e) {
    return fail(e.kind, "not a valid ONNX model: " + e.why);
  } catch (const protozero::exception&) {
    return fail(ErrorKind::kFailed, seen.ir_version
                                        ? "it is truncated or damaged; copy or export it again"
                                        : "it is not an ONNX model");
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

}  // namespace joulemark::model::onnx
