// SPDX-License-Identifier: Apache-2.0
// Numbers of a tensor's element types as JSON writes them.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "joulemark/engine_abi.h"

namespace joulemark::api {

/// Calls `use` with an element of the C++ type; for types of numbers that JSON has.
template <class Use>
void with_number_type(jm_dtype dtype, Use&& use) {
  switch (dtype) {
    case JM_UINT8:
      return use(std::uint8_t{});
    case JM_UINT16:
      return use(std::uint16_t{});
    case JM_UINT32:
      return use(std::uint32_t{});
    case JM_UINT64:
      return use(std::uint64_t{});
    case JM_INT8:
      return use(std::int8_t{});
    case JM_INT16:
      return use(std::int16_t{});
    case JM_INT32:
      return use(std::int32_t{});
    case JM_INT64:
      return use(std::int64_t{});
    case JM_FLOAT32:
      return use(float{});
    case JM_FLOAT64:
      return use(double{});
    default:
      return;
  }
}

/// Whether a number that is no double is too small for one, and not too large.
bool is_tiny_number(std::string_view text);

template <class T>
bool parse_float(std::string_view text, T& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec == std::errc{}) return true;
  if (!is_tiny_number(text)) return false;
  out = text[0] == '-' ? -T{0} : T{0};
  return true;
}

template <class T>
bool parse_integer(std::string_view text, T& out) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto read = std::from_chars(begin, end, out);
  if (read.ec == std::errc{} && read.ptr == end) return true;
  // "1.0" and "1e3" are integers as well, as long as a double says exactly which.
  constexpr double kExact = 9007199254740992.0;
  double value = 0;
  if (std::from_chars(begin, end, value).ec != std::errc{}) return false;
  if (value != std::trunc(value) || std::abs(value) > kExact) return false;
  if (value < static_cast<double>(std::numeric_limits<T>::min()) ||
      value > static_cast<double>(std::numeric_limits<T>::max()))
    return false;
  out = static_cast<T>(value);
  return true;
}

/// Whether the text, which is a number in JSON, is one of that type.
template <class T>
bool parse_number(std::string_view text, T& out) {
  if constexpr (std::is_floating_point_v<T>)
    return parse_float(text, out);
  else
    return parse_integer(text, out);
}

/// Of floats the shortest that reads back as the same; "nan", "inf" for those that JSON has not.
template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): is written first
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

}  // namespace joulemark::api
