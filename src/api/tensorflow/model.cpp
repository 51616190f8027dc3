// SPDX-License-Identifier: Apache-2.0
#include "api/tensorflow/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/json/cursor.h"
#include "api/tensorflow/datatype.h"

namespace joulemark::api::tensorflow {
namespace {

/// More than any tensor has; TensorFlow's own limit is 254.
constexpr std::size_t kMostDims = 254;

constexpr const char* kUsualSignature = "serving_default";
/// TensorFlow 2 exports it with every model; it is no way of calling it.
constexpr const char* kInitialisation = "__saved_model_init_op";

/// 64-bit integers are texts in the JSON of protocol buffers.
std::int64_t read_size(JsonCursor& cursor) {
  const std::string text = cursor.peek() == '"' ? cursor.string() : std::string(cursor.number());
  std::int64_t size = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || size < -1)
    cursor.fail("a dimension that is no integer from -1 on");
  return size;
}

std::vector<std::int64_t> read_dims(JsonCursor& cursor) {
  std::vector<std::int64_t> dims;
  cursor.array([&] {
    std::int64_t size = 0;  // members of value 0 may be left out
    cursor.object([&](const std::string& name) {
      if (name == "size")
        size = read_size(cursor);
      else
        cursor.ignore();
    });
    if (dims.size() == kMostDims) return cursor.fail("too many dimensions");
    dims.push_back(size);
  });
  return dims;
}

std::optional<std::vector<std::int64_t>> read_shape(JsonCursor& cursor) {
  std::vector<std::int64_t> dims;
  bool is_unknown = false;
  cursor.object([&](const std::string& name) {
    if (name == "dim")
      dims = read_dims(cursor);
    else if (name == "unknown_rank" || name == "unknownRank")
      is_unknown = cursor.boolean();
    else
      cursor.ignore();
  });
  if (is_unknown) return std::nullopt;
  return dims;
}

Port read_port(JsonCursor& cursor, const std::string& key) {
  Port port{.name = key};
  cursor.object([&](const std::string& name) {
    if (name == "dtype")
      port.datatype = cursor.string();
    else if (name == "tensor_shape" || name == "tensorShape")
      port.dims = read_shape(cursor);
    else
      cursor.ignore();
  });
  port.dtype = dtype_of(port.datatype);
  return port;
}

template <class Named>
void sort_by_name(std::vector<Named>& all) {
  std::sort(all.begin(), all.end(), [](const Named& a, const Named& b) { return a.name < b.name; });
}

std::vector<Port> read_ports(JsonCursor& cursor) {
  std::vector<Port> ports;
  cursor.object([&](const std::string& key) { ports.push_back(read_port(cursor, key)); });
  sort_by_name(ports);
  const auto same = std::adjacent_find(
      ports.begin(), ports.end(), [](const Port& a, const Port& b) { return a.name == b.name; });
  if (same != ports.end()) cursor.fail("two tensors of one name");
  return ports;
}

Signature read_signature(JsonCursor& cursor, const std::string& key) {
  Signature signature{.name = key};
  cursor.object([&](const std::string& name) {
    if (name == "inputs")
      signature.inputs = read_ports(cursor);
    else if (name == "outputs")
      signature.outputs = read_ports(cursor);
    else
      cursor.ignore();
  });
  return signature;
}

/// The map of signatures: a member of that name in a member of that name.
void read_map(JsonCursor& cursor, std::vector<Signature>& signatures) {
  cursor.object([&](const std::string& name) {
    if (name != "signature_def" && name != "signatureDef") return cursor.ignore();
    cursor.object(
        [&](const std::string& key) { signatures.push_back(read_signature(cursor, key)); });
  });
}

}  // namespace

Result<std::vector<Signature>> read_metadata(std::string_view body) {
  JsonCursor cursor(body);
  std::vector<Signature> signatures;
  cursor.object([&](const std::string& name) {
    if (name != "metadata") return cursor.ignore();
    cursor.object([&](const std::string& inner) {
      if (inner == "signature_def" || inner == "signatureDef")
        read_map(cursor, signatures);
      else
        cursor.ignore();
    });
  });
  cursor.expect_end();
  if (cursor.failed())
    return fail(ErrorKind::kUsage,
                fmt::format("what the server says of the model: {}", cursor.failure()));
  sort_by_name(signatures);
  return signatures;
}

Result<Signature> choose_signature(std::vector<Signature> signatures, const std::string& named) {
  std::erase_if(signatures, [](const Signature& each) { return each.name == kInitialisation; });
  const std::string wanted = named.empty() ? kUsualSignature : named;
  std::string names;
  for (Signature& signature : signatures) {
    if (signature.name == wanted) return std::move(signature);
    names += (names.empty() ? ", but " : ", ") + signature.name;
  }
  if (named.empty() && signatures.size() == 1) return std::move(signatures.front());
  return fail(ErrorKind::kUsage, fmt::format("no signature '{}'{}", wanted, names));
}

Readiness read_status(std::string_view body) {
  JsonCursor cursor(body);
  Readiness readiness = Readiness::kUnknown;
  cursor.object([&](const std::string& name) {
    if (name != "model_version_status") return cursor.ignore();
    readiness = std::max(readiness, Readiness::kNotYet);
    cursor.array([&] {
      cursor.object([&](const std::string& key) {
        if (key != "state") return cursor.ignore();
        if (cursor.string() == "AVAILABLE") readiness = Readiness::kReady;
      });
    });
  });
  cursor.expect_end();
  return cursor.failed() ? Readiness::kUnknown : readiness;
}

}  // namespace joulemark::api::tensorflow
