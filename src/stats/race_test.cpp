// SPDX-License-Identifier: Apache-2.0
// Races whose outcome is known: by exact special cases, and over draws of equal treatments.
#include "stats/race.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "stats/distribution.h"
#include "stats/paired.h"

namespace joulemark::stats {
namespace {

using Table = std::vector<std::vector<double>>;

/// One row for each of `seconds`, whose logarithms scatter by `scatter` around it.
Table drawn(const std::vector<double>& seconds, double scatter, int blocks) {
  Random random(1);
  Table values(seconds.size());
  for (int block = 0; block < blocks; ++block) {
    const double shared = 0.1 * random.normal();
    for (std::size_t i = 0; i < seconds.size(); ++i)
      values[i].push_back(seconds[i] * std::exp(shared + scatter * random.normal()));
  }
  return values;
}

TEST(Race, OfTwoTreatmentsTheIntervalIsThatOfThePairedTTest) {
  const Table values = {{1.1, 1.3, 1.2, 1.25}, {1.0, 1.2, 1.15, 1.1}};
  const RaceLook look(values, {.error = 0.05, .look = 1, .treatments = 2});
  const Interval raced = look.ratio(0, 1);
  // Half of the error in the first look; both tails of one pair.
  const Interval paired = paired_ratio(values[0], values[1], 1 - 0.05 / 2);
  EXPECT_NEAR(raced.estimate, paired.estimate, 1e-9);
  EXPECT_NEAR(raced.lo, paired.lo, 1e-9);
  EXPECT_NEAR(raced.hi, paired.hi, 1e-9);
}

TEST(Race, AFarOneOfManyIsToldApartAfterTwoBlocksAndANearOneIsNot) {
  std::vector<double> seconds(12, 9.0);
  seconds[0] = 1;
  seconds[1] = 1.02;
  const RaceLook look(drawn(seconds, 0.01, 2), {.error = 0.05, .look = 1, .treatments = 12});
  EXPECT_GT(look.ratio(2, 0).lo, 1.03);
  EXPECT_LT(look.ratio(1, 0).lo, 1.03);
}

TEST(Race, LaterLooksSpendLess) {
  const Table values = drawn(std::vector<double>(10, 1.0), 0.01, 4);
  const auto width = [&](int number) {
    const RaceLook look(values, {.error = 0.05, .look = number, .treatments = 10});
    return look.ratio(0, 1).hi - look.ratio(0, 1).lo;
  };
  EXPECT_LT(width(1), width(2));
  EXPECT_LT(width(2), width(3));
}

TEST(Race, WhatWasLeftOutEarlierKeepsItsPlaceAmongTheOthers) {
  std::vector<double> seconds(10, 2.0);
  seconds[0] = 1;
  Table values = drawn(seconds, 0.01, 6);
  for (std::size_t i = 2; i < values.size(); ++i)
    for (std::size_t block = 2; block < 6; ++block) values[i][block] = std::nan("");
  const RaceLook look(values, {.error = 0.05, .look = 5, .treatments = 10});
  EXPECT_NEAR(look.ratio(5, 0).estimate, 2, 0.05);
  EXPECT_LT(look.ratio(1, 0).hi - look.ratio(1, 0).lo, look.ratio(5, 0).hi - look.ratio(5, 0).lo);
}

TEST(Race, OneBlockTellsNothing) {
  const RaceLook look(drawn({1, 2, 3}, 0.01, 1), {.error = 0.05, .look = 1, .treatments = 3});
  EXPECT_EQ(look.ratio(2, 0).outcome, Outcome::kTooFew);
}

TEST(Race, EqualTreatmentsAreSeldomToldApartWhenOneIsTwentyFiveTimesAsNoisy) {
  int told_apart = 0;
  for (std::uint64_t world = 0; world < 400; ++world) {
    Random random(2, world);
    Table values(12);
    for (std::size_t i = 0; i < values.size(); ++i)
      for (int block = 0; block < 2; ++block)
        values[i].push_back(std::exp((i == 0 ? 0.05 : 0.002) * random.normal()));
    const RaceLook look(values, {.error = 0.05, .look = 1, .treatments = 12});
    bool any = false;
    for (std::size_t i = 1; i < values.size(); ++i)
      any = any || look.ratio(0, i).lo > 1 || look.ratio(0, i).hi < 1;
    told_apart += any ? 1 : 0;
  }
  EXPECT_LE(told_apart, 20) << "of 400: 5 %";
}

}  // namespace
}  // namespace joulemark::stats
