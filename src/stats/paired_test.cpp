// SPDX-License-Identifier: Apache-2.0
// Paired ratios: golden values, invariances, and what they promise, by simulation.
#include "stats/paired.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/distribution.h"
#include "stats/golden_test.h"
#include "stats/simulate_test.h"

namespace joulemark::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Distribution, AgreesWithTheGoldenValues) {
  EXPECT_NEAR(t_quantile(9, 0.975), 2.262157162798205, 1e-12);
  EXPECT_NEAR(t_quantile(1, 0.975), 12.706204736174694, 1e-9);
  EXPECT_NEAR(t_quantile(4.5, 0.99), 3.527050890626092, 1e-12);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_cdf(-1.5), 0.06680720126885807, 1e-15);
  EXPECT_NEAR(normal_sf(20) / 2.7536241186061556e-89, 1, 1e-12);
  EXPECT_NEAR(t_sf(9, 40) / 9.491499224669911e-12, 1, 1e-9);
  EXPECT_NEAR(f_sf(3, 36, 62860.3377975056) / 5.51982343168454e-67, 1, 1e-11);
  EXPECT_NEAR(chi_squared_sf(3, 36.585365853658544) / 5.631198837697744e-08, 1, 1e-13);
  EXPECT_NEAR(chi_squared_quantile(4, 0.95), 9.487729036781154, 1e-12);
}

TEST(PairedRatio, AgreesWithTheGoldenValues) {
  const Interval ratio = paired_ratio(golden::kOnnx, golden::kOpenvino);
  EXPECT_NEAR(ratio.estimate, 1.0776336132608668, 1e-12);
  EXPECT_NEAR(ratio.lo, 1.0676722361943471, 1e-11);
  EXPECT_NEAR(ratio.hi, 1.0876879299297264, 1e-11);
}

TEST(PairedRatio, SwappingGivesTheReciprocal) {
  const Interval ratio = paired_ratio(golden::kOnnx, golden::kTorch);
  const Interval swapped = paired_ratio(golden::kTorch, golden::kOnnx);
  EXPECT_NEAR(ratio.lo, 1 / swapped.hi, 1e-12);
  EXPECT_NEAR(ratio.hi, 1 / swapped.lo, 1e-12);
}

TEST(PairedRatio, WhatABlockSharesCancels) {
  std::vector<double> a = golden::kOnnx;
  std::vector<double> b = golden::kTorch;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double disturbance = 1 + 0.3 * static_cast<double>(i);
    a[i] *= disturbance;
    b[i] *= disturbance;
  }
  EXPECT_NEAR(paired_ratio(a, b).lo, paired_ratio(golden::kOnnx, golden::kTorch).lo, 1e-12);
}

TEST(PairedRatio, DegenerateDataAreNamed) {
  const std::vector<double> one = {2};
  const std::vector<double> half = {1};
  EXPECT_EQ(paired_ratio({}, {}).outcome, Outcome::kTooFew);
  EXPECT_EQ(paired_ratio(one, half).outcome, Outcome::kTooFew);
  EXPECT_EQ(paired_ratio(one, half).estimate, 2);
  const std::vector<double> same = {3, 3, 3};
  const Interval constant = paired_ratio(same, same);
  EXPECT_EQ(constant.outcome, Outcome::kConstant);
  EXPECT_EQ(constant.lo, 1);
  EXPECT_EQ(constant.hi, 1);
  const std::vector<double> far = {3, 600};
  const std::vector<double> near = {3, 6};
  EXPECT_EQ(paired_ratio(far, near, 0.9999).outcome, Outcome::kTooFew);
  EXPECT_NEAR(paired_ratio(far, near, 0.9999).estimate, 10, 1e-9);
  const std::vector<double> bad = {3, 0, 3};
  EXPECT_EQ(paired_ratio(bad, same).outcome, Outcome::kNotFinite);
  const std::vector<double> nan = {3, kNaN, 3};
  EXPECT_EQ(paired_ratio(same, nan).outcome, Outcome::kNotFinite);
}

TEST(PairedRatio, CoverageIsNominal) {
  Random random(7);
  constexpr int kSimulations = 4000;
  int covered = 0;
  for (int i = 0; i < kSimulations; ++i) {
    const auto values = simulate({1.1, 1.0}, 10, random);
    const Interval ratio = paired_ratio(values[0], values[1]);
    covered += ratio.lo <= 1.1 && 1.1 <= ratio.hi ? 1 : 0;
  }
  EXPECT_NEAR(covered, 0.95 * kSimulations, 0.011 * kSimulations);  // 3 standard errors
}

}  // namespace
}  // namespace joulemark::stats
