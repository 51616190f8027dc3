// SPDX-License-Identifier: Apache-2.0
// Money and emissions are energy in another unit: they rank alike, and only values differ.
#include "verdict/objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/suggest.h"
#include "verdict/metric_name.h"

namespace joulemark::verdict {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
/// Of one inference they are too small to read.
constexpr double kMillion = 1e6;

struct Named {
  const char* name;
  std::optional<MetricId> metric;
};
constexpr Named kNamed[] = {{"auto", std::nullopt},
                            {"energy", MetricId::kEnergy},
                            {"time", MetricId::kTime},
                            {"edp", MetricId::kEnergyDelay},
                            {"ed2p", MetricId::kEnergyDelaySquared},
                            {"cost", MetricId::kEnergy},
                            {"carbon", MetricId::kEnergy}};

Status scale(Objective& objective, const EnergyFactors& factors) {
  const bool cost = objective.name == "cost";
  const auto& factor = cost ? factors.price_per_kwh : factors.gco2e_per_kwh;
  if (!factor)
    return fail(ErrorKind::kUsage, fmt::format("--objective {} needs {}", objective.name,
                                               cost ? "--price, in money per kWh"
                                                    : "--carbon, in grams of CO2e per kWh"));
  if (!(*factor > 0))
    return fail(ErrorKind::kUsage,
                fmt::format("{} must be greater than 0", cost ? "--price" : "--carbon"));
  objective.per_joule = *factor / kJoulesPerKwh * kMillion;
  objective.unit = cost ? "money per million" : "gCO2e per million";
  return {};
}

}  // namespace

std::vector<std::string> objective_names() {
  std::vector<std::string> names;
  for (const Named& named : kNamed) names.emplace_back(named.name);
  return names;
}

Result<Objective> parse_objective(std::string_view name, const EnergyFactors& factors) {
  Objective objective;
  objective.name = name;
  const auto* const named = std::find_if(std::begin(kNamed), std::end(kNamed),
                                         [&](const Named& each) { return name == each.name; });
  if (named != std::end(kNamed)) {
    objective.metric = named->metric;
    const bool scaled = name == "cost" || name == "carbon";
    if (Status status = scaled ? scale(objective, factors) : Status(); !status)
      return fail(status.error());
    return objective;
  }
  const auto metric = parse_metric_name(name);
  if (!metric) {
    auto names = objective_names();
    const std::string near = did_you_mean(name, names);
    return fail(ErrorKind::kUsage,
                fmt::format("--objective: {}", near.empty() ? metric.error().message
                                                            : "there is no objective '" +
                                                                  std::string(name) + "'" + near));
  }
  objective.metric = metric->id;
  if (verdict::metric(metric->id).better == Better::kLess) return objective;
  return fail(ErrorKind::kUsage,
              fmt::format("--objective {}: less of it is not better; use {} or a metric of time, "
                          "energy or memory",
                          name, fmt::join(objective_names(), ", ")));
}

}  // namespace joulemark::verdict
