// SPDX-License-Identifier: Apache-2.0
// Tests of runs that go on with what an earlier run has stored, and of clocks that jump.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class Resumed : public Orchestrator {
 protected:
  /// Stops the run in the `n`-th window.
  void stop_in_window(int n) {
    runner_.reactions["go"] = [this, n, windows = 0](const nlohmann::json& request,
                                                     Conversation& worker) mutable {
      if (++windows < n) return runner_.usual(request, worker);
      stop_ = true;
      return Received(Interrupted{});
    };
  }
  void let_go() { runner_.reactions.erase("go"); }
};

TEST_F(Resumed, MeasuresTheMissingTrialsInTheirOrderAndCountsOn) {
  experiment_.protocol.repetitions = 4;
  stop_in_window(4);
  ASSERT_TRUE(go_on()->interrupted);
  ASSERT_EQ(stored().size(), 3u);
  let_go();
  progress_.events.clear();
  EXPECT_EQ(go_on()->ok, 5);
  EXPECT_THAT(progress_.events, testing::Contains("trial 4"));
  const auto trials = stored();
  const auto planned = plan::make_plan(experiment_);
  ASSERT_EQ(trials.size(), planned.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].configuration, planned[i].configuration);
    EXPECT_EQ(trials[i].attempt, 0);
  }
}

TEST_F(Resumed, WhatIsLeftOutIsNeitherMeasuredNorCountedAndAskedForOnceABlock) {
  experiment_.protocol.repetitions = 4;
  std::vector<int> asked;
  left_out_after_ = [&](int blocks) -> Result<LeftOut> {
    asked.push_back(blocks);
    return blocks < 2 ? LeftOut{} : LeftOut{{"net", "b cpu f32 t1 b1"}};
  };
  EXPECT_EQ(go_on()->ok, 6);
  EXPECT_THAT(asked, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(progress_.events, testing::Contains("left out 2: after block 2"));
  EXPECT_EQ(stored_of("a").size(), 4u);
  EXPECT_EQ(stored_of("b").size(), 2u);
}

TEST_F(Resumed, ADecisionThatFailsEndsTheRun) {
  left_out_after_ = [](int) -> Result<LeftOut> { return fail(ErrorKind::kFailed, "no store"); };
  const auto outcome = go_on();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "no store");
  EXPECT_TRUE(stored().empty());
}

TEST_F(Resumed, ACellThatWasGivenUpStaysSo) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 3;
  when("a", "load", reports("unsupported", "op X"));
  ASSERT_TRUE(run_trials({plan::make_plan(experiment_)[0]}));
  ASSERT_TRUE(go_on());
  EXPECT_EQ(runner_.conversations.size(), 1u) << "no worker is started for it again";
  EXPECT_EQ(stored()[2].reason, "not tried again: op X");
}

TEST_F(Resumed, AFailureThatIsCertainReadsAsItWouldHaveWithoutTheInterruption) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 3;
  when("a", "load", reports("invalid_model", "no graph"));
  ASSERT_TRUE(run_trials({plan::make_plan(experiment_)[0]}));
  ASSERT_TRUE(go_on());
  EXPECT_EQ(stored()[0].reason, "no graph");
  EXPECT_EQ(stored()[1].reason, "not tried again: no graph");
  EXPECT_EQ(stored()[2].reason, "not tried again: no graph");
}

TEST_F(Resumed, AModelThatIsAnotherOneNowIsRefused) {
  const auto file = folder_->path() / "net.onnx";
  std::ofstream(file) << "as it was";
  experiment_.models[0].source = file.string();
  stop_in_window(2);
  ASSERT_TRUE(go_on()->interrupted);
  let_go();
  std::ofstream(file) << "another model";
  const auto outcome = go_on();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(outcome.error().message, HasSubstr("the files of model 'net' have changed"));
  EXPECT_EQ(stored().size(), 1u);
  std::ofstream(file) << "as it was";
  EXPECT_TRUE(go_on()) << "the same contents with another time";
}

TEST_F(Resumed, AWorkerThatIsKilledWithThisProgramIsNoCrash) {
  runner_.reactions["go"] = [this](const nlohmann::json&, Conversation& worker) {
    worker.state = Signalled{SIGTERM};
    clock_.on_advance = [this](Nanoseconds) { stop_ = true; };  // our own signal comes after it
    return Received(Closed{});
  };
  EXPECT_TRUE(go_on()->interrupted);
  EXPECT_TRUE(stored().empty());
}

TEST_F(Resumed, AWorkerThatIsKilledAloneIsACrash) {
  runner_.reactions["go"] = dies(Signalled{SIGKILL}, "");
  ASSERT_TRUE(go_on());
  EXPECT_THAT(statuses(stored()), Each(TrialStatus::kCrashed));
}

TEST_F(Resumed, WhatAWorkerLeavesBehindIsAWarning) {
  runner_.reactions["quit"] = [](const nlohmann::json&, Conversation& worker) {
    worker.remains = {.processes = 2, .lives = true};
    worker.state = Exited{0};
    return reply_line({{"type", "bye"}});
  };
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 1;
  ASSERT_TRUE(go_on());
  EXPECT_THAT(progress_.events,
              testing::IsSupersetOf({"warning processes_left", "warning worker_lives"}));
}

TEST_F(Resumed, ClocksThatJumpInAWindowAreFactsOfIt) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 1;
  experiment_.protocol.retries = 0;
  constexpr Nanoseconds kSecond = kNanosecondsPerSecond;
  // At the trial's begin, at the window's, and at its end: an hour asleep, then a clock set back.
  const std::vector<ClockReading> readings = {{0, 0, 0},
                                              {kSecond, 3601 * kSecond, 3601 * kSecond},
                                              {2 * kSecond, 3602 * kSecond, 3502 * kSecond}};
  read_clocks_ = [&, next = std::size_t{0}]() mutable {
    return readings.at(std::min(next++, readings.size() - 1));
  };
  ASSERT_TRUE(go_on());
  const auto facts = stored().front().resources.facts;
  EXPECT_EQ(facts.at(WindowFact::kSuspended).value, 3600.0);
  EXPECT_EQ(facts.at(WindowFact::kClockStep).value, -100.0);
  EXPECT_EQ(stored().front().status, TrialStatus::kOk);
}

}  // namespace
}  // namespace joulemark::run
