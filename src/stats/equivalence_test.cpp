// SPDX-License-Identifier: Apache-2.0
// Equivalence tests against statsmodels, against their interval, and data that allow none.
#include "stats/equivalence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stats/golden_csv_test.h"
#include "stats/near_test.h"
#include "stats/welch_t.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kPartner(samples::kZ.begin(), samples::kZ.begin() + 6);

TEST(Equivalence, AgreesWithTheGoldenValues) {
  const auto groups = golden::data_set("phi2_cpu_CPU_energy");
  for (const golden::Row& row :
       golden::read_csv("tests/data/stats-golden/tost_phi2_onnx_vs_ov.csv")) {
    const double bound = golden::number(row.at("bound_J"));
    const Equivalence result = tost_welch(groups.at("onnx"), groups.at("ov"), {-bound, bound});
    expect_relative(result.p, golden::number(row.at("p_tost")), 1e-10);
    expect_relative(result.above_lo.statistic, golden::number(row.at("t_low")), 1e-10);
    expect_relative(result.above_lo.p, golden::number(row.at("p_low")), 1e-9);
    expect_relative(result.above_lo.df1, golden::number(row.at("df_low")), 1e-12);
    expect_relative(result.below_hi.statistic, golden::number(row.at("t_high")), 1e-10);
    expect_relative(result.below_hi.p, golden::number(row.at("p_high")), 1e-9);
    expect_relative(result.below_hi.df1, golden::number(row.at("df_high")), 1e-12);
  }
}

TEST(Equivalence, OfPairsAgreesWithStatsmodels) {
  const Equivalence result = tost_paired(samples::kX, kPartner, {-3, 2});
  expect_relative(result.p, 0.02319596921845415, 1e-12);
  expect_relative(result.above_lo.statistic, 4.387540694628665, 1e-13);
  expect_relative(result.above_lo.p, 0.0035521108948809105, 1e-12);
  expect_relative(result.below_hi.statistic, -2.632524416777199, 1e-13);
  EXPECT_EQ(result.above_lo.df1, 5);
}

TEST(Equivalence, IsWhereTheIntervalLiesWithinTheBounds) {
  const Equivalence first = tost_welch(samples::kX, samples::kY, {-9, 9});
  const double lo = first.difference.lo;
  const double hi = first.difference.hi;
  EXPECT_NEAR(lo, welch_t(samples::kX, samples::kY, 0.9).difference.lo, 1e-12);
  EXPECT_NEAR(tost_welch(samples::kX, samples::kY, {lo, hi + 1}).p, 0.05, 1e-12);
  EXPECT_NEAR(tost_welch(samples::kX, samples::kY, {lo - 1, hi}).p, 0.05, 1e-12);
  EXPECT_LT(tost_welch(samples::kX, samples::kY, {lo - 0.1, hi + 0.1}).p, 0.05);
  EXPECT_GT(tost_welch(samples::kX, samples::kY, {lo + 0.1, hi + 1}).p, 0.05);
}

TEST(Equivalence, SwappingTurnsTheBounds) {
  for (const auto test : {tost_welch, tost_paired}) {
    const Equivalence result = test(samples::kX, kPartner, {-3, 2}, 0.05);
    const Equivalence swapped = test(kPartner, samples::kX, {-2, 3}, 0.05);
    EXPECT_EQ(swapped.p, result.p);
    EXPECT_EQ(swapped.above_lo.p, result.below_hi.p);
    EXPECT_EQ(swapped.difference.hi, -result.difference.lo);
  }
}

TEST(Equivalence, DegenerateDataAreNamed) {
  const std::vector<double> same(6, 0.1);
  const std::vector<double> one = {1};
  const std::vector<double> near = {1, 1 + 1e-12, 1};
  const std::vector<double> nan = {1, kNaN, 2, 3, 4, 5};
  for (const auto test : {tost_welch, tost_paired}) {
    EXPECT_EQ(test({}, {}, {-1, 1}, 0.05).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(one, one, {-1, 1}, 0.05).outcome, Outcome::kTooFew);
    EXPECT_EQ(test(samples::kX, nan, {-1, 1}, 0.05).outcome, Outcome::kNotFinite);
    EXPECT_EQ(test(samples::kX, kPartner, {kNaN, 1}, 0.05).outcome, Outcome::kNotFinite);
    EXPECT_TRUE(std::isnan(test(samples::kX, kPartner, {kNaN, 1}, 0.05).p));
    const Equivalence far = test(near, std::vector<double>(3, 1.0), {-1, 1e300}, 0.05);
    EXPECT_EQ(far.outcome, Outcome::kNotFinite);
    EXPECT_TRUE(std::isnan(far.p));
    EXPECT_TRUE(far.difference.bounded());
    const Equivalence constant = test(same, same, {-1, 1}, 0.05);
    EXPECT_EQ(constant.outcome, Outcome::kConstant);
    EXPECT_EQ(constant.above_lo.outcome, Outcome::kConstant);
    EXPECT_EQ(constant.difference.lo, 0);
    EXPECT_EQ(constant.difference.hi, 0);
    EXPECT_TRUE(std::isnan(constant.p));
  }
  EXPECT_EQ(tost_paired(samples::kX, one, {-1, 1}).outcome, Outcome::kUnbalanced);
}

}  // namespace
}  // namespace joulemark::stats
