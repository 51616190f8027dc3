// SPDX-License-Identifier: Apache-2.0
#include "cli/fraction.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

namespace joulemark::cli {

Result<double> parse_fraction(const std::string& flag, const std::string& text) {
  std::string_view rest = text;
  const bool percent = rest.ends_with('%');
  if (percent) rest.remove_suffix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  const bool read = error == std::errc() && end == rest.data() + rest.size() && !rest.empty();
  if (!read || !std::isfinite(value) || value < 0)
    return fail(ErrorKind::kUsage,
                fmt::format("{} must be a share such as 3% or 0.03, not '{}'", flag, text));
  return percent ? value / 100 : value;
}

}  // namespace joulemark::cli
