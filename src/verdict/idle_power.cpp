// SPDX-License-Identifier: Apache-2.0
#include "verdict/idle_power.h"

#include <algorithm>
#include <cmath>

namespace joulemark::verdict {
namespace {

struct Around {
  const IdleBracket* before = nullptr;
  const IdleBracket* after = nullptr;
};

/// Times of one boot are on one clock, which nobody sets.
Around around(const ExperimentRecord& record, const TrialRecord& trial) {
  Around found;
  const auto window = trial.phase(Phase::kMeasure);
  if (!window) return found;
  for (const IdleBracket& bracket : record.brackets) {
    if (bracket.host != trial.host || !power_of(bracket)) continue;
    if (bracket.t1_ns <= window->t0_ns && (!found.before || bracket.t1_ns > found.before->t1_ns))
      found.before = &bracket;
    if (bracket.t0_ns >= window->t1_ns && (!found.after || bracket.t0_ns < found.after->t0_ns))
      found.after = &bracket;
  }
  return found;
}

RestPower mean_of(const RestPower& a, const RestPower& b) {
  RestPower mean{.watts = (a.watts + b.watts) / 2, .standard_u = {}, .busy = {}};
  const double drift = (a.watts - b.watts) / 2;
  mean.standard_u =
      std::hypot(std::hypot(a.standard_u.value_or(0), b.standard_u.value_or(0)) / 2, drift);
  mean.busy = std::max(a.busy, b.busy);
  return mean;
}

std::optional<RestPower> phase_power(const TrialRecord& trial, Phase phase) {
  const PhaseEnergy* energy = trial.phase_energy(phase);
  if (energy == nullptr || energy->seconds <= 0) return std::nullopt;
  return RestPower{
      .watts = energy->watts(), .standard_u = energy->uncertainty_j / energy->seconds, .busy = {}};
}

}  // namespace

std::optional<RestPower> power_of(const IdleBracket& bracket) {
  const double seconds =
      (static_cast<double>(bracket.t1_ns) - static_cast<double>(bracket.t0_ns)) * 1e-9;
  if (!bracket.joules || seconds <= 0) return std::nullopt;
  RestPower power{.watts = *bracket.joules / seconds, .standard_u = {}, .busy = bracket.busy};
  if (bracket.uncertainty_j) power.standard_u = *bracket.uncertainty_j / seconds;
  return power;
}

std::optional<RestPower> own_idle_power(const TrialRecord& trial) {
  if (const auto power = phase_power(trial, Phase::kIdle)) return power;
  // Stores from before there were energies of phases have the power alone.
  if (!trial.idle_w) return std::nullopt;
  return RestPower{.watts = *trial.idle_w, .standard_u = {}, .busy = {}};
}

std::optional<RestPower> ready_power(const TrialRecord& trial) {
  return phase_power(trial, Phase::kReady);
}

std::optional<RestPower> idle_power(const ExperimentRecord& record, const TrialRecord& trial) {
  if (const auto own = own_idle_power(trial)) return own;
  const auto [before, after] = around(record, trial);
  if (before != nullptr && after != nullptr) return mean_of(*power_of(*before), *power_of(*after));
  if (before != nullptr) return power_of(*before);
  return after != nullptr ? power_of(*after) : std::nullopt;
}

}  // namespace joulemark::verdict
