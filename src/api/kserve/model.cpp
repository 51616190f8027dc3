// SPDX-License-Identifier: Apache-2.0
#include "api/kserve/model.h"

#include <fmt/format.h>

#include <charconv>

#include "api/json/cursor.h"
#include "api/json/members.h"
#include "api/kserve/datatype.h"

namespace joulemark::api {
namespace {

void append(std::string& out, const ModelPort& port) {
  JsonMembers members(out);
  members.text("name", port.name);
  members.text("datatype", kserve_datatype(port.dtype));
  append_list(members.name("shape"), port.dims,
              [&](std::int64_t dim) { out += std::to_string(dim); });
}

std::vector<std::int64_t> read_dims(JsonCursor& cursor) {
  std::vector<std::int64_t> dims;
  cursor.array([&] {
    const std::string_view text = cursor.number();
    std::int64_t dim = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), dim);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || dim < -1)
      return cursor.fail("a dimension that is no integer from -1 on");
    dims.push_back(dim);
  });
  return dims;
}

std::vector<ModelPort> read_ports(JsonCursor& cursor) {
  std::vector<ModelPort> ports;
  cursor.array([&] {
    ModelPort port;
    cursor.object([&](const std::string& name) {
      if (name == "name")
        port.name = cursor.string();
      else if (name == "datatype")
        port.dtype = kserve_dtype(cursor.string()).value_or(JM_UNDEFINED);
      else if (name == "shape")
        port.dims = read_dims(cursor);
      else
        cursor.ignore();
    });
    ports.push_back(std::move(port));
  });
  return ports;
}

}  // namespace

std::string write_model_metadata(const ModelMetadata& metadata) {
  std::string out;
  {
    JsonMembers members(out);
    const auto put_port = [&](const ModelPort& port) { append(out, port); };
    members.text("name", metadata.name);
    append_list(members.name("versions"), metadata.versions,
                [&](const std::string& version) { append_quoted(out, version); });
    members.text("platform", metadata.platform);
    append_list(members.name("inputs"), metadata.inputs, put_port);
    append_list(members.name("outputs"), metadata.outputs, put_port);
  }
  return out;
}

Result<ModelMetadata> read_model_metadata(std::string_view body) {
  JsonCursor cursor(body);
  ModelMetadata metadata;
  cursor.object([&](const std::string& name) {
    if (name == "name")
      metadata.name = cursor.string();
    else if (name == "platform")
      metadata.platform = cursor.string();
    else if (name == "versions" && cursor.peek() == '[')
      cursor.array([&] { metadata.versions.push_back(cursor.string()); });
    else if (name == "inputs")
      metadata.inputs = read_ports(cursor);
    else if (name == "outputs")
      metadata.outputs = read_ports(cursor);
    else
      cursor.ignore();
  });
  cursor.expect_end();
  if (!cursor.failed()) return metadata;
  return fail(ErrorKind::kUsage,
              fmt::format("what the server says of the model: {}", cursor.failure()));
}

}  // namespace joulemark::api
