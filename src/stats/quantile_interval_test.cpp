// SPDX-License-Identifier: Apache-2.0
// Ranks against SciPy's, what they promise by simulation, and too few values.
#include "stats/quantile_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"

namespace joulemark::stats {
namespace {

/// 1, 2 … n in some other order, so that values are their ranks.
std::vector<double> ranks(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  Random random(2);
  shuffle(values, random);
  return values;
}

struct Reference {
  std::size_t n;
  double p, level, lo, hi, coverage;
};

TEST(QuantileInterval, AgreesWithScipy) {
  // scipy.stats.quantile_test(...).confidence_interval and the binomial cdf.
  const Reference references[] = {{25, 0.5, 0.95, 8, 18, 0.9567147493362427},
                                  {100, 0.9, 0.95, 84, 96, 0.955690107191223},
                                  {500, 0.99, 0.95, 490, 500, 0.9801859498578058},
                                  {1000, 0.95, 0.99, 931, 968, 0.9928656062250273}};
  for (const Reference& reference : references) {
    const QuantileInterval result =
        quantile_interval(ranks(reference.n), {.p = reference.p, .level = reference.level});
    EXPECT_EQ(result.interval.outcome, Outcome::kOk);
    EXPECT_EQ(result.interval.lo, reference.lo);
    EXPECT_EQ(result.interval.hi, reference.hi);
    EXPECT_EQ(result.lower_rank, reference.lo);
    EXPECT_EQ(result.upper_rank, reference.hi);
    EXPECT_NEAR(result.coverage / reference.coverage, 1, 1e-12);
  }
}

TEST(QuantileInterval, EstimateIsTheQuantile) {
  EXPECT_EQ(quantile_interval(ranks(25)).interval.estimate, 13);
  EXPECT_NEAR(quantile_interval(ranks(100), {.p = 0.99}).interval.estimate, 99.01, 1e-12);
}

TEST(QuantileInterval, OneSidedEndsLieNearer) {
  const QuantileOptions options = {.p = 0.9};
  const QuantileInterval both = quantile_interval(ranks(200), options);
  const QuantileInterval above =
      quantile_interval(ranks(200), {.p = 0.9, .sides = Sides::kUpperOnly});
  const QuantileInterval below =
      quantile_interval(ranks(200), {.p = 0.9, .sides = Sides::kLowerOnly});
  EXPECT_EQ(above.interval.lo, -INFINITY);
  EXPECT_EQ(below.interval.hi, INFINITY);
  EXPECT_LT(above.interval.hi, both.interval.hi);
  EXPECT_GT(below.interval.lo, both.interval.lo);
  EXPECT_GE(above.coverage, 0.95);
  EXPECT_GE(below.coverage, 0.95);
  EXPECT_LT(above.coverage, 0.98);
}

TEST(QuantileInterval, TooFewValuesHaveTheEstimateOnly) {
  for (const Sides sides : {Sides::kBoth, Sides::kLowerOnly, Sides::kUpperOnly}) {
    for (const double p : {0.5, 0.9, 0.99, 0.05}) {
      for (const double level : {0.9, 0.95, 0.99}) {
        const QuantileOptions options = {.p = p, .level = level, .sides = sides};
        const std::size_t needed = values_for_quantile(options);
        EXPECT_EQ(quantile_interval(ranks(needed), options).interval.outcome,
                  needed == 1 ? Outcome::kConstant : Outcome::kOk);
        EXPECT_GE(quantile_interval(ranks(needed), options).coverage, level - 1e-12);
        if (needed == 1) continue;
        const QuantileInterval fewer = quantile_interval(ranks(needed - 1), options);
        EXPECT_EQ(fewer.interval.outcome, Outcome::kTooFew);
        EXPECT_TRUE(std::isfinite(fewer.interval.estimate));
        EXPECT_TRUE(std::isnan(fewer.interval.hi));
        EXPECT_EQ(fewer.upper_rank, 0u);
      }
    }
  }
  EXPECT_EQ(values_for_quantile({.p = 0.5}), 6u);
  EXPECT_EQ(values_for_quantile({.p = 0.99, .sides = Sides::kUpperOnly}), 299u);
}

TEST(QuantileInterval, DegenerateDataAreNamed) {
  EXPECT_EQ(quantile_interval({}).interval.outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(quantile_interval({}).interval.estimate));
  const std::vector<double> nan = {1, 2, std::nan(""), 4, 5, 6, 7};
  EXPECT_EQ(quantile_interval(nan).interval.outcome, Outcome::kNotFinite);
  const std::vector<double> sevens(10, 7.0);
  const Interval constant = quantile_interval(sevens).interval;
  EXPECT_EQ(constant.outcome, Outcome::kConstant);
  EXPECT_EQ(constant.lo, 7);
  EXPECT_EQ(constant.hi, 7);
}

TEST(QuantileInterval, AMillionValuesAreFine) {
  const QuantileInterval result = quantile_interval(ranks(1'000'000), {.p = 0.999});
  EXPECT_EQ(result.interval.outcome, Outcome::kOk);
  // Normal approximation: 999000 ± 1.96·sqrt(999).
  EXPECT_NEAR(result.interval.lo, 999000 - 61.95, 2.5);
  EXPECT_NEAR(result.interval.hi, 999000 + 61.95, 2.5);
}

TEST(QuantileInterval, CoverageIsAsStated) {
  Random random(17);
  constexpr int kSimulations = 4000;
  int covered = 0;
  double stated = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<double> values;
    for (int k = 0; k < 60; ++k) values.push_back(-std::log(1 - random.uniform()));
    const QuantileInterval result = quantile_interval(values, {.p = 0.9, .level = 0.9});
    const double truth = std::log(10.0);
    covered += result.interval.lo <= truth && truth <= result.interval.hi ? 1 : 0;
    stated = result.coverage;
  }
  EXPECT_NEAR(covered, stated * kSimulations,
              3.5 * std::sqrt(kSimulations * stated * (1 - stated)));
}

}  // namespace
}  // namespace joulemark::stats
