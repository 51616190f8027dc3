// SPDX-License-Identifier: Apache-2.0
// The NVIDIA boards that have no energy counter: their power, integrated.
#pragma once

#include <mutex>
#include <vector>

#include "base/clock.h"
#include "sensors/boards/nvml_board.h"
#include "sensors/counters/cadence.h"
#include "sensors/gauges/power_integral.h"
#include "sensors/pace.h"

namespace joulemark::sensors {

/// Every read is a sample of the integral, so it wants to be read all through a window; where it is
/// not, the energy is absent as a gap. Energies are kDerived (energy_of_window). Thread-safe.
class NvmlPowerSensor final : public Sensor {
 public:
  /// `boards` is not empty, and none has a counter. `clock` as for a CounterSensor.
  NvmlPowerSensor(std::vector<NvmlBoard> boards, Clock* clock);

  /// Measures the update period with 36 reads in half a second at most.
  void calibrate();
  /// The row of board `index` for people.
  [[nodiscard]] std::string describe(std::size_t index) const;

  [[nodiscard]] std::string name() const override { return "nvml"; }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override;
  [[nodiscard]] double update_period_s() const override;
  [[nodiscard]] double resolution_j() const override { return 0; }
  [[nodiscard]] double max_read_interval_s() const override;
  [[nodiscard]] double sample_interval_s() const override;
  std::vector<GaugeReading> gauges() override;
  void await_fresh() override { look_for_strangers(boards_); }
  void read_into(std::vector<CounterReading>& readings) override;
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override;
  /// Reads on for as long as its means remember.
  void await_step(const std::vector<CounterReading>& since) override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  struct Entry {
    NvmlBoard board;
    PowerIntegral integral;
    Cadence cadence = {};
  };
  /// False where it cannot be read.
  bool read_entry(Entry& entry, CounterReading& reading) const;
  [[nodiscard]] bool needs_steps() const;
  [[nodiscard]] Energy energy_of(const Entry& entry, const std::vector<CounterReading>& begin,
                                 const std::vector<CounterReading>& end) const;

  mutable std::mutex mutex_;
  const std::vector<NvmlBoard> boards_;
  std::vector<Entry> entries_;  ///< guarded by mutex_
  SystemClock system_clock_;
  Clock* clock_;
  Pace gauges_;
};

}  // namespace joulemark::sensors
