// SPDX-License-Identifier: Apache-2.0
// A sensor made of power gauges, whose readings it integrates.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "joulemark/sensor.h"
#include "sensors/gauges/gauge_source.h"
#include "sensors/gauges/power_integral.h"

namespace joulemark::sensors {

/// Integrates between the reads; its energies are derived, not measured (energy_of_window).
/// Thread-safe.
class GaugeSensor final : public Sensor {
 public:
  /// `name` is that of the row of the sensor table. `clock` is not owned; nullptr: CLOCK_MONOTONIC.
  /// `gauges` is not empty.
  GaugeSensor(std::string name, std::vector<PowerGauge> gauges, Clock* clock);

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override;
  [[nodiscard]] double update_period_s() const override;
  [[nodiscard]] double resolution_j() const override { return 0; }
  /// How often it has to be read: as its gauges say, else twice between updates of a mean, 10 times
  /// a second of what is an instant.
  [[nodiscard]] double max_read_interval_s() const override;
  [[nodiscard]] double sample_interval_s() const override { return sample_interval_s_; }
  void read_into(std::vector<CounterReading>& readings) override;
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override;
  /// Reads on for as long as its means remember.
  void await_step(const std::vector<CounterReading>& since) override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  struct Entry {
    PowerGauge gauge;
    PowerIntegral integral;
  };
  /// False where it cannot be read.
  bool read_entry(Entry& entry, Nanoseconds asked, CounterReading& reading) const;
  [[nodiscard]] Energy energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                 const std::vector<CounterReading>& end) const;

  std::string name_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  ///< guarded by mutex_
  double sample_interval_s_ = 0;
  SystemClock system_clock_;
  Clock* clock_;
};

}  // namespace joulemark::sensors
