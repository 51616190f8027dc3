// SPDX-License-Identifier: Apache-2.0
// The NVIDIA boards that have an energy counter, as one sensor.
#pragma once

#include <vector>

#include "sensors/counter_sensor.h"
#include "sensors/nvml_board.h"

namespace joulemark::sensors {

/// A few reads at discovery, and then one at each edge of a window: every call to the driver takes
/// time from the work that is measured. Thread-safe.
inline constexpr Polling kNvmlPolling{.step = 13'000'000, .longest = 480'000'000};

/// Reads counters. It does not wait for them after a window: their steps take a tenth of a second.
class NvmlSensor final : public Sensor {
 public:
  /// `boards` is not empty, and all have a counter. `clock` as for a CounterSensor.
  NvmlSensor(std::vector<NvmlBoard> boards, Clock* clock);

  /// Measures the update period with 39 reads in half a second at most.
  void calibrate() { counters_.calibrate(kNvmlPolling); }
  /// The row of board `index` for people.
  [[nodiscard]] std::string describe(std::size_t index) const;

  [[nodiscard]] std::string name() const override { return counters_.name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return counters_.scopes(); }
  [[nodiscard]] double update_period_s() const override { return counters_.update_period_s(); }
  [[nodiscard]] double resolution_j() const override { return counters_.resolution_j(); }
  [[nodiscard]] double max_read_interval_s() const override;
  [[nodiscard]] double sample_interval_s() const override;
  std::vector<GaugeReading> gauges() override;
  void read_into(std::vector<CounterReading>& readings) override { counters_.read_into(readings); }
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override {
    return counters_.watts_between(begin, end);
  }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  std::vector<NvmlBoard> boards_;
  CounterSensor counters_;  ///< one for each board, in their order
};

/// Says "lost" of an absent energy whose board is lost: it needs more than a shorter interval.
void name_loss(const std::vector<NvmlBoard>& boards, std::vector<Energy>& energies);

}  // namespace joulemark::sensors
