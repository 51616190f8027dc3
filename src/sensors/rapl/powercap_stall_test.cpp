// SPDX-License-Identifier: Apache-2.0
// Counters that stall, disappear or are slow: no joules, or joules with an honest uncertainty.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "sensors/rapl/powercap_fixture_test.h"
#include "sensors/sampling/recorder.h"
#include "sensors/window_need.h"

namespace joulemark::sensors {
namespace {

using testing::HasSubstr;

enum class Keeping { kSampled, kEdgesOnly };

SimulatedZone package(double watts, double period_s = 0.001) {
  return {.directory = "intel-rapl:0",
          .name = "package-0",
          .watts = constant(watts),
          .first_raw = 1'000'000,
          .update_period_s = period_s};
}

std::vector<SimulatedZone> two_packages() {
  SimulatedZone second = package(60);
  second.directory = "intel-rapl:1";
  second.name = "package-1";
  return {package(40), second};
}

/// A window of `seconds` in which `event` happens after `at_s`; the sampler reads ten times a
/// second.
template <class Event>
std::vector<Energy> window_with(Machine& machine, double seconds, double at_s, Event event,
                                Keeping keeping = Keeping::kSampled) {
  const double begin_s = machine.now_s();
  const Readings begin = machine.read();
  bool happened = false;
  for (int tick = 1; machine.now_s() < begin_s + seconds; ++tick) {
    const double next_s = std::min(begin_s + seconds, begin_s + tick * 0.1);
    if (!happened && next_s > begin_s + at_s) {
      machine.clock().advance_s(begin_s + at_s - machine.now_s());
      event();
      happened = true;
    }
    machine.clock().advance_s(std::max(1e-9, next_s - machine.now_s()));
    if (keeping == Keeping::kSampled) machine.read();
  }
  return machine.between(begin, machine.read());
}

void expect_stalled(const std::vector<Energy>& energies, const std::string& name) {
  const Energy* zone = scope(energies, name);
  ASSERT_NE(zone, nullptr);
  EXPECT_EQ(zone->reason, "stalled");
  EXPECT_EQ(zone->energy_class, EnergyClass::kAbsent);
  EXPECT_FALSE(zone->joules.has_value());
  EXPECT_EQ(energies.back().reason, "stalled");
  EXPECT_FALSE(energies.back().joules.has_value());
  EXPECT_THAT(energies.back().detail, HasSubstr(name + ": its counter stood still for"));
}

TEST(PowercapStall, CounterThatStopsAnywhereInTheWindowIsAbsent) {
  for (const Keeping keeping : {Keeping::kSampled, Keeping::kEdgesOnly}) {
    for (const double at_s : {0.0, 0.001, 0.1, 0.5, 0.7, 0.9, 0.98, 0.995}) {
      SCOPED_TRACE(at_s);
      Machine machine(two_packages());
      machine.find();
      const auto energies = window_with(
          machine, 1.0, at_s, [&] { machine.tree().freeze(1, true); }, keeping);
      expect_stalled(energies, "package-1");
      EXPECT_NEAR(*scope(energies, "package-0")->joules, 40, 0.1);
    }
  }
}

TEST(PowercapStall, WindowsAfterTheStallAreAbsentToo) {
  Machine machine({package(40)});
  machine.find();
  machine.tree().freeze(0, true);
  for (int i = 0; i < 3; ++i) expect_stalled(machine.window(0.5), "package-0");
  machine.tree().freeze(0, false);
  machine.clock().advance_s(0.1);
  machine.read();
  machine.clock().advance_s(0.1);
  EXPECT_NEAR(*machine.window(0.5).back().joules, 20, 0.1);
}

TEST(PowercapStall, StallThatEndsInsideTheWindowIsSeenByTheSampler) {
  Machine machine({package(40)});
  machine.find();
  const Readings begin = machine.read();
  for (int tick = 1; tick <= 20; ++tick) {
    machine.tree().freeze(0, tick > 3 && tick < 18);
    machine.clock().advance_s(0.1);
    machine.read();
  }
  expect_stalled(machine.between(begin, machine.read()), "package-0");
}

TEST(PowercapStall, RemovedZoneIsAbsentThoughItsDescriptorReadsOn) {
  for (const double at_s : {0.1, 0.6, 0.99}) {
    Machine machine(two_packages());
    machine.find();
    expect_stalled(window_with(machine, 1.0, at_s, [&] { machine.tree().remove(1); }), "package-1");
  }
}

// What may rest is not refused at discovery.
TEST(PowercapStall, CounterThatNeverCountsIsNotZeroJoules) {
  for (const double seconds : {0.1, 0.7, 3.0}) {
    auto zones = two_packages();
    zones[1].name = "core";
    Machine machine(zones);
    machine.tree().freeze(1, true);
    machine.find();
    EXPECT_THAT(status_of(machine.found(), "core").detail,
                HasSubstr("not seen to count within 0.3 s"));
    expect_stalled(machine.window(seconds), "core");
  }
}

TEST(PowercapStall, WindowWithoutAnUpdateSaysSo) {
  Machine machine({package(40, 0.1)});
  machine.find();
  machine.clock().advance_s(0.11 - std::fmod(machine.now_s(), 0.1));
  const auto energies = machine.window(0.05);
  EXPECT_EQ(energies.back().reason, "below_resolution");
  EXPECT_FALSE(energies.back().joules.has_value());
  EXPECT_THAT(energies.back().detail, HasSubstr("updated every 0.1 s"));
}

TEST(PowercapSlow, PeriodIsMeasuredAndSetsTheWindow) {
  for (const double period_s : {0.001, 0.01, 0.02, 0.1}) {
    Machine machine({package(40, period_s)});
    machine.find();
    EXPECT_NEAR(machine.found().sensors[0]->update_period_s(), period_s, 2e-4);
    EXPECT_NEAR(needed_window(machine.found().sensors, 0.01).seconds, period_s * 100, 0.03);
  }
}

/// Share of windows of random begin and length whose true joules are within 2 u.
double coverage(std::vector<SimulatedZone> zones, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (SimulatedZone& zone : zones) zone.update_phase_s = uniform(random) * zone.update_period_s;
  Machine machine(std::move(zones));
  machine.find();
  constexpr int kWindows = 200;
  int covered = 0;
  for (int i = 0; i < kWindows; ++i) {
    machine.clock().advance_s(uniform(random) * 0.2);
    const double seconds = 0.7 + uniform(random);
    const double begin_s = machine.now_s();
    const auto energies = machine.window(seconds);
    double truth = 0;
    for (std::size_t zone = 0; zone + 1 < energies.size(); ++zone)
      truth += machine.tree().scripted_joules(zone, begin_s, begin_s + seconds);
    const Energy& total = energies.back();
    if (!total.joules) continue;
    covered += std::abs(*total.joules - truth) <= 2 * *total.uncertainty_j ? 1 : 0;
  }
  return covered / static_cast<double>(kWindows);
}

TEST(PowercapSlow, TruthIsWithinTwoUncertaintiesInNearlyAllWindows) {
  for (const double period_s : {0.001, 0.01, 0.02, 0.1}) {
    SCOPED_TRACE(period_s);
    const double share =
        coverage({package(40, period_s)}, 1) + coverage({package(40, period_s)}, 2);
    EXPECT_GE(share / 2, 0.95);
  }
}

TEST(PowercapSlow, ScopesOfOneSocketErrTogetherAndSocketsDoNot) {
  auto zones = one_socket(40, 10);
  zones.push_back({.directory = "intel-rapl:1", .name = "package-1", .watts = constant(40)});
  for (SimulatedZone& zone : zones) zone.update_period_s = 0.05;
  Machine machine(zones);
  machine.find();
  const auto energies = machine.window(1.0);
  const double first =
      *scope(energies, "package-0")->uncertainty_j + *scope(energies, "dram-0")->uncertainty_j;
  EXPECT_NEAR(std::hypot(first, *scope(energies, "package-1")->uncertainty_j),
              *energies.back().uncertainty_j, 1e-12);
  EXPECT_GE(coverage(zones, 7), 0.93);
}

TEST(PowercapSlow, WrapOfASlowCounterIsUndone) {
  SimulatedZone zone = package(100, 0.02);
  zone.first_raw = 4294967296 - 16384ULL * 60;  // 60 J before its wrap
  Machine machine({zone});
  machine.find();
  const Energy total = machine.window(1.0).back();
  EXPECT_NEAR(*total.joules, 100, 4 * *total.uncertainty_j);
  EXPECT_LT(*total.uncertainty_j, 100 * 0.02 / std::sqrt(6.0));
}

TEST(PowercapSlow, TimeLineOfASlowCounterHasNoZerosAndTheRightMean) {
  Machine machine({package(40, 0.15)});
  machine.find();
  Recorder recorder(pointers_to(machine.found().sensors), {.root = machine.root()});
  for (int i = 0; i < 60; ++i) {
    recorder.sample_sensors(machine.clock().now());
    machine.clock().advance_s(0.1);
  }
  const auto series = recorder.take();
  ASSERT_EQ(series.size(), 1U);
  EXPECT_LT(series[0].samples.size(), 50U);
  double sum = 0;
  for (const Sample& sample : series[0].samples) {
    EXPECT_GT(sample.value, 0);
    sum += sample.value;
  }
  EXPECT_NEAR(sum / static_cast<double>(series[0].samples.size()), 40, 6);
}

}  // namespace
}  // namespace joulemark::sensors
