// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a simulated NVIDIA driver, for tests.
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "sensors/boards/driver_clock_test.h"
#include "sensors/rapl/powercap_fixture_test.h"

namespace joulemark::sensors {

inline constexpr const char* kEnergyCall = "nvmlDeviceGetTotalEnergyConsumption";
inline constexpr const char* kProcessCall = "nvmlDeviceGetComputeRunningProcesses";

/// Where a machine looks for the driver's library it has a copy of a simulated one, so that every
/// machine has a driver of its own. Its time is the machine's.
class NvmlMachine : public Machine {
 public:
  explicit NvmlMachine(const std::string& scenario, const char* library = SIMULATED_NVML)
      : Machine({}) {
    const auto folder = root() / "sim/lib";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(library, folder / "libnvidia-ml.so.1");
    std::ofstream(folder / "libnvidia-ml.so.1.scenario") << scenario;
    std::filesystem::create_directories(root() / "dev/nvidia0");
    driver_ = dlopen((folder / "libnvidia-ml.so.1").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (driver_ == nullptr) std::abort();
    time_.emplace(root());
    clock().on_move = [this, start = clock().now()](Nanoseconds now) { set_time(now - start); };
  }
  ~NvmlMachine() { dlclose(driver_); }
  NvmlMachine(const NvmlMachine&) = delete;
  NvmlMachine& operator=(const NvmlMachine&) = delete;

  [[nodiscard]] long calls(const char* function) const {
    return symbol<long(const char*)>("joulemark_simulated_calls")(function);
  }
  [[nodiscard]] int users() const { return symbol<int()>("joulemark_simulated_users")(); }

  /// The driver's time: nanoseconds since the scenario began.
  void set_time(Nanoseconds t) const { time_->set(t); }
  /// Moves to `t_s` of the scenario, without a read.
  void go_to(double t_s) { clock().advance_s(t_s - now_s()); }
  /// The energies from now to `t_s` of the scenario, sampled in between as the sensors wish.
  std::vector<Energy> sampled_until(double t_s) {
    const Readings begin = read();
    while (now_s() + interval_s() < t_s - 1e-9) {
      clock().advance_s(interval_s());
      for (const auto& sensor : found().sensors) {
        std::vector<CounterReading> sample;
        sensor->sample_into(sample);
        sensor->gauges();
      }
    }
    go_to(t_s);
    const Readings end = read();
    list_calls_inside_ = calls(kProcessCall);
    return between(begin, end);
  }
  /// Calls for the list of processes up to the end of the last window.
  [[nodiscard]] long list_calls_inside() const { return list_calls_inside_; }
  [[nodiscard]] const SensorStatus* status(const std::string& scope) {
    for (const SensorStatus& status : found().statuses)
      if (status.sensor == "nvml" && status.scope == scope) return &status;
    return nullptr;
  }

 private:
  template <class Function>
  [[nodiscard]] Function* symbol(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(driver_, name));
  }
  double interval_s() {
    double shortest = 10;
    for (const auto& sensor : found().sensors)
      shortest = std::min(shortest, sensor->sample_interval_s());
    return shortest;
  }
  void* driver_ = nullptr;
  std::optional<DriverClock> time_;
  long list_calls_inside_ = 0;
};

/// The driver has no counter for the board, under neither of its names.
inline constexpr const char* kNoCounter =
    "fail nvmlDeviceGetTotalEnergyConsumption 3\nfail field_83 3\n";

}  // namespace joulemark::sensors
