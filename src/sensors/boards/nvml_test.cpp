// SPDX-License-Identifier: Apache-2.0
// Tests of the boards that have an energy counter, with a simulated driver.
#include "sensors/boards/nvml.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "sensors/boards/nvml_fixture_test.h"

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
    EXPECT_NEAR(*board->uncertainty_j, 300 * 0.1 * 0.518, 2);  // both edges of uneven work
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
    EXPECT_EQ(machine.list_calls_inside(), processes);
    EXPECT_LE(machine.calls(kProcessCall), processes + 1);
  }
}

// The sampler's ticks do not lie on the window's edges: a window of 10.5 s has two of them in it.
TEST(Nvml, ReadingsForTheTimeLineKeepTheirDistanceFromTheEdges) {
  NvmlMachine machine(kBurst);
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  machine.go_to(2);
  for (const double seconds : {1.0, 9.9, 10.5, 25.0, 40.0}) {
    const long before = machine.calls(kEnergyCall);
    const double begin_s = machine.now_s();
    const Readings begin = machine.read();
    std::vector<CounterReading> samples;
    for (double tick_s = begin_s + 0.1; tick_s < begin_s + seconds; tick_s += 10) {
      machine.go_to(tick_s);
      sensor.sample_into(samples);
    }
    machine.go_to(begin_s + seconds);
    machine.between(begin, machine.read());
    EXPECT_LE(machine.calls(kEnergyCall) - before, 2 + seconds / 10) << seconds;
    machine.go_to(machine.now_s() + 0.05);
  }
}

TEST(Nvml, DiscoveryIsShortAndAsksForProcessesOnce) {
  NvmlMachine machine("gpu A\npower 0 60\nprocess 4000041\nprocess 4000042\n");
  machine.find();
  EXPECT_LE(machine.calls(kEnergyCall), 40);
  EXPECT_LE(machine.now_s(), 0.6);
  EXPECT_EQ(machine.calls(kProcessCall), 1);
  EXPECT_EQ(machine.users(), 1);
  EXPECT_THAT(machine.status("gpu-0")->detail,
              HasSubstr("shared_gpu: processes 4000041, 4000042 compute on it too"));
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("driver 550.54.15"));
}

TEST(Nvml, TheUpdatePeriodIsMeasured) {
  NvmlMachine hundred("gpu A\npower 0 60\n");
  hundred.find();
  EXPECT_NEAR(hundred.found().sensors.front()->update_period_s(), 0.1, 0.014);
  EXPECT_THAT(hundred.status("gpu-0")->detail, HasSubstr("updated every 99.7 ms"));
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

// zeus#181, kokkos-tools#295: the counter showed half of what the power did.
TEST(Nvml, ACounterThatDisagreesGrosslyWithThePowerIsNotBelieved) {
  NvmlMachine machine("gpu A\npower 0 200\ngain 0.2\ngpu B\npower 0 100\n");
  machine.find();
  EXPECT_THAT(machine.status("gpu-0")->detail,
              HasSubstr("W, and its power gauge 200 W; integrated is its power"));
  machine.go_to(3);
  const auto energies = machine.sampled_until(8);
  EXPECT_NEAR(*scope(energies, "gpu-0")->joules, 1000, 1e-3);
  EXPECT_EQ(scope(energies, "gpu-0")->energy_class, EnergyClass::kDerived);
  EXPECT_NEAR(*scope(energies, "gpu-1")->joules, 500, 4e-3);
  EXPECT_EQ(scope(energies, "gpu-1")->energy_class, EnergyClass::kMeasured);
}

TEST(Nvml, ACounterThatStandsStillUnderPowerGivesWayToIt) {
  NvmlMachine machine("gpu A\npower 0 200\nfirst_mj 5e6\nfrozen_s 0\n");
  machine.find();
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("stands still"));
  machine.go_to(3);
  EXPECT_NEAR(*machine.sampled_until(8).back().joules, 1000, 1e-3);
}

TEST(Nvml, ALoadThatHasJustEndedIsNoDisagreement) {
  NvmlMachine machine("gpu A\npower -5 700\npower 0 70\n");
  machine.find();
  EXPECT_THAT(machine.status("gpu-0")->detail, HasSubstr("energy counter, updated"));
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

TEST(Nvml, ThePowerOfAGraceHopperCoversItsAcceleratorOnly) {
  NvmlMachine machine("gpu NVIDIA GH200 480GB\npower 0 500\nfirst_mj 5e6\nfrozen_s 0\n");
  machine.find();
  const auto scopes = machine.found().sensors.front()->scopes();
  EXPECT_EQ(scopes.front().scope, "gpu-0");
  EXPECT_TRUE(machine.status("gpu-0")->usable);
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
  const auto lines = gauges_now(*machine.found().sensors.front());
  EXPECT_THAT(lines, ElementsAre("gpu-0 board power 100 W", "gpu-0 utilisation 97 %",
                                 "gpu-0 memory controller 41 %",
                                 "gpu-0 memory used 30000000000 bytes", "gpu-0 SM clock 1980 MHz",
                                 "gpu-0 temperature 61 °C", "gpu-0 throttle 4 "));
  EXPECT_EQ(machine.calls(kEnergyCall), energy);
}

TEST(Nvml, OutsideOfAWindowItsStateIsToldHoweverLatelyItWasRead) {
  NvmlMachine machine("gpu A\npower 0 100\n");
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  EXPECT_FALSE(gauges_now(sensor).empty());
  EXPECT_TRUE(gauges_now(sensor).empty());
  std::vector<std::optional<double>> values(sensor.gauge_lines().size());
  sensor.look_at_gauges(values);
  EXPECT_EQ(values.at(5), 61);
}

TEST(Nvml, WhatABoardDoesNotHaveIsAskedForOnce) {
  NvmlMachine machine("gpu A\npower 0 100\nfail nvmlDeviceGetTemperature 3\nfail field_186 3\n");
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  gauges_now(sensor);
  machine.clock().advance_s(10);
  const long temperature = machine.calls("nvmlDeviceGetTemperature");
  const long instant = machine.calls("field_186");
  EXPECT_EQ(gauges_now(sensor).size(), 6U);
  EXPECT_EQ(machine.calls("nvmlDeviceGetTemperature"), temperature);
  EXPECT_EQ(machine.calls("field_186"), instant);
}

/// The detail of the board's energy in a window from 3 to 5 s.
std::string detail_of_window(NvmlMachine& machine) {
  machine.find();
  machine.go_to(3);
  const Readings begin = read_fresh(machine.found().sensors);
  machine.go_to(5);
  const auto energies = machine.between(begin, machine.read());
  return scope(energies, "gpu-0")->detail;
}

void add_process(NvmlMachine& machine, unsigned pid, int parent) {
  const auto folder = machine.root() / "proc" / std::to_string(pid);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "stat") << pid << " (a) b) S " << parent << " 1 1 0\n";
}

// A board that somebody else computes on: its energy is theirs too.
TEST(Nvml, AnEnergySaysWhoElseComputed) {
  NvmlMachine before("gpu A\npower 0 100\nprocess 4000041 2 4\n");
  add_process(before, 4000041, 1);
  EXPECT_THAT(detail_of_window(before), HasSubstr("shared_gpu: process 4000041 computes"));
  NvmlMachine after("gpu A\npower 0 100\nprocess 4000041 4\n");
  add_process(after, 4000041, 1);
  EXPECT_THAT(detail_of_window(after), HasSubstr("shared_gpu: process 4000041 computes"));
}

TEST(Nvml, AWorkerIsNobodyElse) {
  NvmlMachine own("gpu A\npower 0 100\nprocess 4000042 2\nprocess " + std::to_string(getpid()) +
                  "\n");
  add_process(own, 4000042, 4000041);
  add_process(own, 4000041, getpid());
  EXPECT_EQ(detail_of_window(own), "");
  EXPECT_THAT(own.status("gpu-0")->detail, Not(HasSubstr("shared_gpu")));
}

TEST(Nvml, AProcessThatCannotBeSeenIsAStrangerOnlyIfItWasThereFirst) {
  NvmlMachine worker("gpu A\npower 0 100\nprocess 4000041 2\n");
  EXPECT_EQ(detail_of_window(worker), "");
  NvmlMachine stranger("gpu A\npower 0 100\nprocess 4000041\n");
  EXPECT_THAT(detail_of_window(stranger), HasSubstr("shared_gpu"));
}

TEST(Nvml, TheDriverIsShutDownWithItsLastSensor) {
  NvmlMachine machine("gpu A\npower 0 100\n");
  machine.find();
  EXPECT_EQ(machine.users(), 1);
  machine.found() = {};
  EXPECT_EQ(machine.users(), 0);
}

/// Time that passes whenever anybody looks, for the driver too.
class PassingClock final : public Clock {
 public:
  explicit PassingClock(NvmlMachine& machine) : machine_(machine) {}
  Nanoseconds now() override { return pass(1'000'000); }
  void sleep_until(Nanoseconds) override { pass(13'000'000); }

 private:
  Nanoseconds pass(Nanoseconds time) {
    const Nanoseconds now = now_ += time;
    machine_.set_time(now);
    return now;
  }
  NvmlMachine& machine_;
  std::atomic<Nanoseconds> now_ = 0;
};

TEST(Nvml, SeveralThreadsMayReadAtOnce) {
  NvmlMachine machine("gpu A\npower 0 100\ngpu B\npower 0 100\n" + std::string(kNoCounter));
  PassingClock clock(machine);
  const Discovered found = find_nvml({.root = machine.root(), .clock = &clock}, {});
  ASSERT_EQ(found.sensors.size(), 2U);
  std::atomic<int> failed = 0;
  const auto work = [&] {
    for (int i = 0; i < 50; ++i)
      for (const auto& sensor : found.sensors) {
        const auto readings = sensor->read();
        if (readings.size() != 1 || sensor->energies(readings, readings).size() != 1) ++failed;
        gauges_now(*sensor);
      }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace joulemark::sensors
