// SPDX-License-Identifier: Apache-2.0
// Factorial analyses of variance against R, and designs that have none.
#include "stats/factorial.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/factorial_data_test.h"

namespace joulemark::stats {
namespace {

TEST(Factorial, AgreesWithTheGoldenValues) {
  const DesignData data = golden_design();
  const FactorialAnova anova = factorial_anova(data.view());
  ASSERT_EQ(anova.outcome, Outcome::kOk);
  ASSERT_EQ(anova.effects.size(), 3u);
  const std::map<std::string, std::size_t> position = {{"a", 0}, {"b", 1}, {"a:b", 2}};
  int rows = 0;
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/factorial_golden.csv")) {
    if (row.at("aligned") != "raw_anova") continue;
    const TestResult& test = anova.effects[position.at(row.at("effect"))].test;
    EXPECT_EQ(test.df1, golden::number(row.at("df1")));
    EXPECT_EQ(test.df2, golden::number(row.at("df2")));
    EXPECT_NEAR(test.statistic / golden::number(row.at("F")), 1, 1e-10);
    EXPECT_NEAR(test.p / golden::number(row.at("p")), 1, 1e-10);
    ++rows;
  }
  EXPECT_EQ(rows, 3);
}

struct Reference {
  FactorSet factors;
  double df, sum_of_squares, f, p;
};

TEST(Factorial, ThreeFactorsAgreeWithR) {  // anova(lm(y ~ a * b * m))
  const Reference references[] = {
      {1, 1, 2.34374999999999, 10.92233009708734, 0.006283518809349799},
      {2, 1, 8.52041666666665, 39.70679611650481, 3.939842014966991e-05},
      {4, 2, 60.17583333333323, 140.2155339805824, 4.774703571904711e-09},
      {3, 1, 0.9204166666666699, 4.289320388349533, 0.06057347539951582},
      {5, 2, 1.202500000000003, 2.801941747572824, 0.1003313283529372},
      {6, 2, 1.895833333333331, 4.417475728155338, 0.03650333287063657},
      {7, 2, 2.955833333333332, 6.887378640776701, 0.01018403705151889}};
  const DesignData data = three_factors();
  const FactorialAnova anova = factorial_anova(data.view());
  ASSERT_EQ(anova.effects.size(), 7u);
  for (std::size_t i = 0; i < 7; ++i) {
    const FactorialEffect& effect = anova.effects[i];
    EXPECT_EQ(effect.factors, references[i].factors);
    EXPECT_EQ(effect.test.df1, references[i].df);
    EXPECT_EQ(effect.test.df2, 12);
    EXPECT_NEAR(effect.sum_of_squares / references[i].sum_of_squares, 1, 1e-12);
    EXPECT_NEAR(effect.test.statistic / references[i].f, 1, 1e-12);
    EXPECT_NEAR(effect.test.p / references[i].p, 1, 1e-11);
  }
  EXPECT_NEAR(anova.error_sum_of_squares, 2.574999999999998, 1e-13);
}

TEST(Factorial, EffectSizesAreTheirFormulas) {
  const DesignData data = three_factors();
  const FactorialAnova anova = factorial_anova(data.view());
  const double error = 2.575;
  const double total = 2.34375 + 8.520416666666667 + 60.17583333333333 + 0.9204166666666667 +
                       1.2025 + 1.895833333333333 + 2.955833333333333 + error;
  const FactorialEffect& m = anova.effects[2];
  EXPECT_NEAR(anova.total_sum_of_squares, total, 1e-12);
  EXPECT_NEAR(m.partial_eta_squared, 60.17583333333333 / (60.17583333333333 + error), 1e-14);
  const double corrected = 60.17583333333333 - 2 * error / 12;
  EXPECT_NEAR(m.omega_squared, corrected / (total + error / 12), 1e-14);
  EXPECT_NEAR(m.partial_omega_squared, corrected / (60.17583333333333 + 22 * error / 12), 1e-14);
}

TEST(Factorial, OrderShiftAndScaleChangeNoTest) {
  DesignData data = three_factors();
  const FactorialAnova plain = factorial_anova(data.view());
  const DesignData turned = reversed(data);
  for (double& value : data.values) value = 4096 - 8 * value;
  const FactorialAnova moved = factorial_anova(data.view());
  const FactorialAnova other = factorial_anova(turned.view());
  for (std::size_t i = 0; i < 7; ++i) {
    const double f = plain.effects[i].test.statistic;
    EXPECT_NEAR(moved.effects[i].test.statistic / f, 1, 1e-9);
    EXPECT_NEAR(other.effects[i].test.statistic / f, 1, 1e-11);
  }
}

TEST(Factorial, OneFactorIsTheOneWayAnalysis) {
  // Means 2, 3, 7 of three each: between 42, within 6; F = 21/1.
  const std::vector<double> values = {1, 2, 3, 2, 3, 4, 6, 7, 8};
  const std::vector<std::size_t> levels[] = {{0, 0, 0, 1, 1, 1, 2, 2, 2}};
  const FactorialAnova anova = factorial_anova({values, levels});
  ASSERT_EQ(anova.effects.size(), 1u);
  EXPECT_NEAR(anova.effects[0].test.statistic, 21, 1e-12);
}

TEST(Factorial, UnbalancedDesignsAreNamed) {
  DesignData data = three_factors();
  data.values.pop_back();
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kUnbalanced);
  for (auto& levels : data.levels) levels.pop_back();
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kUnbalanced);
  data = three_factors();
  data.levels[1][5] = 4;  // levels 2 and 3 have no value
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kUnbalanced);
  data.levels[1][5] = static_cast<std::size_t>(-1);
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kUnbalanced);
  EXPECT_TRUE(factorial_anova(data.view()).effects.empty());
}

TEST(Factorial, DegenerateDataAreNamed) {
  EXPECT_EQ(factorial_anova({}).outcome, Outcome::kTooFew);
  DesignData data = three_factors();
  EXPECT_EQ(factorial_anova({data.values, {}}).outcome, Outcome::kTooFew);
  for (std::size_t& level : data.levels[0]) level = 0;
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kTooFew);
  data = three_factors();
  data.levels.insert(data.levels.end(), 2, data.levels[0]);
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kTooMany);
  data = three_factors();
  data.values[3] = NAN;
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kNotFinite);
  data = three_factors();
  for (std::size_t i = 0; i < 24; i += 2) data.values[i] = data.values[i + 1];
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kConstant);  // within cells
  const std::vector<double> four = {1, 2, 3, 5};
  const std::vector<std::size_t> single[] = {{0, 0, 1, 1}, {0, 1, 0, 1}};
  EXPECT_EQ(factorial_anova({four, single}).outcome, Outcome::kTooFew);
  const std::vector<double> tenths(24, 0.1);
  data.values = tenths;
  EXPECT_EQ(factorial_anova(data.view()).outcome, Outcome::kConstant);
}

}  // namespace
}  // namespace joulemark::stats
