// SPDX-License-Identifier: Apache-2.0
#include "serve/metrics/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace joulemark::serve {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

/// Of the characters that the format escapes in a label's value.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

}  // namespace

void Histogram::observe(double value, std::span<const double> bounds) {
  ++count_;
  sum_ += value;
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), value);
  if (bound != bounds.end()) ++buckets_.at(static_cast<std::size_t>(bound - bounds.begin()));
}

void MetricsText::set_common(std::string_view name, std::string_view value) {
  common_ = fmt::format("{}=\"{}\"", name, escaped(value));
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void MetricsText::label(const Label& label, char& separator) {
  fmt::format_to(std::back_inserter(out_), "{}{}=\"{}\"", separator, label.first,
                 escaped(label.second));
  separator = ',';
}

void MetricsText::line(std::string_view suffix, double value, Labels labels,
                       std::string_view bound) {
  (out_ += family_) += suffix;
  char separator = '{';
  if (!common_.empty()) {
    (out_ += separator) += common_;
    separator = ',';
  }
  for (const Label& each : labels) label(each, separator);
  if (!bound.empty()) label({"le", bound}, separator);
  if (separator == ',') out_ += '}';
  ((out_ += ' ') += number(value)) += '\n';
}

void MetricsText::sample(double value, Labels labels) {
  line("", value, labels, "");
}

void MetricsText::histogram(const Histogram& histogram, std::span<const double> bounds,
                            Labels labels) {
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    up_to += histogram.in_bucket(i);
    line("_bucket", static_cast<double>(up_to), labels, number(bounds[i]));
  }
  line("_bucket", static_cast<double>(histogram.count()), labels, "+Inf");
  line("_sum", histogram.sum(), labels, "");
  line("_count", static_cast<double>(histogram.count()), labels, "");
}

}  // namespace joulemark::serve
