// SPDX-License-Identifier: Apache-2.0
// Protobuf fields read so that hostile bytes can only throw protozero::exception. Included by
// sources only.
#pragma once

#include <cstdint>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>

namespace joulemark::model::wire {

using Reader = protozero::pbf_reader;
using Type = protozero::pbf_wire_type;

/// What a `switch` over `reader.tag_and_type()` compares with. protozero asserts the wire type of
/// what it is asked for, so a field of another type than expected must be skipped.
constexpr std::uint32_t field(std::uint32_t tag, Type type) {
  return protozero::tag_and_type(tag, type);
}
constexpr std::uint32_t varint(std::uint32_t tag) {
  return field(tag, Type::varint);
}
constexpr std::uint32_t bytes(std::uint32_t tag) {
  return field(tag, Type::length_delimited);
}

inline std::string_view view(Reader& reader) {
  const protozero::data_view data = reader.get_view();
  return {data.data(), data.size()};
}
inline std::string text(Reader& reader) {
  return std::string(view(reader));
}
inline Reader message(std::string_view data) {
  return Reader{data.data(), data.size()};
}
inline Reader message(Reader& reader) {
  return message(view(reader));
}

/// Calls `visit(std::uint64_t)` for each value of a repeated varint field, packed or not.
template <class Visit>
void for_each_varint(Reader& reader, Visit visit) {
  if (reader.wire_type() == Type::varint) {
    visit(reader.get_uint64());
    return;
  }
  for (const std::uint64_t value : reader.get_packed_uint64()) visit(value);
}

}  // namespace joulemark::model::wire
