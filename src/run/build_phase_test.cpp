// SPDX-License-Identifier: Apache-2.0
// Trials whose worker builds apart from loading, on a scripted clock and a meter of known power.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"
#include "run/steady_meter_test.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Nanoseconds kLoad = 50'000'000;  // of the scripted worker
constexpr Nanoseconds kBuild = 30'000'000;
constexpr double kBuildWatts = 200;  // besides

class BuildPhase : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.factors.engine = {"a"};
    experiment_.protocol.repetitions = 1;
    auto meter = std::make_unique<SteadyMeter>(clock_);
    meter->more_j = [this](Nanoseconds now) {
      const Nanoseconds began = began_;
      if (began == 0 || now < began) return 0.0;
      return kBuildWatts * to_seconds(std::min(now - began, kBuild));
    };
    sensors_.push_back(std::move(meter));
    runner_.reactions["load"] = [this](const json&, Conversation&) {
      const Nanoseconds t0 = clock_.now();
      clock_.advance(kLoad);
      return reply_line(
          {{"type", "loaded"}, {"t0_ns", t0}, {"t1_ns", clock_.now()}, {"builds", true}});
    };
    runner_.reactions["build"] = [this](const json&, Conversation&) {
      const Nanoseconds t0 = clock_.now();
      began_ = t0;
      clock_.advance(kBuild);
      return reply_line({{"type", "built"}, {"t0_ns", t0}, {"t1_ns", clock_.now()}});
    };
  }
  TrialRecord run_one() {
    EXPECT_TRUE(run());
    return stored().at(0);
  }
  std::vector<std::string> sent() {
    std::vector<std::string> types;
    for (const SentRequest& request : runner_.requests) types.push_back(request.type);
    return types;
  }

 private:
  std::atomic<Nanoseconds> began_ = 0;  // the sampler's thread reads the meter, too
};

TEST_F(BuildPhase, HasItsOwnTimeAndEnergy) {
  const TrialRecord trial = run_one();
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  const auto build = trial.phase(Phase::kBuild);
  ASSERT_TRUE(build);
  EXPECT_EQ(build->t1_ns - build->t0_ns, kBuild);
  EXPECT_GE(build->t0_ns, trial.phase(Phase::kLoad)->t1_ns);
  EXPECT_LE(build->t1_ns, trial.phase(Phase::kWarmup)->t0_ns);
  ASSERT_NE(trial.phase_energy(Phase::kBuild), nullptr);
  EXPECT_NEAR(trial.phase_energy(Phase::kBuild)->joules,
              (kSteadyWatts + kBuildWatts) * to_seconds(kBuild), 1e-9);
  EXPECT_NEAR(trial.phase_energy(Phase::kLoad)->joules, kSteadyWatts * to_seconds(kLoad), 1e-9)
      << "nothing of the building is in it";
  EXPECT_THAT(progress_.events, Contains("build"));
}

TEST_F(BuildPhase, ComesBehindTheInputsWhoseShapesACompilerMayWant) {
  run_one();
  const auto types = sent();
  ASSERT_GE(types.size(), 6U);
  EXPECT_THAT(std::vector(types.begin(), types.begin() + 6),
              ElementsAre("hello", "open", "load", "inputs", "build", "answer"));
}

TEST_F(BuildPhase, IsNotThereWhereNothingWasBuilt) {
  runner_.reactions["build"] = [](const json&, Conversation&) {
    return reply_line({{"type", "built"}});
  };
  const TrialRecord trial = run_one();
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  EXPECT_FALSE(trial.phase(Phase::kBuild));
  EXPECT_EQ(trial.phase_energy(Phase::kBuild), nullptr);
}

TEST_F(BuildPhase, IsNotAskedOfAWorkerThatDoesNotSpeakOfIt) {
  runner_.reactions.erase("load");
  const TrialRecord trial = run_one();
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  EXPECT_FALSE(trial.phase(Phase::kBuild));
  EXPECT_THAT(sent(), Not(Contains("build")));
}

TEST_F(BuildPhase, AFailureInItIsDataWithItsPlace) {
  runner_.reactions["build"] = [](const json&, Conversation& worker) {
    worker.state = Signalled{11};
    return Received(Closed{});
  };
  const TrialRecord crashed = run_one();
  EXPECT_EQ(crashed.status, TrialStatus::kCrashed);
  EXPECT_THAT(crashed.reason, HasSubstr("in phase 'build'"));
  EXPECT_TRUE(crashed.phase(Phase::kLoad));
  EXPECT_FALSE(crashed.phase(Phase::kBuild));
}

TEST_F(BuildPhase, WhatAnEngineCannotBuildIsUnsupported) {
  runner_.reactions["build"] = [](const json&, Conversation&) {
    return reply_line(
        {{"type", "error"}, {"status", "unsupported"}, {"message", "no operator 'Frobnicate'"}});
  };
  const TrialRecord refused = run_one();
  EXPECT_EQ(refused.status, TrialStatus::kUnsupported);
  EXPECT_EQ(refused.reason, "no operator 'Frobnicate'");
}

}  // namespace
}  // namespace joulemark::run
