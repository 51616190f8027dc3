// SPDX-License-Identifier: Apache-2.0
// Tests of every cause: a trial that has it, and one that has nearly it.
#include "run/disturbance.h"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace joulemark::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A window of 2 s of two threads, with its energy, in which nothing happened.
TrialRecord clean_trial() {
  TrialRecord trial;
  trial.model = "net";
  trial.configuration.engine = "a";
  trial.configuration.threads = 2;
  trial.phases = {{Phase::kMeasure, 10'000'000'000, 12'000'000'000}};
  trial.energy = {{.scope = "total",
                   .sensor = "perf",
                   .energy_class = EnergyClass::kMeasured,
                   .joules = 40,
                   .uncertainty_j = 0.1,
                   .reason = "",
                   .detail = ""}};
  for (const WindowFact fact :
       {WindowFact::kThermalThrottles, WindowFact::kGroupThrottles, WindowFact::kGroupThrottled,
        WindowFact::kSuspended, WindowFact::kClockStep, WindowFact::kSteal})
    trial.resources.facts[fact] = {0.0, ""};
  trial.resources.facts[WindowFact::kForeignCpu] = {std::nullopt, "below_resolution"};
  return trial;
}

Surroundings machine_of(int cpus) {
  Surroundings around;
  around.cpus = cpus;
  around.has_energy = true;
  return around;
}

std::vector<std::string> codes(const TrialRecord& trial, int cpus = 4) {
  std::vector<std::string> all;
  for (const Caveat& cause : disturbances(trial, machine_of(cpus))) all.push_back(cause.code);
  return all;
}

TrialRecord with_fact(WindowFact fact, double value) {
  TrialRecord trial = clean_trial();
  trial.resources.facts[fact] = {value, ""};
  return trial;
}

TrialRecord without_energy(const std::string& reason) {
  TrialRecord trial = clean_trial();
  trial.energy.back().joules.reset();
  trial.energy.back().energy_class = EnergyClass::kAbsent;
  trial.energy.back().reason = reason;
  return trial;
}

TrialRecord with_board_reasons(double reasons, std::int64_t t_ns) {
  TrialRecord trial = clean_trial();
  trial.series = {{"gpu-0 temperature", "°C", {{t_ns, 96}}},
                  {"gpu-0 throttle", "", {{t_ns, reasons}}}};
  return trial;
}

struct Case {
  const char* code;
  std::function<TrialRecord()> planted;
  std::function<TrialRecord()> near;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"thermal_throttled", [] { return with_fact(WindowFact::kThermalThrottles, 1); },
       [] { return with_fact(WindowFact::kTemperatureMax, 99); }},
      {"gpu_throttled", [] { return with_board_reasons(0x40, 11'000'000'000); },
       [] { return with_board_reasons(0x4, 11'000'000'000); }},  // its own power limit
      {"throttled", [] { return with_fact(WindowFact::kGroupThrottled, 0.05); },
       [] { return with_fact(WindowFact::kGroupThrottled, 0.03); }},
      {"foreign_load", [] { return with_fact(WindowFact::kForeignCpu, 0.45); },
       [] { return with_fact(WindowFact::kForeignCpu, 0.35); }},
      {"steal", [] { return with_fact(WindowFact::kSteal, 0.09); },
       [] { return with_fact(WindowFact::kSteal, 0.07); }},
      {"gap", [] { return without_energy("gap"); }, [] { return without_energy("no_sensor"); }},
      {"reset", [] { return without_energy("reset"); }, [] { return without_energy("vm"); }},
      {"stalled", [] { return without_energy("stalled"); },
       [] { return without_energy("below_resolution"); }},
      {"suspended", [] { return with_fact(WindowFact::kSuspended, 60); }, clean_trial},
      {"clock_stepped", [] { return with_fact(WindowFact::kClockStep, -3); }, clean_trial},
      {"shared_gpu",
       [] {
         TrialRecord trial = clean_trial();
         trial.energy.insert(trial.energy.begin(), trial.energy.back());
         trial.energy.front().scope = "gpu-1";
         trial.energy.front().detail = "shared_gpu: process 7 computes on it too";
         return trial;
       },
       clean_trial},
  };
  return all;
}

TEST(Disturbance, EveryCauseOfTheTableIsSeenAndNothingNearIt) {
  std::vector<std::string> tested;
  for (const Case& each : cases()) {
    tested.emplace_back(each.code);
    EXPECT_THAT(codes(each.planted()), ElementsAre(each.code));
    EXPECT_THAT(codes(each.near()), IsEmpty()) << each.code;
  }
  std::vector<std::string> table;
  for (const char* code : disturbance_codes()) table.emplace_back(code);
  EXPECT_EQ(tested, table);
}

/// A second window of 4 s behind that of clean_trial, with the facts and energy of `planted`, and
/// its time lines.
std::vector<Caveat> in_prefill(const TrialRecord& planted) {
  TrialRecord trial = clean_trial();
  trial.phases.push_back({Phase::kPrefill, 12'000'000'000, 16'000'000'000});
  trial.series = planted.series;
  for (Series& line : trial.series)
    for (Sample& sample : line.samples) sample.t_ns += 3'000'000'000;
  return disturbances(trial, machine_of(4),
                      PrefillWindow{.facts = planted.resources.facts, .energy = planted.energy});
}

TEST(Disturbance, EveryCauseIsSeenInThePrefillWindowToo) {
  for (const Case& each : cases()) {
    TrialRecord planted = each.planted();
    for (auto& [fact, seen] : planted.resources.facts)
      if (seen.value) *seen.value *= 2;  // the window is twice as long
    const auto causes = in_prefill(planted);
    ASSERT_EQ(causes.size(), 1u) << each.code;
    EXPECT_EQ(causes[0].code, each.code);
    EXPECT_THAT(causes[0].message, HasSubstr("while prompts alone were processed, "));
    EXPECT_THAT(in_prefill(each.near()), IsEmpty()) << each.code;
  }
}

TEST(Disturbance, ACauseOfBothWindowsIsToldOnce) {
  const TrialRecord trial = with_fact(WindowFact::kSteal, 1);
  const auto causes = disturbances(
      trial, machine_of(4), PrefillWindow{.facts = trial.resources.facts, .energy = trial.energy});
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_THAT(causes[0].message, testing::StartsWith("the hypervisor took 1 s"));
}

TEST(Disturbance, ATrialThatDidNotEndAsOkIsNotLookedAt) {
  for (const Case& each : cases())
    for (const TrialStatus status : {TrialStatus::kCrashed, TrialStatus::kDifferent}) {
      TrialRecord trial = each.planted();
      trial.status = status;
      EXPECT_THAT(codes(trial), IsEmpty()) << each.code;
    }
}

TEST(Disturbance, SeveralCausesAreAllSaidWithWhatToDo) {
  TrialRecord trial = with_fact(WindowFact::kSteal, 1);
  trial.resources.facts[WindowFact::kThermalThrottles] = {7.0, ""};
  const auto causes = disturbances(trial, machine_of(4));
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].message,
            "processors were slowed down for heat 7 times; cool the machine, or use fewer threads");
  EXPECT_THAT(causes[1].message, HasSubstr("took 1 s of processor time in a window of 2 s"));
}

TEST(Disturbance, ForeignLoadIsMeasuredAgainstTheProcessorsInUseAndTheWholeMachine) {
  TrialRecord trial = with_fact(WindowFact::kForeignCpu, 0.25);
  trial.configuration.threads = 1;
  EXPECT_THAT(codes(trial, 2), ElementsAre("foreign_load")) << "an eighth of a processor";
  EXPECT_THAT(codes(trial, 64), IsEmpty()) << "what 64 processors have for a background";
  trial.configuration.threads = 16;
  EXPECT_THAT(codes(trial, 2), IsEmpty()) << "16 threads use two processors";
}

TEST(Disturbance, ACounterThatNeverCountedIsNoEventInAWindow) {
  Surroundings before = machine_of(4);
  before.has_energy = false;
  EXPECT_THAT(disturbances(without_energy("stalled"), before), IsEmpty());
  EXPECT_EQ(disturbances(without_energy("gap"), before).size(), 1u);
  before.note(without_energy("stalled"));
  EXPECT_FALSE(before.has_energy);
  before.note(clean_trial());
  EXPECT_EQ(disturbances(without_energy("stalled"), before).size(), 1u);
}

TEST(Disturbance, ABoardThatWasSlowBeforeTheWindowDoesNotDisturbIt) {
  EXPECT_THAT(codes(with_board_reasons(0x40, 9'000'000'000)), IsEmpty());
}

TEST(Disturbance, ARepeatSaysWhyAndHowOftenItMayBe) {
  TrialRecord trial = clean_trial();
  trial.attempt = 1;
  trial.block = 2;
  trial.invalid = {{"gap", "an energy sensor could not be read"}};
  EXPECT_EQ(repeat_notice(trial, 2).message,
            "disturbed: an energy sensor could not be read; trying again (2 of 2): net, "
            "a cpu f32 t2 b1, block 3");
}

}  // namespace
}  // namespace joulemark::run
