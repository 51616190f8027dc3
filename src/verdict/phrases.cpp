// SPDX-License-Identifier: Apache-2.0
// Rounding that never contradicts what is said beside it.
#include "verdict/phrases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace joulemark::verdict {
namespace {

constexpr std::size_t kNamesInFull = 3;
constexpr int kMostDecimals = 2;
/// From here on "1.6 times as much" instead of "60 % more". An interval that reaches 2 is written
/// so too: repeating an experiment whose answer is about 2 is not to change the form.
constexpr double kTimes = 1.5;
constexpr double kTimesUpperEnd = 2;

/// From here on no decimal is needed to see that it is a number of times.
constexpr double kWholeTimes = 100;
constexpr double kFar = 1000;
constexpr double kFarFromEstimate = 100;
/// Of the arithmetic, on the scale of per cents.
constexpr double kRounding = 1e-9;

struct Span {
  double value, lo, hi;
  bool bounded;
};

Span span_of(const stats::Interval& interval, double (*to_shown)(double)) {
  return {to_shown(interval.estimate), to_shown(interval.lo), to_shown(interval.hi),
          interval.bounded()};
}

std::string decimal(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "−" + text : text;
}

bool looks_like(double value, double landmark, int decimals) {
  const bool equal = std::abs(value - landmark) < kRounding;
  return !equal && decimal(value, decimals) == decimal(landmark, decimals);
}

/// Whether a number that differs from a landmark would look like it. `landmarks.front()` stands for
/// no difference.
bool hides(const Span& span, const std::vector<double>& landmarks, int decimals) {
  if (looks_like(span.value, landmarks.front(), decimals)) return true;
  return span.bounded && std::any_of(landmarks.begin(), landmarks.end(), [&](double landmark) {
           return looks_like(span.lo, landmark, decimals) ||
                  looks_like(span.hi, landmark, decimals);
         });
}

/// Decimals that show the width of the interval, or about two digits where there is none.
int decimals_for(const Span& span, const std::vector<double>& landmarks) {
  const double scale = span.bounded ? (span.hi - span.lo) / 2 : std::abs(span.value) / 10;
  int decimals = scale >= 1 ? 0 : scale >= 0.1 ? 1 : 2;
  while (decimals < kMostDecimals && hides(span, landmarks, decimals)) ++decimals;
  return decimals;
}

Quantity quantity(const Span& span, int decimals, std::string_view unit) {
  const auto text = [&](double number) { return decimal(number, decimals) + std::string(unit); };
  if (!span.bounded) return {text(span.value), ""};
  return {text(span.value), fmt::format(" [{}, {}]", text(span.lo), text(span.hi))};
}

std::string times_text(const stats::Interval& ratio, double margin) {
  const Span span = span_of(ratio, [](double r) { return r; });
  const int least = span.value < kWholeTimes ? 1 : 0;
  const int decimals = std::max(least, decimals_for(span, {1, 1 + margin}));
  const std::string times = decimal(span.value, decimals) + " times as much";
  if (!span.bounded) return times;
  return fmt::format("{} [{}, {}]", times, decimal(span.lo, decimals),
                     upper_end_text(ratio, decimals));
}

}  // namespace

std::string percent_text(double fraction) {
  return fmt::format("{:g} %", 100 * fraction);
}

std::string p_text(double p) {
  if (p < 0.001) return "p < 0.001";
  return fmt::format("p = {:.{}f}", p, p < 0.01 ? 4 : p < 0.1 ? 3 : 2);
}

std::string join(const std::vector<std::string>& names) {
  if (names.size() > kNamesInFull) {
    return fmt::format("{} and {} others", names.front(), names.size() - 1);
  }
  std::string text = names.empty() ? "" : names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

std::string upper_end_text(const stats::Interval& ratio, int decimals) {
  const bool far = ratio.hi > kFar && ratio.hi > kFarFromEstimate * ratio.estimate;
  return far ? fmt::format("> {:.0f}", kFar) : decimal(ratio.hi, decimals);
}

std::string more_text(const stats::Interval& ratio, double margin) {
  const bool times = ratio.estimate >= kTimes || (ratio.bounded() && ratio.hi >= kTimesUpperEnd);
  if (times) return times_text(ratio, margin);
  Span span = span_of(ratio, [](double r) { return 100 * (r - 1); });
  const int decimals = decimals_for(span, {0, 100 * margin});
  const bool less = span.value < 0;
  if (less) span = {-span.value, -span.hi, -span.lo, span.bounded};
  const Quantity percent = quantity(span, decimals, " %");
  return fmt::format("{} {}{}", percent.value, less ? "less" : "more", percent.interval);
}

Quantity saving(const stats::Interval& ratio) {
  const Span span = span_of(ratio, [](double r) { return 100 * (1 - 1 / r); });
  return quantity(span, decimals_for(span, {0}), " %");
}

}  // namespace joulemark::verdict
