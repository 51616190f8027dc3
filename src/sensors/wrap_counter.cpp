// SPDX-License-Identifier: Apache-2.0
// Differences are taken before doubles are added, so that no precision is lost to a large start.
#include "sensors/wrap_counter.h"

namespace joulemark::sensors {
namespace {

/// A counter may show at once what it gathered since its last update; generous, because a wrong
/// "reset" loses a trial.
constexpr double kUpdateSlackS = 0.1;
/// Breaks that are remembered; windows are short, so the newest are those that matter.
constexpr std::size_t kMaxBreaks = 1000;

}  // namespace

double WrapCounter::step_uj(std::uint64_t raw_uj) const {
  if (raw_uj >= last_raw_uj_) return static_cast<double>(raw_uj - last_raw_uj_);
  return modulus_uj_ - static_cast<double>(last_raw_uj_ - raw_uj);
}

void WrapCounter::mark(Nanoseconds t, Break what) {
  if (breaks_.size() == kMaxBreaks) breaks_.erase(breaks_.begin());
  breaks_.push_back({t, what});
}

double WrapCounter::take(std::uint64_t raw_uj, Nanoseconds t) {
  if (!started_) {
    started_ = true;
    last_raw_uj_ = raw_uj;
    last_t_ = t;
    return total_uj_;
  }
  const double seconds = to_seconds(t - last_t_);
  const double step = step_uj(raw_uj);
  const bool wraps_unknown = modulus_uj_ > 0 && seconds * kMaxPlausibleWatts * 1e6 >= modulus_uj_;
  const bool plausible = step >= 0 && step <= (seconds + kUpdateSlackS) * kMaxPlausibleWatts * 1e6;
  if (wraps_unknown) {
    mark(t, Break::kGap);
  } else if (!plausible) {
    mark(t, Break::kReset);
  } else {
    total_uj_ += step;
  }
  last_raw_uj_ = raw_uj;
  last_t_ = t;
  return total_uj_;
}

std::optional<WrapCounter::Break> WrapCounter::break_between(Nanoseconds begin,
                                                             Nanoseconds end) const {
  for (const Mark& mark : breaks_)
    if (mark.t > begin && mark.t <= end) return mark.what;
  return std::nullopt;
}

}  // namespace joulemark::sensors
