// SPDX-License-Identifier: Apache-2.0
// A ring of lines, and the repair of bytes that are no text.
#include "run/output_tail.h"

#include <algorithm>

namespace joulemark::run {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

// Length of the well-formed sequence at the start of `text` (Unicode 15, table 3-7), 0 when it is
// ill-formed.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length),
                   is_continuation))
    return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string printable_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1 && (first == 0x7F || (first < 0x20 && first != '\t' && first != '\n'))) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

void OutputTail::append_to_last(std::string_view part) {
  if (!line_is_open_) {
    if (lines_.size() == kLines) lines_.pop_front();
    lines_.emplace_back();
    line_is_open_ = true;
  }
  std::string& line = lines_.back();
  line += part.substr(0, kLineBytes - std::min(line.size(), kLineBytes));
}

void OutputTail::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    append_to_last(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    line_is_open_ = false;
    bytes.remove_prefix(end + 1);
  }
}

std::string OutputTail::text() const {
  std::string all;
  for (const std::string& line : lines_) {
    const std::string_view shown =
        line.ends_with('\r') ? std::string_view(line).substr(0, line.size() - 1) : line;
    all += shown;
    all += '\n';
  }
  return printable_utf8(all);
}

}  // namespace joulemark::run
