// SPDX-License-Identifier: Apache-2.0
// A sensor made of counters that are kept open, made continuous, and compared for mirrored dies.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"
#include "sensors/counters/cadence.h"
#include "sensors/counters/counter_edge.h"
#include "sensors/counters/counter_look.h"
#include "sensors/counters/counter_source.h"

namespace joulemark::sensors {

/// Whether two counters may be one that is shown twice: the same domain in two dies of one socket.
bool may_mirror(const ScopeInfo& a, const ScopeInfo& b);

/// How a counter is watched to learn its update period.
struct Polling {
  Nanoseconds step = 100'000;  ///< between two reads
  Nanoseconds longest = 300'000'000;
  /// Reads before those, 4 ms apart: of a counter that may be updated as often. What is updated
  /// more often is read about as long before a window begins.
  int quick_reads = 0;
};

/// Reads counters whose energies do not overlap, mirrors apart. Thread-safe.
class CounterSensor final : public Sensor {
 public:
  /// `name` is that of the row of the sensor table. `clock` is not owned; nullptr: CLOCK_MONOTONIC.
  /// `counters` is not empty.
  CounterSensor(std::string name, std::vector<Counter> counters, Clock* clock);

  /// Measures the update period of every counter: reads until each has stepped often enough, for
  /// `polling.longest` at most, and longer where that tells one that stands still. Call once,
  /// before anything is measured.
  void calibrate(const Polling& polling = {});
  /// What that showed of counter `index`.
  [[nodiscard]] CounterLook look_at(std::size_t index) const;
  /// Forgets the counters for which `is_left_out` is true, one for each; not all of them.
  void leave_out(const std::vector<bool>& is_left_out);

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override;
  [[nodiscard]] double update_period_s() const override;
  [[nodiscard]] double resolution_j() const override;
  [[nodiscard]] double max_read_interval_s() const override;
  void await_fresh() override;
  void read_into(std::vector<CounterReading>& readings) override;
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override;
  void await_step(const std::vector<CounterReading>& since) override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

  /// The scope whose counter counter `index` shows a second time, so far as the reads tell.
  [[nodiscard]] std::optional<std::string> mirror_of(std::size_t index) const;
  /// How counter `index` is updated.
  [[nodiscard]] Cadence cadence_of(std::size_t index) const;

 private:
  struct Entry {
    Counter source;
    WrapCounter counter;
    Cadence cadence = {};
    StepLog steps = {};
    /// The value of the read in progress; empty when it failed.
    std::optional<std::uint64_t> raw = {};
    Nanoseconds t_ns = 0;
    double joules = 0;           ///< of the last reading
    std::size_t reads = 0;       ///< since the look of `calibrate` began
    double joules_at_begin = 0;  ///< when the look of `calibrate` began
    /// Earlier counters of the same socket and domain that have never differed from this one.
    std::vector<std::size_t> equal_to = {};
  };
  /// False where it cannot be read.
  bool read_entry(Entry& entry, CounterReading& reading) const;
  void compare_mirrors(Entry& entry) const;
  [[nodiscard]] bool may_still_step(const std::vector<CounterReading>& since) const;
  [[nodiscard]] bool needs_steps() const;
  [[nodiscard]] bool needs_longer_look() const;
  [[nodiscard]] CounterLook look_at(const Entry& entry) const;
  void begin_look();
  void set_limits();
  static bool is_updated_often(const Entry& entry);
  [[nodiscard]] bool is_fresh(Nanoseconds since) const;
  [[nodiscard]] std::optional<Energy> obstacle(const Entry& entry, const CounterReading* first,
                                               const CounterReading* last) const;
  /// An energy whose uncertainty has not yet the part that is common to all entries.
  struct Measured {
    Energy energy;
    double uneven_begin_j = 0;
    double uneven_end_j = 0;
  };
  [[nodiscard]] Measured energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                   const std::vector<CounterReading>& end) const;

  std::string name_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  ///< guarded by mutex_
  SystemClock system_clock_;
  Clock* clock_;
  Nanoseconds look_began_ = 0;
  double resolution_j_ = 0;
  double max_read_interval_s_ = 0;
};

}  // namespace joulemark::sensors
