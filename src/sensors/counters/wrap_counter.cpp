// SPDX-License-Identifier: Apache-2.0
// Differences are taken before doubles are added, so that no precision is lost to a large start.
#include "sensors/counters/wrap_counter.h"

namespace joulemark::sensors {
namespace {

/// A counter may show at once what it gathered since its last update; generous, because a wrong
/// "reset" loses a trial.
constexpr double kUpdateSlackS = 0.1;
/// Breaks that are remembered; windows are short, so the newest are those that matter.
constexpr std::size_t kMaxBreaks = 1000;

}  // namespace

double WrapCounter::step_to(std::uint64_t raw) const {
  if (raw >= last_raw_) return static_cast<double>(raw - last_raw_);
  return range_.modulus - static_cast<double>(last_raw_ - raw);
}

void WrapCounter::mark(Nanoseconds t, Break what) {
  if (breaks_.size() == kMaxBreaks) breaks_.erase(breaks_.begin());
  breaks_.push_back({t, what});
}

double WrapCounter::take(std::uint64_t raw, Nanoseconds before, Nanoseconds after) {
  if (!started_) {
    started_ = true;
    last_raw_ = raw;
    last_t_ = before;
    return 0;
  }
  const double seconds = to_seconds(after - last_t_);
  const double step = step_to(raw);
  const double most = range_.max_watts / range_.unit_j;  ///< raw values in a second
  const double limit = range_.most_between_reads > 0 ? range_.most_between_reads : range_.modulus;
  const bool wraps_unknown = limit > 0 && seconds * most >= limit;
  const bool plausible = step >= 0 && step <= (seconds + kUpdateSlackS) * most;
  if (wraps_unknown) {
    mark(after, Break::kGap);
  } else if (!plausible) {
    mark(after, Break::kReset);
  } else {
    total_ += step;
  }
  last_raw_ = raw;
  last_t_ = before;
  return total_ * range_.unit_j;
}

std::optional<WrapCounter::Break> WrapCounter::break_between(Nanoseconds begin,
                                                             Nanoseconds end) const {
  for (const Mark& mark : breaks_)
    if (mark.t > begin && mark.t <= end) return mark.what;
  return std::nullopt;
}

}  // namespace joulemark::sensors
