// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a simulated library of a driver, for tests.
#pragma once

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <string>

#include "sensors/boards/driver_clock_test.h"
#include "sensors/rapl/powercap_fixture_test.h"

namespace joulemark::sensors {

/// A simulated library, and the name under which it is looked for.
struct DriverLibrary {
  const char* built;
  const char* name;
  const char* sensor;
};

/// "gpu-0 temperature 61 °C" of every value that the sensor tells now.
inline std::vector<std::string> gauges_now(Sensor& sensor) {
  const std::vector<GaugeLine> lines = sensor.gauge_lines();
  std::vector<std::optional<double>> values(lines.size());
  sensor.read_gauges(values);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (values[i])
      texts.push_back(lines[i].name + " " + std::to_string(std::lround(*values[i])) + " " +
                      lines[i].unit);
  return texts;
}

/// Has a copy of the library, so that every machine has a driver of its own. Its time is the
/// machine's.
class DriverMachine : public Machine {
 public:
  DriverMachine(const DriverLibrary& library, const std::string& scenario) : Machine({}) {
    const auto folder = root() / "sim/lib";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(library.built, folder / library.name);
    std::ofstream(folder / (std::string(library.name) + ".scenario")) << scenario;
    driver_ = dlopen((folder / library.name).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (driver_ == nullptr) std::abort();
    time_.emplace(root());
    clock().on_move = [this, start = clock().now()](Nanoseconds now) { set_time(now - start); };
  }
  ~DriverMachine() { dlclose(driver_); }
  DriverMachine(const DriverMachine&) = delete;
  DriverMachine& operator=(const DriverMachine&) = delete;

  [[nodiscard]] long calls(const char* function) const {
    return symbol<long(const char*)>("joulemark_simulated_calls")(function);
  }
  [[nodiscard]] int users() const { return symbol<int()>("joulemark_simulated_users")(); }

  /// The driver's time: nanoseconds since the scenario began.
  void set_time(Nanoseconds t) const { time_->set(t); }
  /// Moves to `t_s` of the scenario, without a read.
  void go_to(double t_s) { clock().advance_s(t_s - now_s()); }
  /// Moves to `t_s` of the scenario, sampled in between as the sensors wish.
  void sample_until(double t_s) {
    while (now_s() + interval_s() < t_s - 1e-9) {
      clock().advance_s(interval_s());
      for (const auto& sensor : found().sensors) {
        sensor->sample_into(sample_);
        gauges_now(*sensor);
      }
    }
    go_to(t_s);
  }
  /// The energies from now to then.
  std::vector<Energy> sampled_until(double t_s) {
    const Readings begin = read();
    sample_until(t_s);
    return between(begin, read());
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
  std::vector<CounterReading> sample_;
  void* driver_ = nullptr;
  std::optional<DriverClock> time_;
};

}  // namespace joulemark::sensors
