// SPDX-License-Identifier: Apache-2.0
#include "sensors/counter_edge.h"

#include <algorithm>
#include <cmath>

namespace joulemark::sensors {
namespace {

/// Steps that are remembered; those around the edges of a window are the ones that matter, and
/// windows are short.
constexpr std::size_t kMostSteps = 4096;

/// The time from one step to the next, and what that brought.
struct Interval {
  double joules = 0;
  double seconds = 0;
  double bracket_s = 0;  ///< in which its ends are not known
};

/// What belongs to the part of the interval before `since_s` of it have passed, where the mean
/// power of the window is `watts`.
Unseen part_of(const Interval& interval, double since_s, double watts) {
  const double f = std::clamp(since_s / interval.seconds, 0.0, 1.0);
  const double uneven_j = std::abs(interval.joules - watts * interval.seconds);
  const double late_j = interval.joules * interval.bracket_s / interval.seconds / std::sqrt(6.0);
  return {.joules = interval.joules * f,
          .uncertainty_j = std::hypot(uneven_j * std::sqrt(f * (1 - f) / 3), late_j)};
}

}  // namespace

void StepLog::see(double joules, Nanoseconds t) {
  if (started_ && joules != last_joules_) {
    if (steps_.size() == kMostSteps) steps_.pop_front();
    steps_.push_back({.t_ns = t, .bracket_ns = t - last_read_ns_, .joules = joules});
  }
  started_ = true;
  last_joules_ = joules;
  last_read_ns_ = t;
}

const StepLog::Step* StepLog::first_after(Nanoseconds t) const {
  const auto found =
      std::upper_bound(steps_.begin(), steps_.end(), t,
                       [](Nanoseconds at, const Step& step) { return at < step.t_ns; });
  return found != steps_.end() ? &*found : nullptr;
}

std::optional<double> StepLog::since_step_s() const {
  if (steps_.empty() || steps_.back().bracket_ns > kTightBracket) return std::nullopt;
  const Step& last = steps_.back();
  return to_seconds(last_read_ns_ - last.t_ns + last.bracket_ns / 2);
}

Unseen unseen_at(const EdgeReading& reading, const StepLog& log, double period_s, double watts) {
  const StepLog::Step* next = log.first_after(reading.t_ns);
  const bool is_close = next != nullptr && next->bracket_ns <= kTightBracket;
  if (reading.since_step_s >= 0 && next != nullptr) {
    const Interval interval{.joules = next->joules - reading.joules,
                            .seconds = reading.since_step_s + to_seconds(next->t_ns - reading.t_ns),
                            .bracket_s = to_seconds(next->bracket_ns)};
    if (is_close) return part_of(interval, reading.since_step_s, watts);
    // Nobody looked at the next step: work that began at the edge may have drawn all of it.
    const double joules = interval.joules * reading.since_step_s / interval.seconds;
    return {.joules = joules, .uncertainty_j = joules / std::sqrt(3.0)};
  }
  if (is_close) {
    const double until_s = to_seconds(next->t_ns - next->bracket_ns / 2 - reading.t_ns);
    const Interval interval{.joules = next->joules - reading.joules,
                            .seconds = period_s,
                            .bracket_s = to_seconds(next->bracket_ns)};
    return part_of(interval, period_s - until_s, watts);
  }
  const double seconds = reading.since_step_s >= 0 ? reading.since_step_s : period_s / 2;
  return {.joules = watts * seconds, .uncertainty_j = watts * period_s / std::sqrt(12.0)};
}

}  // namespace joulemark::sensors
