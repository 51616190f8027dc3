// SPDX-License-Identifier: Apache-2.0
// As many digits as the width of an interval carries.
#include "report/metric_values.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/descriptive.h"
#include "verdict/phrases.h"

namespace joulemark::report {

MetricValues::MetricValues(const std::vector<const verdict::Cell*>& rows, verdict::MetricId id)
    : id_(id) {
  std::vector<double> values;
  for (const verdict::Cell* row : rows) {
    const double value = row->estimate(id).median.estimate;
    if (std::isfinite(value)) values.push_back(value);
  }
  empty_ = values.empty();
  scale_ = scale_for(verdict::metric(id), stats::median(values));
}

std::string MetricValues::text(const verdict::Cell& cell) const {
  return format_scaled(verdict::metric(id_), scale_, cell.estimate(id_).median.estimate);
}

std::string ratio_text(const stats::Interval& ratio) {
  if (!ratio.bounded()) return fmt::format("{:.2f}", ratio.estimate);
  const int decimals = ratio.hi - ratio.lo >= 0.02 ? 2 : 3;
  return fmt::format("{:.{}f} [{:.{}f}, {}]", ratio.estimate, decimals, ratio.lo, decimals,
                     verdict::upper_end_text(ratio, decimals));
}

}  // namespace joulemark::report
