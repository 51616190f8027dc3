// SPDX-License-Identifier: Apache-2.0
// What a sensor is, and what an energy says about itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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
  /// Standard uncertainty of the calibration in joules: the same factor in every window of the
  /// sensor, so it cancels in ratios; it is never added to the one above. Empty where nobody knows
  /// it.
  std::optional<double> calibration_j = {};
  /// Machine-readable, when absent: one of SensorStatus (a scope or all of them cannot be read), or
  /// "no_sensor", "no_window" (the trial ended before it), "gap" (not read at an edge, or too
  /// rarely), "lost" (the driver lost the board), "reset" (set back inside the window), "stalled"
  /// (the counter stood still for longer than it can), "below_resolution" (no update fell into the
  /// window), "not_recorded" (imported from a file that has no value).
  std::string reason;
  std::string detail;  ///< the sentence for people: why, and the remedy
};

/// What published models say that a window's energy may have been: an interval, no measurement, of
/// class kEstimated. Never put in a total, never ranked.
struct EnergyEstimate {
  /// Least and largest value over the models, and their median; all empty with a reason.
  std::optional<double> low_j, mid_j, high_j;
  std::vector<std::string> models;  ///< that know this machine: "ccf", "boavizta"
  /// Machine-readable, when absent: "unknown_processor" (to every model), "no_cpu_time" (so that
  /// there is no utilisation), "no_window".
  std::string reason;
  std::string detail;  ///< for people: the models and what they cover, or why there is none
  bool operator==(const EnergyEstimate&) const = default;
};

/// What a scope covers. Which domain's energy contains which is in src/sensors/containment.h; it
/// is not how the kernel nests their folders.
enum class Domain {
  kPackage,  ///< a processor socket, or a die of one
  kDram,     ///< the memory of a socket
  kCore,     ///< its cores
  kUncore,   ///< its built-in graphics
  kPsys,     ///< the platform, as its maker defines it
  kGpu,      ///< an accelerator board
  kModule,   ///< a module with processor, accelerator and memory on it
  kRail,     ///< one supply of such a module
  kNode,     ///< the whole machine, inside of its power supply
  kWall,     ///< the whole machine, at the plug
  kOther     ///< nobody knows
};

/// A scope that a sensor reads.
struct ScopeInfo {
  std::string scope;  ///< unique on a machine: "package-0", "dram-0", "gpu-0", "psys"
  Domain domain = Domain::kOther;
  std::string device;  ///< the socket "0", its die "0-die-1", the accelerator's number; "" for one
                       ///< of the whole machine
  /// What brings its values up to date, where that is not the device: a controller's scopes change
  /// at one time, and what is not known of that time is not known of all of them.
  std::string updated_by = {};
};

/// The last step of a counter before a reading.
struct LastStep {
  double since_s = 0;    ///< from the step to the reading
  double bracket_s = 0;  ///< the step was so much earlier or later, half to each side
  double watts = -1;     ///< mean power from the step before to this one; negative: not known
};

/// The value of one cumulative counter, with the time it was read. Joules since an arbitrary start,
/// wraps undone.
struct CounterReading {
  std::string scope;
  double joules = 0;
  std::int64_t t_before_ns = 0;  ///< CLOCK_MONOTONIC just before the read
  std::int64_t t_after_ns = 0;   ///< and just after it
  /// Of a sensor that is slow to ask: the edge of the window, as its neighbours' readings tell it;
  /// 0: nobody told.
  std::int64_t edge_ns = 0;
  /// Its last step, where reads around it were close enough to tell when it was.
  std::optional<LastStep> last_step = {};
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

/// A time line of what a sensor says besides energy: "gpu-0 temperature" in "°C".
struct GaugeLine {
  std::string name;
  std::string unit;
};

/// Why a source can or cannot be used on this machine: one row of `doctor`.
struct SensorStatus {
  std::string sensor;  ///< "powercap"
  std::string scope;   ///< "package-0", or "" for the source as a whole
  bool usable = false;
  std::string reason;  ///< machine-readable when not usable: "absent", "eacces", "vm", "masked",
                       ///< "seccomp", "unreadable", "contained", "container", "duplicate",
                       ///< "mirror", "unknown", "charging", "frozen" (its counter does not count),
                       ///< "implausible" (it falls, or shows more than there can be);
                       ///< of an accelerator also "lib_missing" (its driver's library),
                       ///< "symbol_missing" (the driver is too old), "not_supported", "mig" (it is
                       ///< split into instances), "lost" (the driver gave it up);
                       ///< of a meter also "unreachable", "unauthorised", "no_outlet" (it has none
                       ///< of that number), "busy" (it measures for another program); of a
                       ///< management controller "inactive" (it does not measure now)
  std::string detail;  ///< one sentence
  std::string remedy;  ///< the command that mends it; "" where nothing does
};

/// A source of energy. `read` gives a cumulative number: of a counter, or what the sensor has
/// integrated of a gauge. May be used from several threads at once: the orchestrator's at the edges
/// of a window, and the sampler's in between.
class Sensor {
 public:
  virtual ~Sensor() = default;
  /// The row of the sensor table that made it: "powercap".
  [[nodiscard]] virtual std::string name() const = 0;
  /// The scopes that it reads, those excluded from the total left out.
  [[nodiscard]] virtual std::vector<ScopeInfo> scopes() const { return {}; }
  /// Seconds between two updates of its slowest counter, as measured; counters that were not seen
  /// to count tell nothing. 0: none was.
  [[nodiscard]] virtual double update_period_s() const = 0;
  /// Smallest step of its counter in joules.
  [[nodiscard]] virtual double resolution_j() const = 0;
  /// The longest time between two reads in which a wrap cannot be missed, seconds.
  [[nodiscard]] virtual double max_read_interval_s() const = 0;
  /// Least time between two reads inside a window, seconds: 0 where reading is cheap. A sensor with
  /// a longer one is asked from a thread of its own, so that it delays no other.
  [[nodiscard]] virtual double sample_interval_s() const { return 0; }
  /// What it can say besides energy, for the time line; always the same lines.
  [[nodiscard]] virtual std::vector<GaugeLine> gauge_lines() const { return {}; }
  /// Their values now, in that order: `values` is as long, and all empty. What cannot be read, or
  /// is not read so often, is left so. Allocates nothing.
  virtual void read_gauges(std::span<std::optional<double>> values) { (void)values; }
  /// The same outside of a window, however lately they were read.
  virtual void look_at_gauges(std::span<std::optional<double>> values) { read_gauges(values); }
  /// Before a window begins: waits for two steps of every counter that is updated often, so that
  /// the readings that follow are fresh and the power just before them is known.
  virtual void await_fresh() {}
  /// Reads every scope once, into `readings`, whose values it replaces: into the same vector again
  /// and again it allocates nothing. An unreadable scope is left out; the ledger turns the gap into
  /// an absent energy.
  virtual void read_into(std::vector<CounterReading>& readings) = 0;
  std::vector<CounterReading> read() {
    std::vector<CounterReading> readings;
    read_into(readings);
    return readings;
  }
  /// Mean watts between two readings of a scope, for the time line; allocates nothing. Empty where
  /// the counter has not stepped in between, or what lies between them is no energy.
  [[nodiscard]] virtual std::optional<double> watts_between(const CounterReading& begin,
                                                            const CounterReading& end) const {
    const double seconds = static_cast<double>(end.t_after_ns - begin.t_after_ns) * 1e-9;
    if (seconds <= 0 || end.joules <= begin.joules) return std::nullopt;
    return (end.joules - begin.joules) / seconds;
  }
  /// Readings for the time line. A sensor that takes time from what is measured does not read, and
  /// leaves `readings` as they are, where it was read less than its `sample_interval_s` ago.
  virtual void sample_into(std::vector<CounterReading>& readings) { read_into(readings); }
  /// After a window that ended with the readings `since`: reads on until every counter has stepped
  /// or has had the time to, so that `energies` can tell one that stands still.
  virtual void await_step(const std::vector<CounterReading>& since) { (void)since; }
  /// The energies between two readings of this sensor, one per scope and non-overlapping scopes
  /// only.
  [[nodiscard]] virtual std::vector<Energy> energies(
      const std::vector<CounterReading>& begin, const std::vector<CounterReading>& end) const = 0;
};

}  // namespace joulemark
