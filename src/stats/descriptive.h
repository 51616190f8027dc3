// SPDX-License-Identifier: Apache-2.0
// Descriptive statistics of a list of numbers. Pure; what is undefined is NaN, never a crash.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace joulemark::stats {

/// Arithmetic mean; NaN for no values.
double mean(std::span<const double> values);
/// Sample variance (divisor n − 1), computed in two passes; NaN below two values.
double variance(std::span<const double> values);
/// Square root of variance().
double sd(std::span<const double> values);
/// Coefficient of variation, sd / |mean|; NaN below two values or where the mean is 0.
double cv(std::span<const double> values);
/// exp of the mean logarithm; NaN for no values or where one is not positive.
double geometric_mean(std::span<const double> values);

/// Middle value, or the mean of the two middle ones; NaN for no values.
double median(std::span<const double> values);
/// Median absolute deviation from the median, unscaled (times 1.4826 it estimates the sd of a
/// normal). Hampel 1974, JASA 69:383.
double mad(std::span<const double> values);

/// Quantile type 7: linear between order statistics at (n − 1)·p (Hyndman & Fan 1996, Am. Stat.
/// 50:361). `p` in [0, 1]; NaN for no values.
double quantile(std::span<const double> values, double p);

/// Quantiles type 7 for each of `probabilities`. Selects instead of sorting, and so reorders
/// `values`. NaN for no values.
template <class T>
std::vector<double> quantiles_in_place(std::span<T> values, std::span<const double> probabilities);
extern template std::vector<double> quantiles_in_place(std::span<double>, std::span<const double>);
extern template std::vector<double> quantiles_in_place(std::span<std::int64_t>,
                                                       std::span<const double>);

/// Whether every value is finite.
bool all_finite(std::span<const double> values);

}  // namespace joulemark::stats
