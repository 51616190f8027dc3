// SPDX-License-Identifier: Apache-2.0
#include "verdict/power_limit.h"

#include <gmock/gmock.h>

#include "host/host.h"
#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

/// Windows of a second in which a package and a board took so many joules.
ExperimentRecord record_with(double package_j, double board_j) {
  ExperimentRecord record = example::record({{example::configuration("a"), {0.001, 0.001}},
                                             {example::configuration("b"), {0.001, 0.001}}});
  record.hosts = {
      {.key = "other", .facts = {{host::kPowerLimitsFact, "package-0 1 W"}}},
      {.key = "host",
       .facts = {{"cpu", "x"}, {host::kPowerLimitsFact, "package-0 125 W, gpu-0 350 W"}}}};
  for (TrialRecord& trial : record.trials) {
    trial = example::with_joules(trial, package_j + board_j);
    Energy part = trial.energy.front();
    part.scope = "gpu-0";
    part.joules = board_j;
    trial.energy.insert(trial.energy.begin(), part);
    part.scope = "package-0";
    part.joules = package_j;
    trial.energy.insert(trial.energy.begin(), part);
  }
  return record;
}

std::string reason(const ExperimentRecord& record) {
  return judge(record).cells.front().reason;
}

TEST(PowerLimit, WhatStaysWithinItIsLeftAlone) {
  EXPECT_EQ(reason(record_with(150, 400)), "");
}

TEST(PowerLimit, EnergyAboveWhatAPartCanDrawIsNamed) {
  EXPECT_EQ(reason(record_with(190, 100)),
            "package-0 drew 190 W in its window, and is limited to 125 W: its counter counts "
            "something else, or more than the window");
  EXPECT_THAT(reason(record_with(50, 500)), ::testing::HasSubstr("gpu-0 drew 500 W"));
}

TEST(PowerLimit, OfAnotherMachineTellsNothing) {
  ExperimentRecord record = record_with(190, 500);
  for (TrialRecord& trial : record.trials) trial.host = "unknown";
  EXPECT_EQ(reason(record), "");
}

}  // namespace
}  // namespace joulemark::verdict
