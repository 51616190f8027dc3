// SPDX-License-Identifier: Apache-2.0
// A simulated machine with a clock and its sensors, for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "sensors/rapl/simulated_powercap.h"

namespace joulemark::sensors {

inline std::function<double(double)> constant(double watts) {
  return [watts](double) { return watts; };
}

/// A machine with a clock: folder, tree, sensors.
class Machine {
 public:
  explicit Machine(std::vector<SimulatedZone> zones)
      : root_(make_root()), tree_(root_, std::move(zones)) {
    tree_.follow(clock_);
  }
  ~Machine() { std::filesystem::remove_all(root_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void find() { found_ = discover({.root = root_, .clock = &clock_}); }
  Readings read() { return read_all(found_.sensors); }
  std::vector<Energy> between(const Readings& begin, const Readings& end) {
    return measure_between(found_.sensors, begin, end, found_.statuses);
  }
  /// The energies of a window of `seconds` that begins now.
  std::vector<Energy> window(double seconds) {
    const Readings begin = read();
    clock_.advance_s(seconds);
    return between(begin, read());
  }
  SimulatedPowercap& tree() { return tree_; }
  ScriptedClock& clock() { return clock_; }
  Discovered& found() { return found_; }
  const std::filesystem::path& root() { return root_; }
  /// Seconds since the start of the script.
  double now_s() { return to_seconds(clock_.now() - start_); }

 private:
  static std::filesystem::path make_root() {
    std::string name =
        (std::filesystem::temp_directory_path() / "joulemark-powercap-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    std::filesystem::permissions(name, std::filesystem::perms(0755));
    return name;
  }
  std::filesystem::path root_;
  ScriptedClock clock_;
  Nanoseconds start_ = clock_.now();
  SimulatedPowercap tree_;
  Discovered found_;
};

inline const Energy* scope(const std::vector<Energy>& energies, const std::string& name) {
  for (const Energy& energy : energies)
    if (energy.scope == name) return &energy;
  return nullptr;
}

inline SensorStatus status_of(const Discovered& found, const std::string& name) {
  for (const SensorStatus& status : found.statuses)
    if (status.scope == name) return status;
  return {};
}

/// Of the row of a scope, or of a source as a whole; of any sensor, or of one.
inline std::string reason_of(const Discovered& found, const std::string& name,
                             const std::string& sensor = "") {
  for (const SensorStatus& status : found.statuses)
    if (status.scope == name && (sensor.empty() || status.sensor == sensor))
      return status.usable ? "usable" : status.reason;
  return "no row";
}

}  // namespace joulemark::sensors
