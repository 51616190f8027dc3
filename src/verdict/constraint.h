// SPDX-License-Identifier: Apache-2.0
// What a configuration must fulfil before it is compared at all: "p95_ms <= 50", "threads <= 2".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "verdict/metric_name.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {

/// How a configuration stands to a constraint.
enum class Fulfilment {
  kMet,
  kOpen,     ///< its estimate meets it, and its interval reaches beyond the limit or is missing
  kMissed,   ///< its estimate does not meet it
  kUnknown,  ///< it has no value
};

/// NAME, an operator of <=, <, >=, >, =, != and a value. NAME is a metric (parse_metric_name) with
/// a number, a number of the configuration (threads, batch), or a word of it (engine, provider,
/// precision; = and != only).
class Constraint {
 public:
  /// kUsage with what is wrong in it.
  static Result<Constraint> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Fulfilment of(const Cell& cell) const;
  /// Why a cell that misses it, or lacks a value, is not ranked: "does not meet p95_ms <= 50: 63.2
  /// ms".
  [[nodiscard]] std::string reason(const Cell& cell) const;

 private:
  enum class Operator { kLessEqual, kLess, kGreaterEqual, kGreater, kEqual, kNotEqual };
  [[nodiscard]] bool holds(double value) const;

  std::string text_;
  Operator operator_ = Operator::kLessEqual;
  std::optional<NamedMetric> metric_;
  std::string factor_;  ///< of the configuration, where there is no metric
  std::string word_;    ///< what it is compared with
  double limit_ = 0;    ///< in the metric's own unit
};

}  // namespace joulemark::verdict
