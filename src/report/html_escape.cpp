// SPDX-License-Identifier: Apache-2.0
// One pass over the bytes each; nothing is searched for in what was already written.
#include "report/html_escape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace joulemark::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Lead {
  std::size_t length;    // of the sequence
  unsigned char lo, hi;  // range of its second byte
};

/// What a first byte calls for (RFC 3629 §4); length 0 for a byte that begins nothing.
Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// Length of the well-formed sequence at `text[at]`; 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
  if (lead.length > text.size() - at) return 0;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    const unsigned char lo = i == 1 ? lead.lo : 0x80;
    const unsigned char hi = i == 1 ? lead.hi : 0xBF;
    if (byte < lo || byte > hi) return 0;
  }
  return lead.length;
}

/// Whether the sequence at the beginning of `text` is a mark, embedding, override or isolate of the
/// Unicode bidirectional algorithm.
bool turns_direction(std::string_view text) {
  constexpr std::string_view kMarks[] = {
      "\xD8\x9C",                                                                      // U+061C
      "\xE2\x80\x8E", "\xE2\x80\x8F",                                                  // U+200E–F
      "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",  // U+202A–E
      "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9",                  // U+2066–9
  };
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](std::string_view mark) { return text.starts_with(mark); });
}

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
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    out += length == 0 ? kReplacement : text.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return out;
}

std::string escape_html(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < valid.size();) {
    const std::string_view rest = std::string_view(valid).substr(at);
    const std::string_view sequence = rest.substr(0, sequence_length(rest, 0));
    const std::string_view reference = reference_for(sequence.front());
    if (turns_direction(rest))
      out += kReplacement;
    else
      out += reference.empty() ? sequence : reference;
    at += sequence.size();
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
