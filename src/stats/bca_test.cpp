// SPDX-License-Identifier: Apache-2.0
// The acceleration against the golden values, and the formula on lists with known answers.
#include "stats/bca.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/descriptive.h"
#include "stats/distribution.h"
#include "stats/golden_csv_test.h"

namespace joulemark::stats {
namespace {

std::vector<double> without_each(const std::vector<double>& values,
                                 double (*statistic)(std::span<const double>)) {
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<double> rest = values;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    result.push_back(statistic(rest));
  }
  return result;
}

TEST(Bca, AccelerationAgreesWithTheGoldenValues) {
  const auto data = golden::data_set("phi2_cpu_CPU_energy");
  for (const golden::Row& row :
       golden::read_csv("tests/data/stats-golden/bootstrap_bca_phi2_cpu_energy.csv")) {
    const std::vector<double>& values = data.at(row.at("engine"));
    const double expected = golden::number(row.at("jackknife_acceleration"));
    const bool of_mean = row.at("stat") == "mean";
    const std::vector<double> left_out[] = {without_each(values, of_mean ? mean : median)};
    EXPECT_NEAR(jackknife_acceleration(left_out), expected, 1e-9 * std::abs(expected) + 1e-12);
    if (!of_mean) continue;
    EXPECT_NEAR(mean_acceleration(values) / expected, 1, 1e-9);
  }
}

TEST(Bca, AccelerationIsSkewnessOverSixRootN) {
  const std::vector<double> values = {1, 2, 3, 10};  // deviations −3 −2 −1 6: Σd² 50, Σd³ 180
  EXPECT_NEAR(mean_acceleration(values), 180 / (6 * std::pow(50, 1.5)), 1e-15);
  EXPECT_EQ(mean_acceleration(std::vector<double>{4, 4, 4}), 0);
}

TEST(Bca, SamplesOfDifferentSizesWeighByTheirs) {
  // Means' influences are (x − mean)/n: of the first sample ±1/2, of the second −1/3, −1/3, 2/3.
  const std::vector<double> first = {0, 2};
  const std::vector<double> second = {0, 0, 3};
  const std::vector<double> left_out[] = {without_each(first, mean), without_each(second, mean)};
  const double squares = 2.0 / 4 + 6.0 / 9;
  const double cubes = 6.0 / 27;
  EXPECT_NEAR(jackknife_acceleration(left_out), cubes / (6 * std::pow(squares, 1.5)), 1e-15);
}

TEST(Bca, WithoutSkewnessItIsThePercentileInterval) {
  std::vector<double> draws;
  std::vector<Atom> atoms;
  for (int i = 1; i <= 999; ++i) draws.push_back((i * 7) % 1000);  // 1 … 999 in some order
  for (const double value : draws) atoms.push_back({value, 0.5});
  const BcaShape shape = {.estimate = 500, .acceleration = 0, .resolution = 1e-3, .level = 0.9};
  const Interval interval = bca_of_draws(draws, shape);
  EXPECT_EQ(interval.outcome, Outcome::kOk);
  EXPECT_EQ(interval.lo, 50);  // the smallest that 5 % of 999 values do not exceed
  EXPECT_EQ(interval.hi, 950);
  EXPECT_EQ(bca_of_atoms(atoms, shape).lo, 50);
  EXPECT_EQ(bca_of_atoms(atoms, shape).hi, 950);
}

TEST(Bca, BiasAndAccelerationMoveTheCuts) {
  std::vector<double> draws;
  for (int i = 1; i <= 9999; ++i) draws.push_back(i);
  const BcaShape shape = {
      .estimate = 6000, .acceleration = 0.05, .resolution = 1e-4, .level = 0.95};
  const Interval interval = bca_of_draws(draws, shape);
  const double z0 = normal_quantile(5999.5 / 9999);
  const auto cut = [&](double z) { return normal_cdf(z0 + (z0 + z) / (1 - 0.05 * (z0 + z))); };
  EXPECT_EQ(interval.lo, std::ceil(9999 * cut(-1.959963984540054)));
  EXPECT_EQ(interval.hi, std::ceil(9999 * cut(1.959963984540054)));
}

TEST(Bca, EqualDrawsCountHalfUpToRounding) {
  std::vector<double> draws(1001, 0.3);
  for (int i = 0; i < 400; ++i) draws[static_cast<std::size_t>(i)] = 0.1 + 0.2;  // 0.3 + 6e-17
  draws[1000] = 0.4;
  const BcaShape shape = {
      .estimate = 0.3, .acceleration = 0, .resolution = 1e-3, .level = 0.5, .scale = 0.3};
  EXPECT_NEAR(bca_of_draws(draws, shape).hi, 0.3, 1e-15);
}

TEST(Bca, WhatIsNotFiniteIsNamed) {
  std::vector<double> draws = {1, 2, std::nan(""), 4};
  const BcaShape shape = {.estimate = 2, .acceleration = 0, .resolution = 0.1, .level = 0.9};
  EXPECT_EQ(bca_of_draws(draws, shape).outcome, Outcome::kNotFinite);
  draws[2] = 3;
  EXPECT_EQ(bca_of_draws(draws, shape).outcome, Outcome::kOk);
  BcaShape undefined = shape;
  undefined.estimate = INFINITY;
  EXPECT_EQ(bca_of_draws(draws, undefined).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
