// SPDX-License-Identifier: Apache-2.0
// Friedman and its tests of pairs: SciPy and scikit-posthocs, invariances, degenerate data.
#include "stats/friedman.h"

#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kBlocks;
using rank_samples::kTiedBlocks;
using rank_samples::Sample;

void expect_p(const PairTests& tests, const std::vector<double>& want, double tolerance = 1e-12) {
  EXPECT_EQ(tests.outcome, Outcome::kOk);
  ASSERT_EQ(tests.pairs.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i)
    expect_relative(tests.pairs[i].p, want[i], tolerance);
}

TEST(Friedman, AgreesWithSciPy) {
  const Friedman tied = friedman(kTiedBlocks);
  expect_relative(tied.test.statistic, 2.368421052631579);
  EXPECT_EQ(tied.test.df1, 3);
  expect_relative(tied.test.p, 0.49954010282645256);
  expect_relative(tied.w, 2.368421052631579 / 18);
  const Friedman plain = friedman(kBlocks);
  expect_relative(plain.test.statistic, 10.333333333333329);
  expect_relative(plain.test.p, 0.005703548998007417, 1e-11);
}

TEST(Friedman, BlocksThatAgreeHaveWOfOne) {
  const Friedman result = friedman(std::vector<Sample>{{1, 20}, {2, 30}, {3, 40}});
  EXPECT_EQ(result.w, 1);
  EXPECT_EQ(result.test.statistic, 4);
}

TEST(Friedman, ForgetsWhatABlockShares) {
  std::vector<Sample> treatments = kBlocks;
  for (Sample& values : treatments)
    for (std::size_t j = 0; j < values.size(); ++j)
      values[j] = std::exp(values[j] / 9) * (1.0 + static_cast<double>(j));
  for (Sample& values : treatments) values = rank_samples::reversed(values);
  EXPECT_EQ(friedman(treatments).test.statistic, friedman(kBlocks).test.statistic);
}

TEST(Nemenyi, AgreesWithScikitPosthocs) {
  expect_p(nemenyi(kTiedBlocks),
           {0.7457723543693917, 0.9870044339435377, 0.9701777421068783, 0.9081317739014174,
            0.46594389916709134, 0.8623825782748741},
           1e-8);
  expect_p(nemenyi(kBlocks), {0.1072231573992194, 0.004269785758689082, 0.4804325754681451}, 1e-8);
  for (const PairTest& pair : nemenyi(kBlocks).pairs) EXPECT_EQ(pair.adjusted_p, pair.p);
}

TEST(Conover, AgreesWithScikitPosthocs) {
  expect_p(conover(kTiedBlocks), {0.32790889225221914, 0.740712112362999, 0.6595215592962931,
                                  0.5104416195696869, 0.16470884223869794, 0.4437856267142665});
  const PairTests plain = conover(kBlocks);
  expect_p(plain, {0.0005787497735075649, 1.5050558918661815e-05, 0.017900123202763782}, 1e-11);
  expect_relative(plain.pairs[0].adjusted_p, 0.0011574995470151298, 1e-11);
  expect_relative(plain.pairs[1].adjusted_p, 4.515167675598545e-05, 1e-11);
  expect_relative(plain.pairs[2].adjusted_p, 0.017900123202763782, 1e-11);
}

TEST(Friedman, StatisticsOfPairsAreSigned) {
  std::vector<Sample> treatments = kBlocks;
  const double q = nemenyi(treatments).pairs[1].statistic;
  const double t = conover(treatments).pairs[1].statistic;
  EXPECT_LT(q, 0);  // the last treatment's values are the greatest
  EXPECT_LT(t, 0);
  std::swap(treatments[0], treatments[2]);
  EXPECT_EQ(nemenyi(treatments).pairs[1].statistic, -q);
  EXPECT_EQ(conover(treatments).pairs[1].statistic, -t);
}

TEST(Friedman, DegenerateDataAreNamed) {
  const auto all = [](const std::vector<Sample>& treatments, Outcome outcome) {
    const Friedman result = friedman(treatments);
    EXPECT_EQ(result.test.outcome, outcome);
    EXPECT_TRUE(std::isnan(result.test.p) && std::isnan(result.w));
    for (const PairTests& tests : {nemenyi(treatments), conover(treatments)}) {
      EXPECT_EQ(tests.outcome, outcome);
      EXPECT_TRUE(tests.pairs.empty());
    }
  };
  all({}, Outcome::kTooFew);
  all({{1, 2}}, Outcome::kTooFew);
  all({{1}, {2}}, Outcome::kTooFew);
  all({{1, 2}, {1, 2, 3}}, Outcome::kUnbalanced);
  all({{4, 5, 6}, {4, 5, 6}}, Outcome::kConstant);
  all({{4, 5, rank_samples::kNaN}, {4, 5, 6}}, Outcome::kNotFinite);
  std::vector<Sample> many(10'001, Sample{0, 0});
  many[0] = {1, 1};
  EXPECT_EQ(nemenyi(many).outcome, Outcome::kTooMany);
  const PairTests agreed = conover(std::vector<Sample>{{1, 20}, {2, 30}, {3, 40}});
  EXPECT_EQ(agreed.outcome, Outcome::kSeparated);
  EXPECT_TRUE(agreed.pairs.empty());
}

}  // namespace
}  // namespace joulemark::stats
