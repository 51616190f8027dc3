// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.TensorProto, and the rules for external data.
#include "model/tensor_header.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

#include "model/wire.h"

namespace joulemark::model {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads one StringStringEntryProto of `external_data`.
void read_external_entry(wire::Reader entry, ExternalData& external) {
  std::string_view key;
  std::string_view value;
  while (entry.next()) {
    switch (entry.tag_and_type()) {
      case wire::bytes(1):
        key = wire::view(entry);
        break;
      case wire::bytes(2):
        value = wire::view(entry);
        break;
      default:
        entry.skip();
    }
  }
  if (key == "location") external.location = value;
  if (key != "offset" && key != "length") return;
  const auto number = parse_number(value);
  if (!number) external.malformed = true;
  (key == "offset" ? external.offset : external.length) = number;
}

/// Both canonical.
bool is_inside(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::filesystem::path inside = file.lexically_relative(folder);
  return !inside.empty() && *inside.begin() != "..";
}

}  // namespace

TensorHeader read_tensor_header(std::string_view bytes) {
  constexpr std::uint64_t kLocationExternal = 1;
  TensorHeader header;
  ExternalData external;
  bool is_external = false;
  wire::Reader reader = wire::message(bytes);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::varint(1):
      case wire::bytes(1):
        wire::for_each_varint(reader, [&](std::uint64_t dim) {
          header.dims.push_back(static_cast<std::int64_t>(dim));
        });
        break;
      case wire::varint(2):
        header.onnx_dtype = reader.get_int64();
        break;
      case wire::bytes(3):
        header.segmented = true;
        reader.skip();
        break;
      case wire::bytes(8):
        header.name = wire::text(reader);
        break;
      case wire::bytes(9):
        header.raw = wire::view(reader);
        break;
      case wire::bytes(13):
        read_external_entry(wire::message(reader), external);
        break;
      case wire::varint(14):
        is_external = reader.get_uint64() == kLocationExternal;
        break;
      default:
        reader.skip();
    }
  }
  if (is_external) header.external = std::move(external);
  return header;
}

Status check_location(const std::string& location) {
  const std::filesystem::path path(location);
  if (location.empty() || location.find('\0') != std::string::npos) {
    return fail(ErrorKind::kFailed, "external data have no valid location");
  }
  const std::filesystem::path normal = path.lexically_normal();
  if (path.is_absolute() || normal.begin() == normal.end() || *normal.begin() == "..") {
    return fail(ErrorKind::kFailed,
                fmt::format("external data file '{}' leaves the model's folder", location));
  }
  return {};
}

Result<std::filesystem::path> resolve_external(const std::filesystem::path& file,
                                               const std::string& location) {
  if (auto checked = check_location(location); !checked) return fail(checked.error());
  std::error_code error;
  const auto folder = file.parent_path();
  const auto root = std::filesystem::canonical(folder.empty() ? "." : folder, error);
  const auto data = error ? root : std::filesystem::canonical(root / location, error);
  if (error) {
    return fail(ErrorKind::kFailed,
                fmt::format("external data file '{}' cannot be read: {}; put it beside the model",
                            location, error.message()));
  }
  const auto real_root = std::filesystem::canonical(file, error).parent_path();
  if (!is_inside(data, root) && (error || !is_inside(data, real_root))) {
    return fail(
        ErrorKind::kFailed,
        fmt::format("external data file '{}' leaves the model's folder through a link", location));
  }
  if (!std::filesystem::is_regular_file(data, error)) {
    return fail(ErrorKind::kFailed,
                fmt::format("external data file '{}' is not a regular file", location));
  }
  return data;
}

Result<ByteRange> external_range(const TensorHeader& header, std::uint64_t tensor_bytes) {
  const ExternalData& external = *header.external;
  const std::uint64_t begin = external.offset.value_or(0);
  const std::uint64_t length = external.length.value_or(tensor_bytes);
  ByteRange range{begin, 0};
  if (external.malformed || length < tensor_bytes ||
      __builtin_add_overflow(begin, length, &range.end)) {
    return fail(ErrorKind::kFailed,
                fmt::format("tensor '{}' needs {} bytes of external data file '{}', but its offset "
                            "and length do not give them",
                            header.name, tensor_bytes, external.location));
  }
  return range;
}

}  // namespace joulemark::model
