// SPDX-License-Identifier: Apache-2.0
// Groups of neighbouring values first: where there is a comb, they are its teeth.
#include "stats/comb.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace joulemark::stats {
namespace {

constexpr std::size_t kFewest = 20;
constexpr double kLeastShare = 0.9;
constexpr double kLeastToothShare = 0.02;
constexpr int kLargestFirst = 4;
/// With fewer groups a gap between the multiples is soon one of chance.
constexpr std::size_t kGroupsForGaps = 4;
/// Of the smallest value: teeth are further apart, for the first is at most the fourth.
constexpr double kGap = 0.1;

struct Tooth {
  double center = 0;
  std::size_t count = 0;
};

/// How far from a tooth a value may be.
struct Tolerance {
  double of_value = 0;
  double of_quantum = 0;
};
constexpr Tolerance kUsual{0.02, 0.04};
/// Two groups are soon in the ratio of two small numbers.
constexpr Tolerance kStrict{0.01, 0.02};
/// A timer is late now and then: the middles of three groups or more have to lie on teeth as
/// kUsual says, single values may lie around them.
constexpr Tolerance kJitter{0.15, 0.15};

std::vector<Tooth> groups_of(const std::vector<double>& sorted) {
  std::vector<Tooth> groups;
  const double gap = kGap * sorted.front();
  const auto least =
      static_cast<std::size_t>(std::ceil(kLeastToothShare * static_cast<double>(sorted.size())));
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i + 1;
    while (end < sorted.size() && sorted[end] - sorted[end - 1] <= gap) ++end;
    if (end - i >= std::max<std::size_t>(least, 2))
      groups.push_back({sorted[i + (end - i) / 2], end - i});
    i = end;
  }
  return groups;
}

double multiple(double value, double quantum) {
  return std::max(1.0, std::round(value / quantum));
}

bool is_on(double value, double quantum, const Tolerance& tolerance) {
  const double k = multiple(value, quantum);
  const double allowed = std::min(tolerance.of_value * k, tolerance.of_quantum) * quantum;
  return std::abs(value - k * quantum) <= allowed;
}

/// The quantum that fits the groups best, when the first is its multiple `first` (least squares).
double fitted(const std::vector<Tooth>& groups, int first) {
  const double guess = groups.front().center / first;
  double products = 0;
  double squares = 0;
  for (const Tooth& group : groups) {
    const double k = multiple(group.center, guess);
    products += static_cast<double>(group.count) * k * group.center;
    squares += static_cast<double>(group.count) * k * k;
  }
  return products / squares;
}

std::optional<Comb> comb_at(const std::vector<double>& sorted, const std::vector<Tooth>& groups,
                            int first) {
  const bool few = groups.size() == 2;
  if (few && first > 2) return std::nullopt;
  const double quantum = fitted(groups, first);
  const bool fits = std::all_of(groups.begin(), groups.end(), [&](const Tooth& group) {
    return is_on(group.center, quantum, few ? kStrict : kUsual);
  });
  if (!fits) return std::nullopt;
  const Tolerance& tolerance = few ? kStrict : kJitter;
  const auto on = std::count_if(sorted.begin(), sorted.end(),
                                [&](double value) { return is_on(value, quantum, tolerance); });
  const double share = static_cast<double>(on) / static_cast<double>(sorted.size());
  if (share < kLeastShare) return std::nullopt;
  const auto least = static_cast<int>(multiple(groups.front().center, quantum));
  const auto most = static_cast<int>(multiple(groups.back().center, quantum));
  const bool is_without_gaps = static_cast<std::size_t>(most - least) + 1 == groups.size();
  if (groups.size() < kGroupsForGaps && !is_without_gaps) return std::nullopt;
  return Comb{
      .quantum = quantum, .teeth = groups.size(), .least = least, .most = most, .share = share};
}

}  // namespace

std::optional<Comb> find_comb(std::span<const double> durations) {
  if (durations.size() < kFewest) return std::nullopt;
  std::vector<double> sorted(durations.begin(), durations.end());
  const bool usable = std::all_of(sorted.begin(), sorted.end(),
                                  [](double value) { return std::isfinite(value) && value > 0; });
  if (!usable) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  const std::vector<Tooth> groups = groups_of(sorted);
  if (groups.size() < 2) return std::nullopt;
  for (int first = 1; first <= kLargestFirst; ++first)
    if (auto comb = comb_at(sorted, groups, first)) return comb;
  return std::nullopt;
}

}  // namespace joulemark::stats
