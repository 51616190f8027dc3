// SPDX-License-Identifier: Apache-2.0
#include "stats/pareto.h"

#include <gmock/gmock.h>

#include <cmath>

#include "stats/simulate_test.h"

namespace joulemark::stats {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Treatments with one value, in each of `blocks` blocks the same.
Objective constant(const std::vector<double>& values, std::size_t blocks) {
  Objective objective;
  for (const double value : values) objective.emplace_back(blocks, value);
  return objective;
}

TEST(Pareto, KeepsWhatNoOtherBeatsInEverything) {
  const std::vector<Objective> objectives = {constant({1, 2, 3, 2}, 3), constant({3, 1, 2, 1}, 3)};
  const ParetoFront front = pareto_front(objectives);
  EXPECT_THAT(front.on_front, ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(front.membership, ElementsAre(1, 1, 0, 1));
}

TEST(Pareto, OfOneObjectiveIsTheSmallest) {
  const std::vector<Objective> objectives = {constant({2, 1, 3}, 2)};
  EXPECT_THAT(pareto_front(objectives).on_front, ElementsAre(0, 1, 0));
}

TEST(Pareto, LeavesOutWhatLacksAnObjective) {
  const std::vector<Objective> objectives = {constant({1, 2}, 2), constant({kNaN, 2}, 2)};
  const ParetoFront front = pareto_front(objectives);
  EXPECT_THAT(front.on_front, ElementsAre(0, 1));
  EXPECT_EQ(front.membership[0], 0);
}

TEST(Pareto, MembershipOfEqualTreatmentsIsShared) {
  Random random(4);
  const std::vector<Objective> objectives = {simulate({1, 1}, 30, random)};
  const ParetoFront front = pareto_front(objectives, {.resamples = 4000, .seed = 2});
  EXPECT_EQ(front.outcome, Outcome::kOk);
  EXPECT_NEAR(front.membership[0] + front.membership[1], 1, 1e-9);
  EXPECT_GT(front.membership[0], 0.01);
  EXPECT_LT(front.membership[0], 0.99);
}

TEST(Pareto, IsTheSameForTheSameSeed) {
  Random random(5);
  const std::vector<Objective> objectives = {simulate({1, 1.01, 1.02}, 8, random),
                                             simulate({1.02, 1, 1.01}, 8, random)};
  EXPECT_EQ(pareto_front(objectives).membership, pareto_front(objectives).membership);
}

TEST(Pareto, OneBlockHasAFrontAndNoMembership) {
  const std::vector<Objective> objectives = {constant({2, 1}, 1)};
  const ParetoFront front = pareto_front(objectives);
  EXPECT_THAT(front.on_front, ElementsAre(0, 1));
  EXPECT_EQ(front.outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(front.membership[0]));
  EXPECT_TRUE(pareto_front({}).on_front.empty());
}

TEST(Pareto, OfVeryManyTreatmentsHasAFrontAlone) {
  std::vector<double> values;
  for (int i = 0; i < 1200; ++i) values.push_back(1 + i);
  const std::vector<Objective> objectives = {constant(values, 2)};
  const ParetoFront front = pareto_front(objectives);
  EXPECT_EQ(front.outcome, Outcome::kTooMany);
  EXPECT_EQ(front.on_front[0], 1);
  EXPECT_EQ(front.on_front[1], 0);
}

}  // namespace
}  // namespace joulemark::stats
