// SPDX-License-Identifier: Apache-2.0
#include "verdict/settled.h"

#include <gmock/gmock.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

ExperimentRecord two_cells() {
  return example::record({{example::configuration("a"), example::around(1e-3)},
                          {example::configuration("b"), example::around(2e-3)}});
}

std::string caveat(const ExperimentRecord& record, const std::string& code) {
  for (const Caveat& each : judge(record).caveats)
    if (each.code == code) return each.message;
  return "";
}

void unsettle(TrialRecord& trial, double parts) {
  trial.steady = false;
  trial.resources.facts[WindowFact::kWarmupUnsettled] = {parts, ""};
}

TEST(NotSteady, SaysWhatNeverSettledAndHowOften) {
  ExperimentRecord record = two_cells();
  EXPECT_EQ(caveat(record, "not_steady"), "");
  unsettle(record.trials[0], 1 + 2);
  unsettle(record.trials[3], 2);
  unsettle(record.trials[4], 4 + 8);
  EXPECT_EQ(caveat(record, "not_steady"),
            "in 3 of 10 trials the warm-up reached its cap before all was steady (non-stationary: "
            "times in 1, temperature in 2, clocks in 1, throttling in 1); raise --warmup-max");
}

TEST(NotSteady, TrialsThatDoNotTellWhatItWasAreCounted) {
  ExperimentRecord record = two_cells();
  record.trials[0].steady = false;
  unsettle(record.trials[1], -1e300);
  EXPECT_THAT(caveat(record, "not_steady"), HasSubstr("in 2 of 10 trials"));
  EXPECT_THAT(caveat(record, "not_steady"), HasSubstr("(non-stationary);"));
}

TEST(HotStart, NamesTheConfigurationsThatBeganHot) {
  ExperimentRecord record = two_cells();
  for (TrialRecord& trial : record.trials)
    trial.resources.facts[WindowFact::kCooldownMissed] = {0.0, ""};
  EXPECT_EQ(caveat(record, "hot_start"), "");
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "b" && trial.block < 2)
      trial.resources.facts[WindowFact::kCooldownMissed] = {1.0, ""};
  EXPECT_THAT(caveat(record, "hot_start"), HasSubstr("in 2 of 10 trials the longest rest ended"));
  EXPECT_THAT(caveat(record, "hot_start"), HasSubstr("at rest: b cpu f32 t2 b1; what"));
  EXPECT_THAT(caveat(record, "hot_start"), HasSubstr("raise --cooldown-max"));
}

TEST(HotStart, WhatIsNotKnownIsNoHotStart) {
  ExperimentRecord record = two_cells();
  record.trials[0].resources.facts[WindowFact::kCooldownMissed] = {std::nullopt, "absent"};
  EXPECT_EQ(caveat(record, "hot_start"), "");
}

}  // namespace
}  // namespace joulemark::verdict
