// SPDX-License-Identifier: Apache-2.0
// Windows whose parts do not fit together.
#include "verdict/window_claims.h"

#include <gmock/gmock.h>

#include "joulemark/window_mismatch.h"
#include "verdict/example_record.h"
#include "verdict/verdict.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

std::string reason(void (*plant)(TrialRecord&), double rate = 0) {
  const std::vector<double> times(5, 0.001);
  ExperimentRecord record =
      example::record({{example::configuration("a"), times}, {example::configuration("b"), times}});
  record.experiment.protocol.rate = rate;
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "b") plant(trial);
  for (const Cell& cell : judge(record).cells)
    if (cell.configuration.engine == "b") return cell.reason;
  return "no cell";
}

void answers_in_a_tenth(TrialRecord& trial) {
  trial.durations_ns.assign(1000, 100'000);
}

TEST(WindowClaims, LatenciesThatDoNotAddUpToTheWindowAreNamed) {
  EXPECT_THAT(reason(answers_in_a_tenth), HasSubstr("are together 100 ms, and its window lasted"));
}

TEST(WindowClaims, AtAFixedRateAWindowWaitsBetweenRequests) {
  EXPECT_EQ(reason(answers_in_a_tenth, 100), "");
}

TEST(WindowClaims, LatenciesOfTheLastRequestsAloneStandForAll) {
  EXPECT_EQ(reason([](TrialRecord& trial) { trial.durations_ns.resize(10); }), "");
}

TEST(WindowClaims, LongCallsThatAreToldInGroupsShowNoNumber) {
  const auto fewer = [](TrialRecord& trial) {
    trial.iterations = 1'000'000;
    trial.calls_per_record = 1000;
  };
  EXPECT_THAT(reason(fewer), HasSubstr("timed 1000 calls together, which took 1.00 ms"));
}

TEST(WindowClaims, ShortCallsMayBeGrouped) {
  const auto tiny = [](TrialRecord& trial) {
    trial.iterations = 1'000'000;
    trial.calls_per_record = 2;
    trial.durations_ns.assign(500'000, 2'000);
  };
  EXPECT_EQ(reason(tiny), "");
}

TEST(WindowClaims, AWindowThatTheOrchestratorSawOtherwiseIsNotRanked) {
  const auto other = [](TrialRecord& trial) {
    trial.invalid = {{.code = kWindowMismatch, .message = "its window lasted 1 s by its own"}};
  };
  EXPECT_THAT(reason(other), HasSubstr("by its own"));
}

}  // namespace
}  // namespace joulemark::verdict
