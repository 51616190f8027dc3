// SPDX-License-Identifier: Apache-2.0
#include "verdict/constraint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace joulemark::verdict {
namespace {

constexpr const char* kNumbers[] = {"threads", "batch"};
constexpr const char* kWords[] = {"engine", "provider", "precision"};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

template <std::size_t N>
bool is_one_of(const char* const (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string word_of(const Configuration& configuration, std::string_view factor) {
  if (factor == "engine") return configuration.engine;
  if (factor == "provider") return configuration.provider;
  return configuration.precision;
}

tl::unexpected<Error> wrong(std::string_view text, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("--where '{}': {}", text, why));
}

}  // namespace

Result<Constraint> Constraint::parse(std::string_view text) {
  static constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"<=", Operator::kLessEqual}, {">=", Operator::kGreaterEqual}, {"!=", Operator::kNotEqual},
      {"==", Operator::kEqual},     {"<", Operator::kLess},          {">", Operator::kGreater},
      {"=", Operator::kEqual}};
  const auto at = text.find_first_of("<>=!");
  const auto* const found =
      std::find_if(std::begin(kOperators), std::end(kOperators), [&](const auto& each) {
        return at != std::string_view::npos && text.substr(at).starts_with(each.first);
      });
  if (found == std::end(kOperators))
    return wrong(text, "it has no operator; write it as 'p95_ms<=50'");
  const std::string name(trimmed(text.substr(0, at)));
  const std::string_view value = trimmed(text.substr(at + found->first.size()));
  Constraint constraint;
  constraint.text_ = fmt::format("{} {} {}", name, found->first, value);
  constraint.operator_ = found->second;
  const bool equality = found->second == Operator::kEqual || found->second == Operator::kNotEqual;
  if (is_one_of(kWords, name)) {
    if (!equality) return wrong(text, fmt::format("{} is a word; compare it with = or !=", name));
    constraint.factor_ = name;
    constraint.word_ = value;
    return constraint;
  }
  const std::optional<double> limit = number_of(value);
  if (!limit) return wrong(text, fmt::format("'{}' is no number", value));
  constraint.limit_ = *limit;
  if (is_one_of(kNumbers, name)) {
    constraint.factor_ = name;
    return constraint;
  }
  auto metric = parse_metric_name(name);
  if (!metric) return wrong(text, metric.error().message);
  if (equality) return wrong(text, "a measured value is never exactly a number; use <= or >=");
  constraint.limit_ *= metric->unit;
  constraint.metric_ = *std::move(metric);
  return constraint;
}

bool Constraint::holds(double value) const {
  switch (operator_) {
    case Operator::kLessEqual:
      return value <= limit_;
    case Operator::kLess:
      return value < limit_;
    case Operator::kGreaterEqual:
      return value >= limit_;
    case Operator::kGreater:
      return value > limit_;
    case Operator::kEqual:
      return value == limit_;
    case Operator::kNotEqual:
      break;
  }
  return value != limit_;
}

Fulfilment Constraint::of(const Cell& cell) const {
  if (!metric_ && !word_.empty()) {
    const bool same = word_of(cell.configuration, factor_) == word_;
    return same == (operator_ == Operator::kEqual) ? Fulfilment::kMet : Fulfilment::kMissed;
  }
  if (!metric_) {
    const int value = factor_ == "threads" ? cell.configuration.threads : cell.configuration.batch;
    return holds(value) ? Fulfilment::kMet : Fulfilment::kMissed;
  }
  const stats::Interval& median = cell.estimate(metric_->id).median;
  if (!std::isfinite(median.estimate)) return Fulfilment::kUnknown;
  if (!holds(median.estimate)) return Fulfilment::kMissed;
  const bool shown = median.bounded() && holds(median.lo) && holds(median.hi);
  return shown ? Fulfilment::kMet : Fulfilment::kOpen;
}

std::string Constraint::reason(const Cell& cell) const {
  if (!metric_) return fmt::format("does not meet {}", text_);
  const Estimate& estimate = cell.estimate(metric_->id);
  if (!std::isfinite(estimate.median.estimate))
    return fmt::format("{} cannot be checked: no {} ({})", text_, metric(metric_->id).title,
                       estimate.reason);
  return fmt::format("does not meet {}: {}", text_,
                     format_value(metric(metric_->id), estimate.median.estimate));
}

}  // namespace joulemark::verdict
