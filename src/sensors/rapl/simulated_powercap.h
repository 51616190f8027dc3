// SPDX-License-Identifier: Apache-2.0
// A simulated machine for tests: a powercap tree in a folder whose counters follow scripted powers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sensors/scripted_clock.h"

namespace joulemark::sensors {

/// One zone of the tree.
struct SimulatedZone {
  std::string directory;  ///< "intel-rapl:0" or "intel-rapl:0:1"
  std::string name;       ///< "package-0", "dram", "core", "psys"
  /// Watts at a time in seconds since the start of the simulation.
  std::function<double(double)> watts;
  double unit_j = 1.0 / 16384;       ///< step of the counter: 2^-14 J; 2^-16 J on AMD
  std::uint64_t first_raw = 0;       ///< counter at the start, in units (32 bits)
  bool has_max_energy_range = true;  ///< whether max_energy_range_uj exists
  double update_period_s = 0;        ///< between two updates of the counter; 0: always up to date
  double update_phase_s = 0;         ///< of the period, what has passed at the start
};

/// Writes /sys/class/powercap and /proc/cpuinfo under a folder, and moves the counters on as time
/// passes. Files are rewritten in place, as sysfs does, so open descriptors see the new values. The
/// counter is 32 bits of units, as the hardware's: it wraps.
class SimulatedPowercap {
 public:
  /// `root` is created; what it holds stays when the object dies.
  SimulatedPowercap(std::filesystem::path root, std::vector<SimulatedZone> zones);

  /// Moves the simulation to `seconds` since its start, integrating the powers in 1 ms steps, and
  /// rewrites the files. Time never goes back.
  void advance_to(double seconds);
  /// Ties the simulation to `clock`: its present time is second 0 of the script.
  void follow(ScriptedClock& clock);
  /// True joules of zone `index` between two times of the script.
  [[nodiscard]] double scripted_joules(std::size_t index, double from_s, double to_s) const;
  /// Sets the counter back to 0, as a foreign reset or a driver reload does.
  void reset_counter(std::size_t index);
  /// Replaces what `file` ("energy_uj") of the zone holds until the next write by the simulation.
  void write_text(std::size_t index, const std::string& file, const std::string& text) const;
  /// Removes the zone's folder; descriptors that are open read on, and see nothing new.
  void remove(std::size_t index);
  /// While frozen, `advance_to` leaves the zone's files alone.
  void freeze(std::size_t index, bool frozen);
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path zone_path(std::size_t index) const;

 private:
  void write_zone(std::size_t index) const;
  void show(std::size_t index, double seconds);

  std::filesystem::path root_;
  std::vector<SimulatedZone> zones_;
  std::vector<double> joules_;  ///< since the start or the last reset, per zone
  std::vector<double> shown_;   ///< of them at the zone's last update
  std::vector<bool> frozen_;
  double now_s_ = 0;
};

/// One socket with DRAM at constant powers, far from a wrap: the usual machine of a test.
std::vector<SimulatedZone> one_socket(double package_watts, double dram_watts);

}  // namespace joulemark::sensors
