// SPDX-License-Identifier: Apache-2.0
// Counters that do not count when sensors are looked for, and how long looking takes.
#include <gmock/gmock.h>

#include "sensors/agreement.h"
#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const SensorStatus& row(Bench& bench, const std::string& sensor, const std::string& name) {
  for (const SensorStatus& status : bench.found().statuses)
    if (status.sensor == sensor && status.scope == name) return status;
  throw std::runtime_error("no row of " + name);
}

Machine desktop() {
  Machine machine = expect(load_machine("desktop-intel"));
  machine.load = expect(Waveform::parse("constant 80"));
  std::erase_if(machine.parts, [](const Part& part) { return part.at == "intel-rapl-mmio:0"; });
  return machine;
}

TEST(Liveness, WherePerfStandsStillPowercapReadsTheScope) {
  Bench bench(desktop());
  ASSERT_TRUE(bench.world().freeze("energy-pkg-cpu0"));
  bench.find();
  const SensorStatus& frozen = row(bench, "perf", "package-0");
  EXPECT_EQ(frozen.reason, "frozen");
  EXPECT_THAT(frozen.detail, HasSubstr("did not count for 0.3 s"));
  EXPECT_EQ(frozen.remedy, "sudo modprobe -r rapl && sudo modprobe rapl");
  EXPECT_EQ(reason_of(bench.found(), "powercap", "package-0"), "usable");
  EXPECT_EQ(reason_of(bench.found(), "perf", "dram-0"), "usable");
  EXPECT_EQ(reason_of(bench.found(), "powercap", "dram-0"), "duplicate");
  const Window window = bench.window(3);
  ASSERT_EQ(window.energies.size(), 3U);
  EXPECT_EQ(scope(window.energies, "package-0").sensor, "powercap");
  const Energy& total = scope(window.energies, "total");
  EXPECT_NEAR(*total.joules, bench.truth("total", window), 0.1);
  EXPECT_THAT(total.detail, Not(HasSubstr("frozen")));
}

TEST(Liveness, WherePowercapStandsStillPerfReadsTheScope) {
  Bench bench(desktop());
  for (const char* zone : {"intel-rapl:0", "intel-rapl:0:2"})
    ASSERT_TRUE(bench.world().freeze(zone));
  bench.find();
  sensors::check_agreement({.root = bench.world().root(), .clock = &bench.clock()}, bench.found());
  const Window window = bench.window(3);
  EXPECT_EQ(scope(window.energies, "total").sensor, "perf");
  EXPECT_NEAR(*scope(window.energies, "total").joules, bench.truth("total", window), 0.1);
}

TEST(Liveness, WhereBothStandStillTheScopeIsAbsentOnceWithARemedy) {
  Bench bench(desktop());
  for (const char* part : {"energy-pkg-cpu0", "intel-rapl:0"})
    ASSERT_TRUE(bench.world().freeze(part));
  bench.find();
  EXPECT_EQ(row(bench, "powercap", "package-0").remedy,
            "sudo modprobe -r intel_rapl_msr && sudo modprobe intel_rapl_msr");
  const Window window = bench.window(3);
  ASSERT_EQ(window.energies.size(), 3U);
  EXPECT_EQ(scope(window.energies, "package-0").reason, "frozen");
  EXPECT_THAT(scope(window.energies, "total").detail,
              HasSubstr("covers dram-0; not covered: package-0 (frozen)"));
}

// The second view of a zone is no reason not to miss it.
TEST(Liveness, AFrozenZoneIsMissingThoughItIsShownTwice) {
  Bench bench(without(expect(load_machine("desktop-intel")), "perf"));
  for (const char* part : {"intel-rapl:0", "intel-rapl-mmio:0"})
    ASSERT_TRUE(bench.world().freeze(part));
  bench.find();
  EXPECT_EQ(scope(bench.window(1).energies, "package-0").reason, "frozen");
}

TEST(Liveness, CoresAndGraphicsMayRest) {
  Machine machine = without(desktop(), "perf");
  std::erase_if(machine.parts,
                [](const Part& part) { return part.shows == "package-0" || part.shows == "psys"; });
  Bench bench(std::move(machine));
  ASSERT_TRUE(bench.world().freeze("intel-rapl:0:1"));
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "powercap", "uncore"), "usable");
  EXPECT_THAT(row(bench, "powercap", "uncore").detail, HasSubstr("not seen to count"));
  const Window window = bench.window(3);
  EXPECT_FALSE(scope(window.energies, "uncore").joules);
  EXPECT_FALSE(scope(window.energies, "total").joules);
}

TEST(Liveness, PartsOfAPackageAreNotLookedAt) {
  Bench bench(desktop());
  for (const char* part : {"energy-gpu-cpu0", "intel-rapl:0:1"})
    ASSERT_TRUE(bench.world().freeze(part));
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "perf", "uncore-0"), "contained");
  EXPECT_TRUE(scope(bench.window(1).energies, "total").joules);
}

TEST(Liveness, AFrozenProcessorOfACrayNodeIsNoticedAndItsSlowMemoryIsNot) {
  Bench bench(without(expect(load_machine("cray-node")), "perf"));
  for (const Part& part : bench.world().machine().parts) {
    const bool is_frozen = part.shows == "cpu" || part.shows == "memory";
    ASSERT_TRUE(!is_frozen || bench.world().freeze(part.at)) << part.at;
  }
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "cray", "cpu"), "frozen");
  EXPECT_EQ(reason_of(bench.found(), "cray", "memory"), "usable");
}

/// Seconds that looking takes, with the comparison that `doctor` adds.
double discovery_s(Bench& bench) {
  const double begin_s = bench.now_s();
  bench.find();
  sensors::check_agreement({.root = bench.world().root(), .clock = &bench.clock()}, bench.found());
  return bench.now_s() - begin_s;
}

TEST(Liveness, LookingTakesASecondAtMostOnEveryMachine) {
  for (const std::string& name : machine_names()) {
    Bench bench(name);
    EXPECT_LE(discovery_s(bench), 1) << name;
  }
}

TEST(Liveness, LookingTakesASecondAtMostWhereNothingCounts) {
  for (const std::string& name : machine_names()) {
    Bench bench(name);
    for (const Part& part : bench.world().machine().parts)
      static_cast<void>(bench.world().freeze(part.at));
    EXPECT_LE(discovery_s(bench), 1) << name;
  }
}

}  // namespace
}  // namespace joulemark::sim
