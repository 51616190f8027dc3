// SPDX-License-Identifier: Apache-2.0
// The NVIDIA boards that have an energy counter, as one sensor.
#pragma once

#include <vector>

#include "sensors/boards/board_sensor.h"
#include "sensors/boards/nvml_board.h"
#include "sensors/counters/counter_sensor.h"
#include "sensors/pace.h"

namespace joulemark::sensors {

/// Reads counters: a few times at discovery, and then at each edge of a window and every 10 s, for
/// every call to the driver takes time from the work that is measured. It does not wait for them
/// after a window: their steps take a tenth of a second. Thread-safe.
class NvmlSensor final : public Sensor {
 public:
  /// `boards` is not empty, and all have a counter. `clock` as for a CounterSensor.
  NvmlSensor(std::vector<NvmlBoard> boards, Clock* clock);

  /// Measures the update period with 36 reads in half a second at most.
  void calibrate() { counters_.calibrate(kBoardPolling); }
  /// The row of board `index` for people.
  [[nodiscard]] std::string describe(std::size_t index) const;

  [[nodiscard]] std::string name() const override { return counters_.name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return counters_.scopes(); }
  [[nodiscard]] double update_period_s() const override { return counters_.update_period_s(); }
  [[nodiscard]] double resolution_j() const override { return counters_.resolution_j(); }
  [[nodiscard]] double max_read_interval_s() const override;
  [[nodiscard]] double sample_interval_s() const override;
  std::vector<GaugeReading> gauges() override;
  void await_fresh() override { look_for_strangers(boards_); }
  void read_into(std::vector<CounterReading>& readings) override;
  void sample_into(std::vector<CounterReading>& readings) override;
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override {
    return counters_.watts_between(begin, end);
  }
  void await_step(const std::vector<CounterReading>&) override {
    look_again_for_strangers(boards_);
  }
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  std::vector<NvmlBoard> boards_;
  CounterSensor counters_;  ///< one for each board, in their order
  SystemClock system_clock_;
  Clock* clock_;
  Pace reads_;
};

}  // namespace joulemark::sensors
