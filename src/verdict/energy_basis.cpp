// SPDX-License-Identifier: Apache-2.0
// Everything is read from the stored energies, so that an old store says the same as a new one.
#include "verdict/energy_basis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sensors/catalog.h"
#include "sensors/containment.h"
#include "stats/descriptive.h"
#include "verdict/collect.h"
#include "verdict/energy_calibration.h"
#include "verdict/energy_text.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

constexpr double kPercent = 100;

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

/// "hardware counters (RAPL)" for "powercap"; a sensor that this program does not know by its name.
std::string source_of(const std::string& sensor) {
  for (const sensors::SensorRow& row : sensors::sensor_table())
    if (sensor == row.name) return row.source;
  return sensor;
}

struct Basis {
  std::vector<std::string> scopes;
  std::vector<std::string> sources;
  std::vector<double> relative_u;
};

/// Whether an energy is in the trial's total: beside meters at the plug nothing else is.
bool may_count(const Energy& energy, const TrialRecord& trial) {
  return sensors::is_at_plug(energy.scope) ||
         std::none_of(trial.energy.begin(), trial.energy.end(),
                      [](const Energy& other) { return sensors::is_at_plug(other.scope); });
}

void add_trial(const TrialRecord& trial, const Energy& total, Basis& basis) {
  if (total.uncertainty_j) basis.relative_u.push_back(*total.uncertainty_j / *total.joules);
  for (const Energy* part : parts_of_total(trial.energy)) {
    add_once(basis.scopes, part->scope);
    add_once(basis.sources, source_of(part->sensor));
  }
  if (basis.sources.empty()) basis.sources.push_back(source_of(total.sensor));
}

MissingScope& entry_of(const Energy& energy, std::vector<MissingScope>& all) {
  const auto known = std::find_if(all.begin(), all.end(), [&](const MissingScope& missing) {
    return missing.scope == energy.scope;
  });
  if (known != all.end()) return *known;
  return all.emplace_back(MissingScope{.scope = energy.scope, .reason = energy.reason});
}

/// "; calibration ± 9.8 % (perf not calibrated: a prior)", or "" where nothing is known.
std::string calibration_of(const ExperimentRecord& record) {
  const EnergyCalibration calibration = energy_calibration(record);
  if (!calibration.relative_u) return "";
  std::vector<std::string> sensors;
  for (const UsedCalibration& used : calibration.sensors)
    sensors.push_back(used.gain == 1
                          ? fmt::format("{} {}", used.sensor, used.source)
                          : fmt::format("{} × {} {}", used.sensor, used.gain, used.source));
  return fmt::format("; calibration ± {:.2g} % ({})",
                     kPercent * kCoverageFactor * *calibration.relative_u,
                     fmt::join(sensors, ", "));
}

}  // namespace

std::string energy_basis(const ExperimentRecord& record) {
  Basis basis;
  for (const TrialRecord& trial : record.trials) {
    const Energy* total = total_energy(trial);
    if (finished(trial) && total != nullptr && is_rankable(*total)) add_trial(trial, *total, basis);
  }
  if (basis.sources.empty()) return "";
  std::string text = "energy: ";
  if (!basis.scopes.empty()) text += fmt::format("{}, ", fmt::join(basis.scopes, " + "));
  text += record.experiment.origin.empty()
              ? fmt::format("{}, gross (idle included)", fmt::join(basis.sources, ", "))
              : std::string("as imported, with or without idle");
  if (!basis.relative_u.empty())
    text += fmt::format(", ± {:.2g} % (95 % uncertainty, without the sensors' calibration)",
                        kPercent * kCoverageFactor * stats::median(basis.relative_u));
  return text + calibration_of(record);
}

std::vector<MissingScope> missing_scopes(const ExperimentRecord& record) {
  std::vector<MissingScope> missing;
  for (const TrialRecord& trial : record.trials) {
    if (!finished(trial)) continue;
    const Energy* total = total_energy(trial);
    for (const Energy& energy : trial.energy) {
      if (&energy == total || energy.joules || !may_count(energy, trial)) continue;
      MissingScope& scope = entry_of(energy, missing);
      ++scope.trials;
      if (total != nullptr && total->joules) ++scope.left_out;
    }
  }
  return missing;
}

}  // namespace joulemark::verdict
