// SPDX-License-Identifier: Apache-2.0
// Meters of simulated machines, asked over the loopback by the real sensors.
#include "sim/meters.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

using testing::HasSubstr;

/// A machine of 200 W with one meter that has `lines`.
std::string document(const std::string& kind, const std::string& lines = "") {
  return "name = 'm'\nload = 'constant 150'\ntotal = ['wall']\n[processors]\ncount = 1\n"
         "[scope.wall]\nidle_w = 50.25\nshare = 1.0\n[[part]]\nkind = '" +
         kind + "'\nat = 'plug'\nshows = 'wall'\nunit = 0.1\nperiod_s = 1.0\n" + lines;
}

Machine metered(const std::string& kind, const std::string& lines = "") {
  return expect(parse_machine(document(kind, lines), "m.toml"));
}

/// A window that is sampled as a meter wishes.
Window sampled(Bench& bench, double seconds) {
  Window window{.energies = {}, .from_s = bench.now_s()};
  const sensors::Readings begin = bench.read();
  for (int i = 0; i < static_cast<int>(seconds * 2); ++i) {
    bench.clock().advance_s(0.5);
    bench.read();
  }
  window.to_s = bench.now_s();
  window.energies = bench.between(begin, bench.read());
  return window;
}

TEST(SimulatedMeters, OfEveryKindTellTheTruthInTheirSteps) {
  for (const char* kind : {"netio", "shelly", "shelly1", "tasmota", "ptd"}) {
    Bench bench(metered(kind));
    bench.find();
    EXPECT_EQ(reason_of(bench.found(), "meter", "wall"), "usable") << kind;
    const Window window = sampled(bench, 4);
    const Energy& total = scope(window.energies, "total");
    ASSERT_TRUE(total.joules) << kind << ": " << total.detail;
    EXPECT_NEAR(*total.joules, bench.truth("total", window), 4 * 0.051) << kind;
    EXPECT_EQ(total.sensor, "meter");
  }
}

TEST(SimulatedMeters, TheTotalIsTheirsAndBoardsAreNamed) {
  Bench bench("gpu-node");
  bench.find();
  const Window window = sampled(bench, 10);
  const Energy& total = scope(window.energies, "total");
  EXPECT_EQ(*total.joules, *scope(window.energies, "wall").joules);
  EXPECT_NEAR(*total.joules, bench.truth("wall", window), 3 * *total.uncertainty_j);
  EXPECT_EQ(scope(window.energies, "gpu-1").sensor, "nvml");
  EXPECT_EQ(reason_of(bench.found(), "ipmi", "node"), "container");
}

TEST(SimulatedMeters, OfAManagementControllerAreReadWhereNothingElseIs) {
  Bench bench(expect(parse_machine(
      "name = 'm'\nload = 'constant 100'\ntotal = ['node']\n[scope.node]\nidle_w = 300\nshare = 1\n"
      "[[part]]\nkind = 'ipmi'\nat = 'ipmi'\nshows = 'node'\nunit = 1.0\nperiod_s = 1.0\n"
      "average_s = 1.0\n",
      "m.toml")));
  bench.find();
  const Window window = sampled(bench, 4);
  EXPECT_NEAR(*scope(window.energies, "total").joules, 1600, 1);
}

TEST(SimulatedMeters, AskForALogin) {
  Bench locked(metered("shelly", "login = 'me:secret'\n"));
  locked.find();
  EXPECT_EQ(reason_of(locked.found(), "meter", "wall"), "unauthorised");
  setenv("JOULEMARK_METER_USER", "me", 1);
  setenv("JOULEMARK_METER_PASSWORD", "secret", 1);
  Bench open(metered("tasmota", "login = 'me:secret'\n"));
  open.find();
  locked.find();
  unsetenv("JOULEMARK_METER_USER");
  unsetenv("JOULEMARK_METER_PASSWORD");
  EXPECT_EQ(reason_of(open.found(), "meter", "wall"), "usable");
  EXPECT_EQ(reason_of(locked.found(), "meter", "wall"), "usable");
}

TEST(SimulatedMeters, AreListedInTheTree) {
  Bench bench("desktop-nvidia-old");
  EXPECT_THAT(bench.text("sim/meters"), testing::MatchesRegex("shelly://127.0.0.1:[0-9]+\n"));
}

TEST(SimulatedMeters, ThatCannotBeAreRefused) {
  const auto complaint = [](const std::string& text) {
    const auto machine = parse_machine(text, "m.toml");
    return machine ? "" : machine.error().message;
  };
  EXPECT_THAT(complaint(document("ptd", "login = 'a:b'\n")), HasSubstr("no 'login'"));
  EXPECT_THAT(complaint(document("shelly", "latency_s = 61\n")), HasSubstr("from 0 to 60"));
  EXPECT_THAT(complaint(document("fritz")), HasSubstr("'kind' must be one of"));
}

}  // namespace
}  // namespace joulemark::sim
