// SPDX-License-Identifier: Apache-2.0
#include "stats/block_quantiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace joulemark::stats {
namespace {

constexpr std::array kMedian{0.5};

std::vector<std::uint32_t> equal_blocks(std::size_t n, std::uint32_t blocks) {
  std::vector<std::uint32_t> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(i * blocks / n);
  return out;
}

Interval median_of(const std::vector<double>& values, std::uint32_t blocks) {
  const auto block = equal_blocks(values.size(), blocks);
  return block_quantiles({values, block, blocks}, kMedian, {.resamples = 199}).front();
}

/// A walk that forgets only slowly: each value is 0.9 of the one before, and noise.
std::vector<double> dependent(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(n);
  double at = random.normal() / std::sqrt(1 - 0.81);
  for (double& value : values) value = at = 0.9 * at + random.normal();
  return values;
}

double coverage_of_zero(std::uint32_t blocks) {
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto interval = median_of(dependent(2000, seed), blocks);
    held += interval.lo <= 0 && interval.hi >= 0 ? 1 : 0;
  }
  return held / 200.0;
}

TEST(BlockQuantiles, LongBlocksCoverWhatSingleValuesDoNot) {
  EXPECT_GT(coverage_of_zero(40), 0.85);
  EXPECT_LT(coverage_of_zero(2000), 0.6);
}

TEST(BlockQuantiles, EndsEncloseTheEstimateAndAscendWithTheProbability) {
  const auto values = dependent(1000, 7);
  const auto block = equal_blocks(values.size(), 40);
  constexpr std::array kSeveral{0.0, 0.5, 0.9, 0.99, 1.0};
  const auto all = block_quantiles({values, block, 40}, kSeveral);
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_TRUE(all[k].bounded());
    EXPECT_LE(all[k].lo, all[k].estimate);
    EXPECT_GE(all[k].hi, all[k].estimate);
    EXPECT_GE(all[k].lo, all[k > 0 ? k - 1 : 0].lo);
  }
}

TEST(BlockQuantiles, TheSameSeedGivesTheSameInterval) {
  const auto values = dependent(500, 3);
  EXPECT_EQ(median_of(values, 20).lo, median_of(values, 20).lo);
}

TEST(BlockQuantiles, FewBlocksEqualValuesAndInfinitiesAreNamed) {
  const std::vector<double> equal(100, 2.5);
  EXPECT_EQ(median_of(equal, 9).outcome, Outcome::kTooFew);
  EXPECT_EQ(median_of(equal, 9).estimate, 2.5);
  EXPECT_EQ(median_of(equal, 10).outcome, Outcome::kConstant);
  EXPECT_EQ(median_of({1, std::numeric_limits<double>::infinity()}, 10).outcome,
            Outcome::kNotFinite);
  EXPECT_EQ(median_of({}, 10).outcome, Outcome::kTooFew);
}

}  // namespace
}  // namespace joulemark::stats
