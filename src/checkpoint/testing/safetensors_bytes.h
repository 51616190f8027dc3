// SPDX-License-Identifier: Apache-2.0
// Safetensors files for tests, right ones and those that claim anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::testing {

struct TensorBytes {
  std::string name;
  std::string dtype;  ///< "F32"
  std::vector<std::int64_t> dims;
  std::string bytes;
};

/// The 8 bytes of a header's length.
inline std::string length_bytes(std::uint64_t length) {
  std::string out;
  for (int byte = 0; byte < 8; ++byte) out += static_cast<char>(length >> (8 * byte) & 0xff);
  return out;
}

inline std::string safetensors_bytes(std::string_view header, std::string_view data) {
  return length_bytes(header.size()) + std::string(header) + std::string(data);
}

/// Tensors one behind the other.
inline std::string safetensors_bytes(const std::vector<TensorBytes>& tensors) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::string data;
  for (const TensorBytes& tensor : tensors) {
    std::string dims;
    for (const std::int64_t dim : tensor.dims)
      dims += (dims.empty() ? "" : ",") + std::to_string(dim);
    header += ",\"" + tensor.name + R"(":{"dtype":")" + tensor.dtype + R"(","shape":[)" + dims +
              "],\"data_offsets\":[" + std::to_string(data.size()) + "," +
              std::to_string(data.size() + tensor.bytes.size()) + "]}";
    data += tensor.bytes;
  }
  return safetensors_bytes(header + "}", data);
}

}  // namespace joulemark::testing
