// SPDX-License-Identifier: Apache-2.0
// Told from the experiment's own settings and the sensors' names, so that the store needs no place
// for it.
#include "verdict/energy_calibration.h"

#include <algorithm>

#include "base/calibration.h"
#include "sensors/calibration.h"
#include "stats/descriptive.h"
#include "verdict/collect.h"
#include "verdict/energy_text.h"
#include "verdict/metric.h"

namespace joulemark::verdict {
namespace {

using Own = std::vector<Calibration>;

void add_used(const Energy& part, const Own& own, std::vector<UsedCalibration>& all) {
  UsedCalibration used{.sensor = part.sensor};
  if (const auto known = sensors::calibration_of(part.sensor, part.scope, own))
    used = {known->name, known->gain, known->relative_u, known->source};
  if (std::none_of(all.begin(), all.end(),
                   [&](const UsedCalibration& other) { return other.sensor == used.sensor; }))
    all.push_back(std::move(used));
}

/// Of a trial's total; empty where one of its parts has none.
std::optional<double> relative_u_of(const std::vector<const Energy*>& parts, const Own& own) {
  double joules = 0;
  double u = 0;
  for (const Energy* part : parts) {
    const auto known = sensors::calibration_of(part->sensor, part->scope, own);
    if (!known) return std::nullopt;
    joules += *part->joules;
    u += *part->joules * known->relative_u;
  }
  return joules > 0 ? std::optional(u / joules) : std::nullopt;
}

}  // namespace

EnergyCalibration energy_calibration(const ExperimentRecord& record) {
  EnergyCalibration calibration;
  if (!record.experiment.origin.empty()) return calibration;
  const Own own = parse_calibrations(record.experiment.calibration).value_or(Own());
  std::vector<double> shares;
  bool complete = true;
  for (const TrialRecord& trial : record.trials) {
    const Energy* total = total_energy(trial);
    if (!finished(trial) || total == nullptr || !is_rankable(*total)) continue;
    const auto parts = parts_of_total(trial.energy);
    for (const Energy* part : parts) add_used(*part, own, calibration.sensors);
    const auto share = relative_u_of(parts, own);
    complete = complete && share.has_value();
    if (share) shares.push_back(*share);
  }
  if (complete && !shares.empty()) calibration.relative_u = stats::median(shares);
  return calibration;
}

}  // namespace joulemark::verdict
