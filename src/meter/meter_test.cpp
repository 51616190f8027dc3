// SPDX-License-Identifier: Apache-2.0
// The interface as a program uses it, on a simulated machine in real time.
#include "joulemark/meter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include "base/clock.h"
#include "sensors/rapl/simulated_powercap.h"

namespace joulemark {
namespace {

constexpr double kWatts = 40;

/// One socket at 40 W and 5 W of memory, whose counters follow CLOCK_MONOTONIC.
class RunningMachine {
 public:
  RunningMachine() : tree_(folder(), sensors::one_socket(kWatts, 5)) {
    thread_ = std::thread([this] {
      const Nanoseconds start = monotonic_now();
      while (!stop_) {
        tree_.advance_to(to_seconds(monotonic_now() - start));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  ~RunningMachine() {
    stop_ = true;
    thread_.join();
    std::filesystem::remove_all(tree_.root());
  }
  RunningMachine(const RunningMachine&) = delete;
  RunningMachine& operator=(const RunningMachine&) = delete;
  [[nodiscard]] std::string root() const { return tree_.root().string(); }

 private:
  static std::filesystem::path folder() {
    std::string name = (std::filesystem::temp_directory_path() / "joulemark-meter-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    return name;
  }
  sensors::SimulatedPowercap tree_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

void pause(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

TEST(Meter, AWindowHasTheJoulesOfItsTime) {
  const RunningMachine machine;
  Meter meter(machine.root().c_str());
  auto window = meter.begin();
  pause(0.3);
  const auto& energies = window.end();
  ASSERT_EQ(energies.size(), 3U);
  EXPECT_STREQ(energies[0].scope, "package-0");
  EXPECT_STREQ(energies[0].sensor, "powercap");
  EXPECT_EQ(energies[0].energy_class, JM_MEASURED);
  EXPECT_STREQ(energies[2].scope, "total");
  EXPECT_NEAR(energies[2].joules, 45 * window.seconds(), 45 * 0.05);
  EXPECT_GT(energies[2].uncertainty_j, 0);
}

TEST(Meter, WindowsMayOverlapAndEndInAnyOrder) {
  const RunningMachine machine;
  Meter meter(machine.root().c_str());
  auto outer = meter.begin();
  auto inner = meter.begin();
  pause(0.1);
  const double both = outer.end().back().joules;
  pause(0.1);
  const double longer = inner.end().back().joules;
  EXPECT_GT(longer, both + 45 * 0.05);
}

TEST(Meter, ThreadsHaveWindowsOfTheirOwn) {
  const RunningMachine machine;
  Meter meter(machine.root().c_str());
  std::vector<double> watts(4);
  std::vector<std::thread> threads;
  for (double& each : watts)
    threads.emplace_back([&meter, &each] {
      auto window = meter.begin();
      pause(0.2);
      const double joules = window.end().back().joules;
      each = joules / window.seconds();
    });
  for (std::thread& thread : threads) thread.join();
  for (const double each : watts) EXPECT_NEAR(each, 45, 9);
}

TEST(Meter, AMachineWithoutASensorSaysWhy) {
  std::string name = (std::filesystem::temp_directory_path() / "joulemark-bare-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  Meter meter(name.c_str());
  auto window = meter.begin();
  const jm_energy total = window.end().back();
  EXPECT_EQ(total.energy_class, JM_ABSENT);
  EXPECT_TRUE(std::isnan(total.joules));
  EXPECT_STREQ(total.reason, "no_sensor");
  EXPECT_GT(std::strlen(total.detail), 10U);
  std::filesystem::remove_all(name);
}

TEST(MeterC, FailuresAreMessagesAndNeverCrash) {
  jm_meter_message message{};
  EXPECT_EQ(jm_meter_open("no-such-folder", &message), nullptr);
  EXPECT_NE(std::string(message.text).find("no-such-folder"), std::string::npos);
  EXPECT_EQ(jm_meter_open("no-such-folder", nullptr), nullptr);
  const std::string endless(5000, 'x');
  EXPECT_EQ(jm_meter_open(endless.c_str(), &message), nullptr);
  EXPECT_EQ(std::strlen(message.text), JM_METER_MESSAGE_SIZE - 1U);
  jm_meter_close(nullptr);
  jm_window_free(nullptr);
}

TEST(Meter, ACalibrationMultipliesTheJoulesAndTellsItsShare) {
  const RunningMachine machine;
  Meter meter(MeterOptions{.root = machine.root(), .calibrations = {"powercap=1.5±0.02"}});
  auto window = meter.begin();
  pause(0.3);
  const auto& energies = window.end();
  const jm_energy& total = energies.back();
  EXPECT_NEAR(total.joules, 1.5 * 45 * window.seconds(), 1.5 * 45 * 0.05);
  EXPECT_NEAR(window.calibration_j(energies.size() - 1), 0.02 * total.joules, 1e-9);
  EXPECT_TRUE(std::isnan(window.calibration_j(energies.size())));
}

TEST(Meter, AMeterAtThePlugThatIsNotThereTakesTheTotalWithIt) {
  const RunningMachine machine;
  // Nobody listens on the port of a socket that was closed.
  Meter meter(MeterOptions{.root = machine.root(), .meters = {"netio://127.0.0.1:1/1"}});
  auto window = meter.begin();
  pause(0.05);
  const jm_energy total = window.end().back();
  EXPECT_STREQ(total.reason, "unreachable");
  EXPECT_TRUE(std::isnan(total.joules));
}

std::string refusal(const jm_meter_options& options) {
  jm_meter_message message{};
  EXPECT_EQ(jm_meter_open_with(&options, &message), nullptr);
  return message.text;
}

TEST(MeterC, WrongOptionsAreRefusedWithWhatIsRight) {
  const auto with = [](const char* meter, const char* calibration) {
    jm_meter_options options = JM_METER_OPTIONS_INIT;
    options.meters = &meter;
    options.meter_count = meter != nullptr ? 1 : 0;
    options.calibrations = &calibration;
    options.calibration_count = calibration != nullptr ? 1 : 0;
    return refusal(options);
  };
  EXPECT_NE(with("plug", nullptr).find("netio"), std::string::npos);
  const std::string secret = with("netio://me:hunter2@plug/1", nullptr);
  EXPECT_NE(secret.find("JOULEMARK_METER_PASSWORD"), std::string::npos) << secret;
  EXPECT_EQ(secret.find("hunter2"), std::string::npos) << secret;
  EXPECT_NE(with(nullptr, "perf=9").find("must be SENSOR=GAIN±U"), std::string::npos);
  EXPECT_NE(with(nullptr, "pref=1±0.1").find("did you mean 'perf'?"), std::string::npos);
}

TEST(MeterC, OptionsMayGrowAtTheirEnd) {
  const RunningMachine machine;
  const std::string root = machine.root();
  jm_meter_options older = JM_METER_OPTIONS_INIT;
  older.size = offsetof(jm_meter_options, meters);
  older.root = root.c_str();
  older.meter_count = 7;  // behind what that program knows of
  jm_meter* meter = jm_meter_open_with(&older, nullptr);
  EXPECT_NE(meter, nullptr);
  jm_meter_close(meter);
  struct {
    jm_meter_options options = JM_METER_OPTIONS_INIT;
    std::size_t added = 0;
  } newer;
  newer.options.size = sizeof newer;
  newer.options.root = root.c_str();
  meter = jm_meter_open_with(&newer.options, nullptr);
  EXPECT_NE(meter, nullptr);
  jm_meter_close(meter);
  newer.added = 1;
  EXPECT_NE(refusal(newer.options).find("newer libjoulemark_meter.so"), std::string::npos);
  jm_meter_options none = JM_METER_OPTIONS_INIT;
  none.size = 0;
  EXPECT_NE(refusal(none).find("JM_METER_OPTIONS_INIT"), std::string::npos);
}

TEST(MeterC, AWindowEndsOnceAndTellsNothingBefore) {
  const RunningMachine machine;
  jm_meter* meter = jm_meter_open(machine.root().c_str(), nullptr);
  ASSERT_NE(meter, nullptr);
  jm_window* window = jm_window_begin(meter, nullptr);
  EXPECT_EQ(jm_window_count(window), 0U);
  EXPECT_EQ(jm_window_energies(window), nullptr);
  EXPECT_EQ(jm_window_total(window), nullptr);
  EXPECT_TRUE(std::isnan(jm_window_seconds(window)));
  pause(0.05);
  EXPECT_EQ(jm_window_end(window, nullptr), 0);
  jm_meter_message message{};
  EXPECT_NE(jm_window_end(window, &message), 0);
  EXPECT_STREQ(message.text, "the window has ended already");
  EXPECT_STREQ(jm_window_total(window)->scope, "total");
  jm_window_free(window);
  jm_meter_close(meter);
  EXPECT_EQ(jm_meter_version(), JM_METER_VERSION);
}

}  // namespace
}  // namespace joulemark
