// SPDX-License-Identifier: Apache-2.0
// A hold counts from the end of the first read of a value to the begin of its last: what lies
// between is certain, however long the reader was interrupted in one.
#include "sensors/counters/cadence.h"

#include <algorithm>
#include <cmath>

namespace joulemark::sensors {
namespace {

/// RAPL counters are updated about every 0.976 ms (Intel SDM vol. 3, "about 1 ms"; AMD likewise);
/// a shorter time between two reads tells nothing.
constexpr double kShortestPeriodS = 0.0009;
/// An update may come late once, and a machine may be busy; no counter rests for so many.
constexpr double kStallPeriods = 5;
constexpr double kShortestStallS = 1;
/// Holds that are remembered; windows are short, so the newest are those that matter.
constexpr std::size_t kMaxHolds = 1000;

/// Of the times that are within half of `median` from it: reads on a grid tell each of them with
/// the same error, their mean with less. Steps that nobody saw make the others.
double mean_near(const std::vector<double>& times, double median) {
  double sum = 0;
  double count = 0;
  for (const double time : times)
    if (std::abs(time - median) <= median / 2) {
      sum += time;
      ++count;
    }
  return count > 0 ? sum / count : median;
}

}  // namespace

void Cadence::see(std::uint64_t raw, Nanoseconds before, Nanoseconds after) {
  if (started_ && raw == raw_) {
    last_ = std::max(first_, before);
    return;
  }
  if (started_) end_hold(after);
  started_ = true;
  raw_ = raw;
  first_ = last_ = after;
}

void Cadence::end_hold(Nanoseconds t) {
  if (!calibrated_) {
    steps_.push_back(t);
    period_s_ = std::max(period_s_, hold_s());
    return;
  }
  if (hold_s() <= period_s_) return;
  if (holds_.size() == kMaxHolds) holds_.erase(holds_.begin());
  holds_.push_back({first_, last_});
  // From value to value is nearer to the truth, unless nobody read for long.
  if (!measured_ && hold_s() <= stall_limit_s())
    period_s_ = std::min(to_seconds(t - first_), 2 * hold_s());
}

void Cadence::calibrate() {
  calibrated_ = true;
  measured_ = steps_.size() >= 2;
  if (measured_) {
    std::vector<double> between;
    for (std::size_t i = 1; i < steps_.size(); ++i)
      between.push_back(to_seconds(steps_[i] - steps_[i - 1]));
    const auto median = between.begin() + static_cast<std::ptrdiff_t>(between.size() / 2);
    std::nth_element(between.begin(), median, between.end());
    period_s_ = mean_near(between, *median);
    continuous_ = period_s_ < kShortestPeriodS / 2;
  } else {
    period_s_ = std::max(period_s_, hold_s());
  }
  period_s_ = std::max(period_s_, kShortestPeriodS);
  steps_.clear();
}

double Cadence::stall_limit_s() const {
  return std::max(kShortestStallS, kStallPeriods * period_s_);
}

double Cadence::longest_hold_s(Nanoseconds begin, Nanoseconds end) const {
  const auto within = [&](Nanoseconds first, Nanoseconds last) {
    return last >= begin && first <= end ? to_seconds(last - first) : 0.0;
  };
  double longest = within(first_, last_);
  for (const Hold& hold : holds_) longest = std::max(longest, within(hold.first, hold.last));
  return longest;
}

}  // namespace joulemark::sensors
