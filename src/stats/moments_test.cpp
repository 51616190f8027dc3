// SPDX-License-Identifier: Apache-2.0
// Moments: exact where the values are far from 0, and 0 where nothing varies.
#include "stats/moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stats/near_test.h"

namespace joulemark::stats {
namespace {

TEST(Moments, FarFromZeroAreExact) {
  const std::vector<double> values = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_EQ(moments(values).mean, 1e9 + 10);
  EXPECT_EQ(moments(values).variance, 30);
}

TEST(Moments, RoundingIsNoVariance) {
  for (const double value : {0.1, 1e-300, 1e9 / 3, -7e200})
    EXPECT_EQ(moments(std::vector<double>(10, value)).variance, 0);
  const std::vector<double> last_digits = {0.3, 0.1 + 0.2, 0.3};
  EXPECT_EQ(moments(last_digits).variance, 0);
  EXPECT_EQ(moments(last_digits).outcome, Outcome::kOk);
  const std::vector<double> small = {1, 1 + 1e-12};
  EXPECT_GT(moments(small).variance, 0);
}

TEST(Moments, DegenerateDataAreNamed) {
  const std::vector<double> one = {5};
  const std::vector<double> infinite = {5, std::numeric_limits<double>::infinity()};
  const std::vector<double> huge = {1e300, -1e300};
  EXPECT_EQ(moments(std::span<const double>()).outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(moments(std::span<const double>()).mean));
  EXPECT_EQ(moments(one).outcome, Outcome::kTooFew);
  EXPECT_EQ(moments(one).mean, 5);
  EXPECT_TRUE(std::isnan(moments(one).variance));
  EXPECT_EQ(moments(infinite).outcome, Outcome::kNotFinite);
  EXPECT_EQ(moments(huge).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
