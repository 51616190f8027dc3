// SPDX-License-Identifier: Apache-2.0
// Balanced mixed models against R's error strata, their components, and degenerate designs.
#include "stats/mixed_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "stats/factorial_data_test.h"

namespace joulemark::stats {
namespace {

constexpr std::size_t kModel = 2;  // the last of three_factors is the random one

void expect_test(const TestResult& test, double f, double df2, double p) {
  EXPECT_EQ(test.outcome, Outcome::kOk);
  EXPECT_NEAR(test.statistic / f, 1, 1e-11);
  EXPECT_EQ(test.df2, df2);
  EXPECT_NEAR(test.p / p, 1, 1e-11);
}

TEST(MixedRandomSlopes, AgreesWithR) {  // summary(aov(y ~ a * b + Error(m / (a * b))))
  const DesignData data = three_factors();
  const MixedModel model = mixed_random_slopes(data.view(), kModel);
  ASSERT_EQ(model.outcome, Outcome::kOk);
  ASSERT_EQ(model.effects.size(), 3u);
  expect_test(model.effects[0].test, 3.898128898128871, 2, 0.1870366482122234);
  expect_test(model.effects[1].test, 8.98857142857144, 2, 0.0955705004209623);
  expect_test(model.effects[2].test, 0.6227798139272663, 2, 0.5127112920923067);
  EXPECT_EQ(model.effects[2].factors, 3u);
  EXPECT_EQ(model.effects[2].test.df1, 1);
  // anova(lm(y ~ a * b * m)): a:m, b:m, a:b:m
  expect_test(model.effects[0].with_random, 2.801941747572824, 12, 0.1003313283529372);
  expect_test(model.effects[1].with_random, 4.417475728155338, 12, 0.03650333287063657);
  expect_test(model.effects[2].with_random, 6.887378640776701, 12, 0.01018403705151889);
}

TEST(MixedRandomSlopes, ComponentsSolveTheExpectedMeanSquares) {
  // E MS: m = e + 2abm + 4am + 4bm + 8m; am = e + 2abm + 4am; bm = e + 2abm + 4bm; abm = e + 2abm.
  const double m = 30.08791666666667;
  const double am = 0.60125;
  const double bm = 0.9479166666666667;
  const double abm = 1.477916666666667;
  const double error = 2.575 / 12;
  const DesignData data = three_factors();
  const std::vector<VarianceComponent> components =
      mixed_random_slopes(data.view(), kModel).components;
  const FactorSet sets[] = {4, 5, 6, 7, 0};
  const double expected[] = {(m - am - bm + abm) / 8, (am - abm) / 4, (bm - abm) / 4,
                             (abm - error) / 2, error};
  ASSERT_EQ(components.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(components[i].factors, sets[i]);
    EXPECT_NEAR(components[i].variance, expected[i], 1e-12);
  }
  EXPECT_LT(components[1].variance, 0);  // reported as it comes
}

TEST(MixedRandomIntercepts, AgreesWithR) {  // anova(lm(y ~ m + a * b))
  const DesignData data = three_factors();
  const MixedModel model = mixed_random_intercepts(data.view(), 1u << kModel);
  ASSERT_EQ(model.effects.size(), 3u);
  expect_test(model.effects[0].test, 4.888942539835819, 18, 0.04020883902751689);
  expect_test(model.effects[1].test, 17.7731530661516, 18, 0.0005196330573514181);
  expect_test(model.effects[2].test, 1.919942056977313, 18, 0.1827931555974351);
  EXPECT_EQ(model.effects[0].with_random.outcome, Outcome::kTooFew);
  ASSERT_EQ(model.components.size(), 2u);
  EXPECT_NEAR(model.components[0].variance, (30.08791666666665 - 0.479398148148148) / 8, 1e-12);
  EXPECT_NEAR(model.components[1].variance, 0.479398148148148, 1e-13);
}

TEST(MixedRandomIntercepts, ModelAndBlockMayBothBeRandom) {
  const DesignData data = three_factors();
  const MixedModel model = mixed_random_intercepts(data.view(), 6);  // b is a block
  ASSERT_EQ(model.effects.size(), 1u);
  // Residual: all but a, b, m, from the table of anova(lm(y ~ a * b * m)).
  const double residual =
      (0.9204166666666667 + 1.2025 + 1.895833333333333 + 2.955833333333333 + 2.575) / 19;
  EXPECT_NEAR(model.effects[0].test.statistic, 2.34375 / residual, 1e-12);
  EXPECT_EQ(model.effects[0].test.df2, 19);
  ASSERT_EQ(model.components.size(), 3u);
  EXPECT_NEAR(model.components[0].variance, (8.520416666666667 - residual) / 12, 1e-12);
}

TEST(MixedModel, OneValueInACellIsEnough) {
  DesignData data;
  data.values = {1, 2.5, 2, 4, 4.5, 7};
  data.levels = {{0, 1, 0, 1, 0, 1}, {0, 0, 1, 1, 2, 2}};
  const MixedModel slopes = mixed_random_slopes(data.view(), 1);
  const MixedModel intercepts = mixed_random_intercepts(data.view(), 2);
  ASSERT_EQ(slopes.outcome, Outcome::kOk);
  // The paired t test of 1.5, 2, 2.5: t = 2/(0.5/√3).
  EXPECT_NEAR(slopes.effects[0].test.statistic, 48, 1e-10);
  EXPECT_NEAR(intercepts.effects[0].test.statistic, 48, 1e-10);
  EXPECT_EQ(slopes.effects[0].with_random.outcome, Outcome::kTooFew);
  EXPECT_TRUE(std::isnan(slopes.components.back().variance));
}

TEST(MixedModel, DegenerateDesignsAreNamed) {
  EXPECT_EQ(mixed_random_slopes({}, 0).outcome, Outcome::kTooFew);
  EXPECT_EQ(mixed_random_intercepts({}, 1).outcome, Outcome::kTooFew);
  DesignData data = three_factors();
  EXPECT_EQ(mixed_random_intercepts(data.view(), 0).outcome, Outcome::kTooFew);
  EXPECT_EQ(mixed_random_intercepts(data.view(), 7).outcome, Outcome::kTooFew);
  const FactorialDesign one = {data.values, std::span(data.levels).first(1)};
  EXPECT_EQ(mixed_random_slopes(one, 0).outcome, Outcome::kTooFew);
  data.values[7] = NAN;
  EXPECT_EQ(mixed_random_slopes(data.view(), 2).outcome, Outcome::kNotFinite);
  data.values.assign(24, 0.1);
  EXPECT_EQ(mixed_random_slopes(data.view(), 2).outcome, Outcome::kConstant);
  data.values.pop_back();
  EXPECT_EQ(mixed_random_intercepts(data.view(), 4).outcome, Outcome::kUnbalanced);
}

TEST(MixedModel, EffectsThatNeverVaryHaveNoTest) {
  DesignData data;  // the same difference in every model
  data.values = {1.1, 2.1, 2.3, 3.3, 4.7, 5.7};
  data.levels = {{0, 1, 0, 1, 0, 1}, {0, 0, 1, 1, 2, 2}};
  EXPECT_EQ(mixed_random_slopes(data.view(), 1).effects[0].test.outcome, Outcome::kConstant);
  EXPECT_EQ(mixed_random_intercepts(data.view(), 2).effects[0].test.outcome, Outcome::kConstant);
}

TEST(MixedModel, LevelIsKeptWhereModelsDifferInTheEffect) {
  Random random(66);
  constexpr int kSimulations = 3000;
  int slopes = 0;
  int intercepts = 0;
  DesignData data = three_factors();
  for (int i = 0; i < kSimulations; ++i) {
    double model[3];
    double slope[3];
    for (double& value : model) value = random.normal();
    for (double& value : slope) value = random.normal();
    for (std::size_t k = 0; k < 24; ++k) {
      const std::size_t m = data.levels[2][k];
      data.values[k] =
          model[m] + slope[m] * static_cast<double>(data.levels[0][k]) + 0.3 * random.normal();
    }
    slopes += mixed_random_slopes(data.view(), 2).effects[0].test.p < 0.05 ? 1 : 0;
    intercepts += mixed_random_intercepts(data.view(), 4).effects[0].test.p < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(slopes, 0.05 * kSimulations, 0.013 * kSimulations);
  EXPECT_GT(intercepts, 0.3 * kSimulations);  // the model that ignores it finds what is not there
}

}  // namespace
}  // namespace joulemark::stats
