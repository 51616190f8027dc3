// SPDX-License-Identifier: Apache-2.0
#include "sim/waveform_shapes.h"

#include <algorithm>
#include <cmath>

namespace joulemark::sim {

/// Periods spent at the high power in the first `periods` of them.
double Begun::watts(double at_s) const {
  return at_s < start_s_ ? idle_w_ : shape_->watts(at_s - start_s_);
}

double Begun::joules_until(double to_s) const {
  if (to_s <= start_s_) return idle_w_ * to_s;
  return idle_w_ * start_s_ + shape_->joules_until(to_s - start_s_);
}

double Square::busy_until(double periods) const {
  const double whole = std::floor(periods);
  return whole * timing_.duty + std::min(periods - whole, timing_.duty);
}

double Square::watts(double at_s) const {
  const double periods = (at_s + timing_.phase_s) / timing_.period_s;
  return periods - std::floor(periods) < timing_.duty ? levels_.watts : levels_.idle;
}

double Square::joules_until(double to_s) const {
  const double before = timing_.phase_s / timing_.period_s;
  const double busy_s =
      timing_.period_s * (busy_until(to_s / timing_.period_s + before) - busy_until(before));
  return levels_.idle * to_s + (levels_.watts - levels_.idle) * busy_s;
}

double Burst::watts(double at_s) const {
  const bool busy = at_s >= start_s_ && at_s < start_s_ + duration_s_;
  return busy ? levels_.watts : levels_.idle;
}

double Burst::joules_until(double to_s) const {
  const double busy_s = std::clamp(to_s - start_s_, 0.0, duration_s_);
  return levels_.idle * to_s + (levels_.watts - levels_.idle) * busy_s;
}

double Ramp::watts(double at_s) const {
  const double share = std::clamp((at_s - span_.start_s) / span_.duration_s, 0.0, 1.0);
  return from_w_ + share * (to_w_ - from_w_);
}

double Ramp::joules_until(double to_s) const {
  const double rising_s = std::clamp(to_s - span_.start_s, 0.0, span_.duration_s);
  const double after_s = std::max(0.0, to_s - span_.start_s - span_.duration_s);
  const double half_slope = (to_w_ - from_w_) / span_.duration_s / 2;
  return from_w_ * to_s + half_slope * rising_s * rising_s + (to_w_ - from_w_) * after_s;
}

/// Draws arrivals until one is later than `to_s`, so that all that is busy before it is known.
void Poisson::extend(double to_s) const {
  while (arrival_s_ <= to_s) {
    arrival_s_ -= std::log1p(-random_.uniform()) / requests_.rate;
    if (busy_.empty() || arrival_s_ > busy_.back().end_s) {
      const double before_s =
          busy_.empty() ? 0 : busy_.back().before_s + busy_.back().end_s - busy_.back().begin_s;
      busy_.push_back({arrival_s_, arrival_s_ + requests_.busy_s, before_s});
    } else {
      busy_.back().end_s += requests_.busy_s;
    }
  }
}

/// The busy time that began last, not after `at_s`; null before the first. The caller holds mutex_.
const Poisson::Busy* Poisson::last_begun(double at_s) const {
  extend(at_s);
  const auto later = std::upper_bound(busy_.begin(), busy_.end(), at_s,
                                      [](double t, const Busy& busy) { return t < busy.begin_s; });
  return later == busy_.begin() ? nullptr : &*(later - 1);
}

double Poisson::watts(double at_s) const {
  const std::lock_guard lock(mutex_);
  const Busy* busy = last_begun(at_s);
  return busy != nullptr && at_s < busy->end_s ? levels_.watts : levels_.idle;
}

double Poisson::joules_until(double to_s) const {
  const std::lock_guard lock(mutex_);
  const Busy* busy = last_begun(to_s);
  const double busy_s =
      busy == nullptr ? 0 : busy->before_s + std::min(to_s, busy->end_s) - busy->begin_s;
  return levels_.idle * to_s + (levels_.watts - levels_.idle) * busy_s;
}

}  // namespace joulemark::sim
