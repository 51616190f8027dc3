// SPDX-License-Identifier: Apache-2.0
#include "verdict/break_even.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulemark::verdict {
namespace {

/// What a configuration costs before the first inference, and for each.
struct Cost {
  std::size_t cell = 0;
  double load = 0;
  double each = 0;
};

struct Unit {
  MetricId each;
  MetricId load;
  MetricId build;
};
constexpr Unit kUnits[] = {{MetricId::kEnergy, MetricId::kLoadEnergy, MetricId::kBuildEnergy},
                           {MetricId::kTime, MetricId::kLoadTime, MetricId::kBuildTime}};

bool builds(const Cell& cell) {
  return std::isfinite(cell.estimate(MetricId::kBuildTime).median.estimate);
}

/// NaN where loading, or the building of a model that was built, was not measured.
double before_the_first(const Cell& cell, const Unit& unit) {
  const double load = cell.estimate(unit.load).median.estimate;
  return builds(cell) ? load + cell.estimate(unit.build).median.estimate : load;
}

std::vector<Cost> costs_of(const Judgement& judgement, const ModelVerdict& model,
                           const Unit& unit) {
  std::vector<Cost> costs;
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    const double load = before_the_first(cell, unit);
    const double each = cell.estimate(unit.each).median.estimate;
    if (cell.ranked() && std::isfinite(load) && std::isfinite(each))
      costs.push_back({c, load, each});
  }
  return costs;
}

}  // namespace

std::vector<BreakEven> break_even(const Judgement& judgement, const ModelVerdict& model) {
  std::vector<BreakEven> crossings;
  for (const Unit& unit : kUnits) {
    const std::vector<Cost> costs = costs_of(judgement, model, unit);
    if (costs.empty()) continue;
    const Cost& least = *std::min_element(
        costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.each < b.each; });
    for (const Cost& cost : costs) {
      if (cost.load >= least.load || cost.each <= least.each) continue;
      crossings.push_back({.cell = cost.cell,
                           .other = least.cell,
                           .unit = unit.each,
                           .inferences = (least.load - cost.load) / (cost.each - least.each)});
    }
  }
  return crossings;
}

std::string to_sentence(const Judgement& judgement, const BreakEven& crossing) {
  const Cell& cell = judgement.cells[crossing.cell];
  const Cell& other = judgement.cells[crossing.other];
  return fmt::format("{} included, {} needs less {} than {} from {} inferences on",
                     builds(cell) || builds(other) ? "loading and building" : "loading",
                     other.label, crossing.unit == MetricId::kEnergy ? "energy" : "time",
                     cell.label, format_significant(std::ceil(crossing.inferences)));
}

}  // namespace joulemark::verdict
