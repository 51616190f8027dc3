// SPDX-License-Identifier: Apache-2.0
#include "api/json/write.h"

#include <fmt/format.h>

#include <iterator>

#include "base/utf8.h"

namespace joulemark::api {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const char c = text[0];
    if (!character.valid)
      out += kReplacementCharacter;
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (character.code < 0x20)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(character.code));
    else
      out.append(text.substr(0, character.bytes));
    text.remove_prefix(character.bytes);
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    if (!character.valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

}  // namespace joulemark::api
