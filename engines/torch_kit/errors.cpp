// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/errors.h"

#include <string_view>

namespace joulemark::torch_kit {
namespace {

// What TorchScript's interpreter puts around a message.
constexpr std::string_view kTrace = "(most recent call last):\n";
constexpr std::string_view kReason = "RuntimeError: ";
constexpr std::string_view kMark = "<--- HERE";

std::string_view without_backtrace(const std::exception& error) {
  const std::string_view text = error.what();
  return text.substr(0, text.find("\nException raised"));
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// The line above the last mark; all of a trace without marks.
std::string failing_line(std::string_view trace) {
  const std::size_t mark = trace.rfind(kMark);
  if (mark == std::string_view::npos) return one_line(trace);
  const std::size_t end = trace.rfind('\n', mark);
  if (end == std::string_view::npos || end == 0) return one_line(trace);
  const std::size_t begin = trace.rfind('\n', end - 1);
  const std::size_t first = begin == std::string_view::npos ? 0 : begin + 1;
  return one_line(trace.substr(first, end - first));
}

}  // namespace

std::string brief(const std::exception& error) {
  return one_line(without_backtrace(error));
}

Explanation explain(const std::exception& error) {
  const std::string_view text = without_backtrace(error);
  const std::size_t trace = text.find(kTrace);
  const std::size_t reason = text.rfind(kReason);
  if (trace == std::string_view::npos || reason == std::string_view::npos || reason < trace)
    return {"", one_line(text)};
  const std::size_t begin = trace + kTrace.size();
  return {failing_line(text.substr(begin, reason - begin)),
          one_line(text.substr(reason + kReason.size()))};
}

}  // namespace joulemark::torch_kit
