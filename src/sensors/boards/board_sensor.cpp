// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/board_sensor.h"

#include <fmt/format.h>

#include <utility>

namespace joulemark::sensors {
namespace {

/// A tick of the sampler may come a little early.
constexpr double kLeastGaugesS = 0.9 * kBoardGaugesS;

/// No counter goes round while a machine lives: none has to be read for its own sake.
constexpr double kCounterIntervalS = 3600;

void annotate(const Board& board, std::vector<Energy>& energies) {
  for (Energy& energy : energies) {
    if (energy.scope != board.scope.scope) continue;
    if (energy.reason == "gap" && board.meter->is_lost()) {
      energy.reason = "lost";
      energy.detail = fmt::format("the driver lost the board before the window's end; see '{}'",
                                  board.loss_log);
    }
    if (std::string shared = board.meter->strangers(); energy.joules && !shared.empty())
      energy.detail = std::move(shared);
  }
}

}  // namespace

BoardSensor::BoardSensor(std::vector<Board> boards, std::unique_ptr<Sensor> inner,
                         const Options& options)
    : boards_(std::move(boards)),
      inner_(std::move(inner)),
      sample_interval_s_(options.sample_interval_s),
      after_window_(options.after_window),
      clock_(options.clock != nullptr ? options.clock : &system_clock_),
      reads_(options.rest_s),
      gauges_(kLeastGaugesS) {
  for (const Board& board : boards_) gauge_counts_.push_back(board.meter->gauge_lines().size());
}

double BoardSensor::max_read_interval_s() const {
  return after_window_ == AfterWindow::kRest ? kCounterIntervalS : inner_->max_read_interval_s();
}

void BoardSensor::read_into(std::vector<CounterReading>& readings) {
  reads_.note(clock_->now());
  inner_->read_into(readings);
}

void BoardSensor::sample_into(std::vector<CounterReading>& readings) {
  if (reads_.is_due(clock_->now())) read_into(readings);
}

void BoardSensor::await_fresh() {
  for (const Board& board : boards_) board.meter->look_for_strangers();
}

void BoardSensor::await_step(const std::vector<CounterReading>& since) {
  if (after_window_ == AfterWindow::kReadOn) inner_->await_step(since);
  for (const Board& board : boards_) board.meter->look_again_for_strangers();
}

std::vector<GaugeLine> BoardSensor::gauge_lines() const {
  std::vector<GaugeLine> lines;
  for (const Board& board : boards_)
    for (const BoardLine& gauge : board.meter->gauge_lines())
      lines.push_back({board.scope.scope + " " + gauge.name, gauge.unit});
  return lines;
}

void BoardSensor::read_gauges(std::span<std::optional<double>> values) {
  const Nanoseconds now = clock_->now();
  if (!gauges_.is_due(now)) return;
  gauges_.note(now);
  look_at_gauges(values);
}

void BoardSensor::look_at_gauges(std::span<std::optional<double>> values) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < boards_.size(); ++i) {
    boards_[i].meter->read_gauges(values.subspan(first, gauge_counts_[i]));
    first += gauge_counts_[i];
  }
}

std::vector<Energy> BoardSensor::energies(const std::vector<CounterReading>& begin,
                                          const std::vector<CounterReading>& end) const {
  std::vector<Energy> energies = inner_->energies(begin, end);
  for (const Board& board : boards_) annotate(board, energies);
  return energies;
}

}  // namespace joulemark::sensors
