// SPDX-License-Identifier: Apache-2.0
// Boards of simulated machines, before the real sensors.
#include "sim/boards.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using testing::HasSubstr;

/// A machine with one board that has `lines`, and a load of 100 W.
std::string document(const std::string& lines, const std::string& kind = "nvml") {
  return "name = 'm'\nload = 'constant 100'\ntotal = ['gpu-0']\n[processors]\ncount = 1\n"
         "[scope.gpu-0]\nidle_w = 50\nshare = 1.0\n[[part]]\nkind = '" +
         kind + "'\nat = '0'\nshows = 'gpu-0'\nname = 'GPU'\nperiod_s = 0.1\n" + lines;
}

Machine machine_of(const std::string& text) {
  return expect(parse_machine(text, "m.toml"));
}

std::string complaint(const std::string& text) {
  const auto machine = parse_machine(text, "m.toml");
  return machine ? "" : machine.error().message;
}

/// A window that is sampled as a power gauge wishes.
Window sampled(Bench& bench, double seconds) {
  Window window{.energies = {}, .from_s = bench.now_s()};
  const sensors::Readings begin = bench.read();
  for (int i = 0; i < static_cast<int>(seconds * 10); ++i) {
    bench.clock().advance_s(0.1);
    bench.read();
  }
  window.to_s = bench.now_s();
  window.energies = bench.between(begin, bench.read());
  return window;
}

TEST(SimulatedBoards, TheirCounterFollowsTheMachinesLoad) {
  Machine machine = machine_of(document("first_raw = 123456\nphase_s = 0.03\n"));
  machine.load = expect(Waveform::parse("poisson watts=200 rate=5 busy=0.1 seed=3"));
  Bench bench(std::move(machine));
  bench.find();
  bench.clock().advance_s(1);
  const Window window = bench.window(5);
  const Energy& board = scope(window.energies, "gpu-0");
  EXPECT_EQ(board.sensor, "nvml");
  EXPECT_NEAR(*board.joules, bench.truth("gpu-0", window), 250 * 0.1);
  EXPECT_GT(*board.joules, 5 * 50);
}

TEST(SimulatedBoards, AnOldDriverTellsThePowerAlone) {
  Bench bench(machine_of(document("usage_s = 0.1\n", "nvml_old")));
  bench.find();
  const Window window = sampled(bench, 4);
  const Energy& board = scope(window.energies, "gpu-0");
  EXPECT_EQ(board.energy_class, EnergyClass::kDerived);
  EXPECT_NEAR(*board.joules, bench.truth("gpu-0", window), 1);
}

TEST(SimulatedBoards, WhatTheDriverLacksIsDoneWithout) {
  const std::string energy = "nvmlDeviceGetTotalEnergyConsumption field_83";
  Bench gauge(machine_of(document("lacks = '" + energy + "'\n")));
  gauge.find();
  EXPECT_EQ(reason_of(gauge.found(), "nvml", "gpu-0"), "usable");
  EXPECT_EQ(scope(sampled(gauge, 4).energies, "gpu-0").energy_class, EnergyClass::kDerived);
  Bench silent(machine_of(
      document("lacks = '" + energy + " field_185 field_186 nvmlDeviceGetPowerUsage'\n")));
  silent.find();
  EXPECT_EQ(reason_of(silent.found(), "nvml", "gpu-0"), "not_supported");
}

std::string reason_of_window(const std::string& lines) {
  Bench bench(machine_of(document(lines)));
  bench.find();
  return scope(bench.window(5).energies, "gpu-0").reason;
}

TEST(SimulatedBoards, AreLostResetSplitAndShared) {
  EXPECT_EQ(reason_of_window("lost_s = 3.0\n"), "lost");
  EXPECT_EQ(reason_of_window("reset_s = 3.0\nfirst_raw = 900000\n"), "reset");
  Bench split(machine_of(document("instances = 1\n")));
  split.find();
  EXPECT_EQ(reason_of(split.found(), "nvml", "gpu-0"), "mig");
  Bench shared(machine_of(document("process = 4000041\n")));
  shared.find();
  EXPECT_THAT(scope(shared.window(2).energies, "gpu-0").detail, HasSubstr("4000041"));
}

TEST(SimulatedBoards, OfAmdCountToo) {
  Bench bench("amd-gpu-node");
  bench.find();
  const Window window = bench.window(5);
  const Energy& total = scope(window.energies, "total");
  EXPECT_NEAR(*total.joules, bench.truth("total", window), 3 * *total.uncertainty_j);
  EXPECT_EQ(scope(window.energies, "amd-gpu-1").sensor, "amdsmi");
}

TEST(SimulatedBoards, TwoMachinesAtATimeHaveDriversOfTheirOwn) {
  Bench one(machine_of(document("")));
  Bench other(machine_of(document("instances = 1\n")));
  one.find();
  other.find();
  EXPECT_EQ(reason_of(one.found(), "nvml", "gpu-0"), "usable");
  EXPECT_EQ(reason_of(other.found(), "nvml", "gpu-0"), "mig");
}

TEST(SimulatedBoards, ThatCannotBeAreRefused) {
  EXPECT_THAT(complaint(document("lacks = 'a;b'\n")), HasSubstr("names of the driver's functions"));
  EXPECT_THAT(complaint(document("instances = 2\n")), HasSubstr("from 0 to 1"));
  std::string text = document("");
  text.replace(text.find("'GPU'"), 5, "\"a\\ngpu b\"");
  EXPECT_THAT(complaint(text), HasSubstr("printable"));
  std::string far = document("");
  far.replace(far.find("at = '0'"), 8, "at = '1'");
  EXPECT_THAT(complaint(far), HasSubstr("numbered from 0"));
  const std::string old = document("", "nvml_old");
  EXPECT_THAT(complaint(document("") + old.substr(old.find("[[part]]"))),
              HasSubstr("a machine has one of the two"));
  EXPECT_THAT(complaint("name = 'm'\n[[part]]\nkind = 'file'\ntext = 'x'\n"
                        "at = 'sim/lib/libnvidia-ml.so.1'\n"),
              HasSubstr("not 'sim'"));
}

}  // namespace
}  // namespace joulemark::sim
