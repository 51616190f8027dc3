// SPDX-License-Identifier: Apache-2.0
// One pass over the text.
#include "base/dotted_version.h"

#include <algorithm>

namespace joulemark {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool belongs_to_version(char c) {
  return is_digit(c) || c == '.' || (c >= 'a' && c <= 'z');
}

/// Behind the digits at `at`; `at` itself when there are none.
std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Behind "N.N.N" at `at`, or behind as much of it as is there; the flag tells which.
struct ThreeNumbers {
  std::size_t end;
  bool complete;
};
ThreeNumbers skip_three_numbers(std::string_view text, std::size_t at) {
  for (int number = 0; number < 3; ++number) {
    if (number > 0 && (at >= text.size() || text[at] != '.')) return {at, false};
    const std::size_t begin = number > 0 ? at + 1 : at;
    at = skip_digits(text, begin);
    if (at == begin) return {at, false};
  }
  return {at, true};
}

}  // namespace

std::string find_dotted_version(std::string_view text) {
  std::size_t at = 0;
  while ((at = text.find_first_of("0123456789", at)) != std::string_view::npos) {
    const ThreeNumbers numbers = skip_three_numbers(text, at);
    if (!numbers.complete) {
      at = numbers.end;
      continue;
    }
    const auto* const end =
        std::find_if_not(text.begin() + numbers.end, text.end(), belongs_to_version);
    std::string version(text.begin() + at, end);
    while (version.ends_with('.')) version.pop_back();
    return version;
  }
  return {};
}

}  // namespace joulemark
