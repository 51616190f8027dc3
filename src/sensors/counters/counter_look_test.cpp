// SPDX-License-Identifier: Apache-2.0
#include "sensors/counters/counter_look.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sensors/rapl/powercap_fixture_test.h"

namespace joulemark::sensors {
namespace {

/// Of a package that stood still for `hold_s`.
CounterLook still(double hold_s, double step_every_s) {
  return {.steps_every_s = step_every_s,
          .steps = 0,
          .reads = 1000,
          .hold_s = hold_s,
          .joules = 0,
          .seconds = hold_s,
          .max_watts = 1000};
}

std::string reason_of(const CounterLook& look) {
  const auto fault = fault_of(look);
  return fault ? fault->reason : "";
}

TEST(CounterLook, WhatHasStoodStillForFiveStepsIsFrozen) {
  EXPECT_EQ(reason_of(still(0.3, 0.001)), "frozen");
  EXPECT_EQ(reason_of(still(0.5, 0.1)), "frozen");
  EXPECT_EQ(reason_of(still(0.49, 0.1)), "");
}

TEST(CounterLook, ASlowCounterIsNotRefusedByALookThatWasTooShort) {
  EXPECT_EQ(reason_of(still(0.5, 1)), "");
  EXPECT_FALSE(needs_longer(still(0.3, 1)));
  EXPECT_TRUE(needs_longer(still(0.3, 0.1)));
  EXPECT_FALSE(needs_longer(still(0.5, 0.1)));
}

TEST(CounterLook, WhoHardlyReadTellsNothing) {
  CounterLook look = still(0.3, 0.001);
  look.reads = 3;
  EXPECT_EQ(reason_of(look), "");
  EXPECT_TRUE(needs_longer(look));
}

TEST(CounterLook, OneStepIsLife) {
  CounterLook look = still(0.3, 0.001);
  look.steps = 1;
  EXPECT_EQ(reason_of(look), "");
}

TEST(CounterLook, OnlyWhatNeverRestsHasToStep) {
  constexpr double kFine = 6e-5;
  for (const Domain domain : {Domain::kPackage, Domain::kDram, Domain::kPsys, Domain::kNode})
    EXPECT_DOUBLE_EQ(steps_every_s(domain, 0.001, kFine), 0.001);
  for (const Domain domain : {Domain::kCore, Domain::kUncore, Domain::kGpu, Domain::kOther})
    EXPECT_EQ(steps_every_s(domain, 0.001, kFine), 0);
  EXPECT_EQ(steps_every_s(Domain::kPackage, 0, kFine), 0);
}

TEST(CounterLook, WholeJoulesOfMemoryStepRarely) {
  EXPECT_DOUBLE_EQ(steps_every_s(Domain::kPackage, 0.1, 1), 0.1);
  EXPECT_DOUBLE_EQ(steps_every_s(Domain::kDram, 0.1, 1), 1);
}

SimulatedZone package(std::function<double(double)> watts) {
  return {.directory = "intel-rapl:0",
          .name = "package-0",
          .watts = std::move(watts),
          .update_period_s = 0.001};
}

TEST(CounterLook, MoreThanThereCanBeIsImplausible) {
  Machine machine({package(constant(50 * 16384))});
  machine.find();
  EXPECT_TRUE(machine.found().sensors.empty());
  EXPECT_EQ(reason_of(machine.found(), "package-0"), "implausible");
  EXPECT_EQ(machine.window(1).back().reason, "implausible");
}

TEST(CounterLook, ACounterThatFallsIsImplausible) {
  Machine machine({package(constant(50))});
  machine.clock().advance_s(10);
  const auto follow = machine.clock().on_move;
  machine.clock().on_move = [&, calls = 0](Nanoseconds now) mutable {
    if (++calls == 20) machine.tree().reset_counter(0);
    follow(now);
  };
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "package-0"), "implausible");
}

TEST(CounterLook, AWrapIsPlausible) {
  SimulatedZone zone = package(constant(50));
  zone.first_raw = 4294967295 - 100;
  Machine machine({zone});
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "package-0"), "usable");
}

TEST(CounterLook, ASocketThatStandsStillLeavesTheOthersAndTheTotalSaysSo) {
  SimulatedZone second = package(constant(60));
  second.directory = "intel-rapl:1";
  second.name = "package-1";
  Machine machine({package(constant(40)), second});
  machine.tree().freeze(0, true);
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "package-0"), "frozen");
  const auto energies = machine.window(1);
  EXPECT_EQ(scope(energies, "package-0")->reason, "frozen");
  EXPECT_NEAR(*energies.back().joules, 60, 0.1);
  EXPECT_NE(energies.back().detail.find("not covered: package-0 (frozen)"), std::string::npos);
}

// Their equality said that the second is a mirror of the first.
TEST(CounterLook, ADieThatStandsStillIsNobodysOriginal) {
  SimulatedZone first = package(constant(40));
  first.name = "package-0-die-0";
  SimulatedZone second = package(constant(40));
  second.directory = "intel-rapl:1";
  second.name = "package-0-die-1";
  Machine machine({first, second});
  machine.tree().freeze(0, true);
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "package-0-die-0"), "frozen");
  EXPECT_EQ(reason_of(machine.found(), "package-0-die-1"), "usable");
  EXPECT_NEAR(*machine.window(1).back().joules, 40, 0.1);
}

TEST(CounterLook, WithoutMoreThanTheHostNobodyMendsAVirtualMachine) {
  Machine machine({package(constant(0))});
  std::filesystem::create_directories(machine.root() / "proc");
  std::ofstream(machine.root() / "proc/cpuinfo") << "flags : fpu hypervisor\n";
  machine.find();
  EXPECT_EQ(status_of(machine.found(), "package-0").reason, "frozen");
  EXPECT_EQ(status_of(machine.found(), "package-0").remedy, "");
}

}  // namespace
}  // namespace joulemark::sensors
