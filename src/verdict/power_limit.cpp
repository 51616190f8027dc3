// SPDX-License-Identifier: Apache-2.0
#include "verdict/power_limit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/split.h"
#include "host/host.h"
#include "host/kernel_file.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

constexpr double kRoom = 1.25;
constexpr double kDeviations = 3;

/// The fact of the trial's machine; "" where it has none.
std::string limits_of(const ExperimentRecord& record, const TrialRecord& trial) {
  for (const HostFingerprint& host : record.hosts) {
    if (host.key != trial.host) continue;
    for (const auto& [name, value] : host.facts)
      if (name == host::kPowerLimitsFact) return value;
  }
  return "";
}

}  // namespace

std::optional<double> power_limit(const ExperimentRecord& record, const TrialRecord& trial,
                                  const std::string& scope) {
  constexpr std::string_view kUnit = " W";
  const std::string limits = limits_of(record, trial);
  for (std::string_view limit : split(limits, ',')) {
    limit = host::trimmed(limit);
    if (!limit.starts_with(scope + " ") || !limit.ends_with(kUnit)) continue;
    limit.remove_prefix(scope.size());
    limit.remove_suffix(kUnit.size());
    return host::parse_number<double>(limit);
  }
  return std::nullopt;
}

std::optional<std::string> above_limit(const ExperimentRecord& record, const TrialRecord& trial) {
  const double window_s = trial.window_s();
  if (window_s <= 0) return std::nullopt;
  for (const Energy& energy : trial.energy) {
    const auto limit = power_limit(record, trial, energy.scope);
    if (!limit || !energy.joules) continue;
    const double watts = *energy.joules / window_s;
    const double margin = kDeviations * energy.uncertainty_j.value_or(0) / window_s;
    if (watts - margin <= kRoom * *limit) continue;
    return fmt::format(
        "{} drew {} in its window, and is limited to {}: its counter counts something else, or "
        "more than the window",
        energy.scope, quantity_text(watts, "W"), quantity_text(*limit, "W"));
  }
  return std::nullopt;
}

}  // namespace joulemark::verdict
