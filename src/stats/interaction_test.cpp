// SPDX-License-Identifier: Apache-2.0
#include "stats/interaction.h"

#include <gtest/gtest.h>

#include <cmath>

namespace joulemark::stats {
namespace {

using Values = std::vector<std::vector<std::vector<double>>>;

/// Three subjects × three treatments × four blocks.
Values example() {
  return {{{1.2086, 1.3176, 1.3895, 1.1956},
           {1.3294, 1.4302, 1.5689, 1.3348},
           {1.4803, 1.5713, 1.6851, 1.4211}},
          {{1.6651, 1.6294, 1.7019, 1.8812},
           {1.8555, 1.7865, 1.8712, 2.0724},
           {2.0837, 2.0498, 2.0168, 2.2836}},
          {{1.8296, 2.2876, 1.833, 1.8271},
           {2.104, 2.6393, 2.2468, 2.0565},
           {2.1926, 2.6683, 2.2757, 2.2468}}};
}

TEST(Interaction, AgreesWithTheLinearModelOfR) {
  const TestResult test = interaction(example());
  EXPECT_EQ(test.outcome, Outcome::kOk);
  EXPECT_EQ(test.df1, 4);
  EXPECT_EQ(test.df2, 18);
  EXPECT_NEAR(test.statistic, 0.001445012196942 / 0.000327628532145, 1e-9);
  EXPECT_NEAR(test.p, 0.011656, 1e-6);
}

TEST(Interaction, DoesNotDependOnWhatASubjectOrABlockSharesNorOnOrder) {
  Values scaled = example();
  for (auto& row : scaled[1])
    for (double& value : row) value *= 7;
  for (auto& row : scaled[2]) row[0] *= 3;
  std::swap(scaled[0], scaled[2]);
  for (auto& table : scaled) std::swap(table[0], table[1]);
  EXPECT_NEAR(interaction(scaled).statistic, interaction(example()).statistic, 1e-9);
}

TEST(Interaction, LeavesOutBlocksThatAreNotComplete) {
  Values more = example();
  for (auto& table : more)
    for (auto& row : table) row.push_back(1);
  for (auto& table : more) table[1][4] = std::nan("");
  EXPECT_DOUBLE_EQ(interaction(more).statistic, interaction(example()).statistic);
}

TEST(Interaction, NamesWhatIsMissing) {
  EXPECT_EQ(interaction({}).outcome, Outcome::kTooFew);
  const Values all = example();
  EXPECT_EQ(interaction(std::span(all).first(1)).outcome, Outcome::kTooFew);
  Values one_block = all;
  for (auto& table : one_block)
    for (auto& row : table) row.resize(1);
  EXPECT_EQ(interaction(one_block).outcome, Outcome::kTooFew);
  Values constant = all;
  for (auto& table : constant)
    for (auto& row : table) row.assign(4, 1.0);
  EXPECT_EQ(interaction(constant).outcome, Outcome::kConstant);
}

}  // namespace
}  // namespace joulemark::stats
