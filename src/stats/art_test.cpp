// SPDX-License-Identifier: Apache-2.0
// The aligned rank transform against R, its contrasts, and what it promises.
#include "stats/art.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/factorial_data_test.h"

namespace joulemark::stats {
namespace {

TEST(Art, AgreesWithTheGoldenValues) {
  const DesignData data = golden_design();
  const Art art = aligned_rank_transform(data.view());
  ASSERT_EQ(art.outcome, Outcome::kOk);
  ASSERT_EQ(art.effects.size(), 3u);
  const std::map<std::string, std::size_t> position = {{"a", 0}, {"b", 1}, {"a:b", 2}};
  int rows = 0;
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/factorial_golden.csv")) {
    if (row.at("aligned") != "ART") continue;
    const TestResult& test = art.effects[position.at(row.at("effect"))].test;
    EXPECT_EQ(test.df1, golden::number(row.at("df1")));
    EXPECT_EQ(test.df2, golden::number(row.at("df2")));
    EXPECT_NEAR(test.statistic / golden::number(row.at("F")), 1, 1e-10);
    EXPECT_NEAR(test.p / golden::number(row.at("p")), 1, 1e-10);
    ++rows;
  }
  EXPECT_EQ(rows, 3);
}

TEST(Art, ScaleAndOrderChangeNothing) {
  const DesignData plain = golden_design();
  const Art art = aligned_rank_transform(plain.view());
  for (const double factor : {0x1p-20, 0x1p20}) {
    DesignData scaled = reversed(plain);
    for (double& value : scaled.values) value *= factor;
    const Art other = aligned_rank_transform(scaled.view());
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(other.effects[i].test.statistic / art.effects[i].test.statistic, 1, 1e-11);
  }
}

TEST(Art, OneWildValueMovesNoRankFar) {
  DesignData data = golden_design();
  const Art plain = aligned_rank_transform(data.view());
  EXPECT_LT(plain.effects[2].test.p, 1e-6);
  for (double& value : data.values) value = std::exp(value / 10);  // skewed even more
  EXPECT_LT(aligned_rank_transform(data.view()).effects[0].test.p, 1e-3);
}

TEST(Art, LevelOfTheInteractionIsKept) {
  Random random(55);
  constexpr int kSimulations = 1500;
  int rejected = 0;
  DesignData data = golden_design();
  for (int i = 0; i < kSimulations; ++i) {
    for (std::size_t k = 0; k < data.values.size(); ++k) {
      const double main_effects = 3.0 * static_cast<double>(data.levels[0][k]) +
                                  2.0 * static_cast<double>(data.levels[1][k]);
      data.values[k] = main_effects + std::exp(0.5 * random.normal());
    }
    rejected += aligned_rank_transform(data.view()).effects[2].test.p < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected, 0.05 * kSimulations, 0.02 * kSimulations);
}

TEST(Art, DegenerateDataAreNamed) {
  EXPECT_EQ(aligned_rank_transform({}).outcome, Outcome::kTooFew);
  DesignData data = golden_design();
  data.values[0] = INFINITY;
  EXPECT_EQ(aligned_rank_transform(data.view()).outcome, Outcome::kNotFinite);
  data.values.assign(60, 0.1);
  EXPECT_EQ(aligned_rank_transform(data.view()).outcome, Outcome::kConstant);
  EXPECT_EQ(art_contrasts(data.view(), 1).outcome, Outcome::kConstant);
  data = golden_design();
  data.levels[0][0] = 1;
  EXPECT_EQ(aligned_rank_transform(data.view()).outcome, Outcome::kUnbalanced);
  EXPECT_EQ(art_contrasts(data.view(), 1).outcome, Outcome::kUnbalanced);
}

struct Reference {
  FactorSet set;
  std::size_t pair;
  double difference, t, p;
};

// R: lm of the ranks aligned for the set, differences of its marginal means over their errors.
TEST(ArtContrasts, AgreeWithR) {
  const Reference references[] = {
      {1, 0, -24.13333333333334, -7.230766582508336, 1.738200260272968e-09},
      {2, 0, -21.4, -6.457998717605115, 3.11797282396243e-08},
      {2, 1, -34.1, -10.29054935842684, 2.456971979717926e-14},
      {2, 2, -12.7, -3.832550640821728, 0.0003330171242581718},
      {3, 0, -11.4, -2.979136273156164, 0.004324344024678468},
      {3, 3, -41.7, -10.89736689391334, 2.991095296020194e-15},
      {3, 9, 17.6, 4.599368281363903, 2.599677991757494e-05},
      {3, 10, -0.9, -0.2351949689333829, 0.814947051580847},
      {3, 14, 8.8, 2.299684140681953, 0.02535904368946825}};
  const DesignData data = golden_design();
  for (const Reference& reference : references) {
    const ArtContrasts contrasts = art_contrasts(data.view(), reference.set);
    ASSERT_EQ(contrasts.outcome, Outcome::kOk);
    const ArtContrast& contrast = contrasts.pairs.at(reference.pair);
    EXPECT_NEAR(contrast.difference, reference.difference, 1e-12);
    EXPECT_NEAR(contrast.test.statistic / reference.t, 1, 1e-10);
    EXPECT_EQ(contrast.test.df1, 54);
    EXPECT_NEAR(contrast.test.p / reference.p, 1, 1e-10);
  }
}

TEST(ArtContrasts, PairsAreAllAndInOrder) {
  const DesignData data = golden_design();
  const ArtContrasts contrasts = art_contrasts(data.view(), 3);
  ASSERT_EQ(contrasts.pairs.size(), 15u);
  EXPECT_EQ(contrasts.pairs[5].first, 1u);
  EXPECT_EQ(contrasts.pairs[5].second, 2u);
}

TEST(ArtContrasts, TwoLevelsAreTheMainEffect) {
  const DesignData data = golden_design();
  const double t = art_contrasts(data.view(), 1).pairs[0].test.statistic;
  EXPECT_NEAR(t * t / aligned_rank_transform(data.view()).effects[0].test.statistic, 1, 1e-12);
}

}  // namespace
}  // namespace joulemark::stats
