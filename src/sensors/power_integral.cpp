// SPDX-License-Identifier: Apache-2.0
#include "sensors/power_integral.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace joulemark::sensors {
namespace {

/// Hours at the fastest rate; windows are short, so the newest are those that matter.
constexpr std::size_t kMostMarks = 1 << 16;

}  // namespace

double PowerIntegral::take(double watts, Nanoseconds t) {
  if (marks_.empty()) {
    marks_.push_back({.t = t, .watts = watts});
    return 0;
  }
  Mark mark = marks_.back();
  const double seconds = to_seconds(t - mark.t);
  if (seconds > longest_step_s_) {
    ++mark.gaps;
  } else {
    mark.joules += (mark.watts + watts) / 2 * seconds;
    mark.spread_j += std::abs(mark.watts - watts) * seconds;
  }
  mark.t = t;
  mark.watts = watts;
  if (marks_.size() == kMostMarks) marks_.pop_front();
  marks_.push_back(mark);
  return mark.joules;
}

std::deque<PowerIntegral::Mark>::const_iterator PowerIntegral::find(Nanoseconds t) const {
  const auto found = std::lower_bound(marks_.begin(), marks_.end(), t,
                                      [](const Mark& mark, Nanoseconds at) { return mark.t < at; });
  return found != marks_.end() && found->t == t ? found : marks_.end();
}

std::optional<PowerIntegral::Span> PowerIntegral::between(Nanoseconds begin,
                                                          Nanoseconds end) const {
  const auto first = find(begin);
  const auto last = find(end);
  if (first == marks_.end() || last == marks_.end() || last < first) return std::nullopt;
  const auto before = first == marks_.begin() ? first : std::prev(first);
  const auto [least, most] = std::minmax_element(
      before, std::next(last), [](const Mark& a, const Mark& b) { return a.watts < b.watts; });
  return Span{.joules = last->joules - first->joules,
              .half_spread_j = (last->spread_j - first->spread_j) / 2,
              .swing_w = most->watts - least->watts,
              .begin_w = first->watts,
              .end_w = last->watts,
              .has_gap = last->gaps > first->gaps};
}

}  // namespace joulemark::sensors
