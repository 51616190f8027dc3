// SPDX-License-Identifier: Apache-2.0
#include "cli/measure_summary.h"

#include <algorithm>
#include <cmath>

#include "stats/descriptive.h"
#include "stats/mean_interval.h"

namespace joulemark::cli {
namespace {

const Energy* find_scope(const run::CommandRun& run, const std::string& scope) {
  for (const Energy& energy : run.energy)
    if (energy.scope == scope) return &energy;
  return nullptr;
}

Energy mean_energy(const std::vector<run::CommandRun>& runs, const Energy& first) {
  Energy mean = first;
  double joules = 0;
  double variance = 0;
  double calibration = 0;
  for (const run::CommandRun& run : runs) {
    const Energy* energy = find_scope(run, first.scope);
    if (energy == nullptr) continue;
    if (!energy->joules) return *energy;
    joules += *energy->joules;
    if (mean.calibration_j && energy->calibration_j)
      calibration += *energy->calibration_j;
    else
      mean.calibration_j.reset();
    variance += std::pow(energy->uncertainty_j.value_or(0), 2);
    mean.energy_class = std::max(mean.energy_class, energy->energy_class);
  }
  const auto n = static_cast<double>(runs.size());
  mean.joules = joules / n;
  mean.uncertainty_j = std::sqrt(variance) / n;
  if (mean.calibration_j) mean.calibration_j = calibration / n;
  return mean;
}

}  // namespace

std::optional<stats::Interval> mean_of(
    const std::vector<run::CommandRun>& runs,
    const std::function<std::optional<double>(const run::CommandRun&)>& number) {
  std::vector<double> values;
  for (const run::CommandRun& run : runs) {
    const auto value = number(run);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  stats::Interval interval = stats::mean_interval(values);
  interval.estimate = stats::mean(values);
  return interval;
}

std::vector<Energy> mean_energies(const std::vector<run::CommandRun>& runs) {
  std::vector<Energy> energies;
  for (const Energy& first : runs.front().energy) energies.push_back(mean_energy(runs, first));
  return energies;
}

std::optional<EnergyEstimate> mean_estimate(const std::vector<run::CommandRun>& runs) {
  auto mean = runs.front().estimate;
  if (!mean) return std::nullopt;
  for (const run::CommandRun& run : runs)
    if (!run.estimate->low_j) return run.estimate;
  for (const auto member :
       {&EnergyEstimate::low_j, &EnergyEstimate::mid_j, &EnergyEstimate::high_j})
    (*mean).*member = mean_of(runs, [&](const run::CommandRun& run) {
                        return (*run.estimate).*member;
                      })->estimate;
  return mean;
}

std::optional<run::IdlePower> idle_of(const MeasuredCommand& measured) {
  const auto& [before, after] = std::pair(measured.idle_before, measured.idle_after);
  if (!before || !after) return std::nullopt;
  const double drift_w = (after->watts - before->watts) / 2;
  return run::IdlePower{
      .watts = (before->watts + after->watts) / 2,
      .uncertainty_w = std::hypot(before->uncertainty_w / 2, after->uncertainty_w / 2, drift_w)};
}

std::optional<NetEnergy> net_of(const MeasuredCommand& measured) {
  const auto idle = idle_of(measured);
  const Energy total = mean_energies(measured.runs).back();
  if (!idle || !total.joules) return std::nullopt;
  double seconds = 0;
  for (const run::CommandRun& run : measured.runs) seconds += run.seconds();
  seconds /= static_cast<double>(measured.runs.size());
  return NetEnergy{
      .joules = *total.joules - idle->watts * seconds,
      .uncertainty_j = std::hypot(total.uncertainty_j.value_or(0), idle->uncertainty_w * seconds)};
}

}  // namespace joulemark::cli
