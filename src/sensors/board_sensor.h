// SPDX-License-Identifier: Apache-2.0
// Accelerator boards as one sensor: their counters or gauges, asked as rarely as they have to be.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "sensors/board.h"
#include "sensors/counter_sensor.h"
#include "sensors/pace.h"

namespace joulemark::sensors {

/// A few reads at discovery, and then one at each edge of a window: every call to a driver takes
/// time from the work that is measured.
inline constexpr Polling kBoardPolling{.step = 13'000'000, .longest = 440'000'000};

/// Time between two readings of what a board says besides energy: a slow curve of temperature and
/// clocks, for little of the driver's time.
inline constexpr double kBoardGaugesS = 10;

/// Reads what `inner` reads. It does not wait for counters before or after a window. Thread-safe as
/// far as `inner` is.
class BoardSensor final : public Sensor {
 public:
  struct Options {
    double sample_interval_s = kBoardGaugesS;
    /// Least time between a reading and one for the time line.
    double rest_s = kBoardGaugesS;
    Clock* clock = nullptr;  ///< not owned; nullptr: CLOCK_MONOTONIC
  };
  /// `boards` are those whose scopes `inner` reads.
  BoardSensor(std::vector<Board> boards, std::unique_ptr<Sensor> inner, const Options& options);

  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return inner_->scopes(); }
  [[nodiscard]] double update_period_s() const override { return inner_->update_period_s(); }
  [[nodiscard]] double resolution_j() const override { return inner_->resolution_j(); }
  [[nodiscard]] double max_read_interval_s() const override {
    return inner_->max_read_interval_s();
  }
  [[nodiscard]] double sample_interval_s() const override { return sample_interval_s_; }
  std::vector<GaugeReading> gauges() override;
  std::vector<CounterReading> read() override;
  std::vector<CounterReading> sample() override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  std::vector<Board> boards_;
  std::unique_ptr<Sensor> inner_;
  double sample_interval_s_;
  SystemClock system_clock_;
  Clock* clock_;
  Pace reads_;
  Pace gauges_;
};

}  // namespace joulemark::sensors
