// SPDX-License-Identifier: Apache-2.0
// Exact distributions against R's pwilcox and psignrank, and against counting.
#include "stats/rank_distribution.h"

#include <numeric>

#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;

TEST(RankDistribution, OfUAgreesWithR) {
  const auto u = RankDistribution::mann_whitney(50, 50);
  EXPECT_EQ(u.max(), 2500u);
  expect_relative(u.at_most(0), 9.911653021418449e-30);
  expect_relative(u.at_most(10), 1.377719769977164e-27);
  expect_relative(u.at_most(100), 1.615498607280359e-20);
  expect_relative(u.at_most(1249), 4.986311044992418e-01);
  EXPECT_EQ(u.lower_quantile(0.025), 966u);
  EXPECT_EQ(RankDistribution::mann_whitney(10, 10).lower_quantile(0.025), 24u);
  EXPECT_EQ(RankDistribution::mann_whitney(5, 7).lower_quantile(0.025), 6u);
}

TEST(RankDistribution, OfSignedRanksAgreesWithR) {
  const auto v = RankDistribution::signed_rank(50);
  EXPECT_EQ(v.max(), 1275u);
  expect_relative(v.at_most(0), 8.881784197001244e-16);
  expect_relative(v.at_most(10), 3.819167204710535e-14);
  expect_relative(v.at_most(100), 4.485199767145783e-09);
  expect_relative(v.at_most(600), 3.616293385384459e-01);
  EXPECT_EQ(v.lower_quantile(0.025), 435u);
  EXPECT_EQ(RankDistribution::signed_rank(10).lower_quantile(0.025), 9u);
}

TEST(RankDistribution, OfUDoesNotDependOnTheOrderOfSizes) {
  const auto one = RankDistribution::mann_whitney(3, 11);
  const auto other = RankDistribution::mann_whitney(11, 3);
  for (std::size_t u = 0; u <= 33; ++u) EXPECT_EQ(one.at_most(u), other.at_most(u));
  EXPECT_TRUE(one.is_mann_whitney(11, 3));
  EXPECT_FALSE(RankDistribution::mann_whitney(4, 9).is_mann_whitney(6, 6));
  EXPECT_FALSE(RankDistribution::signed_rank(3).is_mann_whitney(2, 3));
}

TEST(RankDistribution, AffordableSizesAreLimited) {
  EXPECT_TRUE(RankDistribution::affordable(50, 50));
  EXPECT_TRUE(RankDistribution::affordable(1, 2500));
  EXPECT_FALSE(RankDistribution::affordable(50, 51));
  EXPECT_FALSE(RankDistribution::affordable(0, 5));
  EXPECT_FALSE(RankDistribution::affordable(std::size_t{1} << 40, std::size_t{1} << 40));
}

/// Counts all orders of n values: discordant pairs and squared differences of ranks.
TEST(RankDistribution, OfKendallAndSpearmanEqualACountOfAllOrders) {
  for (const std::size_t n : {2u, 5u, 7u}) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    const auto kendall = RankDistribution::kendall(n);
    const auto spearman = RankDistribution::spearman(n);
    std::vector<double> pairs(kendall.max() + 1);
    std::vector<double> squares(spearman.max() + 1);
    double all = 0;
    do {
      std::size_t discordant = 0;
      std::size_t distance = 0;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) discordant += order[j] > order[i] ? 1 : 0;
        distance += (order[i] - i) * (order[i] - i);
      }
      ++pairs[discordant];
      ++squares[distance];
      ++all;
    } while (std::next_permutation(order.begin(), order.end()));
    std::partial_sum(pairs.begin(), pairs.end(), pairs.begin());
    std::partial_sum(squares.begin(), squares.end(), squares.begin());
    for (std::size_t x = 0; x < pairs.size(); ++x)
      EXPECT_NEAR(kendall.at_most(x), pairs[x] / all, 1e-15);
    for (std::size_t x = 0; x < squares.size(); ++x)
      EXPECT_NEAR(spearman.at_most(x), squares[x] / all, 1e-15);
  }
}

TEST(RankDistribution, TwoSidedIsSymmetricAndAtMostOne) {
  const auto u = RankDistribution::mann_whitney(4, 6);
  EXPECT_EQ(u.two_sided(12), 1);
  EXPECT_EQ(u.two_sided(3), u.two_sided(21));
  expect_relative(u.two_sided(0), 2.0 / 210);
  expect_relative(u.two_sided(1), 4.0 / 210);
}

}  // namespace
}  // namespace joulemark::stats
