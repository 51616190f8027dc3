// SPDX-License-Identifier: Apache-2.0
// Means and medians of resamples of one sample, drawn with replacement.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "stats/bca.h"

namespace joulemark::stats {

/// Indices in [0, n), two from each 64 random bits by multiplication (Lemire 2019, ACM TOMACS 29:3,
/// without its rejection: an index's probability is off by less than n/2³² of itself). n < 2³².
struct IndexPair {
  std::size_t first;
  std::size_t second;
};
inline IndexPair draw_indices(std::size_t n, Random& random) {
  const std::uint64_t bits = random.next();
  return {static_cast<std::size_t>((bits >> 32) * n >> 32),
          static_cast<std::size_t>((bits & 0xffffffffu) * n >> 32)};
}

/// `count` means of resamples of `values` (not empty), in time count · n and no other memory.
std::vector<double> resampled_means(std::span<const double> values, int count, Random& random);

/// `count` medians of resamples of `sorted`, drawn from their exact distribution: time
/// O(n log n + count · log n) in practice.
std::vector<double> resampled_medians(std::span<const double> sorted, int count, Random& random);

/// The exact distribution of the median of a resample of `sorted` (not empty), as Maritz & Jarrett
/// 1978, JASA 73:194, use it for its variance; values less probable than 1e-13 are left out.
std::vector<Atom> median_distribution(std::span<const double> sorted);

/// Median of sorted values, not empty.
double sorted_median(std::span<const double> sorted);

}  // namespace joulemark::stats
