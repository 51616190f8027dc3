// SPDX-License-Identifier: Apache-2.0
// What a recommendation is to save: energy, time, a product of both, money, or carbon dioxide.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "verdict/metric.h"

namespace joulemark::verdict {

/// What turns energy into money and emissions. Declared by the user: no table of ours knows them.
struct EnergyFactors {
  std::optional<double> price_per_kwh;
  std::optional<double> gco2e_per_kwh;
};

/// A metric that ranks, and how its values are shown besides: `amount` × `per_unit` of `unit`.
struct Objective {
  std::string name;
  /// Empty: energy where all measured it, else time.
  std::optional<MetricId> metric;
  /// Of money and emissions: per joule, for `amount` inferences or tokens; empty for all others.
  std::optional<double> per_joule;
  std::string unit;  ///< "gCO2e per million": of value × *per_joule
};

/// "auto" (energy where all measured it, else time), "energy", "time", "edp", "ed2p", "cost" (needs
/// the price), "carbon" (needs the emissions), or a metric's name (parse_metric_name) of which less
/// is better. kUsage with what is wrong.
Result<Objective> parse_objective(std::string_view name, const EnergyFactors& factors);

/// The words with a meaning of their own.
std::vector<std::string> objective_names();

}  // namespace joulemark::verdict
