// SPDX-License-Identifier: Apache-2.0
// FNV-1a with 64 bits (Fowler, Noll, Vo): tells contents apart, and protects against nobody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace joulemark {

class Fnv1a {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) add_byte(static_cast<unsigned char>(c));
  }
  void add_byte(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3; }
  [[nodiscard]] std::uint64_t value() const { return hash_; }
  /// 16 hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

/// Of one text.
inline std::uint64_t fnv1a(std::string_view bytes) {
  Fnv1a hash;
  hash.add(bytes);
  return hash.value();
}

}  // namespace joulemark
