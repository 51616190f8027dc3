// SPDX-License-Identifier: Apache-2.0
// Flags of values that stand out, by both rules, and data without a scale.
#include "stats/outliers.h"

#include <gtest/gtest.h>

#include <cmath>

namespace joulemark::stats {
namespace {

using Indices = std::vector<std::size_t>;

TEST(ModifiedZ, IsTheDeviationInRobustUnits) {
  // Median 4, absolute deviations 3 2 1 0 1 2 16: MAD 2.
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 20};
  const ModifiedZ z = modified_z_scores(values);
  EXPECT_EQ(z.outcome, Outcome::kOk);
  EXPECT_NEAR(z.scores[0], -0.6745 * 3 / 2, 1e-15);
  EXPECT_EQ(z.scores[3], 0);
  EXPECT_NEAR(z.scores[6], 0.6745 * 8, 1e-14);
  EXPECT_EQ(flag_by_modified_z(values).indices, Indices{6});
  EXPECT_EQ(flag_by_modified_z(values, 6).indices, Indices{});
  EXPECT_EQ(flag_by_modified_z(values, 1).indices, (Indices{0, 6}));
}

TEST(ModifiedZ, HalfOfTheValuesEqualFallBackToTheMeanDeviation) {
  const std::vector<double> values = {5, 5, 5, 5, 5, 5, 6, 5, 5, -9};  // MAD 0, mean deviation 1.5
  const ModifiedZ z = modified_z_scores(values);
  EXPECT_EQ(z.outcome, Outcome::kOk);
  EXPECT_NEAR(z.scores[6], 1 / (1.253314 * 1.5), 1e-15);
  EXPECT_EQ(flag_by_modified_z(values).indices, Indices{9});
}

TEST(ModifiedZ, ShiftAndScaleChangeNothing) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 20};
  std::vector<double> moved;
  for (const double value : values) moved.push_back(1024 - 8 * value);
  const ModifiedZ z = modified_z_scores(values);
  const ModifiedZ other = modified_z_scores(moved);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(other.scores[i], -z.scores[i]);
}

TEST(ModifiedZ, DegenerateDataAreNamed) {
  EXPECT_EQ(flag_by_modified_z({}).outcome, Outcome::kTooFew);
  EXPECT_EQ(flag_by_modified_z(std::vector<double>{1, 900}).outcome, Outcome::kTooFew);
  EXPECT_EQ(flag_by_modified_z(std::vector<double>(5, 2.0)).outcome, Outcome::kConstant);
  EXPECT_EQ(flag_by_modified_z(std::vector<double>(5, 2.0)).indices, Indices{});
  const std::vector<double> nan = {1, 2, NAN, 900};
  EXPECT_EQ(flag_by_modified_z(nan).outcome, Outcome::kNotFinite);
  EXPECT_EQ(flag_by_modified_z(nan).indices, Indices{});
  EXPECT_TRUE(std::isnan(modified_z_scores(nan).scores[0]));
}

TEST(QuartileFences, FlagWhatLiesBeyondThem) {
  // Quartiles 3 and 7, fences −9 and 19.
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 19, 19.5};
  EXPECT_EQ(flag_by_quartiles(values).outcome, Outcome::kOk);
  EXPECT_EQ(flag_by_quartiles(values).indices, Indices{8});
  EXPECT_EQ(flag_by_quartiles(values, 1.5).indices, (Indices{7, 8}));
  std::vector<double> mirrored;
  for (const double value : values) mirrored.push_back(-value);
  EXPECT_EQ(flag_by_quartiles(mirrored).indices, Indices{8});
}

TEST(QuartileFences, DegenerateDataAreNamed) {
  EXPECT_EQ(flag_by_quartiles({}).outcome, Outcome::kTooFew);
  EXPECT_EQ(flag_by_quartiles(std::vector<double>{1, 2, 900}).outcome, Outcome::kTooFew);
  const std::vector<double> mostly_equal = {5, 5, 5, 5, 5, 5, 900};
  EXPECT_EQ(flag_by_quartiles(mostly_equal).outcome, Outcome::kConstant);
  EXPECT_EQ(flag_by_quartiles(mostly_equal).indices, Indices{});
  EXPECT_EQ(flag_by_quartiles(std::vector<double>{1, 2, INFINITY, 4}).outcome, Outcome::kNotFinite);
}

}  // namespace
}  // namespace joulemark::stats
