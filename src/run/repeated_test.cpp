// SPDX-License-Identifier: Apache-2.0
// Tests of trials that the machine disturbed: kept, marked, and tried again at their place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

/// One engine, three blocks; the machine sleeps in the windows that a test names.
class Repeated : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.protocol.repetitions = 3;
    read_clocks_ = [this] {
      const Nanoseconds now = clock_.now();
      return ClockReading{now, now + asleep_, now + asleep_};
    };
    runner_.reactions["go"] = [this](const nlohmann::json& request, Conversation& worker) {
      const int window = ++windows_;
      if (window == stops_in_) {
        stop_ = true;
        return Received(Interrupted{});
      }
      if (sleeps_in_.contains(window)) asleep_ += 60 * kNanosecondsPerSecond;
      return runner_.usual(request, worker);
    };
  }
  static std::vector<int> attempts_of(const std::vector<TrialRecord>& trials) {
    std::vector<int> all;
    for (const TrialRecord& trial : trials) all.push_back(trial.attempt);
    return all;
  }
  /// What the workers that measured opened, in their order.
  std::vector<std::string> plugins_measured() const {
    std::vector<std::string> plugins;
    for (const SentRequest& request : runner_.requests)
      if (request.type == "go")
        plugins.push_back(
            runner_.conversations.at(static_cast<std::size_t>(request.worker))->plugin);
    return plugins;
  }

  std::set<int> sleeps_in_;  ///< windows, from 1
  int stops_in_ = 0;
  int windows_ = 0;
  Nanoseconds asleep_ = 0;
};

TEST_F(Repeated, ADisturbedTrialIsKeptMarkedAndTriedAgainAtOnce) {
  sleeps_in_ = {2};
  const auto outcome = go_on();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ok, 6);
  EXPECT_THAT(attempts_of(stored()), ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_THAT(stored(), Each(Field(&TrialRecord::invalid, IsEmpty())));
  const auto aside = set_aside();
  ASSERT_EQ(aside.size(), 1u);
  EXPECT_EQ(aside[0].attempt, 0);
  EXPECT_EQ(aside[0].status, TrialStatus::kOk);
  EXPECT_FALSE(aside[0].durations_ns.empty()) << "nothing of it is thrown away";
  EXPECT_EQ(aside[0].invalid.at(0).code, "suspended");
  std::vector<std::string> expected;
  for (const auto& trial : plan::make_plan(experiment_))
    expected.push_back("/p/" + trial.configuration.engine + ".so");
  expected.insert(expected.begin() + 1, expected[1]);
  EXPECT_EQ(plugins_measured(), expected);
}

TEST_F(Repeated, ItIsSaidBeforeItIsTriedAgain) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 1;
  sleeps_in_ = {1};
  ASSERT_TRUE(go_on());
  const auto& events = progress_.events;
  const auto said = std::find(events.begin(), events.end(), "warning disturbed");
  ASSERT_NE(said, events.end());
  EXPECT_EQ(std::count(events.begin(), said, "measure"), 1);
  EXPECT_EQ(std::count(said, events.end(), "measure"), 1);
  EXPECT_EQ(std::count(events.begin(), events.end(), "ok"), 1) << "one trial has ended";
  EXPECT_EQ(std::count(events.begin(), events.end(), "trial 1"), 1);
}

TEST_F(Repeated, WhereEveryAttemptIsDisturbedTheLastOneCounts) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.retries = 1;
  sleeps_in_ = {1, 2, 3, 4, 5, 6};
  const auto outcome = go_on();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ok, 3);
  EXPECT_EQ(windows_, 6);
  EXPECT_THAT(stored(), Each(AllOf(Field(&TrialRecord::attempt, 1),
                                   Field(&TrialRecord::invalid, testing::SizeIs(1)))));
  EXPECT_THAT(attempts_of(set_aside()), ElementsAre(0, 0, 0));
}

TEST_F(Repeated, WithoutRetriesADisturbedTrialCountsAndIsMarked) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.retries = 0;
  sleeps_in_ = {1, 2, 3};
  ASSERT_TRUE(go_on());
  EXPECT_EQ(windows_, 3);
  EXPECT_THAT(stored(), Each(Field(&TrialRecord::invalid, testing::SizeIs(1))));
  EXPECT_THAT(set_aside(), IsEmpty());
  EXPECT_THAT(progress_.events, testing::Not(Contains("warning disturbed")));
}

TEST_F(Repeated, AFailureIsNoDisturbance) {
  experiment_.factors.engine = {"a"};
  runner_.reactions["go"] = dies(Signalled{SIGSEGV}, "");
  ASSERT_TRUE(go_on());
  EXPECT_THAT(attempts_of(stored()), ElementsAre(0, 0, 0));
  EXPECT_THAT(stored(), Each(Field(&TrialRecord::invalid, IsEmpty())));
}

TEST_F(Repeated, ARunThatStoppedBetweenAttemptsGoesOnWithTheNextOne) {
  experiment_.factors.engine = {"a"};
  sleeps_in_ = {1, 3};
  stops_in_ = 2;
  ASSERT_TRUE(go_on()->interrupted);
  EXPECT_THAT(attempts_of(stored()), ElementsAre(0));
  const auto outcome = go_on();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ok, 3);
  EXPECT_THAT(attempts_of(stored()), ElementsAre(2, 0, 0));
  EXPECT_THAT(attempts_of(set_aside()), ElementsAre(0, 1));
}

TEST_F(Repeated, ARunThatStoppedBetweenAttemptsMakesNoMoreThanAreAllowed) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 1;
  sleeps_in_ = {1, 2, 4, 5, 6};
  stops_in_ = 3;
  ASSERT_TRUE(go_on()->interrupted);
  ASSERT_TRUE(go_on());
  EXPECT_EQ(windows_, 4);
  EXPECT_THAT(attempts_of(stored()), ElementsAre(2));
  EXPECT_EQ(go_on()->ok, 0) << "nothing is left";
}

}  // namespace
}  // namespace joulemark::run
