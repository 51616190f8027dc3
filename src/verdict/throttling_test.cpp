// SPDX-License-Identifier: Apache-2.0
// Throttling in a window is said, with the number of trials; none is not.
#include "verdict/throttling.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

ExperimentRecord five_trials() {
  return example::record({{example::configuration("a"), example::around(1e-3)}});
}

std::string caveat(const ExperimentRecord& record, const std::string& code) {
  for (const Caveat& each : judge(record).caveats)
    if (each.code == code) return each.message;
  return "";
}

TEST(Throttling, TrialsThatALimitHeldBackAreCounted) {
  ExperimentRecord record = five_trials();
  record.trials[0].resources.facts[WindowFact::kGroupThrottles] = {3.0, ""};
  record.trials[2].resources.facts[WindowFact::kGroupThrottles] = {1.0, ""};
  record.trials[3].resources.facts[WindowFact::kGroupThrottles] = {0.0, ""};
  EXPECT_THAT(caveat(record, "throttled"), HasSubstr("in 2 of 5 trials the CPU limit"));
  EXPECT_EQ(caveat(record, "thermal_throttled"), "");
}

TEST(Throttling, HeatIsACaveatOfItsOwn) {
  ExperimentRecord record = five_trials();
  record.trials[4].resources.facts[WindowFact::kThermalThrottles] = {9.0, ""};
  EXPECT_THAT(caveat(record, "thermal_throttled"), HasSubstr("in 1 of 5 trials the processor"));
  EXPECT_EQ(caveat(record, "throttled"), "");
}

TEST(Throttling, WhatIsNotKnownIsNoThrottling) {
  ExperimentRecord record = five_trials();
  EXPECT_EQ(throttled_caveat(record), std::nullopt);
  record.trials[0].resources.facts[WindowFact::kGroupThrottles] = {std::nullopt, "absent"};
  EXPECT_EQ(throttled_caveat(record), std::nullopt);
  const WindowFacts hot = {{WindowFact::kThermalThrottles, {1.0, ""}}};
  const auto caveats = throttling({&hot}, "runs");
  ASSERT_EQ(caveats.size(), 1U);
  EXPECT_THAT(caveats[0].message, HasSubstr("in 1 of 1 runs"));
}

TEST(Throttling, AnAbsentFactTellsItsReason) {
  ExperimentRecord record = five_trials();
  for (TrialRecord& trial : record.trials)
    trial.resources.facts[WindowFact::kReadBytes] = {std::nullopt, "eacces"};
  const Judgement judgement = judge(record);
  EXPECT_EQ(judgement.cells[0].estimate(MetricId::kReadBytes).reason, "eacces");
  EXPECT_EQ(judgement.cells[0].estimate(MetricId::kGroupPeak).reason, "not_recorded");
}

}  // namespace
}  // namespace joulemark::verdict
