// SPDX-License-Identifier: Apache-2.0
#include "sensors/counters/counter_edge.h"

#include <algorithm>
#include <cmath>

namespace joulemark::sensors {
namespace {

/// Steps that are remembered; those around the edges of a window are the ones that matter, and
/// windows are short.
constexpr std::size_t kMostSteps = 4096;
/// Of how much the window's power is another one than just before it, the part that may have begun
/// before it.
constexpr double kEarlyPart = 0.85;
/// Steps are counted on over so long, and periods are known to so much of one. A counter with
/// longer ones nobody waits for, so that none of its steps was seen closely but by chance.
constexpr double kCountedOnS = 0.01;
constexpr double kPeriodError = 0.01;
/// By what part of the window's power that of a single period is another one, where no reads tell:
/// of work that comes and goes a few times in a tenth of a second.
constexpr double kUnevenPart = 0.3;
constexpr double kEvenedOutS = 0.1;
/// Of work in pieces of some tens of milliseconds a shorter period holds all or nothing.
constexpr double kMostUnevenPart = 1.2;

double square(double x) {
  return x * x;
}

/// Of counters that are updated every few milliseconds the time between the reads and the window
/// is what counts.
double uneven_part(double period_s) {
  if (period_s <= kCountedOnS) return kUnevenPart;
  return std::clamp(kUnevenPart * std::pow(kEvenedOutS / period_s, 1.5), kUnevenPart,
                    kMostUnevenPart);
}

/// The time from one step to the next, and what that brought.
struct Interval {
  double joules = 0;
  double seconds = 0;
  double bracket_s = 0;  ///< in which its ends are not known
};

/// By how much the interval's energy is another one than at the power after it: where it is the
/// same, the load did not change inside. The window's mean tells less, for an interval in which the
/// load changed may have the same.
double uneven_j(const Interval& interval, std::optional<double> after_w, double mean_w) {
  return std::abs(interval.joules - after_w.value_or(mean_w) * interval.seconds);
}

/// What belongs to the part of the interval before `since_s` of it have passed.
Unseen part_of(const Interval& interval, double since_s, double uneven_j) {
  const double f = std::clamp(since_s / interval.seconds, 0.0, 1.0);
  const double late_j = interval.joules * interval.bracket_s / interval.seconds / std::sqrt(6.0);
  return {.joules = interval.joules * f,
          .uncertainty_j = late_j,
          .uneven_j = uneven_j * std::sqrt(f * (1 - f) / 3)};
}

/// The power of the step before, going on; what a moment as short as a read can have changed is
/// left out.
Unseen gone_on(const LastStep& last, double watts) {
  const double change_w = kEarlyPart * std::abs(watts - last.watts);
  const double seconds = std::max(0.0, last.since_s - last.bracket_s);
  return {.joules = last.watts * last.since_s,
          .uncertainty_j = std::hypot(change_w * seconds / std::sqrt(3.0),
                                      last.watts * last.bracket_s / std::sqrt(6.0))};
}

/// The step before the reading, as another one tells it that was seen closely: steps come at equal
/// times, and the power between the two is taken to be one.
std::optional<LastStep> last_step_by(const StepLog::Step& seen, const EdgeReading& reading,
                                     double period_s) {
  const double later_s = to_seconds(seen.t_ns - seen.bracket_ns / 2 - reading.t_ns);
  const double periods = std::ceil(later_s / period_s);
  if (periods == 0) return std::nullopt;
  return LastStep{
      .since_s = periods * period_s - later_s,
      .bracket_s = to_seconds(seen.bracket_ns) + std::abs(periods) * kPeriodError * period_s,
      .watts = (seen.joules - reading.joules) / (periods * period_s)};
}

}  // namespace

StepLog::StepLog() : steps_(kMostSteps) {}

void StepLog::see(double joules, Nanoseconds before, Nanoseconds after) {
  if (started_ && joules != last_joules_)
    steps_.push({.t_ns = after, .bracket_ns = after - last_before_ns_, .joules = joules});
  started_ = true;
  last_joules_ = joules;
  last_before_ns_ = before;
  last_after_ns_ = after;
}

std::size_t StepLog::index_after(Nanoseconds t) const {
  std::size_t index = steps_.size();
  while (index > 0 && steps_[index - 1].t_ns > t) --index;
  return index;
}

std::size_t StepLog::count_after(Nanoseconds t) const {
  return steps_.size() - index_after(t);
}

const StepLog::Step* StepLog::first_after(Nanoseconds t) const {
  const std::size_t index = index_after(t);
  return index < steps_.size() ? &steps_[index] : nullptr;
}

std::optional<double> StepLog::watts_after(const Step& step) const {
  const Step* next = first_after(step.t_ns);
  if (next == nullptr || next->bracket_ns > kTightBracket) return std::nullopt;
  return (next->joules - step.joules) / to_seconds(next->t_ns - step.t_ns);
}

std::optional<LastStep> StepLog::extrapolated(const EdgeReading& reading, double period_s) const {
  const auto close_to = [&](const Step& step) {
    const double away_s = std::abs(to_seconds(step.t_ns - reading.t_ns));
    return step.bracket_ns <= kTightBracket && away_s <= kCountedOnS;
  };
  if (period_s > kCountedOnS) return std::nullopt;
  const auto at = steps_.size() - count_after(reading.t_ns);
  for (std::size_t i = at; i < steps_.size(); ++i)
    if (close_to(steps_[i])) return last_step_by(steps_[i], reading, period_s);
  for (std::size_t i = at; i > 0; --i)
    if (close_to(steps_[i - 1])) return last_step_by(steps_[i - 1], reading, period_s);
  return std::nullopt;
}

std::optional<LastStep> StepLog::last_step() const {
  if (steps_.empty() || steps_.back().bracket_ns > kTightBracket) return std::nullopt;
  const Step& last = steps_.back();
  LastStep step{.since_s = to_seconds(last_after_ns_ - last.t_ns + last.bracket_ns / 2),
                .bracket_s = to_seconds(last.bracket_ns)};
  if (steps_.size() < 2) return step;
  const Step& before = steps_[steps_.size() - 2];
  if (before.bracket_ns <= kTightBracket)
    step.watts = (last.joules - before.joules) / to_seconds(last.t_ns - before.t_ns);
  return step;
}

Unseen unseen_at(const EdgeReading& reading, const StepLog& log, double period_s, double watts) {
  const StepLog::Step* next = log.first_after(reading.t_ns);
  const bool is_close = next != nullptr && next->bracket_ns <= kTightBracket;
  const std::optional<LastStep>& last = reading.last_step;
  if (is_close) {
    const double until_s = to_seconds(next->t_ns - next->bracket_ns / 2 - reading.t_ns);
    const double seconds = last ? last->since_s + until_s : period_s;
    const Interval interval{.joules = next->joules - reading.joules,
                            .seconds = seconds,
                            .bracket_s = to_seconds(next->bracket_ns)};
    return part_of(interval, seconds - until_s, uneven_j(interval, log.watts_after(*next), watts));
  }
  if (last && last->watts >= 0) return gone_on(*last, watts);
  // Another sensor was waited for meanwhile.
  if (const auto counted = log.extrapolated(reading, period_s)) {
    Unseen unseen = gone_on(*counted, watts);
    // The load may have changed in as much as a few periods.
    unseen.uneven_j = std::abs(watts - counted->watts) * counted->since_s;
    return unseen;
  }
  const double seconds = last ? last->since_s : period_s / 2;
  return {
      .joules = watts * seconds,
      .uncertainty_j = watts * period_s * std::sqrt(1.0 / 12 + square(uneven_part(period_s)) / 3)};
}

}  // namespace joulemark::sensors
