// SPDX-License-Identifier: Apache-2.0
// Missing is never 0: an energy that a file lacks becomes an absent one with its reason.
#include "exchange/trial_draft.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace joulemark::exchange {
namespace {

constexpr const char* kSensor = "imported";
constexpr const char* kNotRecorded = "not_recorded";
constexpr double kNsPerS = 1e9;

std::int64_t ns(double seconds) {
  return static_cast<std::int64_t>(std::llround(seconds * kNsPerS));
}

Energy energy_of(const TrialDraft& draft, const ScopeEnergy& scope) {
  if (scope.joules)
    return {.scope = scope.scope,
            .sensor = kSensor,
            .energy_class = draft.energy_class.value_or(EnergyClass::kDerived),
            .joules = scope.joules,
            .uncertainty_j = {},
            .reason = {},
            .detail = {}};
  return {.scope = scope.scope,
          .sensor = {},
          .energy_class = EnergyClass::kAbsent,
          .joules = {},
          .uncertainty_j = {},
          .reason = kNotRecorded,
          .detail = "the imported file has no value"};
}

/// Of the scopes where there is no total: an incomplete sum would be too little.
std::optional<double> total_of(const TrialDraft& draft) {
  if (draft.has_total) return draft.total_j;
  double sum = 0;
  for (const ScopeEnergy& scope : draft.scopes) {
    if (!scope.joules) return std::nullopt;
    sum += *scope.joules;
  }
  return draft.scopes.empty() ? std::nullopt : std::optional(sum);
}

std::vector<Energy> energies_of(const TrialDraft& draft) {
  std::vector<Energy> all;
  for (const ScopeEnergy& scope : draft.scopes) all.push_back(energy_of(draft, scope));
  Energy total = energy_of(draft, {.scope = "total", .joules = total_of(draft)});
  if (total.joules) total.uncertainty_j = draft.total_uncertainty_j;
  if (!total.joules && !draft.energy_reason.empty()) total.reason = draft.energy_reason;
  all.push_back(std::move(total));
  return all;
}

std::vector<PhaseInterval> phases_of(const TrialDraft& draft) {
  std::vector<PhaseInterval> phases;
  const std::int64_t end = ns(draft.duration_s.value_or(0));
  const std::int64_t build = ns(draft.build_s.value_or(0));
  if (draft.load_s) phases.push_back({Phase::kLoad, -ns(*draft.load_s) - build, -build});
  if (draft.build_s) phases.push_back({Phase::kBuild, -build, 0});
  if (draft.duration_s) phases.push_back({Phase::kMeasure, 0, end});
  if (draft.prefill_s) phases.push_back({Phase::kPrefill, end, end + ns(*draft.prefill_s)});
  return phases;
}

const char* fault_of(const TrialDraft& draft) {
  if (draft.trial.model.empty()) return "the trial has no model";
  if (draft.trial.configuration.engine.empty()) return "the trial has no engine";
  if (draft.energy_class == EnergyClass::kAbsent && total_of(draft))
    return "energy_class is 'absent' and there is an energy";
  return nullptr;
}

}  // namespace

TrialDraft::TrialDraft() {
  trial.configuration.provider.clear();
  trial.configuration.precision.clear();
  trial.configuration.threads = 0;
  trial.iterations = 1;
  trial.started_at = std::numeric_limits<double>::quiet_NaN();
}

void set_scope(TrialDraft& draft, const std::string& scope, std::optional<double> joules) {
  const auto known = std::find_if(draft.scopes.begin(), draft.scopes.end(),
                                  [&](const ScopeEnergy& each) { return each.scope == scope; });
  if (known == draft.scopes.end())
    draft.scopes.push_back({.scope = scope, .joules = joules});
  else
    known->joules = joules;
}

tl::expected<TrialRecord, std::string> complete(TrialDraft draft) {
  if (const char* fault = fault_of(draft)) return tl::unexpected<std::string>(fault);
  draft.trial.energy = energies_of(draft);
  draft.trial.phases = phases_of(draft);
  const std::string& engine = draft.trial.configuration.engine;
  draft.trial.install.engine = engine.substr(0, engine.find('@'));
  draft.trial.install.found_by = kSensor;
  return std::move(draft.trial);
}

}  // namespace joulemark::exchange
