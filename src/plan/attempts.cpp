// SPDX-License-Identifier: Apache-2.0
#include "plan/attempts.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace joulemark::plan {
namespace {

/// Imported trials may have no positions, so that a place is told by its block and what ran there.
using Where = std::tuple<int, std::string, std::string>;

Where where(const TrialRecord& trial) {
  return {trial.block, trial.model, configuration_label(trial.configuration)};
}

}  // namespace

bool finished(const TrialRecord& trial) {
  return trial.status == TrialStatus::kOk || trial.status == TrialStatus::kDifferent;
}

void Attempts::add(const TrialRecord& attempt) {
  if (attempt.attempt >= made_) ended_ok_ = attempt.status == TrialStatus::kOk;
  made_ = std::max(made_, attempt.attempt + 1);
  settled_ = settled_ || attempt.invalid.empty() || attempt.status != TrialStatus::kOk;
}

bool Attempts::want_another(int retries) const {
  return !settled_ && made_ <= retries;
}

void set_aside_repeats(ExperimentRecord& record) {
  std::vector<TrialRecord>& trials = record.trials;
  std::map<Where, std::size_t> counted;
  std::vector<bool> counts(trials.size(), true);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!finished(trials[i])) continue;
    const auto [place, is_first] = counted.emplace(where(trials[i]), i);
    if (is_first) continue;
    const bool is_better = !trials[place->second].invalid.empty();
    counts[is_better ? std::exchange(place->second, i) : i] = false;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!counts[i]) record.set_aside.push_back(std::move(trials[i]));
    if (counts[i] && kept++ != i) trials[kept - 1] = std::move(trials[i]);
  }
  trials.erase(trials.begin() + static_cast<std::ptrdiff_t>(kept), trials.end());
}

}  // namespace joulemark::plan
