// SPDX-License-Identifier: Apache-2.0
// Ranks of values, and what rank tests need of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "stats/outcome.h"
#include "stats/test_result.h"

namespace joulemark::stats {

/// t³ − t, which `t` equal values take from the variance of ranks.
double tie_term(std::size_t t);

/// Σ(t³ − t) over the runs of t equal values in `sorted`; 0 without ties.
double tie_sum(std::span<const double> sorted);

struct Ranks {
  std::vector<double> ranks;  ///< from 1, in the order of the values; equal ones share their mean
  double ties = 0;            ///< Σ(t³ − t)
};

/// Ranks of `values` (Kruskal & Wallis 1952, JASA 47:583, for ties). No NaN.
Ranks midranks(std::span<const double> values);

/// The ranks of several groups in the joint sample, as far as rank tests need them.
struct GroupRanks {
  std::vector<double> mean_rank;
  std::vector<std::size_t> size;
  std::size_t n = 0;  ///< values in all
  double ties = 0;    ///< Σ(t³ − t)
  Outcome outcome = Outcome::kTooFew;
};

/// kTooFew: below two groups, an empty group, or one value in each. kConstant: all values equal.
/// Both, like kNotFinite, leave no ranks.
GroupRanks rank_groups(Groups groups);

/// Two samples in ascending order, compared.
struct TwoSamples {
  std::vector<double> a;
  std::vector<double> b;
  double u = 0;     ///< pairs in which a's value is greater, equal ones count half: U of a
  double ties = 0;  ///< Σ(t³ − t) of the joint sample
  Outcome outcome = Outcome::kTooFew;
};

/// kTooFew: an empty sample. kConstant: all values equal.
TwoSamples compare_samples(std::span<const double> a, std::span<const double> b);

}  // namespace joulemark::stats
