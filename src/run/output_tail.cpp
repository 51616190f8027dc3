// SPDX-License-Identifier: Apache-2.0
// A ring of lines.
#include "run/output_tail.h"

#include <algorithm>

#include "base/text_table.h"

namespace joulemark::run {
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
    all += printable(shown);
    all += '\n';
  }
  return all;
}

}  // namespace joulemark::run
