// SPDX-License-Identifier: Apache-2.0
// The stopping rule on scripted numbers.
#include "verdict/stopping.h"

#include <gtest/gtest.h>

namespace joulemark::verdict {
namespace {

using Table = std::vector<std::vector<double>>;

constexpr Precision kAsked{.margin = 0.03, .precision = 0.02, .treatments = 0};

TEST(Stopping, RatiosWithinThePrecisionAreEnough) {
  EXPECT_TRUE(
      is_precise(Table{{1.00, 1.01, 1.00, 1.01, 1.00}, {1.02, 1.02, 1.01, 1.03, 1.02}}, kAsked));
}

TEST(Stopping, ADifferenceThatIsCertainIsNotEnough) {
  // More than three standard errors apart, so that p is small; the ratio is known to 5 % only.
  EXPECT_FALSE(
      is_precise(Table{{1.00, 1.00, 1.00, 1.00, 1.00}, {1.05, 1.12, 1.03, 1.13, 1.06}}, kAsked));
}

TEST(Stopping, NothingIsDemandedOfOneThatIsOutOfTheBestSet) {
  EXPECT_TRUE(is_precise(Table{{1.00, 1.01, 1.00, 1.01, 1.00}, {5.0, 6.0, 5.5, 6.5, 5.2}}, kAsked));
}

TEST(Stopping, TheBestOnesOwnValueHasToBeKnownToo) {
  EXPECT_FALSE(
      is_precise(Table{{1.0, 1.3, 1.6, 0.9, 1.2}, {1.01, 1.31, 1.62, 0.91, 1.21}}, kAsked));
}

TEST(Stopping, OneThatHardlyEverFinishesHoldsNothingUp) {
  const double none = 0;
  EXPECT_TRUE(is_precise(Table{{1.00, 1.01, 1.00, 1.01, 1.00},
                               {1.2, none, none, none, 1.0},
                               {none, none, none, none, none}},
                         kAsked));
}

TEST(Stopping, NothingMeasuredIsNotKnown) {
  EXPECT_FALSE(is_precise(Table{}, kAsked));
  EXPECT_FALSE(is_precise(Table{{1.0}}, kAsked));
}

}  // namespace
}  // namespace joulemark::verdict
