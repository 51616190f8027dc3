// SPDX-License-Identifier: Apache-2.0
#include "verdict/idle_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "verdict/idle_power.h"
#include "verdict/metric.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

constexpr double kDriftPart = 0.05;
constexpr double kDriftWatts = 2;
/// Standard uncertainties of a difference within which two brackets may be of one power.
constexpr double kDeviations = 2;

/// "before block 3", "after the last block".
std::string place_of(const IdleBracket& bracket, const ExperimentRecord& record) {
  int last = -1;
  for (const TrialRecord& trial : record.trials) last = std::max(last, trial.block);
  return bracket.block > last ? "after the last block"
                              : fmt::format("before block {}", bracket.block + 1);
}

struct Extremes {
  const IdleBracket* least = nullptr;
  const IdleBracket* most = nullptr;
};

std::map<std::string, Extremes> extremes_by_host(const ExperimentRecord& record) {
  std::map<std::string, Extremes> hosts;
  for (const IdleBracket& bracket : record.brackets) {
    const auto power = power_of(bracket);
    if (!power) continue;
    Extremes& host = hosts[bracket.host];
    if (!host.least || power->watts < power_of(*host.least)->watts) host.least = &bracket;
    if (!host.most || power->watts > power_of(*host.most)->watts) host.most = &bracket;
  }
  return hosts;
}

bool differ(const RestPower& least, const RestPower& most) {
  const double error =
      kDeviations * std::hypot(least.standard_u.value_or(0), most.standard_u.value_or(0));
  return most.watts - least.watts >
         std::max({kDriftPart * std::abs(least.watts), kDriftWatts, error});
}

}  // namespace

std::optional<std::string> idle_drift_caveat(const ExperimentRecord& record) {
  for (const auto& [host, found] : extremes_by_host(record)) {
    const RestPower least = *power_of(*found.least);
    const RestPower most = *power_of(*found.most);
    if (!differ(least, most)) continue;
    return fmt::format(
        "the idle machine drew {} {} and {} {}: energies above idle are no surer than that; close "
        "what else runs, and let the machine come to rest before an experiment",
        quantity_text(least.watts, "W"), place_of(*found.least, record),
        quantity_text(most.watts, "W"), place_of(*found.most, record));
  }
  return std::nullopt;
}

std::optional<std::string> idle_busy_caveat(const ExperimentRecord& record) {
  std::vector<std::string> places;
  double most = 0;
  for (const IdleBracket& bracket : record.brackets) {
    if (bracket.busy.value_or(0) <= kBusyAtRest) continue;
    places.push_back(place_of(bracket, record));
    most = std::max(most, *bracket.busy);
  }
  if (places.empty()) return std::nullopt;
  return fmt::format(
      "in {} of {} idle brackets the processors were busy, by up to {:.0f} % ({}): what runs "
      "besides is in every energy; close other programs",
      places.size(), record.brackets.size(), 100 * most, names(places));
}

}  // namespace joulemark::verdict
