// SPDX-License-Identifier: Apache-2.0
// Warm-ups of whole trials on machines whose files follow the scripted clock.
#include "run/warm_up.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using nlohmann::json;

class WarmUp : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.factors = {.engine = {"a"}};
    experiment_.protocol.repetitions = 1;
    // A stretch lasts as long as it is asked to, and 0.2 s when nothing asks for more.
    runner_.reactions["warmup"] = [this](const json& request, Conversation&) {
      const Nanoseconds t0 = clock_.now();
      clock_.advance(std::min(request.at("max_ns").get<Nanoseconds>(),
                              std::max(request.at("min_ns").get<Nanoseconds>(), first_)));
      first_ = 0;
      return reply_line({{"type", "warmed"},
                         {"t0_ns", t0},
                         {"t1_ns", clock_.now()},
                         {"iterations", 10},
                         {"steady", times_are_steady_},
                         {"iteration_ns", 1'000'000},
                         {"cov", 0.013},
                         {"trend", -0.002}});
    };
  }
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((folder_->path() / path).parent_path());
    std::ofstream(folder_->path() / path) << text << '\n';
  }
  /// The processor's temperature follows `celsius`, by seconds since the warm-up's begin.
  void follow(const std::function<double(double)>& celsius) {
    put("sys/class/hwmon/hwmon0/name", "coretemp");
    const Nanoseconds begin = clock_.now() + 50'000'000;  // what loading takes
    const auto show = [this, celsius, begin](Nanoseconds now) {
      put("sys/class/hwmon/hwmon0/temp1_input",
          fmt::format("{:.0f}", celsius(to_seconds(now - begin)) * 1000));
    };
    show(clock_.now());
    clock_.on_advance = show;
  }
  TrialRecord measured() {
    EXPECT_TRUE(run());
    return stored().front();
  }
  static Observation fact(const TrialRecord& trial, WindowFact which) {
    const auto found = trial.resources.facts.find(which);
    return found == trial.resources.facts.end() ? Observation{std::nullopt, "not there"}
                                                : found->second;
  }
  std::size_t stretches() {
    return static_cast<std::size_t>(
        std::count_if(runner_.requests.begin(), runner_.requests.end(),
                      [](const SentRequest& request) { return request.type == "warmup"; }));
  }
  static double seconds_of(const TrialRecord& trial) {
    const auto phase = trial.phase(Phase::kWarmup);
    return phase ? to_seconds(phase->t1_ns - phase->t0_ns) : 0;
  }

  bool times_are_steady_ = true;
  Nanoseconds first_ = 200'000'000;
};

TEST_F(WarmUp, AMachineWithoutThermometerOrClocksIsNotWaitedFor) {
  put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3");
  const TrialRecord trial = measured();
  EXPECT_EQ(stretches(), 1U);
  EXPECT_DOUBLE_EQ(seconds_of(trial), 0.2);
  EXPECT_TRUE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupSlope), (Observation{std::nullopt, "absent"}));
  EXPECT_EQ(fact(trial, WindowFact::kWarmupClock), (Observation{std::nullopt, "absent"}));
  EXPECT_EQ(fact(trial, WindowFact::kWarmupUnsettled).value, 0);
}

TEST_F(WarmUp, WhatTheWorkerTellsOfItsTimesIsKept) {
  const TrialRecord trial = measured();
  EXPECT_EQ(fact(trial, WindowFact::kWarmupScatter).value, 0.013);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupTrend).value, -0.002);
}

TEST_F(WarmUp, AWorkerThatTellsNothingOfThemIsSoundToo) {
  runner_.reactions.erase("warmup");
  const TrialRecord trial = measured();
  EXPECT_EQ(trial.status, TrialStatus::kOk);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupScatter).reason, "not there");
}

TEST_F(WarmUp, AnEvenTemperatureIsWatchedForASecond) {
  follow([](double) { return 50; });
  const TrialRecord trial = measured();
  EXPECT_NEAR(seconds_of(trial), 1.0, 0.11);
  EXPECT_TRUE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupSlope).value, 0);
  EXPECT_EQ(trial.warmup_iterations, 10 * static_cast<std::int64_t>(stretches()));
}

TEST_F(WarmUp, ATemperatureThatRisesIsWaitedFor) {
  follow([](double t) { return t < 2 ? 40 + 10 * t : 60; });
  const TrialRecord trial = measured();
  EXPECT_NEAR(seconds_of(trial), 3.8, 0.25) << "the last half has to be even but for a degree";
  EXPECT_TRUE(trial.steady);
}

TEST_F(WarmUp, ATemperatureThatNeverSettlesEndsAtTheCapAndIsSaid) {
  follow([](double t) { return 40 + 5 * t; });
  const TrialRecord trial = measured();
  EXPECT_NEAR(seconds_of(trial), 5, 0.01);
  EXPECT_FALSE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupUnsettled).value, 2);
  EXPECT_NEAR(*fact(trial, WindowFact::kWarmupSlope).value, 300, 1) << "°C a minute";
}

TEST_F(WarmUp, ACapThatLeaves30SecondsIsUsedForThem) {
  experiment_.protocol.warmup_max_s = 200;
  follow([](double t) { return t < 60 ? 40 + 0.1 * t : 46; });
  const TrialRecord trial = measured();
  EXPECT_GT(seconds_of(trial), 60);
  EXPECT_LT(seconds_of(trial), 93);
  EXPECT_TRUE(trial.steady);
  EXPECT_LE(std::abs(*fact(trial, WindowFact::kWarmupSlope).value), 0.5);
}

TEST_F(WarmUp, AShortCapIsKept) {
  experiment_.protocol.warmup_min_s = 0;
  experiment_.protocol.warmup_max_s = 0.05;
  first_ = 10'000'000;
  follow([](double t) { return 40 + 1000 * t; });
  EXPECT_NEAR(seconds_of(measured()), 0.05, 0.001);
}

TEST_F(WarmUp, TimesThatNeverSettleAreNamedAlone) {
  times_are_steady_ = false;
  first_ = 5 * kNanosecondsPerSecond;
  follow([](double t) { return 40 + t; });
  const TrialRecord trial = measured();
  EXPECT_EQ(stretches(), 1U) << "the cap was reached";
  EXPECT_FALSE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupUnsettled).value, 1);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupSlope).reason, "not_sampled");
}

TEST_F(WarmUp, TimesAreJudgedAgainInStretchesAsLongAsTheFirst) {
  experiment_.protocol.warmup_max_s = 40;
  follow([](double) { return 50; });
  const auto stretch = runner_.reactions["warmup"];
  runner_.reactions["warmup"] = [this, stretch](const json& request, Conversation& worker) {
    const Received reply = stretch(request, worker);
    times_are_steady_ = false;
    return reply;
  };
  const TrialRecord trial = measured();
  EXPECT_NEAR(seconds_of(trial), 40, 0.01);
  EXPECT_FALSE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupUnsettled).value, 1);
}

TEST_F(WarmUp, ClocksThatFallAndThrottlingAreNamed) {
  follow([](double) { return 50; });
  const auto show = clock_.on_advance;
  clock_.on_advance = [&](Nanoseconds now) {
    show(now);
    const double t = to_seconds(now);
    put("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq",
        fmt::format("{:.0f}", 3e6 - 1e5 * t));
    put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
        fmt::format("{:.0f}", 10 * t));
  };
  clock_.on_advance(clock_.now());
  const TrialRecord trial = measured();
  EXPECT_FALSE(trial.steady);
  EXPECT_EQ(fact(trial, WindowFact::kWarmupUnsettled).value, 4 + 8);
  EXPECT_LT(*fact(trial, WindowFact::kWarmupClock).value, -0.05);
}

TEST(LongestWarmUp, LeavesTimeForTheWindow) {
  const Protocol protocol{.warmup_min_s = 1, .warmup_max_s = 5, .ready_s = 2, .time_limit_s = 20};
  const auto longest = [&](double left_s) {
    return to_seconds(longest_warmup(protocol, 3, to_nanoseconds(left_s)));
  };
  EXPECT_DOUBLE_EQ(longest(19), 5);
  EXPECT_DOUBLE_EQ(longest(10), 3);
  EXPECT_DOUBLE_EQ(longest(4), 1);
}

}  // namespace
}  // namespace joulemark::run
