// SPDX-License-Identifier: Apache-2.0
#include "plan/dismissed.h"

#include <algorithm>

namespace joulemark::plan {

CellName cell_of(const TrialRecord& trial) {
  return {trial.model, configuration_label(trial.configuration)};
}

Dismissed::Dismissed(const Experiment& experiment)
    : once_(experiment.protocol.different != "always" && experiment.origin.empty()) {}

void Dismissed::note(const TrialRecord& trial) {
  if (!once_ || trial.status != TrialStatus::kDifferent) return;
  const int blocks = trial.block + 1;
  const auto [place, is_first] = blocks_.emplace(cell_of(trial), blocks);
  if (!is_first) place->second = std::min(place->second, blocks);
}

std::optional<int> Dismissed::blocks_of(const CellName& cell) const {
  const auto found = blocks_.find(cell);
  if (found == blocks_.end()) return std::nullopt;
  return found->second;
}

}  // namespace joulemark::plan
