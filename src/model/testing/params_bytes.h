// SPDX-License-Identifier: Apache-2.0
// Bytes of MXNet's .params files, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace joulemark::testing {

template <class T>
std::string number_bytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// An array as MXNet 1.x writes it: on a CPU, of MXNet's type number `type`.
inline std::string params_array(const std::vector<std::int64_t>& dims, std::int32_t type,
                                const std::string& data, std::uint32_t mark = 0xF993FAC9,
                                std::int32_t storage = 0) {
  std::string bytes = number_bytes(mark) + number_bytes(storage);
  bytes += number_bytes(static_cast<std::uint32_t>(dims.size()));
  for (const std::int64_t size : dims) bytes += number_bytes(size);
  return bytes + number_bytes(std::int32_t{1}) + number_bytes(std::int32_t{0}) +
         number_bytes(type) + data;
}

inline std::string params_bytes(const std::vector<std::string>& arrays,
                                const std::vector<std::string>& names) {
  std::string bytes = number_bytes(std::uint64_t{0x112}) + number_bytes(std::uint64_t{0});
  bytes += number_bytes(std::uint64_t{arrays.size()});
  for (const std::string& array : arrays) bytes += array;
  bytes += number_bytes(std::uint64_t{names.size()});
  for (const std::string& name : names) bytes += number_bytes(std::uint64_t{name.size()}) + name;
  return bytes;
}

}  // namespace joulemark::testing
