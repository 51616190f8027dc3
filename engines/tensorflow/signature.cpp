// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include <algorithm>
#include <charconv>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "plugin_kit/status.h"

namespace joulemark::tf {
namespace {

using protozero::pbf_reader;

// Field numbers of tensorflow/core: meta_graph.proto, tensor_shape.proto.
constexpr int kSignatures = 5;  // of MetaGraphDef: a map
constexpr int kInputs = 1;      // of SignatureDef: maps
constexpr int kOutputs = 2;
constexpr int kName = 1;  // of TensorInfo
constexpr int kDtype = 2;
constexpr int kShape = 3;
constexpr int kDim = 2;  // of TensorShapeProto
constexpr int kUnknownRank = 3;
constexpr int kSize = 1;  // of its Dim

/// What every SavedModel of TensorFlow 2 has besides: it prepares the session, and is no call.
constexpr std::string_view kInitialisation = "__saved_model_init_op";

std::int64_t read_size(pbf_reader dim) {
  std::int64_t size = 0;  // what is not written
  while (dim.next()) {
    if (dim.tag() == kSize)
      size = std::max<std::int64_t>(dim.get_int64(), -1);
    else
      dim.skip();
  }
  return size;
}

std::optional<std::vector<std::int64_t>> read_dims(pbf_reader shape) {
  std::vector<std::int64_t> dims;
  bool known = true;
  while (shape.next()) {
    if (shape.tag() == kDim)
      dims.push_back(read_size(shape.get_message()));
    else if (shape.tag() == kUnknownRank)
      known = !shape.get_bool();
    else
      shape.skip();
  }
  return known ? std::optional(dims) : std::nullopt;
}

/// "serving_default_x:0".
void set_place(SignatureTensor& tensor, const std::string& name) {
  const std::size_t colon = name.find(':');
  tensor.operation = name.substr(0, colon);
  if (colon == std::string::npos) return;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + colon + 1, end, tensor.index);
  if (error != std::errc() || stop != end || tensor.index < 0)
    plugin::fail(JM_INVALID_MODEL, "its signature names a tensor '" + name + "'");
}

SignatureTensor read_tensor(const std::string& key, pbf_reader info) {
  SignatureTensor tensor;
  tensor.key = key;
  while (info.next()) {
    switch (info.tag()) {
      case kName:
        set_place(tensor, info.get_string());
        break;
      case kDtype:
        tensor.type = static_cast<Type>(info.get_enum());
        break;
      case kShape:
        tensor.dims = read_dims(info.get_message());
        break;
      default:
        info.skip();
    }
  }
  if (tensor.operation.empty())
    plugin::fail(JM_UNSUPPORTED,
                 "'" + key + "' of its signature is no dense tensor; only those can be passed");
  return tensor;
}

/// A key and a message: an entry of a map.
struct Entry {
  std::string key;
  pbf_reader value;
};

Entry read_entry(pbf_reader reader) {
  Entry entry;
  while (reader.next()) {
    if (reader.tag() == 1)
      entry.key = reader.get_string();
    else if (reader.tag() == 2)
      entry.value = reader.get_message();
    else
      reader.skip();
  }
  return entry;
}

Signature read_tensors(pbf_reader reader) {
  Signature signature;
  while (reader.next()) {
    if (reader.tag() != kInputs && reader.tag() != kOutputs) {
      reader.skip();
      continue;
    }
    auto& list = reader.tag() == kInputs ? signature.inputs : signature.outputs;
    const Entry entry = read_entry(reader.get_message());
    list.push_back(read_tensor(entry.key, entry.value));
  }
  // A map has no order of its own.
  std::ranges::sort(signature.inputs, {}, &SignatureTensor::key);
  std::ranges::sort(signature.outputs, {}, &SignatureTensor::key);
  return signature;
}

Signature find_signature(pbf_reader meta_graph, const std::string& name) {
  std::string others;
  while (meta_graph.next(kSignatures, protozero::pbf_wire_type::length_delimited)) {
    const Entry entry = read_entry(meta_graph.get_message());
    if (entry.key == name) return read_tensors(entry.value);
    if (entry.key != kInitialisation) others += (others.empty() ? "" : ", ") + entry.key;
  }
  plugin::fail(JM_INVALID_MODEL,
               "the SavedModel has no signature '" + name + "'" +
                   (others.empty() ? std::string(", and no other")
                                   : "; option 'signature' takes one of: " + others));
}

}  // namespace

Signature read_signature(std::string_view meta_graph, const std::string& name) {
  try {
    return find_signature(pbf_reader(meta_graph.data(), meta_graph.size()), name);
  } catch (const protozero::exception&) {
    plugin::fail(JM_INVALID_MODEL, "the signatures of the SavedModel cannot be read");
  }
}

}  // namespace joulemark::tf
