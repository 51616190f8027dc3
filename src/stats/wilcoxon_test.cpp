// SPDX-License-Identifier: Apache-2.0
// Signed ranks: golden values of R, SciPy, invariances, degenerate data.
#include "stats/wilcoxon.h"

#include "stats/golden_csv_test.h"
#include "stats/rank_samples_test.h"

namespace joulemark::stats {
namespace {

using rank_samples::expect_relative;
using rank_samples::kX;
using rank_samples::kY;
using rank_samples::Sample;

Wilcoxon test_of(const golden::Row& row) {
  auto groups = golden::data_set(row.at("dataset"));
  return wilcoxon_signed_rank(groups[row.at("group_a")], groups[row.at("group_b")]);
}

TEST(Wilcoxon, AgreesWithTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("wilcoxon_signed_rank_exact")) {
    const Wilcoxon result = test_of(row);
    EXPECT_EQ(result.exact.outcome, Outcome::kOk);
    EXPECT_EQ(result.exact.statistic, golden::number(row.at("statistic")));
    expect_relative(result.best().p, golden::number(row.at("p")));
  }
}

TEST(Wilcoxon, WithTiesThereIsOnlyTheNormalTestAsInTheGoldenValues) {
  for (const golden::Row& row : golden::rows_of("wilcoxon_signed_rank_exact_tiesfallback")) {
    const Wilcoxon result = test_of(row);
    EXPECT_EQ(result.exact.outcome, Outcome::kTies);
    EXPECT_EQ(result.best().statistic, golden::number(row.at("statistic")));
    expect_relative(result.best().p, golden::number(row.at("p")));
  }
}

TEST(Wilcoxon, AgreesWithSciPyAndR) {
  const Wilcoxon result = wilcoxon_signed_rank(kX, kY);
  EXPECT_EQ(result.exact.statistic, 18);
  EXPECT_EQ(result.normal.statistic, 18);
  expect_relative(result.exact.p, 0.375);
  expect_relative(result.normal.p, 0.35895143585262634);
  expect_relative(result.rank_biserial, (18.0 - 37.0) / 55.0);
  EXPECT_EQ(result.differences, 10u);
}

TEST(Wilcoxon, ZerosAreDroppedOrRankedAsInSciPy) {
  const Wilcoxon dropped = wilcoxon_signed_rank(rank_samples::kTiedX, rank_samples::kTiedY);
  EXPECT_EQ(dropped.exact.outcome, Outcome::kTies);
  EXPECT_EQ(dropped.normal.statistic, 8);
  expect_relative(dropped.normal.p, 0.17747527059623303);
  EXPECT_EQ(dropped.differences, 8u);
  const Wilcoxon pratt =
      wilcoxon_signed_rank(rank_samples::kTiedX, rank_samples::kTiedY, Zeros::kPratt);
  EXPECT_EQ(pratt.normal.statistic, 12);
  expect_relative(pratt.normal.p, 0.16295419513791798);
  EXPECT_EQ(pratt.differences, 8u);
}

TEST(Wilcoxon, SwappingSamplesMirrorsV) {
  const Wilcoxon result = wilcoxon_signed_rank(kY, kX);
  EXPECT_EQ(result.exact.statistic, 55 - 18);
  EXPECT_EQ(result.exact.p, wilcoxon_signed_rank(kX, kY).exact.p);
  EXPECT_EQ(result.rank_biserial, -wilcoxon_signed_rank(kX, kY).rank_biserial);
}

TEST(Wilcoxon, ForgetsTheOrderOfPairsAndTheirScale) {
  const Wilcoxon result =
      wilcoxon_signed_rank(rank_samples::moved(rank_samples::reversed(kX), 4, 0),
                           rank_samples::moved(rank_samples::reversed(kY), 4, 0));
  EXPECT_EQ(result.exact.p, wilcoxon_signed_rank(kX, kY).exact.p);
}

TEST(Wilcoxon, ManyPairsAreLeftToTheNormalTest) {
  Sample a(51);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<double>(i + 1);
  const Sample b(51, 0.0);
  const Wilcoxon result = wilcoxon_signed_rank(a, b);
  EXPECT_EQ(result.exact.outcome, Outcome::kTooMany);
  EXPECT_EQ(result.normal.statistic, 51 * 52 / 2);
  a.pop_back();
  const Wilcoxon fifty = wilcoxon_signed_rank(a, Sample(50, 0.0));
  expect_relative(fifty.exact.p, std::ldexp(1.0, -49));
}

TEST(Wilcoxon, DegenerateDataAreNamed) {
  const auto both = [](const Sample& a, const Sample& b, Outcome outcome) {
    const Wilcoxon result = wilcoxon_signed_rank(a, b);
    EXPECT_EQ(result.exact.outcome, outcome);
    EXPECT_EQ(result.normal.outcome, outcome);
    EXPECT_TRUE(std::isnan(result.best().p) && std::isnan(result.rank_biserial));
  };
  both({}, {}, Outcome::kTooFew);
  both({1e308, 2}, {-1e308, 2}, Outcome::kNotFinite);
  both({1, 2}, {1}, Outcome::kUnbalanced);
  both({1, rank_samples::kNaN}, {1, 2}, Outcome::kNotFinite);
  for (const Zeros zeros : {Zeros::kDrop, Zeros::kPratt}) {
    const Wilcoxon zero = wilcoxon_signed_rank(kX, kX, zeros);
    EXPECT_EQ(zero.normal.outcome, Outcome::kConstant);
    EXPECT_TRUE(std::isnan(zero.normal.p) && std::isnan(zero.rank_biserial));
  }
  EXPECT_EQ(wilcoxon_signed_rank(Sample{2}, Sample{1}).exact.p, 1);
}

}  // namespace
}  // namespace joulemark::stats
