// SPDX-License-Identifier: Apache-2.0
// Values and ratios as the tables of the text report and of the static page write them.
#pragma once

#include <string>
#include <vector>

#include "verdict/metric.h"
#include "verdict/verdict.h"

namespace joulemark::report {

/// One metric of some rows: its unit fits the middle one of their values.
class MetricValues {
 public:
  MetricValues(const std::vector<const verdict::Cell*>& rows, verdict::MetricId id);
  /// Whether no row has a value.
  [[nodiscard]] bool empty() const { return empty_; }
  /// "ms".
  [[nodiscard]] const std::string& unit() const { return scale_.unit; }
  /// The median of the cell, in that unit.
  [[nodiscard]] std::string text(const verdict::Cell& cell) const;

 private:
  verdict::MetricId id_;
  bool empty_ = true;
  verdict::Scale scale_;
};

/// "1.06 [1.02, 1.11]", or "1.06" where there is no interval.
std::string ratio_text(const stats::Interval& ratio);

}  // namespace joulemark::report
