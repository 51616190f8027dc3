// SPDX-License-Identifier: Apache-2.0
#include "report/analysis_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulemark::report {

using stats::Interval;
using stats::Outcome;
using table::Cell;
using table::Column;

namespace {

std::string with_interval(const Interval& interval) {
  std::string shown = digits(interval.estimate);
  if (interval.bounded())
    shown += fmt::format(" [{}, {}]", digits(interval.lo), digits(interval.hi));
  return shown;
}

}  // namespace

Cell text(std::string value) {
  return {.text = std::move(value), .raw = ""};
}

Cell number(double value, const std::string& shown, Outcome outcome) {
  if (std::isfinite(value)) return {.text = shown, .raw = fmt::format("{}", value)};
  return {.text = fmt::format("– ({})", to_string(outcome)), .raw = "NA"};
}

std::string digits(double value) {
  const double size = std::abs(value);
  if (value == 0) return "0";
  if (!std::isfinite(value)) return "–";
  if (size >= 1e7 || size < 1e-4) return fmt::format("{:.3e}", value);
  const int decimals = std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
  return fmt::format("{:.{}f}", value, decimals);
}

Cell interval_cell(const Interval& interval) {
  return number(interval.estimate, with_interval(interval), interval.outcome);
}

Cell p_cell(double p, Outcome outcome) {
  const std::string shown = p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
  return number(p, shown, outcome);
}

Cell df_cell(double df) {
  return std::isfinite(df) ? number(df, digits(df)) : text("");
}

Column left(const char* head, const char* name) {
  return {.head = head, .name = name, .align = Align::kLeft};
}
Column right(const char* head, const char* name) {
  return {.head = head, .name = name, .align = Align::kRight};
}

}  // namespace joulemark::report
