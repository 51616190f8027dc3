// SPDX-License-Identifier: Apache-2.0
#include "run/settling.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "stats/descriptive.h"
#include "stats/trend.h"

namespace joulemark::run {
namespace {

using sensors::MachineLook;
using Looks = std::span<const MachineLook>;

constexpr std::size_t kFewestLooks = 6;
constexpr std::size_t kFewestAtCap = 3;
constexpr double kMostCPerMin = 0.5;
constexpr double kStepC = 1;
constexpr double kMostClockChange = 0.01;
constexpr double kTrendP = 0.05;
constexpr double kSecondsPerMinute = 60;

/// A number of every look that has it, by seconds.
struct Line {
  std::vector<double> at_s;
  std::vector<double> values;

  void add(const MachineLook& look, std::optional<double> value) {
    if (!value) return;
    at_s.push_back(to_seconds(look.at));
    values.push_back(*value);
  }
  /// Per second; empty where too few were read.
  [[nodiscard]] std::optional<double> slope() const {
    const auto found = stats::theil_sen(at_s, values).slope;
    return found.bounded() ? std::optional(found.estimate) : std::nullopt;
  }
  [[nodiscard]] double range() const {
    const auto [least, most] = std::ranges::minmax(values);
    return most - least;
  }
};

Line temperatures(Looks looks) {
  Line line;
  for (const MachineLook& look : looks) line.add(look, look.temperature_c);
  return line;
}

Line clock(Looks looks, std::size_t index) {
  Line line;
  for (const MachineLook& look : looks) line.add(look, look.clocks_mhz[index]);
  return line;
}

bool is_throttled(Looks looks) {
  const auto& first = looks.front().throttles;
  const auto& last = looks.back().throttles;
  return looks.back().board_is_slowed || (first && last && *last > *first);
}

void judge_temperature(Looks looks, Patience patience, Settled& settled) {
  const Line line = temperatures(looks);
  const auto slope = line.slope();
  if (!slope) return;
  settled.c_per_min = *slope * kSecondsPerMinute;
  const bool moves = patience == Patience::kLong ? std::abs(*settled.c_per_min) > kMostCPerMin
                                                 : line.range() > kStepC;
  if (moves) settled.unsettled |= static_cast<unsigned>(Unsettled::kTemperature);
}

void judge_clocks(Looks looks, Settled& settled) {
  for (std::size_t i = 0; i < looks.front().clocks_mhz.size(); ++i) {
    const Line line = clock(looks, i);
    const auto slope = line.slope();
    const double center = stats::mean(line.values);
    if (!slope || !(center > 0)) continue;
    const double change = *slope * (line.at_s.back() - line.at_s.front()) / center;
    if (std::abs(change) >= std::abs(settled.clock_change.value_or(0)))
      settled.clock_change = change;
    if (std::abs(change) > kMostClockChange && stats::mann_kendall(line.values).test.p <= kTrendP)
      settled.unsettled |= static_cast<unsigned>(Unsettled::kClocks);
  }
}

}  // namespace

bool Settling::has_temperature() const {
  return std::ranges::any_of(
      looks_, [](const MachineLook& look) { return look.temperature_c.has_value(); });
}

bool Settling::has_clock() const {
  return std::ranges::any_of(looks_, [](const MachineLook& look) {
    return std::ranges::any_of(look.clocks_mhz, [](const auto& mhz) { return mhz.has_value(); });
  });
}

std::size_t Settling::first_judged(Patience patience) const {
  const Nanoseconds part = patience == Patience::kLong ? kLongPart : seen() / 2;
  std::size_t first = looks_.size() - 1;
  while (first > 0 && looks_.back().at - looks_[first - 1].at <= part) --first;
  return first;
}

bool Settling::has_seen(Nanoseconds least, Patience patience) const {
  return seen() >= least && looks_.size() - first_judged(patience) >= kFewestLooks;
}

Settled Settling::judge(Patience patience) const {
  if (looks_.empty()) return {};
  const std::size_t first = first_judged(patience);
  const Looks all(looks_);
  Settled settled;
  if (is_throttled(all.subspan(first > 0 ? first - 1 : 0)))
    settled.unsettled |= static_cast<unsigned>(Unsettled::kThrottling);
  const Looks looks = all.subspan(first);
  if (looks.size() < kFewestAtCap) return settled;
  judge_temperature(looks, patience, settled);
  judge_clocks(looks, settled);
  return settled;
}

}  // namespace joulemark::run
