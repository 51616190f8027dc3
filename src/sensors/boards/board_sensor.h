// SPDX-License-Identifier: Apache-2.0
// Accelerator boards as one sensor: their counters or gauges, asked as rarely as they have to be.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "sensors/boards/board.h"
#include "sensors/counters/counter_sensor.h"
#include "sensors/pace.h"

namespace joulemark::sensors {

/// A few reads at discovery, and then one at each edge of a window: every call to a driver takes
/// time from the work that is measured.
inline constexpr Polling kBoardPolling{.step = 13'000'000, .longest = 440'000'000};
/// Of boards whose counter may be updated every few milliseconds.
inline constexpr Polling kQuickBoardPolling{
    .step = 13'000'000, .longest = 440'000'000, .quick_reads = 12};

/// Time between two readings of what a board says besides energy: a slow curve of temperature and
/// clocks, for little of the driver's time.
inline constexpr double kBoardGaugesS = 10;

/// Reads what `inner` reads, and says of its energies what only the boards know: one of a lost
/// board is absent as "lost", for it needs more than a shorter interval, and one of a shared board
/// says so. It does not wait for counters before a window. Thread-safe as far as `inner` is.
class BoardSensor final : public Sensor {
 public:
  /// Whether `inner` reads on behind a window: gauges remember it, and counters are left alone.
  enum class AfterWindow { kRest, kReadOn };
  struct Options {
    double sample_interval_s = kBoardGaugesS;
    /// Least time between a reading and one for the time line.
    double rest_s = kBoardGaugesS;
    AfterWindow after_window = AfterWindow::kRest;
    Clock* clock = nullptr;  ///< not owned; nullptr: CLOCK_MONOTONIC
  };
  /// `boards` are those whose scopes `inner` reads.
  BoardSensor(std::vector<Board> boards, std::unique_ptr<Sensor> inner, const Options& options);

  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::vector<ScopeInfo> scopes() const override { return inner_->scopes(); }
  [[nodiscard]] double update_period_s() const override { return inner_->update_period_s(); }
  [[nodiscard]] double resolution_j() const override { return inner_->resolution_j(); }
  [[nodiscard]] double max_read_interval_s() const override;
  [[nodiscard]] double sample_interval_s() const override { return sample_interval_s_; }
  [[nodiscard]] std::vector<GaugeLine> gauge_lines() const override;
  void read_gauges(std::span<std::optional<double>> values) override;
  void look_at_gauges(std::span<std::optional<double>> values) override;
  void await_fresh() override;
  void read_into(std::vector<CounterReading>& readings) override;
  void sample_into(std::vector<CounterReading>& readings) override;
  [[nodiscard]] std::optional<double> watts_between(const CounterReading& begin,
                                                    const CounterReading& end) const override {
    return inner_->watts_between(begin, end);
  }
  void await_step(const std::vector<CounterReading>& since) override;
  [[nodiscard]] std::vector<Energy> energies(const std::vector<CounterReading>& begin,
                                             const std::vector<CounterReading>& end) const override;

 private:
  std::vector<Board> boards_;
  std::vector<std::size_t> gauge_counts_;  ///< of each board, in their order
  std::unique_ptr<Sensor> inner_;
  double sample_interval_s_;
  AfterWindow after_window_;
  SystemClock system_clock_;
  Clock* clock_;
  Pace reads_;
  Pace gauges_;
};

}  // namespace joulemark::sensors
