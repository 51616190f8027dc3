// SPDX-License-Identifier: Apache-2.0
// One pass over the bytes each; nothing is searched for in what was already written.
#include "report/html_escape.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/utf8.h"

namespace joulemark::report {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

std::string_view reference_for(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    out += character.valid ? text.substr(0, character.bytes) : kReplacementCharacter;
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const std::string_view reference = reference_for(text.front());
    if (!character.valid || turns_direction(character.code))
      out += kReplacementCharacter;
    else
      out += reference.empty() ? text.substr(0, character.bytes) : reference;
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::string sentence_html(std::string_view text, std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return is_ascii(name); });
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::pair<std::size_t, std::size_t> next = {rest.size(),
                                                0};  // where the next name is, its size
    for (const std::string& name : names) {
      if (const std::size_t at = rest.find(name); at < next.first) next = {at, name.size()};
    }
    out += escape_html(rest.substr(0, next.first));
    if (next.second > 0)
      out += "<bdi dir=\"ltr\">" + escape_html(rest.substr(next.first, next.second)) + "</bdi>";
    rest.remove_prefix(next.first + next.second);
  }
  return out;
}

std::string escape_json_for_html(std::string_view json) {
  constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";
  constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";
  std::string out;
  out.reserve(json.size() + json.size() / 64);
  for (std::size_t at = 0; at < json.size(); ++at) {
    const std::string_view three = json.substr(at, 3);
    if (json[at] == '<') {
      out += "\\u003c";
    } else if (three == kLineSeparator || three == kParagraphSeparator) {
      out += three == kLineSeparator ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += json[at];
    }
  }
  return out;
}

}  // namespace joulemark::report
