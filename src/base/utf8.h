// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629), character by character, whatever the locale of the process.
#pragma once

#include <cstddef>
#include <string_view>

namespace joulemark {

/// U+FFFD: stands for what is no character, or must not be shown.
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

struct Utf8Character {
  char32_t code = 0;      ///< U+FFFD when it is not valid
  std::size_t bytes = 1;  ///< of the text; 1 when it is not valid
  bool valid = false;
};

/// The first character of `text`, which is not empty. Valid are shortest forms of at most U+10FFFF
/// without surrogates.
Utf8Character decode_utf8(std::string_view text);

/// Whether it is a mark, embedding, override or isolate of the Unicode bidirectional algorithm,
/// which turn the direction of the text after them.
bool turns_direction(char32_t code);

}  // namespace joulemark
