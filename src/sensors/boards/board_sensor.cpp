// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/board_sensor.h"

#include <utility>

namespace joulemark::sensors {
namespace {

/// A tick of the sampler may come a little early.
constexpr double kLeastGaugesS = 0.9 * kBoardGaugesS;

/// Says "lost" of an absent energy whose board the driver gave up: it needs more than a shorter
/// interval.
void name_lost_board(const ScopeInfo& scope, std::vector<Energy>& energies) {
  for (Energy& energy : energies) {
    if (energy.scope != scope.scope || energy.reason != "gap") continue;
    energy.reason = "lost";
    energy.detail = "the driver lost the board before the window's end; see 'dmesg'";
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
      gauges_(kLeastGaugesS) {}

void BoardSensor::read_into(std::vector<CounterReading>& readings) {
  reads_.note(clock_->now());
  inner_->read_into(readings);
}

void BoardSensor::sample_into(std::vector<CounterReading>& readings) {
  if (reads_.is_due(clock_->now())) read_into(readings);
}

void BoardSensor::await_step(const std::vector<CounterReading>& since) {
  if (after_window_ == AfterWindow::kReadOn) inner_->await_step(since);
}

std::vector<GaugeReading> BoardSensor::gauges() {
  std::vector<GaugeReading> all;
  const Nanoseconds now = clock_->now();
  if (!gauges_.is_due(now)) return all;
  gauges_.note(now);
  for (const Board& board : boards_)
    for (GaugeReading& reading : board.meter->gauges(board.scope.scope))
      all.push_back(std::move(reading));
  return all;
}

std::vector<Energy> BoardSensor::energies(const std::vector<CounterReading>& begin,
                                          const std::vector<CounterReading>& end) const {
  std::vector<Energy> energies = inner_->energies(begin, end);
  for (const Board& board : boards_)
    if (board.meter->is_lost()) name_lost_board(board.scope, energies);
  return energies;
}

}  // namespace joulemark::sensors
