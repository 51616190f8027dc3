// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/meter_trace.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "sensors/scope_reading.h"

namespace joulemark::sensors {
namespace {

/// An average of a second has forgotten the old load after it.
constexpr double kSettledS = 1.5;
constexpr double kLeastChange = 1.5;
constexpr std::size_t kFewestUpdates = 3;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// joules = at + watts · t
struct Line {
  double at = 0;
  double watts = 0;
};

/// Through the first and the last of `updates`; times from `origin` on.
template <class Updates>
std::optional<Line> line_through(const Updates& updates, Nanoseconds origin) {
  if (updates.size() < kFewestUpdates) return std::nullopt;
  const double from_s = to_seconds(updates.front().t - origin);
  const double to_s = to_seconds(updates.back().t - origin);
  const double watts = (updates.back().joules - updates.front().joules) / (to_s - from_s);
  return Line{updates.front().joules - watts * from_s, watts};
}

}  // namespace

void MeterTrace::see(const CounterReading& reading) {
  read_s_.push_back(bracket_s(reading));
  // The value of the first read has been there for an unknown time.
  if (started_ && reading.joules != joules_)
    updates_.push_back({reading.t_after_ns, reading.joules});
  started_ = true;
  joules_ = reading.joules;
}

std::optional<double> MeterTrace::period_s() const {
  if (updates_.size() < 2) return std::nullopt;
  std::vector<double> between;
  for (std::size_t i = 1; i < updates_.size(); ++i)
    between.push_back(to_seconds(updates_[i].t - updates_[i - 1].t));
  return median(std::move(between));
}

std::optional<double> MeterTrace::step_j() const {
  std::optional<double> smallest;
  for (std::size_t i = 1; i < updates_.size(); ++i) {
    const double step = updates_[i].joules - updates_[i - 1].joules;
    if (step > 0) smallest = std::min(step, smallest.value_or(step));
  }
  return smallest;
}

double MeterTrace::read_s() const {
  return read_s_.empty() ? 0 : median(read_s_);
}

std::optional<double> MeterTrace::lag_s(Nanoseconds changed) const {
  const auto later = [](const Update& update, Nanoseconds t) { return update.t < t; };
  const auto before = std::lower_bound(updates_.begin(), updates_.end(), changed, later);
  const auto settled =
      std::lower_bound(before, updates_.end(), changed + to_nanoseconds(kSettledS), later);
  const auto old_line = line_through(std::span(updates_.begin(), before), changed);
  const auto new_line = line_through(std::span(settled, updates_.end()), changed);
  if (!old_line || !new_line) return std::nullopt;
  const double low = std::min(old_line->watts, new_line->watts);
  const double high = std::max(old_line->watts, new_line->watts);
  if (!(low >= 0) || high < kLeastChange * low || high <= 0) return std::nullopt;
  return (old_line->at - new_line->at) / (new_line->watts - old_line->watts);
}

}  // namespace joulemark::sensors
