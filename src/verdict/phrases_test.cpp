// SPDX-License-Identifier: Apache-2.0
// Ratios in words: one form for one fact, and rounding that contradicts nothing.
#include "verdict/phrases.h"

#include <gtest/gtest.h>

namespace joulemark::verdict {
namespace {

std::string more(double estimate, double lo, double hi) {
  return more_text({estimate, lo, hi, stats::Outcome::kOk}, 0.03);
}

TEST(Phrases, ARatioAroundTwoHasOneFormWhateverItsNoise) {
  EXPECT_EQ(more(1.99, 1.96, 2.02), "1.99 times as much [1.96, 2.02]");
  EXPECT_EQ(more(2.00, 1.98, 2.02), "2.00 times as much [1.98, 2.02]");
  EXPECT_EQ(more(1.95, 1.92, 1.98), "1.95 times as much [1.92, 1.98]");
  EXPECT_EQ(more(1.40, 0.9, 2.1), "1.4 times as much [0.9, 2.1]");
  EXPECT_EQ(more(1.30, 1.2, 1.41), "30 % more [20 %, 41 %]");
}

TEST(Phrases, LessThanTheOtherIsNotANegativeMore) {
  EXPECT_EQ(more(0.98, 0.93, 1.03), "2 % less [−3 %, 7 %]");
  EXPECT_EQ(more(0.50, 0.45, 0.56), "50 % less [44 %, 55 %]");
}

TEST(Phrases, AnEndThatIsNotOneOrTheMarginIsNotRoundedToIt) {
  EXPECT_EQ(more(1.03, 1.004, 1.06), "3.0 % more [0.4 %, 6.0 %]");
  EXPECT_EQ(more(1.01, 0.998, 1.02), "1.0 % more [−0.2 %, 2.0 %]");
  EXPECT_EQ(more(1.012, 0.99, 1.034), "1.2 % more [−1.0 %, 3.4 %]");
  EXPECT_EQ(more(1.6, 1.02, 2.5), "1.60 times as much [1.02, 2.50]");
  EXPECT_EQ(more(1.004, 0.98, 1.028), "0.4 % more [−2.0 %, 2.8 %]");
}

TEST(Phrases, AnEndThatIsFarOutHasNoDigits) {
  EXPECT_EQ(more(1.1, 0.0001, 164238.79), "1.1 times as much [0.0, > 1000]");
  EXPECT_EQ(more(5000, 4900, 5100), "5000 times as much [4900, 5100]");
}

TEST(Phrases, WithoutAnIntervalThereIsNoBracket) {
  EXPECT_EQ(more_text({.estimate = 1.25}, 0.03), "25 % more");
  EXPECT_EQ(more_text({.estimate = 1.5}, 0.03), "1.5 times as much");
  EXPECT_EQ(saving({.estimate = 2}).interval, "");
}

TEST(Phrases, ASavingIsWhatTheOtherOneNeedsLess) {
  const Quantity less = saving({2.0, 1.6, 2.5, stats::Outcome::kOk});
  EXPECT_EQ(less.value, "50 %");
  EXPECT_EQ(less.interval, " [38 %, 60 %]");
}

TEST(Phrases, LongListsAreCounted) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"A"}), "A");
  EXPECT_EQ(join({"A", "B", "C"}), "A, B and C");
  EXPECT_EQ(join({"A", "B", "C", "D"}), "A and 3 others");
}

}  // namespace
}  // namespace joulemark::verdict
