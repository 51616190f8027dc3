// SPDX-License-Identifier: Apache-2.0
#include "api/json/numbers.h"

#include <algorithm>

namespace joulemark::api {

/// The place of its first digit that is not 0 says so.
bool is_tiny_number(std::string_view text) {
  const auto e = std::min(text.find_first_of("eE"), text.size());
  long exponent = 0;
  if (e < text.size()) {
    const bool has_plus = text[e + 1] == '+';
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + e + (has_plus ? 2 : 1), end, exponent);
    if (read.ec != std::errc{}) return text[e + 1] == '-';
  }
  const std::string_view digits = text.substr(0, e);
  const auto first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const auto point = std::min(digits.find('.'), digits.size());
  return static_cast<long>(point) - static_cast<long>(first) + exponent < 0;
}

}  // namespace joulemark::api
