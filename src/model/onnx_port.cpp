// SPDX-License-Identifier: Apache-2.0
// ValueInfoProto → TypeProto → TensorShapeProto, from the outside in.
#include "model/onnx_port.h"

#include <utility>

#include "model/dtype.h"

namespace joulemark::model {
namespace {

Dim read_dim(wire::Reader reader) {
  Dim dim;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::varint(1):
        dim.value = reader.get_int64();
        break;
      case wire::bytes(2):
        dim.symbol = wire::text(reader);
        break;
      default:
        reader.skip();
    }
  }
  // Some exporters write a symbol as -1 or 0-with-a-name; only numbers that can be a size count.
  if (dim.value < 0 || !dim.symbol.empty()) dim.value = -1;
  return dim;
}

std::vector<Dim> read_shape(wire::Reader reader) {
  std::vector<Dim> dims;
  while (reader.next()) {
    if (reader.tag_and_type() == wire::bytes(1)) {
      dims.push_back(read_dim(wire::message(reader)));
    } else {
      reader.skip();
    }
  }
  return dims;
}

void read_tensor_type(wire::Reader reader, Port& port) {
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::varint(1):
        port.dtype = dtype_from_onnx(reader.get_int64()).value_or(JM_UNDEFINED);
        break;
      case wire::bytes(2):
        port.dims = read_shape(wire::message(reader));
        break;
      default:
        reader.skip();
    }
  }
}

void read_type(wire::Reader reader, Port& port) {
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        port.kind = ValueKind::kTensor;
        read_tensor_type(wire::message(reader), port);
        break;
      case wire::bytes(4):
        port.kind = ValueKind::kSequence;
        reader.skip();
        break;
      case wire::bytes(5):
        port.kind = ValueKind::kMap;
        reader.skip();
        break;
      case wire::bytes(8):
        port.kind = ValueKind::kSparseTensor;
        reader.skip();
        break;
      case wire::bytes(9):
        port.kind = ValueKind::kOptional;
        reader.skip();
        break;
      default:
        reader.skip();
    }
  }
}

}  // namespace

const char* to_string(ValueKind kind) {
  switch (kind) {
    case ValueKind::kTensor:
      return "tensor";
    case ValueKind::kSequence:
      return "sequence";
    case ValueKind::kOptional:
      return "optional";
    case ValueKind::kMap:
      return "map";
    case ValueKind::kSparseTensor:
      return "sparse tensor";
    case ValueKind::kUnknown:
      break;
  }
  return "unknown";
}

Port read_port(wire::Reader reader) {
  Port port;
  port.kind = ValueKind::kUnknown;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::bytes(1):
        port.name = wire::text(reader);
        break;
      case wire::bytes(2):
        read_type(wire::message(reader), port);
        break;
      default:
        reader.skip();
    }
  }
  return port;
}

}  // namespace joulemark::model
