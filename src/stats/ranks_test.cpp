// SPDX-License-Identifier: Apache-2.0
// Ranks, ties and the comparison of two samples, by hand and by brute force.
#include "stats/ranks.h"

#include <gmock/gmock.h>

#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::kNaN;
using testing::ElementsAre;

TEST(Ranks, EqualValuesShareTheMeanOfTheirRanks) {
  const Ranks ranks = midranks(rank_samples::kTied[0]);
  EXPECT_THAT(ranks.ranks, ElementsAre(6.5, 3, 6.5, 2, 4, 6.5, 6.5, 1));  // SciPy's rankdata
  EXPECT_EQ(ranks.ties, 60);
  EXPECT_THAT(midranks(rank_samples::Sample{3, 1, 2}).ranks, ElementsAre(3, 1, 2));
  EXPECT_EQ(midranks(rank_samples::Sample{3, 1, 2}).ties, 0);
  EXPECT_THAT(midranks(rank_samples::Sample{5, 5, 5}).ranks, ElementsAre(2, 2, 2));
  EXPECT_TRUE(midranks({}).ranks.empty());
}

TEST(Ranks, TiesAreSummedOverRuns) {
  EXPECT_EQ(tie_sum(rank_samples::Sample{1, 1, 2, 3, 3, 3}), 6 + 24);
  EXPECT_EQ(tie_sum({}), 0);
  EXPECT_EQ(tie_term(1), 0);
}

TEST(Ranks, OfGroupsAreThoseOfTheJointSample) {
  const GroupRanks ranks = rank_groups(rank_samples::kTied);
  std::vector<double> all;
  for (const auto& group : rank_samples::kTied) all.insert(all.end(), group.begin(), group.end());
  const Ranks joint = midranks(all);
  EXPECT_EQ(ranks.outcome, Outcome::kOk);
  EXPECT_EQ(ranks.ties, joint.ties);
  EXPECT_EQ(ranks.n, all.size());
  EXPECT_THAT(ranks.size, ElementsAre(8, 11, 6));
  double sum = 0;
  for (int i = 0; i < 8; ++i) sum += joint.ranks[i];
  EXPECT_EQ(ranks.mean_rank[0], sum / 8);
  sum = 0;
  for (int i = 19; i < 25; ++i) sum += joint.ranks[i];
  EXPECT_EQ(ranks.mean_rank[2], sum / 6);
}

TEST(Ranks, OfGroupsNameDegenerateData) {
  const auto outcome = [](const std::vector<std::vector<double>>& groups) {
    return rank_groups(groups).outcome;
  };
  EXPECT_EQ(outcome({}), Outcome::kTooFew);
  EXPECT_EQ(outcome({{1, 2, 3}}), Outcome::kTooFew);
  EXPECT_EQ(outcome({{1, 2, 3}, {}}), Outcome::kTooFew);
  EXPECT_EQ(outcome({{1}, {2}, {3}}), Outcome::kTooFew);
  EXPECT_EQ(outcome({{1, 1}, {1, 1, 1}}), Outcome::kConstant);
  EXPECT_EQ(outcome({{1, kNaN}, {1, 1, 1}}), Outcome::kNotFinite);
  EXPECT_EQ(outcome({{1, rank_samples::kInfinity}, {}}), Outcome::kNotFinite);
  EXPECT_TRUE(rank_groups(std::vector<std::vector<double>>{{1, 1}, {1, 1}}).mean_rank.empty());
}

/// U by its definition.
double brute_u(const rank_samples::Sample& a, const rank_samples::Sample& b) {
  double u = 0;
  for (const double x : a)
    for (const double y : b) u += x > y ? 1 : x == y ? 0.5 : 0;
  return u;
}

TEST(Ranks, TwoSamplesAreComparedAsByBruteForce) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    rank_samples::Sample a(1 + random.below(9));
    rank_samples::Sample b(1 + random.below(9));
    for (double& value : a) value = static_cast<double>(random.below(6));
    for (double& value : b) value = static_cast<double>(random.below(6));
    const TwoSamples compared = compare_samples(a, b);
    std::vector<double> all = a;
    all.insert(all.end(), b.begin(), b.end());
    EXPECT_EQ(compared.u, brute_u(a, b));
    EXPECT_EQ(compared.ties, midranks(all).ties);
  }
}

TEST(Ranks, TwoSamplesNameDegenerateData) {
  EXPECT_EQ(compare_samples({}, rank_samples::kB).outcome, Outcome::kTooFew);
  EXPECT_EQ(compare_samples(rank_samples::kA, {}).outcome, Outcome::kTooFew);
  EXPECT_EQ(compare_samples(rank_samples::Sample{1}, rank_samples::Sample{1}).outcome,
            Outcome::kConstant);
  EXPECT_EQ(compare_samples(rank_samples::Sample{1, kNaN}, {}).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
