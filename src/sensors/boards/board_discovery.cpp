// SPDX-License-Identifier: Apache-2.0
// zeus (device/gpu/amd.py) was the first to hold a GPU's counter against its power before believing
// it: MI100 counters stand still or go backward, RDNA ones count in another unit.
#include "sensors/boards/board_discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sensors/boards/board_gauge.h"
#include "sensors/boards/board_sensor.h"
#include "sensors/boards/counter_trial.h"
#include "sensors/boards/steady_counter.h"
#include "sensors/containment.h"
#include "sensors/counters/counter_discovery.h"
#include "sensors/gauges/gauge_sensor.h"
#include "sensors/scope_reading.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

/// Between two samples of a gauge that is integrated.
constexpr double kGaugeIntervalS = 0.2;
/// Makers tell that a gauge averages over a second at most, and not over what of it.
constexpr GaugeTiming kGaugeTiming{.average_s = 0, .update_s = 1, .is_guessed = true};
/// The newer library tells whole watts.
constexpr double kGaugeStepW = 1;

/// A board, and why its counter is not used; "" where it is.
struct Judged {
  Board board;
  std::string why = {};
};

std::unique_ptr<CounterSensor> counters_of(const char* name, const std::vector<Board>& boards,
                                           Clock* clock) {
  std::vector<Counter> counters;
  for (const Board& board : boards)
    counters.push_back(
        {.scope = board.scope,
         .range = {.unit_j = board.unit_j, .modulus = 0, .max_watts = board.max_watts},
         .step_j = board.unit_j,
         .source = std::make_unique<SteadyCounter>(board.meter)});
  return std::make_unique<CounterSensor>(name, std::move(counters), clock);
}

/// Every counter against its gauge, over one calibration. `boards` are those of `sensor`.
std::vector<Judged> judge_counters(CounterSensor& sensor, const std::vector<Board>& boards) {
  std::vector<CounterTrial> trials(boards.size());
  const auto ask_gauges = [&] {
    for (std::size_t i = 0; i < boards.size(); ++i) trials[i].see(boards[i].meter->watts());
  };
  ask_gauges();
  const auto begin = sensor.read();
  sensor.calibrate(kQuickBoardPolling);
  const auto end = sensor.read();
  ask_gauges();
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const CounterReading* first = find_scope(begin, boards[i].scope.scope);
    const CounterReading* last = find_scope(end, boards[i].scope.scope);
    if (first != nullptr && last != nullptr) {
      trials[i].joules = last->joules - first->joules;
      trials[i].seconds = to_seconds(last->t_after_ns - first->t_after_ns);
    }
    judged.push_back({boards[i], doubt(trials[i])});
  }
  return judged;
}

/// The boards of `judged` whose counter is used.
std::vector<Board> trusted(const std::vector<Judged>& judged) {
  std::vector<Board> boards;
  for (const Judged& each : judged)
    if (each.why.empty()) boards.push_back(each.board);
  return boards;
}

bool is_among(const std::vector<Board>& boards, const Board& board) {
  return std::any_of(boards.begin(), boards.end(),
                     [&](const Board& other) { return other.meter == board.meter; });
}

/// Adds the sensor of the counters that count; hands back the boards of the others.
std::vector<Judged> add_counters_of(const BoardSet& set, Discovered& found) {
  std::vector<Judged> judged;
  for (const Board& board : set.boards)
    judged.push_back({board, board.unit_j > 0 ? "" : "it has no energy counter"});
  const std::vector<Board> with_counter = trusted(judged);
  if (with_counter.empty()) return judged;
  auto sensor = counters_of(set.name, with_counter, set.clock);
  std::erase_if(judged, [](const Judged& each) { return each.why.empty(); });
  for (Judged& each : judge_counters(*sensor, with_counter)) judged.push_back(std::move(each));
  std::vector<Board> counting = trusted(judged);
  std::vector<bool> is_left_out;
  for (const Board& board : with_counter) is_left_out.push_back(!is_among(counting, board));
  std::erase_if(judged, [](const Judged& each) { return each.why.empty(); });
  if (counting.empty()) return judged;
  sensor->leave_out(is_left_out);
  for (std::size_t i = 0; i < counting.size(); ++i)
    found.statuses.push_back(
        make_status(set.name, counting[i].scope.scope, "",
                    fmt::format("energy counter, {}{}", cadence_text(sensor->cadence_of(i)),
                                counting[i].note)));
  found.sensors.push_back(std::make_unique<BoardSensor>(std::move(counting), std::move(sensor),
                                                        BoardSensor::Options{.clock = set.clock}));
  return judged;
}

void add_gauges_of(const BoardSet& set, const std::vector<Judged>& others, Discovered& found) {
  std::vector<Board> boards;
  std::vector<PowerGauge> gauges;
  for (const Judged& judged : others) {
    const Board& board = judged.board;
    if (!board.meter->watts()) {
      found.statuses.push_back(
          make_status(set.name, board.scope.scope, board.unit_j > 0 ? "frozen" : "not_supported",
                      judged.why + ", and its power cannot be read" + board.note));
      continue;
    }
    found.statuses.push_back(make_status(set.name, board.scope.scope, "",
                                         judged.why + "; integrated is its power" + board.note));
    gauges.push_back({.scope = board.scope,
                      .timing = kGaugeTiming,
                      .max_watts = board.max_watts,
                      .source = std::make_unique<BoardGauge>(board.meter, kGaugeStepW)});
    boards.push_back(board);
  }
  if (boards.empty()) return;
  found.sensors.push_back(std::make_unique<BoardSensor>(
      std::move(boards), std::make_unique<GaugeSensor>(set.name, std::move(gauges), set.clock),
      BoardSensor::Options{.sample_interval_s = kGaugeIntervalS,
                           .rest_s = 0,
                           .after_window = BoardSensor::AfterWindow::kReadOn,
                           .clock = set.clock}));
}

}  // namespace

void add_boards(BoardSet set, Discovered& found) {
  std::erase_if(set.boards, [&](const Board& board) {
    const Role role = role_beside(board.scope, set.claimed);
    if (role == Role::kCounted) return false;
    found.statuses.push_back(status_of_role(set.name, board.scope.scope, role));
    return true;
  });
  add_gauges_of(set, add_counters_of(set, found), found);
}

}  // namespace joulemark::sensors
