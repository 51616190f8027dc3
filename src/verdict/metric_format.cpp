// SPDX-License-Identifier: Apache-2.0
// How values are written for people: three significant digits and a prefix that keeps them short.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

struct Prefix {
  double factor;
  const char* text;
};
constexpr Prefix kSi[] = {{1e12, "T"}, {1e9, "G"},  {1e6, "M"},  {1e3, "k"},  {1, ""},
                          {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}, {1e-12, "p"}};
constexpr double kMillisPerUnit = 1e3;
constexpr Prefix kBinary[] = {
    {1099511627776.0, "Ti"}, {1073741824.0, "Gi"}, {1048576.0, "Mi"}, {1024.0, "Ki"}, {1, ""}};

/// The largest prefix that leaves at least 1 before the decimal point, after rounding.
template <std::size_t N>
Prefix prefix_for(const Prefix (&prefixes)[N], double value) {
  for (const Prefix& prefix : prefixes) {
    if (value >= 0.9995 * prefix.factor) return prefix;
  }
  return prefixes[N - 1];
}

}  // namespace

std::string quantity_text(double value, const char* unit) {
  const Prefix prefix = value > 0 && std::isfinite(value) ? prefix_for(kSi, value) : Prefix{1, ""};
  return fmt::format("{} {}{}", format_significant(value / prefix.factor), prefix.text, unit);
}

std::string format_significant(double value) {
  if (!std::isfinite(value)) return "–";
  if (value == 0) return "0";
  const double rounded = std::stod(fmt::format("{:.2e}", value));
  const int decimals = std::max(0, 2 - static_cast<int>(std::floor(std::log10(std::abs(rounded)))));
  return fmt::format("{:.{}f}", rounded == 0 ? 0.0 : value, std::min(decimals, 12));
}

Scale scale_for(const Metric& metric, double typical) {
  const double size = std::abs(typical);
  const bool scalable = std::isfinite(size) && size > 0;
  Prefix prefix{1, ""};
  if (metric.format == Format::kMillis) {
    prefix = scalable ? prefix_for(kSi, size / kMillisPerUnit) : Prefix{1e-3, "m"};
    return {prefix.factor * kMillisPerUnit, prefix.text + std::string(metric.unit + 1)};
  }
  if (scalable && metric.format == Format::kSi) prefix = prefix_for(kSi, size);
  if (scalable && metric.format == Format::kBytes) prefix = prefix_for(kBinary, size);
  return {prefix.factor, std::string(prefix.text) + metric.unit};
}

std::string format_scaled(const Metric& metric, const Scale& scale, double value) {
  if (!std::isfinite(value)) return "–";
  if (metric.format == Format::kCount) return fmt::format("{:.0f}", value);
  return format_significant(value / scale.factor);
}

std::string format_value(const Metric& metric, double value) {
  const Scale scale = scale_for(metric, value);
  const std::string number = format_scaled(metric, scale, value);
  const bool bare = scale.unit.empty() || !std::isfinite(value);
  return bare ? number : fmt::format("{} {}", number, scale.unit);
}

}  // namespace joulemark::verdict
