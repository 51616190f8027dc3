// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a simulated driver library of AMD or Intel, for tests.
#pragma once

#include <dlfcn.h>

#include <algorithm>
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
inline constexpr DriverLibrary kAmdSmi{SIMULATED_AMDSMI, "libamd_smi.so", "amdsmi"};
inline constexpr DriverLibrary kOldAmdSmi{SIMULATED_AMDSMI_OLD, "libamd_smi.so", "amdsmi"};
inline constexpr DriverLibrary kRocmSmi{SIMULATED_ROCMSMI, "librocm_smi64.so", "rocmsmi"};
inline constexpr DriverLibrary kOldRocmSmi{SIMULATED_ROCMSMI_OLD, "librocm_smi64.so", "rocmsmi"};
inline constexpr DriverLibrary kLevelZero{SIMULATED_LEVEL_ZERO, "libze_loader.so.1", "level_zero"};
inline constexpr DriverLibrary kOldLevelZero{SIMULATED_LEVEL_ZERO_OLD, "libze_loader.so.1",
                                             "level_zero"};

/// Has a copy of the library, so that every machine has a driver of its own. Its time is the
/// machine's. The kernel knows an AMD board, and an Intel card at 0000:03:00.0.
class BoardMachine : public Machine {
 public:
  BoardMachine(const DriverLibrary& library, const std::string& scenario)
      : Machine({}), sensor_(library.sensor) {
    namespace fs = std::filesystem;
    const auto folder = root() / "sim/lib";
    fs::create_directories(folder);
    fs::copy_file(library.built, folder / library.name);
    std::ofstream(folder / (std::string(library.name) + ".scenario")) << scenario;
    fs::create_directories(root() / "dev");
    std::ofstream(root() / "dev/kfd") << "";
    put("sys/devices/0000:03:00.0/vendor", "0x8086");
    link("sys/class/drm/card0/device", root() / "sys/devices/0000:03:00.0");
    driver_ = dlopen((folder / library.name).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (driver_ == nullptr) std::abort();
    time_.emplace(root());
    clock().on_move = [this, start = clock().now()](Nanoseconds now) { time_->set(now - start); };
  }
  ~BoardMachine() { dlclose(driver_); }
  BoardMachine(const BoardMachine&) = delete;
  BoardMachine& operator=(const BoardMachine&) = delete;

  void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::ofstream(root() / path) << text << '\n';
  }
  void link(const std::string& path, const std::filesystem::path& target) {
    std::filesystem::create_directories((root() / path).parent_path());
    std::filesystem::create_directory_symlink(target, root() / path);
  }

  [[nodiscard]] long calls(const char* function) const {
    return symbol<long(const char*)>("joulemark_simulated_calls")(function);
  }
  [[nodiscard]] int users() const { return symbol<int()>("joulemark_simulated_users")(); }

  /// Moves to `t_s` of the scenario, without a read.
  void go_to(double t_s) { clock().advance_s(t_s - now_s()); }
  /// The energies from now to `t_s` of the scenario, sampled in between as the sensors wish.
  std::vector<Energy> sampled_until(double t_s) {
    const Readings begin = read();
    while (now_s() + interval_s() < t_s - 1e-9) {
      clock().advance_s(interval_s());
      for (const auto& sensor : found().sensors) {
        sensor->sample_into(sample_);
        sensor->gauges();
      }
    }
    go_to(t_s);
    return between(begin, read());
  }
  /// The row of a scope, or with "" of the library as a whole.
  [[nodiscard]] SensorStatus row(const std::string& scope) {
    for (const SensorStatus& status : found().statuses)
      if (status.sensor == sensor_ && status.scope == scope) return status;
    return {};
  }

 private:
  std::vector<CounterReading> sample_;

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
  std::string sensor_;
  void* driver_ = nullptr;
  std::optional<DriverClock> time_;
};

}  // namespace joulemark::sensors
