// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.AttributeProto and SparseTensorProto.
#include <cstring>

#include "model/onnx_decode.h"

namespace joulemark::model::onnx {

namespace {

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

}  // namespace

Attribute Decoder::read_attribute(std::string_view bytes, int depth) {
  count_message();
  Attribute attribute;
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
      default:
        read_value(reader, attribute, depth);
    }
  }
  return attribute;
}

void Decoder::read_value(wire::Reader& reader, Attribute& attribute, int depth) {
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

void Decoder::read_message_value(wire::Reader& reader, Attribute& attribute, int depth) {
  switch (reader.tag_and_type()) {
    case wire::bytes(5):
      mark(attribute, AttributeType::kTensor);
      attribute.tensors = {read_tensor(wire::view(reader))};
      break;
    case wire::bytes(6):
      mark(attribute, AttributeType::kGraph);
      attribute.graphs = {read_graph(wire::view(reader), depth + 1)};
      break;
    case wire::bytes(10):
      mark(attribute, AttributeType::kTensors);
      attribute.tensors.push_back(read_tensor(wire::view(reader)));
      break;
    case wire::bytes(11):
      mark(attribute, AttributeType::kGraphs);
      attribute.graphs.push_back(read_graph(wire::view(reader), depth + 1));
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
      attribute.sparse_tensors = {read_sparse_tensor(wire::view(reader))};
      break;
    case wire::bytes(23):
      mark(attribute, AttributeType::kSparseTensors);
      attribute.sparse_tensors.push_back(read_sparse_tensor(wire::view(reader)));
      break;
    default:
      reader.skip();
  }
}

SparseTensor Decoder::read_sparse_tensor(std::string_view bytes) {
  SparseTensor sparse;
  wire::Reader reader = wire::message(bytes);
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

Tensor Decoder::read_tensor(std::string_view bytes) {
  count_message();
  return {read_tensor_header(bytes), bytes};
}

const char* to_string(AttributeType type) {
  constexpr const char* kNames[] = {"UNDEFINED",      "FLOAT",      "INT",        "STRING",
                                    "TENSOR",         "GRAPH",      "FLOATS",     "INTS",
                                    "STRINGS",        "TENSORS",    "GRAPHS",     "SPARSE_TENSOR",
                                    "SPARSE_TENSORS", "TYPE_PROTO", "TYPE_PROTOS"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

}  // namespace joulemark::model::onnx
