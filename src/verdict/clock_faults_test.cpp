// SPDX-License-Identifier: Apache-2.0
// A suspend or a set clock in a trial is said, with the number of trials; none is not.
#include "verdict/clock_faults.h"

#include <gmock/gmock.h>

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

TEST(ClockFaults, TrialsInWhichTheMachineSleptAreCounted) {
  ExperimentRecord record = five_trials();
  record.trials[1].resources.facts[WindowFact::kSuspended] = {3600.0, ""};
  record.trials[2].resources.facts[WindowFact::kSuspended] = {0.0, ""};
  EXPECT_THAT(caveat(record, "suspended"),
              HasSubstr("in 1 of 5 trials the machine was suspended, for up to 3.6e+03 s"));
  EXPECT_EQ(caveat(record, "clock_stepped"), "");
}

TEST(ClockFaults, AClockThatWasSetBackCountsLikeOneThatWasSetForward) {
  ExperimentRecord record = five_trials();
  record.trials[0].resources.facts[WindowFact::kClockStep] = {-90.0, ""};
  record.trials[4].resources.facts[WindowFact::kClockStep] = {2.0, ""};
  EXPECT_THAT(caveat(record, "clock_stepped"),
              HasSubstr("in 2 of 5 trials the clock was set, by up to 90 s"));
  EXPECT_EQ(caveat(record, "suspended"), "");
}

TEST(ClockFaults, OrdinaryWindowsHaveNone) {
  const WindowFacts quiet = {{WindowFact::kSuspended, {0.0, ""}},
                             {WindowFact::kClockStep, {0.0, ""}}};
  EXPECT_TRUE(clock_faults({&quiet}, "runs").empty());
}

}  // namespace
}  // namespace joulemark::verdict
