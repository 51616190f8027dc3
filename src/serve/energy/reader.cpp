// SPDX-License-Identifier: Apache-2.0
#include "serve/energy/reader.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace joulemark::serve {
namespace {

constexpr double kShortestPeriodS = 0.1;
constexpr double kPeriodsOfASpan = 10;

/// The moment that a reading is of; 0: nothing could be read.
Nanoseconds moment_of(const sensors::Readings& readings) {
  Nanoseconds moment = std::numeric_limits<Nanoseconds>::max();
  for (const auto& of_sensor : readings)
    for (const CounterReading& reading : of_sensor)
      moment = std::min(moment, reading.edge_ns > 0 ? reading.edge_ns : reading.t_after_ns);
  return moment == std::numeric_limits<Nanoseconds>::max() ? 0 : moment;
}

std::string why_absent(const Energy& total) {
  return total.detail.empty() ? total.reason : total.detail;
}

bool is_measured(const Energy& total) {
  return total.joules && (total.energy_class == EnergyClass::kMeasured ||
                          total.energy_class == EnergyClass::kDerived);
}

}  // namespace

EnergyReader::EnergyReader(sensors::Discovered found) : found_(std::move(found)) {}

std::string EnergyReader::obstacle() const {
  if (!found_.sensors.empty()) return "";
  return why_absent(sensors::measure_between({}, {}, {}, found_.statuses).back());
}

double EnergyReader::period_s() const {
  double period_s = kShortestPeriodS;
  for (const auto& sensor : found_.sensors)
    period_s = std::max({period_s, sensor->update_period_s(), sensor->sample_interval_s()});
  for (const auto& sensor : found_.sensors)
    if (sensor->max_read_interval_s() > 0)
      period_s = std::min(period_s, sensor->max_read_interval_s());
  return period_s;
}

std::optional<EnergySpan> EnergyReader::read() {
  sensors::Readings now = sensors::read_all(found_.sensors);
  const Nanoseconds now_ns = moment_of(now);
  if (now_ns <= begin_ns_) return std::nullopt;
  std::optional<EnergySpan> span;
  if (begin_ns_ > 0) {
    const Energy total =
        sensors::measure_between(found_.sensors, begin_, now, found_.statuses).back();
    if (total.reason == "below_resolution" &&
        to_seconds(now_ns - begin_ns_) < kPeriodsOfASpan * period_s())
      return std::nullopt;
    span = {.begin = begin_ns_, .end = now_ns};
    if (is_measured(total))
      span->joules = *total.joules;
    else
      span->reason = why_absent(total);
  }
  begin_ = std::move(now);
  begin_ns_ = now_ns;
  return span;
}

}  // namespace joulemark::serve
