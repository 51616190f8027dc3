// SPDX-License-Identifier: Apache-2.0
// What the sampler's loop asks of the machine: memory and system calls, counted.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <set>

#include "host/kernel_file.h"
#include "sensors/boards/board_fixture_test.h"
#include "sensors/boards/nvml_fixture_test.h"
#include "sensors/catalog.h"
#include "sensors/sampling/recorder.h"
#include "sensors/sampling/sampler.h"
#include "sensors/sampling/tick_grid.h"
#include "sensors/tree_machine_test.h"

namespace {

std::atomic<long> allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr int kZones = 6;
constexpr int kMeters = 4;

/// Six counters, of what may rest, and four powers.
void put_ten_sensors(TreeMachine& machine) {
  for (int i = 0; i < kZones; ++i) {
    const std::string zone = "sys/class/powercap/intel-rapl:" + std::to_string(i);
    machine.put(zone + "/name", "core");
    machine.put(zone + "/energy_uj", std::to_string(1000000 + i));
    machine.put(zone + "/max_energy_range_uj", "262143328850");
  }
  for (int i = 0; i < kMeters; ++i) {
    const std::string chip = "sys/class/hwmon/hwmon" + std::to_string(i);
    machine.put(chip + "/name", "power_meter");
    machine.put(chip + "/power1_average", "100000000");
    machine.put(chip + "/power1_average_interval", "1000");
    machine.put(chip + "/power1_oem_info", "Module Power Socket " + std::to_string(i));
  }
}

TEST(SamplerCost, ATickOfTheRecorderAllocatesNothing) {
  TreeMachine machine;
  put_ten_sensors(machine);
  machine.put("proc/7/statm", "1000 25 1 1 0 1 0\n");
  machine.put("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "3000000\n");
  machine.find();
  Recorder recorder(pointers_to(machine.found().sensors), {.root = machine.root()});
  const auto tick = [&](int i) {
    machine.clock().advance_s(0.1);
    recorder.sample_sensors(machine.clock().now());
    recorder.sample_machine(machine.clock().now(), 7);
    return i;
  };
  for (int i = 0; i < 5; ++i) tick(i);
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) tick(i);
  EXPECT_EQ(allocations - before, 0);
  EXPECT_GE(recorder.take().size(), 3U);
}

/// Allocations of a lane of each sensor of the machine, once its lines have samples.
long allocations_of_lanes(DriverMachine& machine) {
  machine.find();
  EXPECT_FALSE(machine.found().sensors.empty());
  long counted = 0;
  for (const auto& sensor : machine.found().sensors) {
    Recorder recorder({sensor.get()}, {.root = machine.root()});
    for (int i = 0; i < 100; ++i) {
      machine.clock().advance_s(sensor->sample_interval_s());
      const long before = allocations;
      recorder.sample_sensors(machine.clock().now());
      if (i >= 5) counted += allocations - before;
    }
    EXPECT_GT(recorder.take().size(), 1U);
  }
  return counted;
}

TEST(SamplerCost, LanesOfBoardsAllocateNothing) {
  const std::string gpu = "gpu A\npower 0 100\n";
  NvmlMachine counters_and_powers(gpu + gpu + kNoCounter);
  EXPECT_EQ(allocations_of_lanes(counters_and_powers), 0);
  NvmlMachine old(gpu, SIMULATED_NVML_OLD);
  EXPECT_EQ(allocations_of_lanes(old), 0);
  for (const DriverLibrary& library : {kAmdSmi, kOldAmdSmi, kRocmSmi, kOldRocmSmi, kLevelZero}) {
    BoardMachine boards(library, "driver 26\n" + gpu);
    EXPECT_EQ(allocations_of_lanes(boards), 0) << library.sensor;
  }
}

std::set<std::string> threads() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator("/proc/self/task"))
    names.insert(entry.path().filename());
  return names;
}

/// Calls of read and pread by the thread; -1 where the kernel does not count them.
long reads_of(const std::string& thread) {
  std::ifstream file("/proc/self/task/" + thread + "/io");
  for (std::string key; file >> key;) {
    long value = 0;
    file >> value;
    if (key == "syscr:") return value;
  }
  return -1;
}

void wait(double seconds) {
  SystemClock clock;
  clock.sleep_until(clock.now() + to_nanoseconds(seconds));
}

/// The same between two ticks, for one in progress has read a part of the files.
long settled_reads_of(const std::string& thread) {
  for (long last = reads_of(thread);;) {
    wait(0.0005);
    const long now = reads_of(thread);
    if (now == last) return now;
    last = now;
  }
}

/// Until its lines have samples, however busy the machine is.
void await_reads(const std::string& thread, long least) {
  constexpr int kMostWaits = 1000;
  for (int i = 0; i < kMostWaits && reads_of(thread) >= 0 && reads_of(thread) < least; ++i)
    wait(0.01);
}

TEST(SamplerCost, ATickReadsEveryFileOnceAndAllocatesNothing) {
  TreeMachine machine;
  put_ten_sensors(machine);
  const Discovered found = discover({.root = machine.root()});
  ASSERT_EQ(found.sensors.size(), 2U);
  const std::set<std::string> others = threads();
  Sampler sampler(found.sensors, {.hz = 200, .root = machine.root()});
  ASSERT_TRUE(sampler.start());
  std::string thread;
  for (const std::string& name : threads())
    if (!others.contains(name)) thread = name;
  wait(0.2);
  await_reads(thread, 10L * (kZones + kMeters));
  const long reads_before = settled_reads_of(thread);
  const long allocations_before = allocations;
  wait(1);
  const long allocated = allocations - allocations_before;
  const long reads = settled_reads_of(thread) - reads_before;
  sampler.stop();
  const SamplerCost cost = sampler.cost();
  EXPECT_GT(cost.ticks, 10);
  EXPECT_GT(cost.cpu_s, 0);
  EXPECT_EQ(allocated, 0);
  if (reads_before < 0) GTEST_SKIP() << "this kernel does not count the calls of a thread";
  // Six counters and four powers a tick; a second has 200 ticks, fewer on a busy machine.
  EXPECT_EQ(reads % (kZones + kMeters), 0) << reads;
  EXPECT_LE(reads, 210 * (kZones + kMeters));
  EXPECT_GE(reads, kZones + kMeters);
}

TEST(TickGrid, EveryPeriodHasOneTickAndItMayBeAnywhereInIt) {
  TickGrid grid(1000, 100, kFullDither);
  EXPECT_EQ(grid.next(1000), 1000);
  double sum = 0;
  for (int i = 1; i <= 1000; ++i) {
    const Nanoseconds tick = grid.next(1000 + i * 100 - 50);
    ASSERT_GE(tick, 1000 + i * 100);
    ASSERT_LT(tick, 1000 + i * 100 + 100);
    sum += static_cast<double>(tick - 1000 - i * 100L);
  }
  EXPECT_NEAR(sum / 1000, 49.5, 3);
  EXPECT_EQ(grid.missed(), 0);
}

TEST(TickGrid, WhatIsOverIsMissedAndNotMadeUpFor) {
  TickGrid grid(0, 100, 0.5);
  grid.next(0);
  const Nanoseconds late = grid.next(750);
  EXPECT_GE(late, 700);
  EXPECT_LT(late, 750);
  EXPECT_EQ(grid.missed(), 6);
  EXPECT_GE(grid.next(751), 800);
}

}  // namespace
}  // namespace joulemark::sensors
