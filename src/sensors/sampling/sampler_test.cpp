// SPDX-License-Identifier: Apache-2.0
// Tests of the recorder with a scripted clock, and of the sampler's thread in real time.
#include "sensors/sampling/sampler.h"

#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "base/clock.h"
#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/rapl/simulated_powercap.h"
#include "sensors/sampling/recorder.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

const Series* find(const std::vector<Series>& all, const std::string& name) {
  for (const Series& series : all)
    if (series.name == name) return &series;
  return nullptr;
}

struct TemporaryRoot {
  TemporaryRoot() {
    std::string name = (fs::temp_directory_path() / "joulemark-sampler-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryRoot() { fs::remove_all(path); }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((path / file).parent_path());
    std::ofstream(path / file) << text;
  }
  fs::path path;
};

TEST(Recorder, PowerFollowsTheScript) {
  const TemporaryRoot root;
  ScriptedClock clock;
  SimulatedPowercap tree(root.path, one_socket(0, 5));
  std::vector<SimulatedZone> zones = one_socket(0, 5);
  zones[0].watts = [](double t) { return t < 1 ? 40.0 : 90.0; };
  SimulatedPowercap scripted(root.path, zones);
  scripted.follow(clock);
  const Discovered found = discover({.root = root.path, .clock = &clock});
  Recorder recorder(pointers_to(found.sensors), {.root = root.path});
  for (int i = 0; i <= 20; ++i) {
    recorder.sample_sensors(clock.now());
    clock.advance_s(0.1);
  }
  const auto all = recorder.take();
  const Series* power = find(all, "package-0 power");
  ASSERT_NE(power, nullptr);
  EXPECT_EQ(power->unit, "W");
  ASSERT_EQ(power->samples.size(), 20U);
  EXPECT_NEAR(power->samples[4].value, 40, 0.01);
  EXPECT_NEAR(power->samples[15].value, 90, 0.01);
  EXPECT_EQ(power->samples[1].t_ns - power->samples[0].t_ns, 100'000'000);
  EXPECT_NE(find(all, "dram-0 power"), nullptr);
  EXPECT_EQ(find(all, "worker rss"), nullptr);
}

TEST(Recorder, OfMicrosecondsNoPowerIsTold) {
  const TemporaryRoot root;
  ScriptedClock clock;
  std::vector<SimulatedZone> zones = one_socket(50, 5);
  zones[0].update_period_s = 0.001;
  SimulatedPowercap tree(root.path, zones);
  tree.follow(clock);
  const Discovered found = discover({.root = root.path, .clock = &clock});
  Recorder recorder(pointers_to(found.sensors), {.root = root.path, .least_power_s = 0.05});
  // Ticks that come in pairs, 20 µs apart: a step of the counter between them would be kilowatts.
  for (int i = 0; i < 60; ++i) {
    recorder.sample_sensors(clock.now());
    clock.advance_s(i % 2 == 0 ? 20e-6 : 0.1003);
  }
  const auto all = recorder.take();
  const Series* power = find(all, "package-0 power");
  ASSERT_NE(power, nullptr);
  EXPECT_GE(power->samples.size(), 29U);
  for (const Sample& sample : power->samples) EXPECT_NEAR(sample.value, 50, 2);
}

TEST(Recorder, AnUnreadableCounterLeavesAHole) {
  const TemporaryRoot root;
  ScriptedClock clock;
  SimulatedPowercap tree(root.path, one_socket(40, 5));
  tree.follow(clock);
  const Discovered found = discover({.root = root.path, .clock = &clock});
  Recorder recorder(pointers_to(found.sensors), {.root = root.path});
  for (int i = 0; i < 6; ++i) {
    if (i == 3) tree.write_text(0, "energy_uj", "?");
    recorder.sample_sensors(clock.now());
    clock.advance_s(0.1);
  }
  const auto all = recorder.take();
  EXPECT_EQ(find(all, "dram-0 power")->samples.size(), 5U);
  // The power after it is that since the last reading.
  ASSERT_EQ(find(all, "package-0 power")->samples.size(), 4U);
  for (const Sample& sample : find(all, "package-0 power")->samples)
    EXPECT_NEAR(sample.value, 40, 0.01);
}

TEST(Recorder, WorkerAndMachineGaugesComeFromTheirFiles) {
  const TemporaryRoot root;
  root.write("proc/7/statm", "1000 25 1 1 0 1 0\n");
  root.write("proc/7/stat", "7 (w) S 1 7 7 0 -1 0 0 0 0 0 100 0 0 0\n");
  root.write("sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "3000000\n");
  root.write("sys/devices/system/cpu/cpufreq/policy1/scaling_cur_freq", "2000000\n");
  root.write("sys/class/hwmon/hwmon0/name", "coretemp\n");
  root.write("sys/class/hwmon/hwmon0/temp1_input", "54000\n");
  const std::vector<std::unique_ptr<Sensor>> none;
  Recorder recorder({}, {.root = root.path});
  recorder.sample_machine(0, 7);
  root.write("proc/7/stat", "7 (w) S 1 7 7 0 -1 0 0 0 0 0 110 5 0 0\n");
  recorder.sample_machine(kNanosecondsPerSecond, 7);
  const auto all = recorder.take();
  EXPECT_EQ(find(all, "worker rss")->samples[0].value,
            25.0 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  ASSERT_EQ(find(all, "worker cpu")->samples.size(), 1U);
  EXPECT_NEAR(find(all, "worker cpu")->samples[0].value,
              15 * 100.0 / static_cast<double>(sysconf(_SC_CLK_TCK)), 1e-9);
  EXPECT_EQ(find(all, "worker cpu")->samples[0].t_ns, kNanosecondsPerSecond / 2);
  EXPECT_NEAR(find(all, "cpu frequency")->samples[1].value, 2500, 1e-9);
  EXPECT_NEAR(find(all, "cpu temperature")->samples[0].value, 54, 1e-9);
}

/// Counts its reads; what a sampler keeps alive.
class CountingSensor final : public Sensor {
 public:
  explicit CountingSensor(double longest_s, double sample_interval_s = 0)
      : longest_s_(longest_s), sample_interval_s_(sample_interval_s) {}
  [[nodiscard]] std::string name() const override { return "counting"; }
  [[nodiscard]] double update_period_s() const override { return 0; }
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override { return longest_s_; }
  [[nodiscard]] double sample_interval_s() const override { return sample_interval_s_; }
  [[nodiscard]] std::vector<GaugeLine> gauge_lines() const override {
    return {{"gpu-0 temperature", "°C"}};
  }
  void read_gauges(std::span<std::optional<double>> values) override { values.front() = 60; }
  void read_into(std::vector<CounterReading>& readings) override {
    ++reads;
    readings.clear();
  }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>&,
                                             const std::vector<CounterReading>&) const override {
    return {};
  }
  std::atomic<int> reads = 0;

 private:
  double longest_s_;
  double sample_interval_s_;
};

void wait_until(const std::function<bool()>& condition) {
  const Nanoseconds deadline = monotonic_now() + 20 * kNanosecondsPerSecond;
  while (!condition() && monotonic_now() < deadline) {
    const timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
}

TEST(Sampler, WithoutAThreadNothingWasSampled) {
  const std::vector<std::unique_ptr<Sensor>> none;
  Sampler sampler(none, {.hz = 0});
  ASSERT_TRUE(sampler.start());
  sampler.stop();
  EXPECT_EQ(sampler.cost().sampled_s, 0);
}

TEST(Sampler, SamplesLieOnAnAbsoluteGrid) {
  const std::vector<std::unique_ptr<Sensor>> none;
  Sampler sampler(none, {.hz = 200, .pid = getpid()});
  ASSERT_TRUE(sampler.start());
  const Nanoseconds start = monotonic_now();
  wait_until([&] { return monotonic_now() - start > 300'000'000; });
  const auto all = sampler.stop();
  const Series* rss = find(all, "worker rss");
  ASSERT_NE(rss, nullptr);
  ASSERT_GE(rss->samples.size(), 10U);
  // A tick may come late, and then the next is early or skipped; the grid itself does not move.
  const auto ticks = static_cast<long long>(rss->samples.size()) + sampler.cost().missed_ticks;
  const Nanoseconds span = rss->samples.back().t_ns - rss->samples.front().t_ns;
  EXPECT_NEAR(static_cast<double>(span) / 5e6, static_cast<double>(ticks - 1),
              3 + 0.1 * static_cast<double>(ticks));
  EXPECT_GE(sampler.cost().sampled_s, 0.3);
  EXPECT_GT(sampler.cost().cpu_s, 0);
  EXPECT_LT(sampler.cost().cpu_s, sampler.cost().sampled_s);
  for (std::size_t i = 1; i < rss->samples.size(); ++i)
    EXPECT_GT(rss->samples[i].t_ns, rss->samples[i - 1].t_ns);
}

TEST(Sampler, CountersAreReadBeforeTheyCanWrapWhateverTheRate) {
  for (const double hz : {0.0, 0.001}) {
    std::vector<std::unique_ptr<Sensor>> sensors;
    sensors.push_back(std::make_unique<CountingSensor>(0.005));
    auto& counting = static_cast<CountingSensor&>(*sensors[0]);
    Sampler sampler(sensors, {.hz = hz});
    ASSERT_TRUE(sampler.start());
    wait_until([&] { return counting.reads >= 4; });
    sampler.stop();
    EXPECT_GE(counting.reads, 4);
  }
}

TEST(Sampler, ASlowSensorIsAskedNoMoreOftenThanItSays) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(std::make_unique<CountingSensor>(0.0));
  sensors.push_back(std::make_unique<CountingSensor>(0.0, 30.0));
  auto& fast = static_cast<CountingSensor&>(*sensors[0]);
  auto& slow = static_cast<CountingSensor&>(*sensors[1]);
  Sampler sampler(sensors, {.hz = 500});
  ASSERT_TRUE(sampler.start());
  wait_until([&] { return fast.reads >= 20 && slow.reads >= 1; });
  const auto all = sampler.stop();
  EXPECT_GE(fast.reads, 20);
  EXPECT_EQ(slow.reads, 1);
  ASSERT_NE(find(all, "gpu-0 temperature"), nullptr);
}

TEST(Sampler, StopsAtOnceHoweverSlowItsGridIs) {
  const std::vector<std::unique_ptr<Sensor>> none;
  Sampler sampler(none, {.hz = 0.01, .pid = getpid()});
  ASSERT_TRUE(sampler.start());
  const Nanoseconds before = monotonic_now();
  sampler.stop();
  EXPECT_LT(to_seconds(monotonic_now() - before), 5.0);
}

TEST(Sampler, WorkerThatAppearsLaterIsWatchedFromThen) {
  const std::vector<std::unique_ptr<Sensor>> none;
  Sampler sampler(none, {.hz = 500});
  ASSERT_TRUE(sampler.start());
  sampler.watch(getpid());
  const Nanoseconds start = monotonic_now();
  wait_until([&] { return monotonic_now() - start > 50'000'000; });
  const auto all = sampler.stop();
  ASSERT_NE(find(all, "worker rss"), nullptr);
  EXPECT_GT(find(all, "worker rss")->samples[0].value, 1e5);
}

TEST(Sampler, StopWithoutStartGivesNothing) {
  const std::vector<std::unique_ptr<Sensor>> none;
  Sampler sampler(none, {});
  EXPECT_TRUE(sampler.stop().empty());
}

TEST(Sampler, OrchestratorAndSamplerMayReadTheSameSensors) {
  const TemporaryRoot root;
  SimulatedPowercap tree(
      root.path,
      {{.directory = "intel-rapl:0", .name = "core", .watts = [](double) { return 0; }}});
  const Discovered found = discover({.root = root.path});
  Sampler sampler(found.sensors, {.hz = 1000, .root = root.path});
  ASSERT_TRUE(sampler.start());
  const Readings begin = read_all(found.sensors);
  for (int i = 0; i < 200; ++i) read_all(found.sensors);
  const auto energies =
      measure_between(found.sensors, begin, read_all(found.sensors), found.statuses);
  sampler.stop();
  EXPECT_EQ(energies.back().reason, "stalled");
}

}  // namespace
}  // namespace joulemark::sensors
