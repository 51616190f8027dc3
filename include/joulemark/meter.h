// SPDX-License-Identifier: Apache-2.0
// What a sensor is, and what an energy says about itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace joulemark {

/// How an energy came about (design §6). `kAbsent` carries a reason and no number.
enum class EnergyClass { kMeasured, kDerived, kEstimated, kAbsent };

/// "measured", "derived", "estimated", "absent".
const char* to_string(EnergyClass value);

/// The energy of one scope in one window. `joules` is empty exactly when the class is absent.
struct Energy {
  std::string scope;   ///< what it covers: "package-0", "dram-0", "total"
  std::string sensor;  ///< which source: "powercap"; "" when absent
  EnergyClass energy_class = EnergyClass::kAbsent;
  std::optional<double> joules;
  /// Standard uncertainty in joules, from the counter's updates, its steps and the edges' time
  /// brackets; the calibration of the counter itself is not in it.
  std::optional<double> uncertainty_j;
  /// Machine-readable, when absent: one of SensorStatus (a scope or all of them cannot be read), or
  /// "no_sensor", "no_window" (the trial ended before it), "gap" (not read at an edge, or too
  /// rarely), "reset" (set back inside the window), "stalled" (the counter stood still for longer
  /// than it can), "below_resolution" (no update fell into the window), "not_recorded" (imported
  /// from a file that has no value).
  std::string reason;
  std::string detail;  ///< the sentence for people: why, and the remedy
};

/// The value of one cumulative counter, with the time it was read. Joules since an arbitrary start,
/// wraps undone.
struct CounterReading {
  std::string scope;
  double joules = 0;
  std::int64_t t_before_ns = 0;  ///< CLOCK_MONOTONIC just before the read
  std::int64_t t_after_ns = 0;   ///< and just after it
};

/// One sample of a time line.
struct Sample {
  std::int64_t t_ns = 0;  ///< CLOCK_MONOTONIC
  double value = 0;
};

/// A named time line: "package-0 power" in "W".
struct Series {
  std::string name;
  std::string unit;
  std::vector<Sample> samples;
};

/// Why a source can or cannot be used on this machine: one row of `doctor`.
struct SensorStatus {
  std::string sensor;  ///< "powercap"
  std::string scope;   ///< "package-0", or "" for the source as a whole
  bool usable = false;
  std::string reason;  ///< machine-readable when not usable: "absent", "eacces", "vm", "masked",
                       ///< "unreadable"
  std::string detail;  ///< one sentence
  std::string remedy;  ///< the command that mends it; "" where nothing does
};

/// A source of cumulative energy. Used from one thread at a time.
class Sensor {
 public:
  virtual ~Sensor() = default;
  /// The row of the sensor table that made it: "powercap".
  [[nodiscard]] virtual std::string name() const = 0;
  /// Seconds between two updates of its slowest counter, as measured; counters that were not seen
  /// to count tell nothing. 0: none was.
  [[nodiscard]] virtual double update_period_s() const = 0;
  /// Smallest step of its counter in joules.
  [[nodiscard]] virtual double resolution_j() const = 0;
  /// The longest time between two reads in which a wrap cannot be missed, seconds.
  [[nodiscard]] virtual double max_read_interval_s() const = 0;
  /// Reads every scope once. An unreadable scope is left out; the ledger turns the gap into an
  /// absent energy.
  virtual std::vector<CounterReading> read() = 0;
  /// After a window that ended with the readings `since`: reads on until every counter has stepped
  /// or has had the time to, so that `energies` can tell one that stands still.
  virtual void await_step(const std::vector<CounterReading>& since) { (void)since; }
  /// The energies between two readings of this sensor, one per scope and non-overlapping scopes
  /// only.
  [[nodiscard]] virtual std::vector<Energy> energies(
      const std::vector<CounterReading>& begin, const std::vector<CounterReading>& end) const = 0;
};

}  // namespace joulemark
