// SPDX-License-Identifier: Apache-2.0
// Standardised differences against R, pingouin and SciPy, and data that allow none.
#include "stats/effect_size.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "stats/golden_csv_test.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(EffectSize, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("cohen_d")) {
    const auto groups = golden::data_set(row.at("dataset"));
    const EffectSize effect =
        effect_size(groups.at(row.at("group_a")), groups.at(row.at("group_b")));
    expect_relative(effect.cohen_d, golden::number(row.at("statistic")), 1e-10);
    expect_relative(effect.hedges_g, golden::extra(row, "hedges_g_exact"), 1e-10);
  }
}

TEST(EffectSize, AgreesWithPingouinOnUnequalSizes) {
  expect_relative(effect_size(samples::kX, samples::kY).cohen_d, -0.7785361166616385, 1e-13);
}

TEST(HedgesCorrection, AgreesWithTheGammaFunction) {
  expect_relative(hedges_correction(2), 1 / std::sqrt(std::acos(-1.0)), 1e-14);
  expect_relative(hedges_correction(9), 0.9138748917925523, 1e-13);
  expect_relative(hedges_correction(18), 0.9576464270237166, 1e-13);
  expect_relative(hedges_correction(1000), 0.9992497811799325, 1e-12);
  expect_relative(hedges_correction(1e7), 1 - 3 / (4e7 - 1), 1e-13);
  EXPECT_EQ(hedges_correction(1), 0);
}

TEST(CohenD, IntervalAgreesWithSciPysNoncentralT) {
  const Interval interval = cohen_d_interval(samples::kX, samples::kY);
  expect_relative(interval.lo, -1.9976112813540121, 1e-9);
  expect_relative(interval.hi, 0.47957534375791266, 1e-9);
  EXPECT_EQ(interval.estimate, effect_size(samples::kX, samples::kY).cohen_d);
}

TEST(EffectSize, SwappingTurnsTheSign) {
  const Interval interval = cohen_d_interval(samples::kX, samples::kZ);
  const Interval swapped = cohen_d_interval(samples::kZ, samples::kX);
  EXPECT_EQ(swapped.estimate, -interval.estimate);
  expect_relative(swapped.lo, -interval.hi, 1e-9);
  expect_relative(swapped.hi, -interval.lo, 1e-9);
}

TEST(EffectSize, ScaleAndShiftDoNotMatter) {
  const EffectSize effect = effect_size(samples::kX, samples::kY);
  const EffectSize moved =
      effect_size(samples::moved(samples::kX, 8, 1024), samples::moved(samples::kY, 8, 1024));
  expect_relative(moved.cohen_d, effect.cohen_d, 1e-12);
  expect_relative(moved.hedges_g, effect.hedges_g, 1e-12);
}

TEST(CohenD, IntervalCoversAsOftenAsItSays) {
  Random random(11);
  constexpr int kSimulations = 1500;
  constexpr double kTruth = 1.5;
  int covered = 0;
  double sum = 0;
  for (int i = 0; i < kSimulations; ++i) {
    std::vector<double> a(6);
    std::vector<double> b(9);
    for (double& value : a) value = kTruth + random.normal();
    for (double& value : b) value = random.normal();
    const Interval interval = cohen_d_interval(a, b);
    if (interval.lo <= kTruth && kTruth <= interval.hi) ++covered;
    sum += effect_size(a, b).hedges_g;
  }
  EXPECT_NEAR(covered / double{kSimulations}, 0.95, 0.018);
  EXPECT_NEAR(sum / kSimulations, kTruth, 0.06);
}

TEST(EffectSize, DegenerateDataAreNamed) {
  const std::vector<double> one = {1};
  const std::vector<double> nan = {1, kNaN};
  const std::vector<double> same(10, 0.1);
  const std::vector<double> other(10, 0.7);
  EXPECT_EQ(effect_size(one, samples::kX).outcome, Outcome::kTooFew);
  EXPECT_EQ(effect_size({}, {}).outcome, Outcome::kTooFew);
  EXPECT_EQ(effect_size(nan, one).outcome, Outcome::kNotFinite);
  EXPECT_EQ(effect_size(same, other).outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(effect_size(same, other).cohen_d));
  EXPECT_EQ(effect_size(same, samples::kX).outcome, Outcome::kOk);
  EXPECT_EQ(cohen_d_interval(nan, one).outcome, Outcome::kNotFinite);
  EXPECT_EQ(cohen_d_interval(same, other).outcome, Outcome::kSeparated);
  EXPECT_FALSE(cohen_d_interval(same, other).bounded());
  const std::vector<double> near = {1, 1.00001};
  const std::vector<double> far = {9, 9.00001};
  EXPECT_EQ(cohen_d_interval(near, far).outcome, Outcome::kSeparated);
  EXPECT_LT(cohen_d_interval(near, far).estimate, -1e5);
}

}  // namespace
}  // namespace joulemark::stats
