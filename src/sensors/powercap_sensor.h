// SPDX-License-Identifier: Apache-2.0
// The powercap sensor: counters kept open, made continuous, and compared for mirrored dies.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/meter.h"
#include "sensors/cadence.h"
#include "sensors/powercap_zones.h"
#include "sensors/sysfs_file.h"
#include "sensors/wrap_counter.h"

namespace joulemark::sensors {

/// A zone whose counter is open and could be read.
struct OpenZone {
  Zone zone;
  SysfsFile counter;
};

/// Reads the counted zones. Thread-safe.
class PowercapSensor final : public Sensor {
 public:
  /// `clock` is not owned; nullptr: CLOCK_MONOTONIC. `zones` is not empty.
  PowercapSensor(std::vector<OpenZone> zones, Clock* clock);

  /// Measures the update period of every counter: reads until each has stepped often enough, for
  /// 0.3 s at most. Call once, before anything is measured.
  void calibrate();

  [[nodiscard]] std::string name() const override { return "powercap"; }
  [[nodiscard]] double update_period_s() const override;
  [[nodiscard]] double resolution_j() const override;
  [[nodiscard]] double max_read_interval_s() const override;
  std::vector<CounterReading> read() override;
  void await_step(const std::vector<CounterReading>& since) override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

  /// The scope whose counter zone `index` shows a second time, so far as the reads tell.
  [[nodiscard]] std::optional<std::string> mirror_of(std::size_t index) const;
  /// How zone `index` is updated.
  [[nodiscard]] Cadence cadence_of(std::size_t index) const;

 private:
  struct Entry {
    OpenZone source;
    WrapCounter counter;
    Cadence cadence = {};
    /// The value of the read in progress; empty when it failed.
    std::optional<std::uint64_t> raw_uj = {};
    Nanoseconds t_ns = 0;
    /// Earlier zones of the same socket and domain that have never differed from this one.
    std::vector<std::size_t> equal_to = {};
  };
  std::optional<CounterReading> read_entry(Entry& entry) const;
  void compare_mirrors(Entry& entry) const;
  [[nodiscard]] bool may_still_step(const std::vector<CounterReading>& since) const;
  [[nodiscard]] bool needs_steps() const;
  [[nodiscard]] std::optional<Energy> obstacle(const Entry& entry, const CounterReading* first,
                                               const CounterReading* last) const;
  [[nodiscard]] Energy energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                 const std::vector<CounterReading>& end) const;

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  ///< guarded by mutex_
  SystemClock system_clock_;
  Clock* clock_;
  double resolution_j_ = 0;
  double max_read_interval_s_ = 0;
};

}  // namespace joulemark::sensors
