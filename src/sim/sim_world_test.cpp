// SPDX-License-Identifier: Apache-2.0
// Faults of a machine and what the sensors make of them, and how files change.
#include "sim/sim_world.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "sim/real_time.h"
#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using testing::HasSubstr;

constexpr const char* kPackage = "intel-rapl:0";
constexpr const char* kEnergy = "sys/class/powercap/intel-rapl:0/energy_uj";

Machine powercap_machine() {
  Machine machine = without(expect(load_machine("desktop-intel")), "perf");
  // Far from a wrap, so that no reset looks like one.
  for (Part& part : machine.parts) part.first_raw = 2'000'000'000;
  return machine;
}

TEST(SimWorld, FilesChangeInPlace) {
  Bench bench("desktop-intel");
  const Descriptor file(open((bench.world().root() / kEnergy).c_str(), O_RDONLY | O_CLOEXEC));
  char before[32] = {};
  char after[32] = {};
  ASSERT_GT(pread(file.get(), before, sizeof before - 1, 0), 0);
  bench.clock().advance_s(1);
  ASSERT_GT(pread(file.get(), after, sizeof after - 1, 0), 0);
  EXPECT_STRNE(before, after);
}

TEST(SimWorld, AShorterTextLeavesNothingOfTheLongerOne) {
  Bench bench("desktop-intel");
  EXPECT_GT(bench.text(kEnergy).size(), 12U);
  ASSERT_TRUE(bench.world().write_text(kPackage, "7\n"));
  EXPECT_EQ(bench.text(kEnergy), "7\n");
}

TEST(SimWorld, CountersAreUpdatedAtTheirPeriod) {
  Machine machine = powercap_machine();
  machine.parts.front().period_s = 0.5;
  machine.parts.front().phase_s = 0.1;
  Bench bench(std::move(machine));
  const std::string first = bench.text(kEnergy);
  ASSERT_TRUE(bench.world().advance_to(0.39));
  EXPECT_EQ(bench.text(kEnergy), first);
  ASSERT_TRUE(bench.world().advance_to(0.41));
  EXPECT_NE(bench.text(kEnergy), first);
}

std::string total_reason(Bench& bench, const sensors::Readings& begin) {
  const auto energies = bench.between(begin, bench.read());
  EXPECT_FALSE(scope(energies, "total").joules);
  return scope(energies, "total").reason;
}

TEST(SimWorld, AFrozenCounterStallsAndComesBack) {
  Bench bench(powercap_machine());
  bench.find();
  ASSERT_TRUE(bench.world().freeze(kPackage));
  const auto begin = bench.read();
  bench.clock().advance_s(3);
  EXPECT_EQ(total_reason(bench, begin), "stalled");
  ASSERT_TRUE(bench.world().thaw(kPackage));
  bench.clock().advance_s(0.01);
  bench.read();
  bench.clock().advance_s(0.01);
  const Window window = bench.window(3);
  EXPECT_TRUE(scope(window.energies, "total").joules);
}

TEST(SimWorld, AResetGivesNoEnergy) {
  Bench bench(powercap_machine());
  bench.find();
  const auto begin = bench.read();
  bench.clock().advance_s(2);
  ASSERT_TRUE(bench.world().reset_counter(kPackage));
  bench.clock().advance_s(2);
  EXPECT_EQ(total_reason(bench, begin), "reset");
}

TEST(SimWorld, GarbageIsAGap) {
  Bench bench(powercap_machine());
  bench.find();
  const auto begin = bench.read();
  bench.clock().advance_s(2);
  ASSERT_TRUE(bench.world().write_text(kPackage, "-1 kJ"));
  EXPECT_EQ(total_reason(bench, begin), "gap");
}

TEST(SimWorld, ARemovedZoneIsNotFoundAgain) {
  Bench bench(powercap_machine());
  ASSERT_TRUE(bench.world().remove("intel-rapl:0:2"));
  bench.find();
  EXPECT_EQ(reason_of(bench.found(), "powercap", "dram-0"), "unreadable");
}

TEST(SimWorld, FaultsOfNothingAreRefused) {
  Bench bench("desktop-intel");
  EXPECT_THAT(bench.world().freeze("intel-rapl:9").error().message, HasSubstr("did you mean"));
  EXPECT_THAT(bench.world().true_joules("gpu-0", 0, 1).error().message, HasSubstr("no scope"));
}

TEST(SimWorld, RealTimeMovesItOn) {
  const Folder folder;
  const auto world = expect(SimWorld::create(folder.path(), powercap_machine()));
  const auto shown_j = [&] {
    std::ifstream file(folder.path() / kEnergy);
    return std::stod(std::string(std::istreambuf_iterator<char>(file), {})) * 1e-6;
  };
  const double first_j = shown_j();
  const RealTime drive(*world);
  double gained_j = 0;
  const Nanoseconds deadline = monotonic_now() + 20 * kNanosecondsPerSecond;
  while (gained_j <= 0 && monotonic_now() < deadline) gained_j = shown_j() - first_j;
  EXPECT_GT(gained_j, 0);
  const double now_s = to_seconds(monotonic_now() - drive.start_ns());
  EXPECT_LE(gained_j, expect(world->true_joules("package-0", 0, now_s)) + 1e-4);
}

TEST(SimWorld, BoardsFollowTheRealTimeToo) {
  const Folder folder;
  const auto world = expect(SimWorld::create(folder.path(), expect(load_machine("gpu-node"))));
  const RealTime drive(*world);
  const sensors::Discovered found = sensors::discover({.root = folder.path()});
  EXPECT_EQ(reason_of(found, "nvml", "gpu-0"), "usable");
  EXPECT_EQ(reason_of(found, "nvml", "gpu-1"), "usable");
}

}  // namespace
}  // namespace joulemark::sim
