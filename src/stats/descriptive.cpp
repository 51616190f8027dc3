// SPDX-License-Identifier: Apache-2.0
// Moments in two passes, quantiles by selection.
#include "stats/descriptive.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Puts the order statistics of these ascending ranks into their places. `values` begins at rank
/// `first`. The middle rank divides the work, so that many ranks cost little more than one.
template <class T>
void select_ranks(std::span<T> values, std::span<const std::size_t> ranks, std::size_t first) {
  if (ranks.empty() || values.size() < 2) return;
  const std::size_t middle = ranks.size() / 2;
  const std::size_t place = ranks[middle] - first;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place),
                   values.end());
  select_ranks(values.subspan(0, place), ranks.subspan(0, middle), first);
  select_ranks(values.subspan(place + 1), ranks.subspan(middle + 1), ranks[middle] + 1);
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return kNaN;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  if (values.size() < 2) return kNaN;
  const double centre = mean(values);
  double squares = 0;
  double rest = 0;  // of rounding in the mean (Chan, Golub & LeVeque 1983, Am. Stat. 37:242)
  for (const double value : values) {
    squares += (value - centre) * (value - centre);
    rest += value - centre;
  }
  const auto n = static_cast<double>(values.size());
  return (squares - rest * rest / n) / (n - 1);
}

double sd(std::span<const double> values) {
  return std::sqrt(variance(values));
}

double cv(std::span<const double> values) {
  const double centre = mean(values);
  return centre == 0 ? kNaN : sd(values) / std::abs(centre);
}

double geometric_mean(std::span<const double> values) {
  if (values.empty()) return kNaN;
  double sum = 0;
  for (const double value : values) {
    if (!(value > 0)) return kNaN;
    sum += std::log(value);
  }
  return std::exp(sum / static_cast<double>(values.size()));
}

double median(std::span<const double> values) {
  return quantile(values, 0.5);
}

double mad(std::span<const double> values) {
  const double centre = median(values);
  std::vector<double> deviations(values.begin(), values.end());
  for (double& value : deviations) value = std::abs(value - centre);
  return median(deviations);
}

double quantile(std::span<const double> values, double p) {
  std::vector<double> copy(values.begin(), values.end());
  const double probabilities[] = {p};
  return quantiles_in_place(std::span<double>(copy), probabilities).front();
}

template <class T>
std::vector<double> quantiles_in_place(std::span<T> values, std::span<const double> probabilities) {
  if (values.empty()) return std::vector<double>(probabilities.size(), kNaN);
  const auto last = static_cast<double>(values.size() - 1);
  std::vector<std::size_t> ranks;  // below and above each quantile
  for (const double p : probabilities) {
    assert(p >= 0 && p <= 1 && "a probability");
    ranks.push_back(static_cast<std::size_t>(std::floor(last * p)));
    ranks.push_back(static_cast<std::size_t>(std::ceil(last * p)));
  }
  std::vector<std::size_t> wanted = ranks;
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  select_ranks(values, std::span<const std::size_t>(wanted), 0);
  std::vector<double> result;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto low = static_cast<double>(values[ranks[2 * i]]);
    const auto high = static_cast<double>(values[ranks[2 * i + 1]]);
    const double part = last * probabilities[i] - std::floor(last * probabilities[i]);
    result.push_back(low + part * (high - low));
  }
  return result;
}

template std::vector<double> quantiles_in_place(std::span<double>, std::span<const double>);
template std::vector<double> quantiles_in_place(std::span<std::int64_t>, std::span<const double>);

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

}  // namespace joulemark::stats
