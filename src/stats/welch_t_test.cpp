// SPDX-License-Identifier: Apache-2.0
// t tests against R and SciPy, their invariances, and data that allow none.
#include "stats/welch_t.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/golden_csv_test.h"
#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kPartner(samples::kZ.begin(), samples::kZ.begin() + 6);

TEST(WelchT, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("welch_t")) {
    const auto groups = golden::data_set(row.at("dataset"));
    const TTest result = welch_t(groups.at(row.at("group_a")), groups.at(row.at("group_b")));
    expect_relative(result.test.statistic, golden::number(row.at("statistic")), 1e-10);
    expect_relative(result.test.df1, golden::number(row.at("df1")), 1e-10);
    expect_relative(result.test.p, golden::number(row.at("p")), 1e-8);
    expect_relative(result.difference.lo, golden::extra(row, "ci_lo"), 1e-10);
    expect_relative(result.difference.hi, golden::extra(row, "ci_hi"), 1e-10);
  }
}

TEST(WelchT, AgreesWithSciPyOnUnequalSizes) {
  const TTest result = welch_t(samples::kX, samples::kY);
  expect_relative(result.test.statistic, -1.207409190781118, 1e-13);
  expect_relative(result.test.df1, 5.5597756790922315, 1e-13);
  expect_relative(result.test.p, 0.27611778618393595, 1e-12);
  expect_relative(result.difference.estimate, -1.975, 1e-14);
  expect_relative(result.difference.lo, -6.0555881570272545, 1e-12);
  expect_relative(result.difference.hi, 2.105588157027255, 1e-12);
  expect_relative(welch_t(samples::kX, samples::kY, 0.9).difference.hi, 1.249171720458417, 1e-12);
}

TEST(PairedT, AgreesWithSciPy) {
  const TTest result = paired_t(samples::kX, kPartner, 0.9);
  expect_relative(result.test.statistic, 0.17550162778514658, 1e-13);
  EXPECT_EQ(result.test.df1, 5);
  expect_relative(result.test.p, 0.8675715926013337, 1e-12);
  expect_relative(result.difference.lo, -1.3102063274021998, 1e-12);
  expect_relative(result.difference.hi, 1.560206327402199, 1e-12);
}

TEST(WelchT, SwappingTurnsTheSign) {
  for (const auto test : {welch_t, paired_t}) {
    const TTest result = test(samples::kX, kPartner, 0.95);
    const TTest swapped = test(kPartner, samples::kX, 0.95);
    EXPECT_EQ(swapped.test.statistic, -result.test.statistic);
    EXPECT_EQ(swapped.test.p, result.test.p);
    EXPECT_EQ(swapped.difference.lo, -result.difference.hi);
  }
}

TEST(WelchT, OrderScaleAndShiftDoNotMatter) {
  const std::vector<double> reversed(samples::kX.rbegin(), samples::kX.rend());
  const double p = welch_t(samples::kX, samples::kY).test.p;
  expect_relative(welch_t(reversed, samples::kY).test.p, p, 1e-13);
  for (const auto test : {welch_t, paired_t}) {
    const std::vector<double> a = samples::moved(samples::kX, -8, 1024);
    const std::vector<double> b = samples::moved(kPartner, -8, 1024);
    const TTest result = test(samples::kX, kPartner, 0.95);
    expect_relative(test(a, b, 0.95).test.p, result.test.p, 1e-12);
    expect_relative(test(a, b, 0.95).difference.lo, -8 * result.difference.hi, 1e-12);
  }
}

TEST(PairedT, WhatAPairSharesCancels) {
  std::vector<double> a = samples::kX;
  std::vector<double> b = kPartner;
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] += 64.0 * static_cast<double>(i);
    b[i] += 64.0 * static_cast<double>(i);
  }
  expect_relative(paired_t(a, b).test.p, paired_t(samples::kX, kPartner).test.p, 1e-12);
}

TEST(WelchT, DegenerateDataAreNamed) {
  const std::vector<double> one = {5};
  const std::vector<double> nan = {1, kNaN, 2, 3, 4, 5};
  const std::vector<double> huge = {1e300, -1e300, 1e300, 1, 1, 1};
  EXPECT_EQ(welch_t({}, samples::kX).test.outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(welch_t({}, samples::kX).difference.estimate));
  EXPECT_EQ(welch_t(one, samples::kX).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(welch_t(one, samples::kX).difference.estimate, 1.625);
  EXPECT_FALSE(welch_t(one, samples::kX).difference.bounded());
  EXPECT_EQ(welch_t(samples::kX, nan).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(welch_t(nan, one).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(welch_t(huge, samples::kX).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(paired_t({}, {}).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(paired_t(one, one).test.outcome, Outcome::kTooFew);
  EXPECT_EQ(paired_t(samples::kX, nan).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(paired_t(samples::kX, huge).test.outcome, Outcome::kNotFinite);
  EXPECT_EQ(paired_t(samples::kX, one).test.outcome, Outcome::kUnbalanced);
}

TEST(WelchT, NoVarianceIsAPoint) {
  const std::vector<double> tenths(10, 0.1);
  const std::vector<double> sevenths(7, 0.7);
  const TTest constant = welch_t(tenths, sevenths);
  EXPECT_EQ(constant.test.outcome, Outcome::kConstant);
  EXPECT_TRUE(std::isnan(constant.test.p));
  EXPECT_TRUE(std::isnan(constant.test.statistic));
  EXPECT_EQ(constant.difference.outcome, Outcome::kConstant);
  EXPECT_NEAR(constant.difference.lo, -0.6, 1e-15);
  EXPECT_EQ(constant.difference.lo, constant.difference.hi);
  const TTest shifted = paired_t(samples::kX, samples::moved(samples::kX, 1, 0.1));
  EXPECT_EQ(shifted.test.outcome, Outcome::kConstant);
  EXPECT_NEAR(shifted.difference.hi, -0.1, 1e-15);
}

TEST(WelchT, OneConstantSampleIsNoObstacle) {
  const TTest result = welch_t(samples::kX, std::vector<double>(10, 0.1));
  EXPECT_EQ(result.test.outcome, Outcome::kOk);
  expect_relative(result.test.df1, 5, 1e-14);
}

}  // namespace
}  // namespace joulemark::stats
