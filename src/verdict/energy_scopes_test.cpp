// SPDX-License-Identifier: Apache-2.0
// Boundaries of energies, and trials of several machines in one block.
#include "verdict/energy_scopes.h"

#include <gmock/gmock.h>

#include <cmath>

#include "verdict/block_table.h"
#include "verdict/collect.h"
#include "verdict/example_record.h"
#include "verdict/judge_options.h"

namespace joulemark::verdict {
namespace {

/// The trial with `joules` over the scopes.
void measure(TrialRecord& trial, double joules, const std::vector<std::string>& scopes) {
  trial = example::with_joules(trial, joules);
  Energy part = trial.energy.front();
  part.joules = joules / static_cast<double>(scopes.size());
  for (const std::string& scope : scopes) {
    part.scope = scope;
    trial.energy.insert(trial.energy.begin(), part);
  }
}

/// Three engines, of which the last one's joules leave the board out in the blocks below `lacking`.
ExperimentRecord record_with(int lacking) {
  const std::vector<double> times(5, 0.001);
  ExperimentRecord record = example::record({{example::configuration("a"), times},
                                             {example::configuration("b"), times},
                                             {example::configuration("c"), times}});
  for (TrialRecord& trial : record.trials) {
    const bool without = trial.configuration.engine == "c" && trial.block < lacking;
    if (without) measure(trial, 50, {"package-0"});
    if (!without) measure(trial, 100 + trial.block, {"package-0", "gpu-0"});
  }
  return record;
}

std::string reason_of_c(const Judgement& judgement) {
  for (const Cell& cell : judgement.cells)
    if (cell.configuration.engine == "c") return cell.reason;
  return "no cell";
}

TEST(EnergyScopes, OneBoundaryIsRanked) {
  EXPECT_EQ(reason_of_c(judge(record_with(0))), "");
}

TEST(EnergyScopes, AnEnergyWithoutTheGpuIsNotRankedBesideThoseWithIt) {
  for (const int lacking : {5, 1})
    EXPECT_EQ(reason_of_c(judge(record_with(lacking))),
              "its energy lacks gpu-0, which the others' has")
        << lacking;
}

TEST(EnergyScopes, WhatSomebodyElseMeasuredIsRankedAndItIsSaid) {
  ExperimentRecord record = record_with(5);
  record.experiment.origin = "a study";
  const Judgement judgement = judge(record);
  EXPECT_EQ(reason_of_c(judgement), "");
  std::string said;
  for (const Caveat& caveat : judgement.caveats)
    if (caveat.code == "energy_boundaries") said = caveat.message;
  EXPECT_THAT(said, ::testing::HasSubstr("c cpu f32 t2 b1: its energy lacks gpu-0"));
}

TEST(EnergyScopes, TimesDoNotCareForIt) {
  EXPECT_EQ(reason_of_c(judge(record_with(5), {.objective = MetricId::kTime, .constraints = {}})),
            "");
}

TEST(EnergyScopes, ABoundaryThatChangesForAllIsComparedWithinItsBlocks) {
  ExperimentRecord record = record_with(0);
  for (TrialRecord& trial : record.trials)
    if (trial.block > 2) measure(trial, 60, {"package-0"});
  for (const Cell& cell : judge(record).cells) EXPECT_EQ(cell.reason, "");
}

TEST(EnergyScopes, ABlockThatTwoMachinesRanIsNoPair) {
  ExperimentRecord record = record_with(0);
  for (TrialRecord& trial : record.trials) {
    const bool late = trial.block == 2 && trial.configuration.engine == "c";
    if (trial.block > 2 || late) trial.host = "after";
  }
  const Judgement judgement = collect(record);
  const auto table = block_table(record, judgement, {0, 1, 2}, MetricId::kTime);
  ASSERT_EQ(table[0].size(), 6U) << "one of five blocks counts as two";
  for (std::size_t column = 0; column < 6; ++column)
    EXPECT_EQ(std::isnan(table[0][column]), std::isnan(table[1][column])) << column;
  int pairs = 0;
  for (std::size_t column = 0; column < 6; ++column)
    pairs += std::isfinite(table[0][column]) && std::isfinite(table[2][column]) ? 1 : 0;
  EXPECT_EQ(pairs, 4);
  std::string said;
  for (const Caveat& caveat : judge(record).caveats)
    if (caveat.code == "several_machines") said = caveat.message;
  EXPECT_THAT(said, ::testing::HasSubstr("1 of 5 blocks were begun on one and ended on another"));
}

}  // namespace
}  // namespace joulemark::verdict
