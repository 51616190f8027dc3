// SPDX-License-Identifier: Apache-2.0
// Bias-corrected and accelerated bootstrap intervals of one sample (Efron 1987, JASA 82:171).
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "stats/interval.h"

namespace joulemark::stats {

/// A number computed from a sample. Its result may not depend on the order of the values.
using Statistic = std::function<double(std::span<const double>)>;

struct BootstrapOptions {
  std::uint64_t seed = 1;
  int resamples = 9999;
  double level = 0.95;
};

/// BCa interval of `statistic`: bias correction from the resamples (equal ones count half),
/// acceleration from the jackknife. The same seed gives the same interval, for any order of
/// `values`. Fewer than three values: kTooFew, with the estimate. All equal: kConstant. A NaN or
/// infinity, among the values or out of the statistic: kNotFinite.
Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapOptions& options = {});

/// The same interval for the mean, fast: a resample is a sum of n values from a table and costs
/// about 1 ns for each.
Interval bca_mean(std::span<const double> values, const BootstrapOptions& options = {});

/// The same interval for the median. The distribution of a resample's median is known exactly (as
/// Maritz & Jarrett 1978, JASA 73:194, use it for its variance), so nothing is drawn: the limit of
/// infinitely many resamples, in microseconds for ten values.
Interval bca_median(std::span<const double> values, double level = 0.95);

}  // namespace joulemark::stats
