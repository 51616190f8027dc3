// SPDX-License-Identifier: Apache-2.0
// BCa bootstrap intervals of the ratio and the difference of two samples' means or medians.
#pragma once

#include <span>

#include "stats/bootstrap.h"
#include "stats/interval.h"

namespace joulemark::stats {

/// What of each sample is compared, and how.
enum class Location { kMean, kMedian, kGeometricMean };
enum class Contrast { kDifference, kRatio };
struct Comparand {
  Location location = Location::kMean;
  Contrast contrast = Contrast::kRatio;
};

/// `a` over `b`, or `a` minus `b`, of two samples that are resampled on their own: what bca_strata
/// gives (Efron & Tibshirani 1993, section 8.3), from other draws and fast. Medians of resamples
/// are drawn from their exact distribution. Fewer than three values in one: kTooFew, with the
/// estimate. Both constant: kConstant. A NaN or infinity, a value that is not positive where the
/// geometric mean is taken, or a ratio whose denominator is 0 or changes its sign among the
/// resamples: kNotFinite.
Interval bca_two_samples(std::span<const double> a, std::span<const double> b,
                         const Comparand& what, const BootstrapOptions& options = {});

Interval bca_ratio_of_means(std::span<const double> a, std::span<const double> b,
                            const BootstrapOptions& options = {});
Interval bca_ratio_of_medians(std::span<const double> a, std::span<const double> b,
                              const BootstrapOptions& options = {});
Interval bca_difference_of_means(std::span<const double> a, std::span<const double> b,
                                 const BootstrapOptions& options = {});
Interval bca_difference_of_medians(std::span<const double> a, std::span<const double> b,
                                   const BootstrapOptions& options = {});
Interval bca_ratio_of_geometric_means(std::span<const double> a, std::span<const double> b,
                                      const BootstrapOptions& options = {});

/// The last where a[i] and b[i] come from one block, and blocks are resampled. Different lengths:
/// kUnbalanced. The same ratio in every block: kConstant.
Interval bca_paired_ratio_of_geometric_means(std::span<const double> a, std::span<const double> b,
                                             const BootstrapOptions& options = {});
/// median(a) / median(b) where blocks are resampled; not the median of ratios, which is
/// bca_median of them.
Interval bca_paired_ratio_of_medians(std::span<const double> a, std::span<const double> b,
                                     const BootstrapOptions& options = {});

}  // namespace joulemark::stats
