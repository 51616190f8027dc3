// SPDX-License-Identifier: Apache-2.0
// Milliseconds with decimals: a double holds every nanosecond of more than a hundred days.
#include "exchange/time_list.h"

#include <fmt/format.h>

#include <cmath>

#include "exchange/numbers.h"

namespace joulemark::exchange {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kLongestMs = 9e12;
constexpr std::string_view kSeparators = " ;";

}  // namespace

std::string read_times(std::string_view ms, std::vector<std::int64_t>& ns) {
  ns.clear();
  while (true) {
    const auto begin = ms.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return "";
    ms.remove_prefix(begin);
    const std::string_view word = ms.substr(0, ms.find_first_of(kSeparators));
    ms.remove_prefix(word.size());
    const Number value = read_number(word);
    if (!value) return value.error();
    if (!*value || **value < 0 || **value > kLongestMs)
      return fmt::format("'{}' is no duration in milliseconds", word);
    ns.push_back(static_cast<std::int64_t>(std::llround(**value * kNsPerMs)));
  }
}

std::string times_text(const std::vector<std::int64_t>& ns) {
  std::string text;
  for (const std::int64_t each : ns)
    text += (text.empty() ? "" : " ") + number_text(static_cast<double>(each) / kNsPerMs);
  return text;
}

}  // namespace joulemark::exchange
