// SPDX-License-Identifier: Apache-2.0
// What holds for every schedule of reads, every order of zones and every moment of a reset.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "base/random.h"
#include "sim/sim_fixture_test.h"

namespace joulemark::sim {
namespace {

constexpr double kIntelUnitJ = 1.0 / 16384;
constexpr double kWrapJ = 65536;

/// Sockets with memory under a constant load, updated every millisecond, counters anywhere.
Machine sockets(int count, Random& random) {
  Machine machine{.name = "sockets", .what = ""};
  machine.load = expect(Waveform::parse("constant 100"));
  for (int socket = 0; socket < count; ++socket) {
    const double phase_s = random.uniform() * 0.001;
    const auto add = [&](const std::string& at, const std::string& name, const Power& power) {
      const std::string scope = fmt::format("{}-{}", name, socket);
      machine.scopes[scope] = power;
      machine.total.push_back(scope);
      machine.parts.push_back({.kind = "powercap",
                               .at = at,
                               .shows = scope,
                               .name = name == "dram" ? name : scope,
                               .unit = kIntelUnitJ,
                               .period_s = 0.001,
                               .phase_s = phase_s,
                               .first_raw = random.next() >> 32});
    };
    add(fmt::format("intel-rapl:{}", socket), "package", {20 + random.uniform() * 60, 1});
    add(fmt::format("intel-rapl:{}:0", socket), "dram", {5 + random.uniform() * 5, 0.1});
  }
  return machine;
}

double total_of(Machine machine) {
  Bench bench(std::move(machine));
  bench.find();
  // To one moment of the script, whatever the discovery of more zones took.
  bench.clock().advance_s(1 - bench.now_s());
  const Window window = bench.window(2);
  return scope(window.energies, "total").joules.value_or(-1);
}

TEST(Properties, ReadsBelowHalfAWrapApartAddUpToTheTruth) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    Machine machine = expect(load_machine("epyc-65kj"));
    machine.load = expect(Waveform::parse("poisson watts=1400 rate=5 busy=0.1 seed=1"));
    for (Part& part : machine.parts) part.first_raw = random.next() >> 32;
    Bench bench(std::move(machine));
    bench.find();
    const sensors::Readings begin = bench.read();
    Window window{.energies = {}, .from_s = bench.now_s()};
    // At the 1000 W that a socket may draw, half a wrap takes 32 s.
    while (bench.now_s() < 500) {
      bench.clock().advance_s(random.uniform() * kWrapJ / 2 / 1000);
      bench.read();
    }
    window.to_s = bench.now_s();
    window.energies = bench.between(begin, bench.read());
    const Energy& total = scope(window.energies, "total");
    ASSERT_TRUE(total.joules) << total.reason << ": " << total.detail;
    const double truth = bench.truth("total", window);
    EXPECT_NEAR(*total.joules, truth, 1.6 + 5.3e-5 * truth) << "seed " << seed;
  }
}

/// Gives every socket another number in the folders' names, in another order of the parts.
Machine permuted(Machine machine, int count, Random& random) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) numbers[static_cast<std::size_t>(i)] = i;
  shuffle(numbers, random);
  for (Part& part : machine.parts) {
    const auto socket = static_cast<std::size_t>(part.at[std::string("intel-rapl:").size()] - '0');
    part.at = fmt::format("intel-rapl:{}{}", numbers[socket], part.name == "dram" ? ":0" : "");
  }
  shuffle(machine.parts, random);
  return machine;
}

TEST(Properties, TheOrderOfZonesNeverChangesTheTotal) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const int count = 2 + static_cast<int>(random.below(3));
    const Machine machine = sockets(count, random);
    const double total_j = total_of(machine);
    ASSERT_GT(total_j, 0);
    EXPECT_DOUBLE_EQ(total_of(permuted(machine, count, random)), total_j) << "seed " << seed;
  }
}

/// Shows the package of the one socket once for each of `dies`.
Machine mirrored(Machine machine, int dies) {
  std::erase_if(machine.parts, [](const Part& part) { return part.name == "dram"; });
  const Part package = machine.parts.front();
  machine.parts.clear();
  for (int die = 0; die < dies; ++die) {
    Part& twin = machine.parts.emplace_back(package);
    twin.at = fmt::format("intel-rapl:{}", die);
    if (dies > 1) twin.name = fmt::format("package-0-die-{}", die);
  }
  return machine;
}

TEST(Properties, MirrorsOfAZoneNeverChangeTheTotal) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Machine machine = sockets(1, random);
    const double total_j = total_of(mirrored(machine, 1));
    ASSERT_GT(total_j, 0);
    for (const int dies : {2, 3, 4})
      EXPECT_DOUBLE_EQ(total_of(mirrored(machine, dies)), total_j) << "seed " << seed;
  }
}

/// The energy of two seconds, read by the way at the ends of random steps.
double read_by_the_way(const Machine& machine, Random& random) {
  Bench bench(machine);
  bench.find();
  bench.clock().advance_s(1 - bench.now_s());
  const sensors::Readings begin = bench.read();
  while (bench.now_s() < 2.9) {
    bench.clock().advance_s(std::min(random.uniform() * 0.3, 3 - bench.now_s()));
    bench.read();
  }
  bench.clock().advance_s(3 - bench.now_s());
  return scope(bench.between(begin, bench.read()), "total").joules.value_or(-1);
}

TEST(Properties, ReadsInsideAWindowChangeNoTotal) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Machine machine = sockets(2, random);
    const double total_j = total_of(machine);
    ASSERT_GT(total_j, 0);
    for (int schedule = 0; schedule < 3; ++schedule)
      EXPECT_NEAR(read_by_the_way(machine, random), total_j, 1e-9 * total_j) << "seed " << seed;
  }
}

/// With the platform, which consumes what all sockets do and `rest_w`, and views of the same parts.
Machine with_platform(Machine machine, double rest_w, Random& random) {
  Power platform{rest_w, 0};
  for (const auto& [name, power] : machine.scopes) {
    platform.idle_w += power.idle_w;
    platform.share += power.share;
  }
  machine.scopes["psys"] = platform;
  Part view = machine.parts.front();
  view.at = "intel-rapl-mmio:0";
  machine.parts.push_back(view);
  view.at = "intel-rapl:0:1";
  view.name = "core";
  machine.parts.push_back(view);
  view.at = "intel-rapl:9";
  view.name = view.shows = "psys";
  machine.parts.push_back(view);
  shuffle(machine.parts, random);
  return machine;
}

TEST(Properties, PartsNeverAddUpToMoreThanTheMachine) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const int count = 1 + static_cast<int>(random.below(4));
    const double rest_w = random.uniform() * 30;
    Bench bench(with_platform(sockets(count, random), rest_w, random));
    bench.find();
    const Window window = bench.window(0.5 + random.uniform() * 3);
    const Energy& total = scope(window.energies, "total");
    ASSERT_TRUE(total.joules) << total.detail;
    EXPECT_NEAR(*total.joules, bench.truth("total", window), 0.6) << "seed " << seed;
    EXPECT_LE(*total.joules, bench.truth("psys", window) + 1.96 * *total.uncertainty_j);
  }
}

TEST(Properties, AResetNeverGivesEnergy) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Machine machine = sockets(1, random);
    // A counter that is set back to 0 within 1000 W of its end, or of its start, looks as if it
    // had gone on: no two values can tell.
    for (Part& part : machine.parts) part.first_raw = 400'000'000 + random.below(3'400'000'000);
    const std::string victim = machine.parts[random.below(2)].at;
    Bench bench(std::move(machine));
    bench.find();
    const sensors::Readings begin = bench.read();
    bench.clock().advance_s(random.uniform() * 10);
    ASSERT_TRUE(bench.world().reset_counter(victim));
    bench.clock().advance_s(random.uniform() * 10);
    const std::vector<Energy> energies = bench.between(begin, bench.read());
    EXPECT_EQ(scope(energies, "total").reason, "reset") << "seed " << seed;
    EXPECT_FALSE(scope(energies, "total").joules);
  }
}

}  // namespace
}  // namespace joulemark::sim
