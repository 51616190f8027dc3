// SPDX-License-Identifier: Apache-2.0
#include "verdict/cell_energy.h"

#include <algorithm>

#include "verdict/energy_text.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

/// What the windows' totals cover, by which sensors; their weakest class.
ShownEnergy described(const ExperimentRecord& record, const Cell& cell) {
  ShownEnergy shown;
  bool first = true;
  for (const std::size_t t : cell.trials) {
    const TrialRecord& trial = record.trials[t];
    const Energy* total = total_energy(trial);
    if (total == nullptr || !is_rankable(*total)) continue;
    if (first) shown = shown_total(trial.energy);
    first = false;
    shown.energy_class = std::max(shown.energy_class, total->energy_class);
  }
  return shown;
}

}  // namespace

std::string cell_energy(const ExperimentRecord& record, const Judgement& judgement,
                        const Cell& cell) {
  const bool by_token = is_of_text(judgement.models[cell.model].primary);
  const Estimate& value = cell.estimate(by_token ? MetricId::kEnergyPerToken : MetricId::kEnergy);
  if (value.n == 0) return energy_text({.detail = value.reason});
  ShownEnergy shown = described(record, cell);
  shown.joules = value.median.estimate;
  shown.standard_u.reset();
  const Estimate& u = cell.estimate(MetricId::kEnergyUncertainty);
  const Estimate& each = cell.estimate(MetricId::kEnergy);
  if (u.n > 0 && each.n > 0)
    shown.standard_u = *shown.joules * u.median.estimate / each.median.estimate;
  shown.per = by_token ? " per token" : " per inference";
  return energy_text(shown);
}

std::string cell_energy_above(const Cell& cell, Rest rest) {
  const bool idle = rest == Rest::kIdle;
  const Estimate& net =
      cell.estimate(idle ? MetricId::kEnergyAboveIdle : MetricId::kEnergyAboveReady);
  const Estimate& u = cell.estimate(idle ? MetricId::kEnergyAboveIdleUncertainty
                                         : MetricId::kEnergyAboveReadyUncertainty);
  if (net.n == 0) return "";
  Uncertain shown{.value = net.median.estimate, .standard_u = {}};
  if (u.n > 0) shown.standard_u = u.median.estimate;
  return uncertain_text(shown);
}

}  // namespace joulemark::verdict
