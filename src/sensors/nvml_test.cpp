// SPDX-License-Identifier: Apache-2.0
// Tests of the boards that have an energy counter, with a fake driver.
#include "sensors/nvml.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "sensors/nvml_fixture_test.h"

namespace joulemark::sensors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kBurst = "gpu NVIDIA H100 PCIe\npower 0 90\npower 5 400\npower 7 90\n";

TEST(Nvml, JoulesAreThoseOfTheWaveform) {
  NvmlMachine machine(kBurst);
  machine.find();
  machine.go_to(4);
  const auto energies = machine.sampled_until(9);
  const Energy* board = scope(energies, "gpu-0");
  ASSERT_TRUE(board != nullptr && board->joules);
  EXPECT_NEAR(*board->joules, 90 + 2 * 400 + 2 * 90, 2e-3);
  EXPECT_EQ(board->energy_class, EnergyClass::kMeasured);
  EXPECT_EQ(board->sensor, "nvml");
  EXPECT_NEAR(*energies.back().joules, *board->joules, 1e-9);
  EXPECT_THAT(energies.back().detail,
              HasSubstr("covers gpu-0; not covered: processors (no counter); memory"));
  EXPECT_THAT(energies.back().detail, Not(HasSubstr("accelerators")));
}

TEST(Nvml, AnEdgeBetweenTwoUpdatesIsWithinTheUncertainty) {
  NvmlMachine machine("gpu A\npower 0 300\n");
  machine.find();
  for (const double begin_s : {2.01, 4.05, 6.099}) {
    machine.go_to(begin_s);
    const auto energies = machine.sampled_until(begin_s + 1.051);
    const Energy* board = scope(energies, "gpu-0");
    ASSERT_TRUE(board->joules);
    EXPECT_NEAR(*board->joules, 300 * 1.051, 300 * 0.1 + 1e-3);
    EXPECT_NEAR(*board->uncertainty_j, 300 * 0.1 / 2.449, 2);
  }
}

// srt-slurm PR#401: a poll of NVML each 100 ms cost 2 % of the latency that was measured.
TEST(Nvml, AWindowIsNotPolled) {
  NvmlMachine machine(kBurst);
  machine.find();
  for (const double seconds : {0.5, 9.0, 35.0}) {
    const long energy = machine.calls(kEnergyCall) + machine.calls("field_83");
    const long processes = machine.calls(kProcessCall);
    machine.sampled_until(machine.now_s() + seconds);
    EXPECT_LE(machine.calls(kEnergyCall) + machine.calls("field_83") - energy, 2 + seconds / 10);
    EXPECT_EQ(machine.calls(kProcessCall), processes);
  }
}

TEST(Nvml, DiscoveryIsShortAndAsksForProcessesOnce) {
  NvmlMachine machine("gpu A\npower 0 60\nprocesses 2\n");
  machine.find();
  EXPECT_LE(machine.calls(kEnergyCall), 40);
  EXPECT_LE(machine.now_s(), 0.6);
  EXPECT_EQ(machine.calls(kProcessCall), 1);
  EXPECT_EQ(machine.calls("nvmlInit_v2"), 1);
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("shared_gpu: 2 processes"));
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("driver 550.54.15"));
}

TEST(Nvml, TheUpdatePeriodIsMeasured) {
  NvmlMachine hundred("gpu A\npower 0 60\n");
  hundred.find();
  EXPECT_NEAR(hundred.found().sensors.front()->update_period_s(), 0.1, 0.014);
  EXPECT_THAT(hundred.status("gpu-0")->detail, HasSubstr("updated every 104 ms"));
  NvmlMachine twenty("gpu A\npower 0 60\npublish_ms 20\n");
  twenty.find();
  EXPECT_NEAR(twenty.found().sensors.front()->update_period_s(), 0.02, 0.014);
}

TEST(Nvml, TheFieldIsReadWhereTheCallIsNotSupported) {
  NvmlMachine machine("gpu A\npower 0 250\nfail nvmlDeviceGetTotalEnergyConsumption 3\n");
  machine.find();
  machine.go_to(1);
  const long refused = machine.calls(kEnergyCall);
  const auto energies = machine.sampled_until(3);
  EXPECT_NEAR(*scope(energies, "gpu-0")->joules, 500, 2e-3);
  EXPECT_EQ(scope(energies, "gpu-0")->energy_class, EnergyClass::kMeasured);
  EXPECT_EQ(machine.calls(kEnergyCall), refused);
}

TEST(Nvml, EveryBoardIsAScopeAndTheyAreAddedUp) {
  NvmlMachine machine("gpu A\npower 0 100\ngpu B\npower 0 250\n");
  machine.find();
  machine.go_to(1);
  const auto energies = machine.sampled_until(2);
  EXPECT_NEAR(*scope(energies, "gpu-1")->joules, 250, 2e-3);
  EXPECT_NEAR(*energies.back().joules, 350, 4e-3);
}

TEST(Nvml, ALostBoardIsAbsentAndNotAskedAgain) {
  NvmlMachine machine("gpu A\npower 0 100\nlost_s 4\n");
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(3).back().joules, 200, 2e-3);
  const auto energies = machine.sampled_until(6);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "lost");
  EXPECT_FALSE(scope(energies, "gpu-0")->joules);
  EXPECT_FALSE(energies.back().joules);
  const long calls = machine.calls(kEnergyCall);
  machine.sampled_until(8);
  EXPECT_EQ(machine.calls(kEnergyCall), calls);
}

TEST(Nvml, ALostBoardIsFoundAsLost) {
  NvmlMachine machine("gpu A\nlost_s 0\ngpu B\npower 0 50\n");
  machine.find();
  EXPECT_EQ(machine.status("gpu-0")->reason, "lost");
  machine.go_to(1);
  const auto energies = machine.sampled_until(2);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "lost");
  EXPECT_NEAR(*scope(energies, "gpu-1")->joules, 50, 2e-3);
}

// codecarbon#309, #1309, EnergiBridge#17: a counter that was set back gave negative energy.
TEST(Nvml, ACounterThatGoesBackIsAResetAndNoEnergy) {
  NvmlMachine machine("gpu A\npower 0 100\nfirst_mj 900000\nreset_s 2.5\n");
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(2).back().joules, 100, 2e-3);
  const auto energies = machine.sampled_until(4);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "reset");
  EXPECT_FALSE(energies.back().joules);
  EXPECT_NEAR(*machine.sampled_until(5).back().joules, 100, 2e-3);
}

// dcgm-exporter#317: four instances each showed the power of the one board that they share.
TEST(Nvml, ABoardThatIsSplitIsRefused) {
  NvmlMachine machine("gpu NVIDIA A30\npower 0 52.6\nmig 1\n");
  machine.find();
  EXPECT_TRUE(machine.found().sensors.empty());
  EXPECT_EQ(machine.status("gpu-0")->reason, "mig");
  EXPECT_THAT(machine.status("gpu-0")->remedy, HasSubstr("-mig 0"));
  EXPECT_EQ(machine.calls(kEnergyCall), 0);
}

// codecarbon#1316: a GPU whose energy cannot be read was written down as 0 kWh.
TEST(Nvml, ABoardThatTellsNothingIsAbsentWithAReasonAndNever0J) {
  NvmlMachine machine(
      "gpu GeForce GT 710\nfail nvmlDeviceGetTotalEnergyConsumption 3\nfail field_83 3\n"
      "fail field_185 3\nfail field_186 3\nfail nvmlDeviceGetPowerUsage 3\n"
      "gpu B\npower 0 70\n");
  machine.find();
  EXPECT_EQ(machine.status("gpu-0")->reason, "not_supported");
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("not supported"));
  machine.go_to(1);
  const auto energies = machine.sampled_until(2);
  EXPECT_FALSE(scope(energies, "gpu-0")->joules);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "not_supported");
  EXPECT_THAT(energies.back().detail, HasSubstr("gpu-0 (not_supported)"));
}

// codecarbon#1316 again: what is there and stands still.
TEST(Nvml, ACounterThatDoesNotCountIsNever0J) {
  NvmlMachine machine("gpu A\nfirst_mj 5000\n");
  machine.find();
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("not seen to count"));
  const auto energies = machine.sampled_until(8);
  EXPECT_FALSE(scope(energies, "gpu-0")->joules);
  EXPECT_EQ(scope(energies, "gpu-0")->reason, "stalled");
}

// zeus#172: the counter of a Grace Hopper module counts its processor too.
TEST(Nvml, TheCounterOfAGraceHopperCoversTheModule) {
  NvmlMachine machine("gpu NVIDIA GH200 480GB\npower 0 500\n");
  machine.find();
  const auto scopes = machine.found().sensors.front()->scopes();
  ASSERT_EQ(scopes.size(), 1U);
  EXPECT_EQ(scopes.front().scope, "module-0");
  EXPECT_EQ(scopes.front().domain, Domain::kModule);
}

TEST(Nvml, WhatAnotherSensorReadsIsNotReadAgain) {
  NvmlMachine machine("gpu A\npower 0 100\n");
  const Discovered found = find_nvml({.root = machine.root(), .clock = &machine.clock()},
                                     {{"module-0", Domain::kModule, "0"}});
  EXPECT_TRUE(found.sensors.empty());
  EXPECT_EQ(found.statuses.front().reason, "contained");
}

TEST(Nvml, GaugesAreNamedAfterTheBoard) {
  NvmlMachine machine("gpu A\npower 0 100\n");
  machine.find();
  const long energy = machine.calls(kEnergyCall);
  std::vector<std::string> lines;
  for (const GaugeReading& gauge : machine.found().sensors.front()->gauges())
    lines.push_back(gauge.name + " " + std::to_string(std::lround(gauge.value)) + " " + gauge.unit);
  EXPECT_THAT(lines, ElementsAre("gpu-0 board power 100 W", "gpu-0 utilisation 97 %",
                                 "gpu-0 memory controller 41 %",
                                 "gpu-0 memory used 30000000000 bytes", "gpu-0 SM clock 1980 MHz",
                                 "gpu-0 temperature 61 °C", "gpu-0 throttle 4 "));
  EXPECT_EQ(machine.calls(kEnergyCall), energy);
}

TEST(Nvml, TheDriverIsShutDownWithItsLastSensor) {
  NvmlMachine machine("gpu A\npower 0 100\n");
  machine.find();
  EXPECT_EQ(machine.users(), 1);
  machine.found() = {};
  EXPECT_EQ(machine.users(), 0);
}

/// Time that passes whenever anybody looks.
class PassingClock final : public Clock {
 public:
  Nanoseconds now() override { return now_ += 1'000'000; }
  void sleep_until(Nanoseconds) override { now_ += 13'000'000; }

 private:
  std::atomic<Nanoseconds> now_ = 0;
};

TEST(Nvml, SeveralThreadsMayReadAtOnce) {
  NvmlMachine machine("gpu A\npower 0 100\ngpu B\npower 0 100\n" + std::string(kNoCounter));
  PassingClock clock;
  const Discovered found = find_nvml({.root = machine.root(), .clock = &clock}, {});
  ASSERT_EQ(found.sensors.size(), 2U);
  std::atomic<int> failed = 0;
  const auto work = [&] {
    for (int i = 0; i < 50; ++i)
      for (const auto& sensor : found.sensors) {
        const auto readings = sensor->read();
        if (readings.size() != 1 || sensor->energies(readings, readings).size() != 1) ++failed;
        sensor->gauges();
      }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace joulemark::sensors
