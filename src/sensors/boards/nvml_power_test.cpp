// SPDX-License-Identifier: Apache-2.0
// Tests of the boards that have no energy counter, with a simulated driver.
#include <gmock/gmock.h>

#include <cmath>

#include "sensors/boards/nvml_fixture_test.h"
#include "sensors/gauges/power_integral.h"

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;

/// A load between 90 and 400 W as `text`, and its true joules between two times.
struct Load {
  const char* text;
  double (*joules)(double t_s);
};

/// Idle, 6 s of load from second 5 on, idle.
const Load kStep = {"power 0 90\npower 5 400\npower 11 90\n",
                    [](double t) { return 90 * t + 310 * std::min(std::max(t - 5, 0.0), 6.0); }};
/// Every 3 s, one of load.
const Load kBursts = {"power 0 400\npower 1 90\nrepeat_s 3\n", [](double t) {
                        const double runs = std::floor(t / 3);
                        return runs * 580 + 90 * (t - 3 * runs) + 310 * std::min(t - 3 * runs, 1.0);
                      }};

/// Of a normal distribution, within ±; there are many cases.
constexpr double k99Percent = 2.576;

void expect_truth_inside(const Load& load, const std::string& more, const char* library) {
  for (const double begin_s : {1.0, 2.13, 3.57, 4.99, 5.4, 6.05})
    for (const double seconds : {2.0, 3.3, 8.0}) {
      NvmlMachine machine("gpu A\n" + std::string(load.text) + more, library);
      machine.find();
      machine.go_to(begin_s);
      const auto energies = machine.sampled_until(begin_s + seconds);
      const Energy* board = scope(energies, "gpu-0");
      ASSERT_TRUE(board != nullptr && board->joules) << begin_s;
      EXPECT_EQ(board->energy_class, EnergyClass::kDerived);
      const double truth = load.joules(begin_s + seconds) - load.joules(begin_s);
      EXPECT_NEAR(*board->joules, truth, k99Percent * *board->uncertainty_j + 1e-2)
          << begin_s << ' ' << seconds;
    }
}

// Other tools add energy only while power rises (Alumet), leave out the last interval
// (EnergiBridge), or drop what lies between an edge and its next sample (zeus).
TEST(NvmlPower, AnOldDriverFallsBackToTheGaugeWithAnIntervalThatHoldsTheTruth) {
  expect_truth_inside(kStep, "", SIMULATED_NVML_OLD);
  expect_truth_inside(kBursts, "", SIMULATED_NVML_OLD);
}

TEST(NvmlPower, AnAveragingGaugeOfAnOldDriverHoldsTheTruthToo) {
  expect_truth_inside(kStep, "usage_ms 1000\n", SIMULATED_NVML_OLD);
  expect_truth_inside(kBursts, "usage_ms 1000\n", SIMULATED_NVML_OLD);
}

TEST(NvmlPower, TheAverageFieldHoldsTheTruth) {
  expect_truth_inside(kStep, kNoCounter, SIMULATED_NVML);
  expect_truth_inside(kBursts, kNoCounter, SIMULATED_NVML);
}

TEST(NvmlPower, TheInstantFieldHoldsTheTruthOfASlowLoad) {
  const std::string more = kNoCounter + std::string("fail field_185 3\n");
  expect_truth_inside(kStep, more, SIMULATED_NVML);
  expect_truth_inside(kBursts, more + "visible_ms 25\n", SIMULATED_NVML);
}

TEST(NvmlPower, AConstantPowerIsExact) {
  NvmlMachine machine("gpu A\npower 0 250\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.go_to(1);
  const auto energies = machine.sampled_until(5);
  EXPECT_NEAR(*scope(energies, "gpu-0")->joules, 1000, 1e-6);
  EXPECT_EQ(energies.back().energy_class, EnergyClass::kDerived);
}

// "Part-time power": 25 of 100 ms are seen, and a load of that period shows always the same part.
TEST(NvmlPower, TheAverageIsPreferredBecauseThePartThatIsSeenMisleads) {
  const std::string load = "gpu H100\npower 0 90\npower 0.06 400\nrepeat_s 0.1\nvisible_ms 25\n";
  const double truth = (90 * 0.06 + 400 * 0.04) / 0.1;
  NvmlMachine machine(load + kNoCounter);
  machine.find();
  machine.go_to(2);
  EXPECT_NEAR(*machine.sampled_until(6).back().joules, 4 * truth, 0.01);
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("an average of 1 s"));
  NvmlMachine misled(load + kNoCounter + "fail field_185 3\n");
  misled.find();
  misled.go_to(2);
  EXPECT_NEAR(*misled.sampled_until(6).back().joules, 4 * 400, 0.01);
  EXPECT_THAT(misled.status("gpu-0")->detail, HasSubstr("may be misread"));
}

TEST(NvmlPower, AWindowThatNobodySampledIsAGap) {
  NvmlMachine machine("gpu A\npower 0 100\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.read();
  const auto energies = machine.window(30);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "gap");
  EXPECT_FALSE(energies.back().joules);
}

TEST(NvmlPower, ItIsSampledAllThroughTheWindowAndNotFasterThanItIsUpdated) {
  NvmlMachine machine("gpu A\npower 0 100\n", SIMULATED_NVML_OLD);
  machine.find();
  const double interval_s = machine.found().sensors.front()->sample_interval_s();
  EXPECT_GE(interval_s, 0.1);
  EXPECT_LE(interval_s, 1);
  EXPECT_LE(machine.calls("nvmlDeviceGetPowerUsage"), 40);
  EXPECT_EQ(machine.calls(kProcessCall), 1);
}

TEST(NvmlPower, ItsGaugesAreAskedRarely) {
  NvmlMachine machine("gpu A\npower 0 100\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.go_to(1);
  machine.sampled_until(11);
  EXPECT_LE(machine.calls("nvmlDeviceGetUtilizationRates"), 2);
  EXPECT_GE(machine.calls("nvmlDeviceGetPowerUsage"), 40);
}

TEST(NvmlPower, AnEnergySaysWhoElseComputed) {
  NvmlMachine machine("gpu A\npower 0 100\nprocess 4000041\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.go_to(1);
  EXPECT_THAT(machine.sampled_until(3).front().detail, HasSubstr("shared_gpu: process 4000041"));
}

TEST(NvmlPower, ALostBoardIsAbsent) {
  NvmlMachine machine("gpu A\npower 0 100\nlost_s 4\n", SIMULATED_NVML_OLD);
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(3).back().joules, 200, 1e-6);
  EXPECT_EQ(scope(machine.sampled_until(6), "gpu-0")->reason, "lost");
}

// codecarbon#1316: what says 0 W does not say it of a board.
TEST(NvmlPower, NoPowerIsNoMeasurement) {
  NvmlMachine machine("gpu A\n", SIMULATED_NVML_OLD);
  machine.find();
  EXPECT_TRUE(machine.found().sensors.empty());
  EXPECT_EQ(machine.status("gpu-0")->reason, "unreadable");
}

TEST(NvmlPower, LookingForBoardsOfEveryKindTakesASecondAtMost) {
  NvmlMachine machine(
      "gpu New\npower 0 100\ngpu Frozen\npower 0 50\nfrozen_s 0\ngpu Old\npower 0 50\n" +
      std::string(kNoCounter));
  machine.find();
  EXPECT_EQ(machine.found().sensors.size(), 2U);
  EXPECT_LE(machine.now_s(), 1);
}

TEST(NvmlPower, BoardsOfBothKindsAreReadAtTheirOwnIntervals) {
  NvmlMachine machine("gpu New\npower 0 100\ngpu Old\npower 0 50\n" + std::string(kNoCounter));
  machine.find();
  ASSERT_EQ(machine.found().sensors.size(), 2U);
  EXPECT_EQ(machine.found().sensors[0]->scopes().front().scope, "gpu-0");
  EXPECT_EQ(machine.found().sensors[0]->sample_interval_s(), 10);
  EXPECT_EQ(machine.found().sensors[1]->scopes().front().scope, "gpu-1");
  EXPECT_EQ(machine.found().sensors[1]->sample_interval_s(), 0.5);
  machine.go_to(1.05);
  const auto energies = machine.sampled_until(3.05);
  EXPECT_NEAR(*energies.back().joules, 300, 4e-3);
  EXPECT_EQ(energies.back().energy_class, EnergyClass::kDerived);
}

}  // namespace
}  // namespace joulemark::sensors
