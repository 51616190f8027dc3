// SPDX-License-Identifier: Apache-2.0
// What other tools, and the kernel itself, get wrong about RAPL's perf events.
#include <gmock/gmock.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <map>

#include "sensors/rapl/powercap_fixture_test.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr double kAmdUnitJ = 1.0 / 65536;

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text << '\n';
}

/// What the kernel makes of a register of 32 bits (arch/x86/events/rapl.c): it adds the steps since
/// it was last asked, as a signed number. More than 2^31 of them are negative.
class KernelCounter final : public CounterSource {
 public:
  KernelCounter(ScriptedClock& clock, double watts)
      : clock_(clock), start_(clock.now()), watts_(watts) {}
  std::optional<std::uint64_t> read() override {
    const double steps = std::floor(watts_ * to_seconds(clock_.now() - start_) / kAmdUnitJ);
    const auto raw = static_cast<std::uint32_t>(static_cast<std::uint64_t>(steps));
    count_ += static_cast<std::int32_t>(raw - last_raw_);
    last_raw_ = raw;
    return static_cast<std::uint64_t>(count_) << 16;
  }

 private:
  ScriptedClock& clock_;
  Nanoseconds start_;
  double watts_;
  std::uint32_t last_raw_ = 0;
  std::int64_t count_ = 0;
};

/// Sockets with one event, whose watts are told by the processor that counts for them.
class PerfSockets : public Machine {
 public:
  using Watts = std::map<int, double>;
  explicit PerfSockets(Watts watts) : Machine({}), watts_(std::move(watts)) {
    const fs::path pmu = root() / "sys/bus/event_source/devices/power";
    std::string mask;
    for (const auto& [cpu, power] : watts_) mask += (mask.empty() ? "" : ",") + std::to_string(cpu);
    put(pmu / "type", "11");
    put(pmu / "cpumask", mask);
    put(pmu / "events/energy-pkg", "event=0x02");
    put(pmu / "events/energy-pkg.unit", "Joules");
    put(pmu / "events/energy-pkg.scale", "2.3283064365386962890625e-10");
  }
  void place(int cpu, int socket) {
    const fs::path folder =
        root() / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "topology";
    put(folder / "physical_package_id", std::to_string(socket));
    put(folder / "die_id", "0");
  }
  void find_all() {
    found() = discover({.root = root(),
                        .clock = &clock(),
                        .open_perf = [this](const PerfEvent& event) -> OpenedCounter {
                          const auto socket = watts_.find(event.cpu);
                          if (socket == watts_.end()) return tl::unexpected<int>(ENODEV);
                          return std::make_unique<KernelCounter>(clock(), socket->second);
                        }});
  }

 private:
  Watts watts_;
};

// The kernel's own: a step of 2^31 units between two reads is negative. Read as often as the sensor
// asks for, the largest socket that there is never gets so far.
TEST(PerfDefects, ReadAsOftenAsItAsksTheKernelNeverLosesAStep) {
  PerfSockets machine(PerfSockets::Watts{{0, 990}});
  machine.find_all();
  const double interval_s = machine.found().sensors.front()->max_read_interval_s();
  ASSERT_LT(interval_s * 1000, 65536.0 / 2);
  const Readings begin = machine.read();
  for (int i = 0; i < 40; ++i) {
    machine.clock().advance_s(interval_s);
    machine.read();
  }
  const Energy total = machine.between(begin, machine.read()).back();
  ASSERT_TRUE(total.joules) << total.detail;
  EXPECT_NEAR(*total.joules, 990 * 40 * interval_s, 0.1);
}

// Not read for so long that it may have lost steps, whatever it shows is no energy.
TEST(PerfDefects, StepsThatTheKernelMayHaveLostAreAGap) {
  // At 400 W half a wrap takes 82 s and a whole one 164 s: it shows a fall, and then too little.
  for (const double seconds : {90.0, 130.0, 200.0, 330.0}) {
    PerfSockets machine(PerfSockets::Watts{{0, 400}});
    machine.find_all();
    const Energy total = machine.window(seconds).back();
    EXPECT_FALSE(total.joules) << seconds << " s: " << total.joules.value_or(0) << " J";
    EXPECT_EQ(total.reason, "gap") << seconds;
  }
}

// Alumet takes the place in cpumask for the number of the socket.
TEST(PerfDefects, ASocketIsNumberedByTheTopologyAndNotByThePlaceInTheMask) {
  PerfSockets machine(PerfSockets::Watts{{0, 40}, {32, 60}});
  machine.place(0, 1);
  machine.place(32, 0);
  machine.find_all();
  const auto energies = machine.window(1.0);
  EXPECT_NEAR(*scope(energies, "package-1")->joules, 40, 1e-2);
  EXPECT_NEAR(*scope(energies, "package-0")->joules, 60, 1e-2);
}

// pinpoint opens every event on processor 0, EnergiBridge reads its registers only.
TEST(PerfDefects, SocketsBeyondTheFirstCount) {
  PerfSockets machine(PerfSockets::Watts{{0, 40}, {16, 50}, {32, 60}, {48, 70}});
  for (int socket = 0; socket < 4; ++socket) machine.place(socket * 16, socket);
  machine.find_all();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 220, 0.05);
}

// A container may hide the topology; the kernel still names one processor for each socket.
TEST(PerfDefects, SocketsWithoutATopologyAreNotTakenForOne) {
  PerfSockets machine(PerfSockets::Watts{{0, 40}, {32, 60}});
  machine.find_all();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 100, 0.02);
}

TEST(PerfDefects, TwoProcessorsOfOneCounterAreCountedOnce) {
  PerfSockets machine(PerfSockets::Watts{{0, 50}, {1, 50}});
  machine.place(0, 0);
  machine.place(1, 0);
  machine.find_all();
  EXPECT_NEAR(*machine.window(1.0).back().joules, 50, 0.01);
}

}  // namespace
}  // namespace joulemark::sensors
