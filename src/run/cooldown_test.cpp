// SPDX-License-Identifier: Apache-2.0
// Rests on machines whose files follow the scripted clock.
#include "run/cooldown.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "run/orchestrator_fixture.h"
#include "sensors/catalog.h"
#include "sensors/rapl/simulated_powercap.h"

namespace joulemark::run {
namespace {

using testing::ElementsAre;

class Rests : public Orchestrator {
 protected:
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((folder_->path() / path).parent_path());
    std::ofstream(folder_->path() / path) << text << '\n';
  }
  /// By seconds from now.
  void temperature(const std::function<double(double)>& celsius) {
    put("sys/class/hwmon/hwmon0/name", "coretemp");
    also([this, celsius](double t) {
      put("sys/class/hwmon/hwmon0/temp1_input", fmt::format("{:.0f}", celsius(t) * 1000));
    });
  }
  void power(const std::function<double(double)>& watts) {
    auto zones = sensors::one_socket(0, 0);
    zones.resize(1);
    zones[0].watts = [this, watts](double t) { return watts(t - found_at_); };
    powercap_.emplace(folder_->path(), zones);
    also([this](double t) { powercap_->advance_to(t); });
    auto discovered = sensors::discover({.root = folder_->path(), .clock = &clock_});
    ASSERT_EQ(discovered.sensors.size(), 1U);
    sensors_ = std::move(discovered.sensors);
    statuses_ = std::move(discovered.statuses);
    found_at_ = to_seconds(clock_.now() - begin_);
  }
  void also(const std::function<void(double)>& show) {
    shows_.push_back(show);
    const auto all = [this](Nanoseconds now) {
      for (const auto& each : shows_) each(to_seconds(now - begin_));
    };
    all(clock_.now());
    clock_.on_advance = all;
  }
  TrialWorld world() {
    return {.workers = runner_,
            .sensors = sensors_,
            .sensor_statuses = statuses_,
            .progress = progress_,
            .clock = clock_,
            .stop = stop_,
            .root = folder_->path()};
  }
  static double value(const Rest& rest, WindowFact fact) {
    return rest.facts.at(fact).value.value_or(-1);
  }
  static IdleBracket bracket(std::optional<double> celsius, std::optional<double> watts) {
    IdleBracket found;
    found.t1_ns = 2 * kNanosecondsPerSecond;
    found.temperature_c = celsius;
    if (watts) found.joules = 2 * *watts;
    return found;
  }

  Nanoseconds begin_ = clock_.now();
  double found_at_ = 0;  ///< looking for sensors takes time
  std::vector<std::function<void(double)>> shows_;
  std::optional<sensors::SimulatedPowercap> powercap_;
};

TEST_F(Rests, AMachineThatIsCoolLosesNoTime) {
  temperature([](double) { return 41.5; });
  const TrialWorld here = world();
  const Nanoseconds before = clock_.now();
  const Rest rest = Cooldown(here, 30).rest(bracket(40, {}));
  EXPECT_EQ(clock_.now(), before);
  EXPECT_EQ(value(rest, WindowFact::kCooldown), 0);
  EXPECT_DOUBLE_EQ(value(rest, WindowFact::kCooldownTemperature), 41.5);
  EXPECT_EQ(value(rest, WindowFact::kCooldownMissed), 0);
  EXPECT_EQ(rest.facts.at(WindowFact::kCooldownPower), (Observation{std::nullopt, "absent"}));
  EXPECT_TRUE(progress_.events.empty());
}

TEST_F(Rests, AHotMachineIsWaitedForUntilItIsCool) {
  temperature([](double t) { return 60 - 2 * t; });
  const TrialWorld here = world();
  const Rest rest = Cooldown(here, 30).rest(bracket(40, {}));
  EXPECT_DOUBLE_EQ(value(rest, WindowFact::kCooldown), 9);
  EXPECT_NEAR(value(rest, WindowFact::kCooldownTemperature), 42, 0.01);
  EXPECT_EQ(value(rest, WindowFact::kCooldownMissed), 0);
  EXPECT_THAT(progress_.events, ElementsAre("cooling down")) << "once";
}

TEST_F(Rests, ARestThatDoesNotReachItsConditionIsSaidToHaveMissedIt) {
  temperature([](double t) { return 60 - 2 * t; });
  const TrialWorld here = world();
  const Rest rest = Cooldown(here, 5).rest(bracket(40, {}));
  EXPECT_DOUBLE_EQ(value(rest, WindowFact::kCooldown), 5);
  EXPECT_NEAR(value(rest, WindowFact::kCooldownTemperature), 50, 0.01);
  EXPECT_EQ(value(rest, WindowFact::kCooldownMissed), 1);
}

TEST_F(Rests, WithoutTimeForARestTheStateIsSaidAllTheSame) {
  temperature([](double) { return 60; });
  const TrialWorld here = world();
  const Rest rest = Cooldown(here, 0).rest(bracket(40, {}));
  EXPECT_EQ(value(rest, WindowFact::kCooldown), 0);
  EXPECT_EQ(value(rest, WindowFact::kCooldownMissed), 1);
}

TEST_F(Rests, WithoutABracketTheFirstLookIsTheReference) {
  temperature([](double t) { return t < 10 ? 40 : t < 20 ? 70 : 41; });
  const TrialWorld here = world();
  Cooldown cooldown(here, 30);
  cooldown.note_rest();
  clock_.advance(15 * kNanosecondsPerSecond);
  EXPECT_DOUBLE_EQ(value(cooldown.rest({}), WindowFact::kCooldown), 5);
}

TEST_F(Rests, APowerAboveThatOfTheBracketIsWaitedFor) {
  power([](double t) { return t < 3 ? 90.0 : 52.0; });
  const TrialWorld here = world();
  const Rest rest = Cooldown(here, 30).rest(bracket({}, 50));
  EXPECT_GE(value(rest, WindowFact::kCooldown), 3);
  EXPECT_LE(value(rest, WindowFact::kCooldown), 4.1);
  EXPECT_NEAR(value(rest, WindowFact::kCooldownPower), 52, 0.5) << "5 % of 50 W is 2.5 W";
  EXPECT_EQ(value(rest, WindowFact::kCooldownMissed), 0);
}

TEST_F(Rests, APowerThatFitsIsSeenInAMoment) {
  power([](double) { return 50.0; });
  const TrialWorld here = world();
  const Rest rest = Cooldown(here, 30).rest(bracket({}, 50));
  EXPECT_LE(value(rest, WindowFact::kCooldown), 0.06);
  EXPECT_NEAR(value(rest, WindowFact::kCooldownPower), 50, 0.5);
}

TEST_F(Rests, OfASmallPowerTwoWattsAreAllowed) {
  power([](double) { return 4.5; });
  const TrialWorld here = world();
  EXPECT_EQ(value(Cooldown(here, 2).rest(bracket({}, 3)), WindowFact::kCooldownMissed), 0);
  EXPECT_EQ(value(Cooldown(here, 2).rest(bracket({}, 2)), WindowFact::kCooldownMissed), 1);
}

TEST_F(Rests, WhereNothingCanBeReadNothingWaits) {
  const TrialWorld here = world();
  const Nanoseconds before = clock_.now();
  const Rest rest = Cooldown(here, 30).rest(bracket(40, 50));
  EXPECT_EQ(clock_.now(), before);
  ASSERT_EQ(rest.facts.size(), 4U);
  for (const auto& [fact, seen] : rest.facts)
    EXPECT_EQ(seen, (Observation{std::nullopt, "absent"})) << key_of(fact);
}

TEST_F(Rests, AStopSignalEndsItAtOnce) {
  temperature([](double) { return 90; });
  also([this](double t) {
    if (t > 3) stop_ = true;
  });
  const TrialWorld here = world();
  const Nanoseconds before = clock_.now();
  EXPECT_TRUE(Cooldown(here, 30).rest(bracket(40, {})).interrupted);
  EXPECT_LE(to_seconds(clock_.now() - before), 3.2);
}

/// Flaw F3 of the published protocol: a rest that was in the script and never happened.
TEST_F(Rests, TheRestThatWasAchievedIsStoredWithEachTrial) {
  experiment_.protocol.warmup_max_s = 0.2;
  experiment_.protocol.cooldown_max_s = 8;
  // 40 °C at first; each warm-up heats it to 70 °C, from where it falls by 5 °C a second.
  Nanoseconds heated = -100 * kNanosecondsPerSecond;
  temperature(
      [&, this](double t) { return std::max(40.0, 70 - 5 * (t - to_seconds(heated - begin_))); });
  runner_.reactions["warmup"] = [&, this](const nlohmann::json& request, Conversation& worker) {
    const Received reply = runner_.usual(request, worker);
    heated = clock_.now();
    return reply;
  };
  experiment_.protocol.time_limit_s = 3;  // the rest is no part of it
  ASSERT_TRUE(run());
  const auto trials = stored();
  ASSERT_EQ(trials.size(), 4U);
  EXPECT_EQ(trials[0].resources.facts.at(WindowFact::kCooldown).value, 0);
  for (std::size_t i = 1; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].status, TrialStatus::kOk) << trials[i].reason;
    const auto& facts = trials[i].resources.facts;
    EXPECT_NEAR(*facts.at(WindowFact::kCooldown).value, 5, 1)
        << "28 °C at 5 °C a second, less the window";
    EXPECT_LE(*facts.at(WindowFact::kCooldownTemperature).value, 42);
    EXPECT_EQ(facts.at(WindowFact::kCooldownMissed).value, 0);
  }
}

TEST_F(Rests, WhenARestIsInterruptedOnlyFinishedTrialsAreStored) {
  experiment_.protocol.warmup_max_s = 0.2;
  temperature([](double t) { return t < 0.01 ? 40 : 90; });
  also([this](double t) {
    if (t > 20) stop_ = true;
  });
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_EQ(outcome->ok, 1);
  EXPECT_EQ(stored().size(), 1U);
}

}  // namespace
}  // namespace joulemark::run
