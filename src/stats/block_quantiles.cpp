// SPDX-License-Identifier: Apache-2.0
#include "stats/block_quantiles.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "stats/descriptive.h"

namespace joulemark::stats {
namespace {

/// The sample in ascending order: a resample only changes how often each block counts.
struct Sorted {
  std::vector<double> values;
  std::vector<std::uint32_t> block;
};

Sorted sorted(const BlockedValues& sample) {
  std::vector<std::size_t> order(sample.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return sample.values[a] < sample.values[b]; });
  Sorted out;
  out.values.reserve(order.size());
  out.block.reserve(order.size());
  for (const std::size_t i : order) {
    out.values.push_back(sample.values[i]);
    out.block.push_back(sample.block[i]);
  }
  return out;
}

std::vector<std::uint32_t> draw(std::uint32_t blocks, Random& random) {
  std::vector<std::uint32_t> times(blocks);
  for (std::uint32_t i = 0; i < blocks; ++i) ++times[random.below(blocks)];
  return times;
}

/// The quantiles of the sample in which each block stands so many times.
void take_quantiles(const Sorted& sample, std::span<const std::uint32_t> times,
                    std::span<const double> probabilities,
                    std::vector<std::vector<double>>& taken) {
  std::uint64_t whole = 0;
  for (const std::uint32_t block : sample.block) whole += times[block];
  if (whole == 0) return;  // only empty blocks were drawn
  std::size_t at = 0;
  std::uint64_t below = times[sample.block[0]];
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const auto wanted = std::max(1.0, probabilities[k] * static_cast<double>(whole));
    while (static_cast<double>(below) < wanted && at + 1 < sample.values.size())
      below += times[sample.block[++at]];
    taken[k].push_back(sample.values[at]);
  }
}

std::vector<Interval> estimates(const BlockedValues& sample,
                                std::span<const double> probabilities) {
  std::vector<double> values(sample.values.begin(), sample.values.end());
  const auto quantiles = quantiles_in_place(std::span<double>(values), probabilities);
  std::vector<Interval> out;
  for (const double quantile : quantiles) out.push_back({.estimate = quantile});
  return out;
}

void set_all(std::vector<Interval>& intervals, Outcome outcome) {
  for (Interval& interval : intervals) {
    interval.outcome = outcome;
    if (outcome == Outcome::kConstant) interval.lo = interval.hi = interval.estimate;
  }
}

}  // namespace

std::vector<Interval> block_quantiles(const BlockedValues& sample,
                                      std::span<const double> probabilities,
                                      const BlockQuantileOptions& options) {
  auto out = estimates(sample, probabilities);
  if (!all_finite(sample.values)) return set_all(out, Outcome::kNotFinite), out;
  if (sample.values.empty() || sample.blocks < kFewestBlocks) return out;
  const Sorted ascending = sorted(sample);
  if (ascending.values.front() == ascending.values.back())
    return set_all(out, Outcome::kConstant), out;
  Random random(options.seed);
  std::vector<std::vector<double>> taken(probabilities.size());
  for (int i = 0; i < options.resamples; ++i)
    take_quantiles(ascending, draw(sample.blocks, random), probabilities, taken);
  const double tail = (1 - options.level) / 2;
  const std::array<double, 2> ends{tail, 1 - tail};
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto limits = quantiles_in_place(std::span<double>(taken[k]), ends);
    out[k].lo = std::min(limits[0], out[k].estimate);
    out[k].hi = std::max(limits[1], out[k].estimate);
    out[k].outcome = Outcome::kOk;
  }
  return out;
}

}  // namespace joulemark::stats
