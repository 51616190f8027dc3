// SPDX-License-Identifier: Apache-2.0
// Robust scales: the median absolute deviation, or the mean one, and the interquartile range.
#include "stats/outliers.h"

#include <cmath>
#include <limits>

#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kMinForScores = 3;
constexpr std::size_t kMinForQuartiles = 4;
constexpr double kPerMad = 0.6745;                  // Φ⁻¹(3/4)
constexpr double kPerMeanDeviation = 1 / 1.253314;  // sqrt(2/π)

/// What divides a deviation from the median; 0 where all values are equal.
double inverse_scale(const std::vector<double>& deviations) {
  std::vector<double> sizes = deviations;
  for (double& size : sizes) size = std::abs(size);
  const double typical = median(sizes);
  if (typical > 0) return kPerMad / typical;
  const double average = mean(sizes);
  return average > 0 ? kPerMeanDeviation / average : 0;
}

}  // namespace

ModifiedZ modified_z_scores(std::span<const double> values) {
  ModifiedZ result;
  result.scores.assign(values.size(), std::numeric_limits<double>::quiet_NaN());
  result.outcome = Outcome::kNotFinite;
  if (!all_finite(values)) return result;
  result.outcome = Outcome::kTooFew;
  if (values.size() < kMinForScores) return result;
  const double centre = median(values);
  std::vector<double> deviations(values.begin(), values.end());
  for (double& value : deviations) value -= centre;
  const double factor = inverse_scale(deviations);
  result.outcome = Outcome::kConstant;
  if (factor == 0) return result;
  for (std::size_t i = 0; i < values.size(); ++i) result.scores[i] = factor * deviations[i];
  result.outcome = Outcome::kOk;
  return result;
}

Flagged flag_by_modified_z(std::span<const double> values, double limit) {
  const ModifiedZ z = modified_z_scores(values);
  Flagged flagged;
  flagged.outcome = z.outcome;
  for (std::size_t i = 0; i < z.scores.size(); ++i)
    if (std::abs(z.scores[i]) > limit) flagged.indices.push_back(i);
  return flagged;
}

Flagged flag_by_quartiles(std::span<const double> values, double fences) {
  Flagged flagged;
  flagged.outcome = Outcome::kNotFinite;
  if (!all_finite(values)) return flagged;
  flagged.outcome = Outcome::kTooFew;
  if (values.size() < kMinForQuartiles) return flagged;
  std::vector<double> copy(values.begin(), values.end());
  const double probabilities[] = {0.25, 0.75};
  const std::vector<double> quartiles = quantiles_in_place(std::span<double>(copy), probabilities);
  const double range = quartiles[1] - quartiles[0];
  flagged.outcome = Outcome::kConstant;
  if (!(range > 0)) return flagged;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool inside =
        values[i] >= quartiles[0] - fences * range && values[i] <= quartiles[1] + fences * range;
    if (!inside) flagged.indices.push_back(i);
  }
  flagged.outcome = Outcome::kOk;
  return flagged;
}

}  // namespace joulemark::stats
