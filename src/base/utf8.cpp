// SPDX-License-Identifier: Apache-2.0
// Decoded by hand: the locale of the process is not to decide what is text.
#include "base/utf8.h"

namespace joulemark {
namespace {

constexpr Utf8Character kInvalid = {.code = 0xFFFD, .bytes = 1, .valid = false};

/// How many bytes the character that begins with `lead` has; 0 for none.
std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

Utf8Character decode_utf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = length_of(lead);
  if (bytes == 1) return {.code = lead, .bytes = 1, .valid = true};
  if (bytes == 0 || bytes > text.size()) return kInvalid;
  char32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0u) != 0x80u) return kInvalid;
    code = (code << 6u) | (next & 0x3Fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[bytes] || surrogate || code > 0x10FFFF) return kInvalid;
  return {.code = code, .bytes = bytes, .valid = true};
}

bool turns_direction(char32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace joulemark
