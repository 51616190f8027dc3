// SPDX-License-Identifier: Apache-2.0
// Tests of the powercap sensor on simulated machines.
#include "sensors/rapl/powercap.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "sensors/counters/wrap_counter.h"
#include "sensors/rapl/powercap_fixture_test.h"
#include "sensors/window_need.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr double kSteps = 4294967296.0;
constexpr std::uint64_t kNearWrap = 4294967296 - 16384ULL * 50;  // 50 J before it at 2^-14 J

TEST(Powercap, JoulesAreThoseOfTheScriptedPower) {
  const auto wave = [](double t) { return 100 + 60 * std::sin(t * 5); };
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = wave},
                   {.directory = "intel-rapl:0:0", .name = "dram", .watts = constant(7)}});
  machine.find();
  machine.clock().advance_s(0.37);
  const double start_s = machine.now_s();
  const auto energies = machine.window(2.5);

  ASSERT_EQ(energies.size(), 3U);
  const double package = machine.tree().scripted_joules(0, start_s, start_s + 2.5);
  EXPECT_NEAR(*scope(energies, "package-0")->joules, package, package * 5e-6 + 2e-4);
  EXPECT_NEAR(*scope(energies, "dram-0")->joules, 17.5, 3e-4);
  EXPECT_EQ(energies.back().scope, "total");
  EXPECT_NEAR(*energies.back().joules, package + 17.5, package * 5e-6 + 5e-4);
  EXPECT_EQ(energies.back().energy_class, EnergyClass::kMeasured);
  EXPECT_THAT(energies.back().detail, HasSubstr("covers package-0, dram-0; not covered: "));
}

TEST(Powercap, AWrapInsideTheWindowIsUndoneExactly) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = kNearWrap}});
  machine.find();
  const auto energies = machine.window(1.0);
  // One counter step is 61 uJ; the driver's unit is 2.6 ppm low.
  EXPECT_NEAR(*energies.back().joules, 100.0, 5e-4);
}

TEST(Powercap, EveryWrapOfALongRunIsCounted) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(400),
                    .unit_j = 1.0 / 65536}});
  machine.find();
  const Readings begin = machine.read();
  const double interval = machine.found().sensors[0]->max_read_interval_s();
  EXPECT_LT(interval, 65536.0 / 400 / 4);
  for (double t = 0; t < 500; t += interval) {
    machine.clock().advance_s(interval);
    machine.read();
  }
  const Readings end = machine.read();
  const double seconds = to_seconds(end[0][0].t_after_ns - begin[0][0].t_after_ns);
  ASSERT_GT(seconds * 400, 3 * 65536.0);
  const double truth = seconds * 400;
  EXPECT_NEAR(*machine.between(begin, end).back().joules, truth, truth * 2e-5);
}

TEST(Powercap, TwoSocketsAddUpAndTheirMemoryIsNotMixedUp) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(80)},
                   {.directory = "intel-rapl:0:0", .name = "core", .watts = constant(50)},
                   {.directory = "intel-rapl:0:1", .name = "dram", .watts = constant(10)},
                   {.directory = "intel-rapl:1", .name = "package-1", .watts = constant(60)},
                   {.directory = "intel-rapl:1:0", .name = "dram", .watts = constant(5)},
                   {.directory = "intel-rapl:2", .name = "psys", .watts = constant(300)},
                   {.directory = "intel-rapl-mmio:0", .name = "package-0", .watts = constant(80)}});
  machine.find();
  const auto energies = machine.window(1.0);
  ASSERT_EQ(energies.size(), 5U);
  EXPECT_NEAR(*scope(energies, "package-1")->joules, 60, 1e-3);
  EXPECT_NEAR(*scope(energies, "dram-0")->joules, 10, 1e-3);
  EXPECT_NEAR(*scope(energies, "dram-1")->joules, 5, 1e-3);
  EXPECT_NEAR(*energies.back().joules, 155, 2e-3);
  EXPECT_EQ(reason_of(machine.found(), "core-0"), "contained");
  EXPECT_EQ(reason_of(machine.found(), "psys"), "container");
  int duplicates = 0;
  for (const auto& status : machine.found().statuses) duplicates += status.reason == "duplicate";
  EXPECT_EQ(duplicates, 1);
}

TEST(Powercap, EqualSocketsThatStartedTogetherAreStillTwo) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(80)},
                   {.directory = "intel-rapl:1", .name = "package-1", .watts = constant(80)}});
  machine.find();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 160, 1e-3);
}

TEST(Powercap, DiesThatShowOneCounterAreCountedOnce) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0-die-0",
                    .watts = constant(68),
                    .first_raw = 77},
                   {.directory = "intel-rapl:1",
                    .name = "package-0-die-1",
                    .watts = constant(68),
                    .first_raw = 77}});
  machine.find();
  const auto energies = machine.window(1.0);
  ASSERT_EQ(energies.size(), 2U);
  EXPECT_NEAR(*energies.back().joules, 68, 1e-3);
  EXPECT_EQ(reason_of(machine.found(), "package-0-die-1"), "mirror");
}

TEST(Powercap, MirroredDieStaysOneWhenOnlyOneOfTheTwoReadsSeesTheWrap) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0-die-0",
                    .watts = constant(68),
                    .first_raw = kNearWrap},
                   {.directory = "intel-rapl:1",
                    .name = "package-0-die-1",
                    .watts = constant(68),
                    .first_raw = kNearWrap}});
  machine.find();
  machine.clock().advance_s(49.99 / 68);
  machine.tree().write_text(1, "energy_uj", "12\n");
  machine.read();
  const auto energies = machine.window(1.0);
  ASSERT_EQ(energies.size(), 2U);
  EXPECT_NEAR(*energies.back().joules, 68, 1e-3);
}

TEST(Powercap, DiesWithTheirOwnCountersAddUp) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0-die-0", .watts = constant(68)},
                   {.directory = "intel-rapl:1",
                    .name = "package-0-die-1",
                    .watts = constant(40),
                    .first_raw = 90'000'000}});
  machine.find();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 108, 1e-3);
}

TEST(Powercap, PsysIsCountedWhereThereIsNoPackage) {
  Machine machine({{.directory = "intel-rapl:0", .name = "psys", .watts = constant(30)}});
  machine.find();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 30, 1e-3);
}

TEST(Powercap, ForeignResetMakesTheWindowAbsentAndTheNextOneGood) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = 2'000'000'000}});
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(1);
  machine.tree().reset_counter(0);
  const auto broken = machine.between(begin, machine.read());
  EXPECT_EQ(broken.back().reason, "reset");
  EXPECT_FALSE(broken.back().joules.has_value());
  EXPECT_NEAR(*machine.window(1.0).back().joules, 100, 1e-3);
}

TEST(Powercap, WithoutItsRangeAFallingCounterIsAResetNotAGuess) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(100),
                    .first_raw = kNearWrap,
                    .has_max_energy_range = false}});
  machine.find();
  EXPECT_NEAR(*machine.window(0.2).back().joules, 20, 1e-3);
  EXPECT_EQ(machine.window(1.0).back().reason, "reset");
}

TEST(Powercap, UnreadableCounterAtAnEdgeIsAGapNeverAZero) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(100)},
                   {.directory = "intel-rapl:1", .name = "package-1", .watts = constant(50)}});
  machine.find();
  for (const char* garbage : {"", "\n", "abc\n", "-5\n", "12 34\n", "99999999999999999999999\n"}) {
    const Readings begin = machine.read();
    machine.clock().advance_s(1);
    machine.tree().write_text(1, "energy_uj", garbage);
    const auto energies = machine.between(begin, machine.read());
    EXPECT_NEAR(*scope(energies, "package-0")->joules, 100, 1e-3);
    EXPECT_EQ(scope(energies, "package-1")->reason, "gap") << garbage;
    EXPECT_EQ(scope(energies, "package-1")->sensor, "");
    EXPECT_FALSE(energies.back().joules.has_value());
    EXPECT_EQ(energies.back().reason, "gap");
    EXPECT_THAT(energies.back().detail, HasSubstr("package-1"));
  }
}

TEST(Powercap, ReadsTooFarApartAreAGap) {
  Machine machine({{.directory = "intel-rapl:0",
                    .name = "package-0",
                    .watts = constant(1),
                    .unit_j = 1.0 / 65536}});
  machine.find();
  EXPECT_EQ(machine.window(80).back().reason, "gap");
}

TEST(Powercap, ImpossiblyFastCounterIsAReset) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(10)}});
  machine.find();
  const Readings begin = machine.read();
  machine.clock().advance_s(1);
  machine.tree().write_text(0, "energy_uj", "200000000000\n");
  EXPECT_EQ(machine.between(begin, machine.read()).back().reason, "reset");
}

TEST(Powercap, UncertaintyHoldsTheErrorOfEdgesAndSteps) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(200)}});
  machine.find();
  const Energy total = machine.window(1.0).back();
  // A counter that stepped at every read, 0.1 ms apart: 200 W for two of those at each edge.
  EXPECT_NEAR(*total.uncertainty_j, 200 * 2e-4 / std::sqrt(6.0), 1e-4);
}

TEST(Powercap, UncertaintyGrowsWithTheTimeThatAReadTakes) {
  const CounterReading begin{"package-0", 0, 0, 4'000'000};
  const CounterReading end{"package-0", 100, 1'000'000'000, 1'003'000'000};
  const double u = counter_uncertainty_j(begin, end, {.joules = 99.9, .resolution_j = 0});
  EXPECT_NEAR(u, 100 * 0.005 / std::sqrt(12.0), 1e-6);
}

TEST(Powercap, DeniedCountersSayTheCommandThatMendsIt) {
  Machine machine(one_socket(50, 5));
  for (const std::size_t zone : {0U, 1U})
    fs::permissions(machine.tree().zone_path(zone) / "energy_uj", fs::perms::none);
  const bool was_root = geteuid() == 0;
  if (was_root) setfsuid(65534);  // a root's rights would read it all the same
  machine.find();
  if (was_root) setfsuid(0);

  EXPECT_TRUE(machine.found().sensors.empty());
  EXPECT_EQ(reason_of(machine.found(), "package-0"), "eacces");
  const auto total = machine.between({}, {});
  ASSERT_EQ(total.size(), 1U);
  EXPECT_EQ(total[0].reason, "eacces");
  EXPECT_FALSE(total[0].joules.has_value());
  EXPECT_THAT(
      total[0].detail,
      HasSubstr(fmt::format("run 'sudo chmod a+r {}/sys/class/powercap/intel-rapl*/energy_uj'",
                            machine.root().string())));
}

TEST(Powercap, PartlyDeniedTotalNamesWhatItLacks) {
  Machine machine(one_socket(50, 5));
  machine.tree().write_text(1, "energy_uj", "?\n");
  machine.find();
  const auto energies = machine.window(1.0);
  EXPECT_NEAR(*energies.back().joules, 50, 1e-3);
  EXPECT_THAT(energies.back().detail, HasSubstr("not covered: dram-0 (unreadable)"));
}

TEST(Powercap, EmptyMachineHasOneAbsentTotal) {
  Machine machine({});
  machine.find();
  const auto total = machine.between({}, {});
  ASSERT_EQ(total.size(), 1U);
  EXPECT_EQ(total[0].scope, "total");
  EXPECT_EQ(total[0].reason, "no_sensor");
  EXPECT_FALSE(total[0].joules.has_value());
  EXPECT_EQ(needed_window(machine.found().sensors, 0.01).seconds, 0);
}

TEST(Powercap, VirtualMachineIsNamedAsTheReason) {
  Machine machine({});
  std::FILE* file = std::fopen((machine.root() / "proc/cpuinfo").c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("processor\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n", file);
  std::fclose(file);
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), ""), "vm");
  EXPECT_EQ(machine.between({}, {})[0].reason, "vm");
}

TEST(Powercap, ContainerThatHidesTheTreeIsNamedAsTheReason) {
  Machine machine({});
  fs::create_directories(machine.root() / "sys/class/powercap");
  fs::create_directory_symlink("../../devices/virtual/powercap/intel-rapl/intel-rapl:0",
                               machine.root() / "sys/class/powercap/intel-rapl:0");
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "", "powercap"), "masked");
}

/// The uncertainty of a window of so many sockets, shortly before whose end the load of all rises.
double uncertainty_of_a_late_rise(int sockets) {
  double rise_s = 1e9;
  std::vector<SimulatedZone> zones;
  for (int i = 0; i < sockets; ++i)
    zones.push_back({.directory = fmt::format("intel-rapl:{}", i),
                     .name = fmt::format("package-{}", i),
                     .watts = [&](double t) { return t < rise_s ? 20.0 : 200.0; },
                     .update_period_s = 0.01,
                     .update_phase_s = 0.005});
  Machine machine(std::move(zones));
  machine.find();
  const Readings begin = machine.read();
  rise_s = machine.now_s() + 0.998;
  machine.clock().advance_s(1);
  return machine.between(begin, machine.read()).back().uncertainty_j.value_or(0);
}

TEST(Powercap, ALoadThatChangesAtAnEdgeDoesSoForAllSocketsAtOnce) {
  EXPECT_NEAR(uncertainty_of_a_late_rise(4), 4 * uncertainty_of_a_late_rise(1),
              0.6 * uncertainty_of_a_late_rise(1));
}

TEST(Powercap, ZonesWithStrangeNamesAreShownAndNotCounted) {
  Machine machine({{.directory = "intel-rapl:0", .name = "package-0", .watts = constant(10)},
                   {.directory = "intel-rapl:1", .name = "mystery", .watts = constant(99)}});
  machine.find();
  EXPECT_EQ(reason_of(machine.found(), "mystery"), "unknown");
  EXPECT_NEAR(*machine.window(1.0).back().joules, 10, 1e-3);
}

TEST(Powercap, WindowLengthFollowsFromThePrecision) {
  Machine machine(one_socket(50, 5));
  machine.find();
  EXPECT_NEAR(needed_window(machine.found().sensors, 0.001).seconds, 0.9 + 1.0 / 16.384, 1e-3);
}

TEST(WrapCounter, ModulusIsTheRangeAndOneStep) {
  const double step = 262143328850.0 / (kSteps - 1);
  WrapCounter counter({.unit_j = 1e-6, .modulus = 262143328850.0 + step});
  counter.take(262143328850, 0, 0);
  EXPECT_NEAR(counter.take(0, 1'000'000, 1'000'000), step * 1e-6, 1e-10);
}

TEST(WrapCounter, ReadThatWasInterruptedIsNoReset) {
  WrapCounter counter({.unit_j = 1e-6, .modulus = 262143328850.0, .max_watts = 100});
  counter.take(0, 0, 2 * kNanosecondsPerSecond);  // read at 0, the time only after 2 s
  const Nanoseconds next = 2'100'000'000;
  EXPECT_NEAR(counter.take(150'000'000, next, next), 150, 1e-9);
  EXPECT_FALSE(counter.break_between(0, next));
}

}  // namespace
}  // namespace joulemark::sensors
