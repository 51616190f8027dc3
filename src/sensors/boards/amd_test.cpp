// SPDX-License-Identifier: Apache-2.0
// Tests of AMD boards, with simulated libraries of both kinds.
#include "sensors/boards/amd.h"

#include <gmock/gmock.h>

#include <limits>

#include "sensors/boards/amd_library.h"
#include "sensors/boards/board_fixture_test.h"

namespace joulemark::sensors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEnergyCall = "amdsmi_get_energy_count";
constexpr const char* kBurst =
    "driver 26.0\ngpu AMD Instinct MI300X\npublish_ms 1\npower 0 140\npower 5 700\npower 7 140\n";

class AmdLibraries : public testing::TestWithParam<DriverLibrary> {};
INSTANTIATE_TEST_SUITE_P(Both, AmdLibraries, testing::Values(kAmdSmi, kRocmSmi),
                         [](const auto& each) { return each.param.sensor; });

TEST_P(AmdLibraries, JoulesAreThoseOfTheWaveform) {
  BoardMachine machine(GetParam(), kBurst);
  machine.find();
  machine.go_to(4);
  const auto energies = machine.sampled_until(9);
  const Energy* board = scope(energies, "amd-gpu-0");
  ASSERT_TRUE(board != nullptr && board->joules);
  EXPECT_NEAR(*board->joules, 140 + 2 * 700 + 2 * 140, 1);
  EXPECT_EQ(board->energy_class, EnergyClass::kMeasured);
  EXPECT_EQ(board->sensor, GetParam().sensor);
  EXPECT_THAT(machine.row("amd-gpu-0").detail, HasSubstr("AMD Instinct MI300X"));
}

TEST_P(AmdLibraries, AnEdgeBetweenTwoUpdatesIsWithinTheUncertainty) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npublish_ms 100\npower 0 300\n");
  machine.find();
  for (const double begin_s : {2.01, 4.05, 6.099}) {
    machine.go_to(begin_s);
    const auto energies = machine.sampled_until(begin_s + 1.051);
    const Energy* board = scope(energies, "amd-gpu-0");
    ASSERT_TRUE(board->joules);
    EXPECT_NEAR(*board->joules, 300 * 1.051, 300 * 0.1 + 1e-3);
    EXPECT_NEAR(*board->uncertainty_j, 300 * 0.1 * 0.518, 2);  // both edges of uneven work
  }
}

TEST_P(AmdLibraries, GaugesAreNamedAfterTheBoardAndAskedRarely) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 100\n");
  machine.find();
  Sensor& sensor = *machine.found().sensors.front();
  EXPECT_THAT(
      gauges_now(sensor),
      ElementsAre("amd-gpu-0 board power 100 W", "amd-gpu-0 utilisation 97 %",
                  "amd-gpu-0 memory used 30000000000 bytes", "amd-gpu-0 temperature 61 °C"));
  machine.clock().advance_s(1);
  EXPECT_TRUE(gauges_now(sensor).empty());
  machine.clock().advance_s(9);
  EXPECT_FALSE(gauges_now(sensor).empty());
}

// MI100 (amdsmi#38, rocm_smi#22): the counter does not move.
TEST_P(AmdLibraries, AFrozenCounterGivesWayToThePower) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 200\nfirst_mj 5e6\nfrozen_s 0\n");
  machine.find();
  EXPECT_THAT(machine.row("amd-gpu-0").detail,
              HasSubstr("stands still, or its steps cannot be energy; integrated is its power"));
  machine.go_to(2);
  const auto energies = machine.sampled_until(7);
  EXPECT_NEAR(*scope(energies, "amd-gpu-0")->joules, 1000, 10);
  EXPECT_EQ(scope(energies, "amd-gpu-0")->energy_class, EnergyClass::kDerived);
}

// amdsmi#115.
TEST_P(AmdLibraries, ACounterThatRunsBackwardGivesWayToThePower) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 200\nfirst_mj 5e6\ngain -1\n");
  machine.find();
  machine.go_to(2);
  EXPECT_NEAR(*machine.sampled_until(7).back().joules, 1000, 10);
  EXPECT_EQ(machine.found().sensors.size(), 1U);
  EXPECT_EQ(machine.found().sensors.front()->sample_interval_s(), 0.2);
}

TEST_P(AmdLibraries, ACounterInAnotherUnitGivesWayToThePower) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 200\ngain 5\n");
  machine.find();
  EXPECT_THAT(machine.row("amd-gpu-0").detail, HasSubstr("W, and its power gauge 200 W"));
  machine.go_to(2);
  EXPECT_NEAR(*machine.sampled_until(7).back().joules, 1000, 10);
}

TEST_P(AmdLibraries, AFrozenCounterWithoutPowerIsNever0J) {
  BoardMachine machine(GetParam(),
                       "driver 26\ngpu A\nfirst_mj 5e6\ngpu B\npublish_ms 1\npower 0 70\n");
  machine.find();
  EXPECT_EQ(machine.row("amd-gpu-0").reason, "frozen");
  EXPECT_LE(machine.now_s(), 1);
  machine.go_to(1);
  const auto energies = machine.sampled_until(2);
  EXPECT_EQ(scope(energies, "amd-gpu-0")->reason, "frozen");
  EXPECT_NEAR(*scope(energies, "amd-gpu-1")->joules, 70, 1);
  EXPECT_THAT(energies.back().detail, HasSubstr("amd-gpu-0 (frozen)"));
}

// MI250: the even die reports the pair, the other 0.
TEST_P(AmdLibraries, TheSecondDieOfABoardIsContainedInTheFirst) {
  BoardMachine machine(GetParam(),
                       "driver 26\ngpu AMD Instinct MI250X\npublish_ms 1\npower 0 300\n"
                       "gpu AMD Instinct MI250X\n");
  machine.find();
  EXPECT_EQ(machine.row("amd-gpu-1").reason, "contained");
  machine.go_to(1);
  const auto energies = machine.sampled_until(2);
  EXPECT_NEAR(*energies.back().joules, 300, 1);
  EXPECT_EQ(scope(energies, "amd-gpu-1"), nullptr);
}

TEST_P(AmdLibraries, ThePartsOfASocketAreCountedOnce) {
  BoardMachine machine(GetParam(), std::string(kBurst) + "gpu P\npower 0 140\npartition 1\n" +
                                       "gpu Q\npower 0 140\npartition 1\n");
  machine.find();
  EXPECT_EQ(machine.row("amd-gpu-1").reason, "contained");
  EXPECT_EQ(machine.row("amd-gpu-2").reason, "contained");
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(2).back().joules, 140, 1);
}

TEST_P(AmdLibraries, ALostBoardIsAbsent) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npublish_ms 1\npower 0 100\nlost_s 4\n");
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(3).back().joules, 100 * 2, 1);
  EXPECT_EQ(scope(machine.sampled_until(6), "amd-gpu-0")->reason, "lost");
}

TEST_P(AmdLibraries, ACounterThatIsSetBackIsNoEnergy) {
  BoardMachine machine(GetParam(),
                       "driver 26\ngpu A\npublish_ms 1\npower 0 100\nfirst_mj 9e6\nreset_s 2.5\n");
  machine.find();
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(2).back().joules, 100, 1);
  EXPECT_FALSE(machine.sampled_until(4).back().joules);
  machine.go_to(4.1);
  EXPECT_NEAR(*machine.sampled_until(5.1).back().joules, 100, 1);
}

TEST(AmdSmi, TheFirmwaresUnitIsUsedAndNotTheRoundedOne) {
  EXPECT_EQ(*amd_unit_j(15.3F), 1.0 / 65536);
  EXPECT_EQ(*amd_unit_j(15.259F), 1.0 / 65536);
  EXPECT_NEAR(*amd_unit_j(1000.0F), 1e-3, 1e-9);
  for (const float wrong : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN(), 2e6F,
                            std::numeric_limits<float>::infinity()})
    EXPECT_FALSE(amd_unit_j(wrong)) << wrong;
}

// aiperf#976: average_socket_power is N/A on MI300X.
TEST(AmdSmi, ThePowerIsFoundInEveryLayout) {
  for (const char* version : {"24", "25", "26"})
    for (const char* more : {"", "fail current_socket_power 2\n"}) {
      BoardMachine machine(kAmdSmi, std::string("driver ") + version +
                                        "\ngpu A\npower 0 321\nfail amdsmi_get_energy_count 2\n" +
                                        more);
      machine.find();
      EXPECT_THAT(machine.row("amd-gpu-0").detail, HasSubstr("it has no energy counter"));
      machine.go_to(1);
      EXPECT_NEAR(*machine.sampled_until(3).back().joules, 642, 1e-6) << version << more;
    }
}

TEST(AmdSmi, AWindowIsNotPolled) {
  BoardMachine machine(kAmdSmi, kBurst);
  machine.find();
  EXPECT_LE(machine.calls(kEnergyCall), 45);
  EXPECT_LE(machine.now_s(), 0.6);
  for (const double seconds : {0.5, 9.0, 35.0}) {
    const long before = machine.calls(kEnergyCall);
    machine.sampled_until(machine.now_s() + seconds);
    EXPECT_LE(machine.calls(kEnergyCall) - before, 2 + seconds / 10);
  }
}

TEST(AmdSmi, ROCmSmiIsNotAskedWhereAmdSmiIs) {
  BoardMachine machine(kAmdSmi, kBurst);
  std::filesystem::copy_file(SIMULATED_ROCMSMI, machine.root() / "sim/lib/librocm_smi64.so");
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "", "rocmsmi"), "duplicate");
  EXPECT_EQ(machine.found().sensors.size(), 1U);
}

TEST(AmdSmi, BoardsOfTwoMakersAreBothCounted) {
  BoardMachine machine(kAmdSmi, "driver 26\ngpu A\npublish_ms 1\npower 0 100\n");
  const Discovered found = find_amdsmi({.root = machine.root(), .clock = &machine.clock()},
                                       {{"gpu-0", Domain::kGpu, "0"}});
  ASSERT_EQ(found.sensors.size(), 1U);
  EXPECT_EQ(found.sensors.front()->scopes().front().scope, "amd-gpu-0");
}

TEST(AmdSmi, TheCounterOfAnMi300aCoversItsProcessor) {
  BoardMachine machine(kAmdSmi, "driver 26\ngpu AMD Instinct MI300A\npublish_ms 1\npower 0 300\n");
  machine.find();
  const auto scopes = machine.found().sensors.front()->scopes();
  EXPECT_EQ(scopes.front().scope, "amd-module-0");
  EXPECT_EQ(scopes.front().domain, Domain::kModule);
}

// Cray nodes measure the accelerators too, and number boards, not dies.
TEST(AmdSmi, WhatACrayNodeMeasuresOfItsAcceleratorsIsNotAddedAgain) {
  BoardMachine machine(kAmdSmi, "driver 26\ngpu A\npublish_ms 1\npower 0 100\n");
  machine.put("sys/cray/pm_counters/accel0_energy", "100 J 1000000 us");
  machine.put("sys/cray/pm_counters/accel1_energy", "100 J 1000000 us");
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "gpu-0", "cray"), "duplicate");
  EXPECT_EQ(reason_of(machine.found(), "gpu-1", "cray"), "duplicate");
}

TEST(AmdSmi, TheLibraryIsShutDownWithItsLastSensor) {
  BoardMachine machine(kAmdSmi, kBurst);
  machine.find();
  EXPECT_EQ(machine.users(), 1);
  machine.found() = {};
  EXPECT_EQ(machine.users(), 0);
}

TEST(AmdHostile, WithoutABoardTheLibraryIsNotMissed) {
  Machine machine({});
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "", "amdsmi"), "absent");
  EXPECT_EQ(reason_of(machine.found(), "", "rocmsmi"), "absent");
}

TEST(AmdHostile, WithABoardAMissingLibraryIsSaidWithARemedy) {
  Machine machine({});
  std::filesystem::create_directories(machine.root() / "dev/kfd");
  const Discovered found = find_amdsmi({.root = machine.root(), .clock = &machine.clock()}, {});
  EXPECT_EQ(found.statuses.front().reason, "lib_missing");
  EXPECT_THAT(found.statuses.front().remedy, HasSubstr("amd-smi-lib"));
}

TEST(AmdHostile, ALibraryOfAnotherKindLacksItsSymbols) {
  BoardMachine machine(kAmdSmi, kBurst);
  const Discovered found = find_amdsmi(
      {.root = machine.root(), .clock = &machine.clock(), .amd_library = "libm.so.6"}, {});
  EXPECT_EQ(found.statuses.front().reason, "symbol_missing");
  EXPECT_THAT(found.statuses.front().detail, HasSubstr("amdsmi_init"));
}

TEST(AmdHostile, AnOldLibraryWithoutTheCounterIntegratesThePower) {
  for (const DriverLibrary& library : {kOldAmdSmi, kOldRocmSmi}) {
    BoardMachine machine(library, "driver 24\ngpu A\npower 0 100\n");
    machine.find();
    machine.go_to(1);
    EXPECT_NEAR(*machine.sampled_until(3).back().joules, 200, 1e-6);
  }
}

TEST(AmdHostile, AnOldLibraryWithoutAnyMeterSaysSo) {
  BoardMachine machine(kOldAmdSmi, "driver 24\ngpu A\nfail amdsmi_get_power_info 2\n");
  machine.find();
  EXPECT_EQ(machine.row("amd-gpu-0").reason, "symbol_missing");
}

TEST(AmdHostile, ALibraryThatDoesNotStartSaysWhy) {
  BoardMachine forbidden(kAmdSmi, "init_error 10\n");
  forbidden.find();
  EXPECT_EQ(forbidden.row("").reason, "eacces");
  EXPECT_THAT(forbidden.row("").remedy, HasSubstr("usermod -aG render,video"));
  BoardMachine broken(kAmdSmi, "init_error 34\n");
  broken.find();
  EXPECT_EQ(broken.row("").reason, "unreadable");
  EXPECT_EQ(broken.users(), 0);
}

TEST_P(AmdLibraries, AVirtualMachineHasNeither) {
  BoardMachine machine(GetParam(),
                       "driver 26\ngpu A\npower 0 100\nfail amdsmi_get_energy_count 2\n"
                       "fail amdsmi_get_power_info 2\nfail rsmi_dev_energy_count_get 2\n"
                       "fail rsmi_dev_power_get 2\nfail rsmi_dev_power_ave_get 2\n");
  machine.find();
  EXPECT_EQ(machine.row("amd-gpu-0").reason, "not_supported");
  EXPECT_THAT(machine.row("amd-gpu-0").detail, HasSubstr("virtual machine"));
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST_P(AmdLibraries, TwoBillionBoardsAreNotBelieved) {
  BoardMachine machine(GetParam(), "driver 26\ncount 2147483648\ngpu A\npower 0 100\n");
  machine.find();
  EXPECT_EQ(machine.row("").reason, "unreadable");
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST_P(AmdLibraries, ABoardThatIsNotThereIsARow) {
  BoardMachine machine(GetParam(), "driver 26\ncount 2\ngpu A\npublish_ms 1\npower 0 100\n");
  machine.find();
  EXPECT_TRUE(machine.row("amd-gpu-0").usable);
  EXPECT_NE(machine.row("amd-gpu-1").usable, true);
}

TEST_P(AmdLibraries, AUnitThatIsNoNumberIsNoUnit) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 100\nresolution_uj 0\n");
  machine.find();
  EXPECT_THAT(machine.row("amd-gpu-0").detail, HasSubstr("it has no energy counter"));
  machine.go_to(1);
  EXPECT_NEAR(*machine.sampled_until(3).back().joules, 200, 1e-6);
}

TEST_P(AmdLibraries, ACounterOfAnythingIsNoEnergy) {
  BoardMachine machine(GetParam(), "driver 26\ngpu A\npower 0 4e9\ngarbage 1\n");
  machine.find();
  for (int i = 2; i < 20; ++i) EXPECT_FALSE(machine.sampled_until(i).back().joules);
}

TEST(AmdHostile, ANameWithoutAnEndIsCut) {
  BoardMachine machine(kAmdSmi, "driver 26\ngpu A\npublish_ms 1\npower 0 100\nendless_name 1\n");
  machine.find();
  EXPECT_TRUE(machine.row("amd-gpu-0").usable);
  EXPECT_THAT(machine.row("amd-gpu-0").detail, testing::Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace joulemark::sensors
