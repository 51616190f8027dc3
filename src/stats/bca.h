// SPDX-License-Identifier: Apache-2.0
// The BCa formula (Efron 1987, JASA 82:171), apart from how its resamples came about.
#pragma once

#include <span>
#include <vector>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// A value of a resampled statistic and how often it comes, as a probability or a count.
struct Atom {
  double value;
  double weight;
};

/// What the formula needs apart from the resampled statistics.
struct BcaShape {
  double estimate;
  double acceleration;
  double resolution;  ///< no probability nearer to 0 or 1 shows in the resamples
  double level;
  double same = 1e-12;  ///< resamples this near to the estimate, as a multiple of `scale`, equal it
  double scale = 0;
};

/// The interval from a weighted list; not empty, all finite.
Interval bca_of_atoms(std::vector<Atom> atoms, const BcaShape& shape);
/// The interval from resamples that weigh the same, which it reorders; not empty. One that is not
/// finite: kNotFinite.
Interval bca_of_draws(std::span<double> draws, const BcaShape& shape);

/// Acceleration from the jackknife: `left_out[k][i]` is the statistic without value i of sample k,
/// equally often for every value. Samples of different sizes weigh by theirs: with influences
/// U = (n_k − 1)(mean of left_out[k] − left_out[k][i]), a = Σ U³/n_k³ / (6 (Σ U²/n_k²)^1.5) (Efron
/// & Tibshirani 1993, eq. 14.15; for several samples as Davison & Hinkley 1997, section 5.4). 0
/// where no value has influence.
double jackknife_acceleration(Groups left_out);

/// The same for the mean of one sample, in closed form.
double mean_acceleration(std::span<const double> values);

}  // namespace joulemark::stats
