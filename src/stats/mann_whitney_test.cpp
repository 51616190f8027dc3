// SPDX-License-Identifier: Apache-2.0
// Mann–Whitney: golden values of R, SciPy, invariances, degenerate data.
#include "stats/mann_whitney.h"

#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kA;
using rank_samples::kB;
using rank_samples::kNaN;
using rank_samples::Sample;

MannWhitney test_of(const golden::Row& row) {
  auto groups = golden::data_set(row.at("dataset"));
  return mann_whitney(groups[row.at("group_a")], groups[row.at("group_b")]);
}

TEST(MannWhitney, AgreesWithTheGoldenExactValues) {
  for (const golden::Row& row : golden::rows_of("mannwhitney_exact")) {
    const TestResult test = test_of(row).exact;
    EXPECT_EQ(test.outcome, Outcome::kOk);
    EXPECT_EQ(test.statistic, golden::number(row.at("statistic")));
    expect_relative(test.p, golden::number(row.at("p")));
  }
}

TEST(MannWhitney, AgreesWithTheGoldenNormalValues) {
  for (const golden::Row& row : golden::rows_of("mannwhitney_normal_cc")) {
    const TestResult test = test_of(row).normal;
    EXPECT_EQ(test.outcome, Outcome::kOk);
    EXPECT_EQ(test.statistic, golden::number(row.at("statistic")));
    expect_relative(test.p, golden::number(row.at("p")));
  }
}

TEST(MannWhitney, WithTiesThereIsOnlyTheNormalTestAsInTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("mannwhitney_exact_tiesfallback")) {
    const MannWhitney result = test_of(row);
    EXPECT_EQ(result.exact.outcome, Outcome::kTies);
    EXPECT_TRUE(std::isnan(result.exact.p) && std::isnan(result.exact.statistic));
    EXPECT_EQ(&result.best(), &result.normal);
    expect_relative(result.best().p, golden::number(row.at("p")));
  }
}

TEST(MannWhitney, AgreesWithSciPy) {
  const MannWhitney result = mann_whitney(kA, kB);
  EXPECT_EQ(result.exact.statistic, 26);
  expect_relative(result.exact.p, 0.04907290851563298);
  expect_relative(result.normal.p, 0.05066103315249452);
  EXPECT_EQ(&result.best(), &result.exact);
  const MannWhitney tied = mann_whitney(rank_samples::kTied[0], rank_samples::kTied[1]);
  EXPECT_EQ(tied.normal.statistic, 11);
  expect_relative(tied.normal.p, 0.006463238045314976);
}

TEST(MannWhitney, ADistributionMadeOnceGivesTheSame) {
  const auto distribution = RankDistribution::mann_whitney(kB.size(), kA.size());
  EXPECT_EQ(mann_whitney(kA, kB, distribution).exact.p, mann_whitney(kA, kB).exact.p);
  const auto other = RankDistribution::mann_whitney(6, 18);  // as many pairs
  EXPECT_EQ(mann_whitney(kA, kB, other).exact.p, mann_whitney(kA, kB).exact.p);
}

TEST(MannWhitney, SwappingSamplesMirrorsU) {
  const MannWhitney result = mann_whitney(kB, kA);
  EXPECT_EQ(result.exact.statistic, 12 * 9 - 26);
  EXPECT_EQ(result.exact.p, mann_whitney(kA, kB).exact.p);
  EXPECT_EQ(result.normal.p, mann_whitney(kA, kB).normal.p);
}

TEST(MannWhitney, ForgetsOrderScaleAndShift) {
  const MannWhitney moved = mann_whitney(rank_samples::moved(rank_samples::reversed(kA), 2, -30),
                                         rank_samples::moved(rank_samples::reversed(kB), 2, -30));
  EXPECT_EQ(moved.exact.p, mann_whitney(kA, kB).exact.p);
}

TEST(MannWhitney, SmallestPOfSeparatedSamplesIsExact) {
  const MannWhitney result = mann_whitney(Sample{1, 2, 3}, Sample{4, 5, 6});
  EXPECT_EQ(result.exact.statistic, 0);
  expect_relative(result.exact.p, 0.1);
}

TEST(MannWhitney, InTheMiddlePIsOne) {
  EXPECT_EQ(mann_whitney(Sample{1, 4}, Sample{2, 3}).exact.p, 1);
  EXPECT_EQ(mann_whitney(Sample{1, 4}, Sample{2, 3}).normal.p, 1);
}

TEST(MannWhitney, DegenerateDataAreNamed) {
  const auto outcomes = [](const Sample& a, const Sample& b, Outcome exact, Outcome normal) {
    const MannWhitney result = mann_whitney(a, b);
    EXPECT_EQ(result.exact.outcome, exact);
    EXPECT_EQ(result.normal.outcome, normal);
    EXPECT_EQ(std::isnan(result.normal.p), normal != Outcome::kOk);
    EXPECT_EQ(std::isnan(result.exact.p), exact != Outcome::kOk);
  };
  outcomes({}, kB, Outcome::kTooFew, Outcome::kTooFew);
  outcomes(kA, {}, Outcome::kTooFew, Outcome::kTooFew);
  outcomes({3, 3}, {3, 3, 3}, Outcome::kTies, Outcome::kConstant);
  outcomes({1, kNaN}, kB, Outcome::kNotFinite, Outcome::kNotFinite);
  outcomes(kA, {-rank_samples::kInfinity}, Outcome::kNotFinite, Outcome::kNotFinite);
  outcomes({1}, {2}, Outcome::kOk, Outcome::kOk);
  Sample many(51);
  Sample more(50);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < more.size(); ++i) more[i] = static_cast<double>(i) + 0.5;
  outcomes(many, more, Outcome::kTooMany, Outcome::kOk);
}

}  // namespace
}  // namespace joulemark::stats
