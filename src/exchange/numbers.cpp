// SPDX-License-Identifier: Apache-2.0
// Words for "not recorded", and std::from_chars.
#include "exchange/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace joulemark::exchange {
namespace {

constexpr std::array<std::string_view, 7> kNothing = {"", "na", "n/a", "nan", "null", "none", "-"};

bool is_nothing(std::string_view text) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::any_of(kNothing.begin(), kNothing.end(), [&](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(), same);
  });
}

}  // namespace

Number read_number(std::string_view text) {
  if (is_nothing(text)) return std::nullopt;
  double value = 0;
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = end == digits.data() + digits.size();
  if (error == std::errc() && whole && std::isfinite(value)) return value;
  const bool comma = text.find(',') != std::string_view::npos;
  return tl::unexpected<std::string>(
      fmt::format("'{}' is no number; {}", text.substr(0, 40),
                  comma ? "write decimals with a point and thousands without a sign"
                        : "leave the cell empty, or write NA, where nothing was recorded"));
}

std::string number_text(std::optional<double> value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string();
}

}  // namespace joulemark::exchange
