// SPDX-License-Identifier: Apache-2.0
#include "verdict/uniform_trials.h"

#include <fmt/format.h>

#include <set>

#include "verdict/same_work.h"

namespace joulemark::verdict {

std::optional<std::string> several_machines_caveat(const ExperimentRecord& record) {
  std::set<std::string> hosts;
  for (const TrialRecord& trial : record.trials) hosts.insert(trial.host);
  if (hosts.size() < 2) return std::nullopt;
  return fmt::format(
      "the trials come from {} machines, boots or states of a machine: differences "
      "between them are mixed with those between configurations",
      hosts.size());
}

std::optional<std::string> several_versions_caveat(const ExperimentRecord& record,
                                                   const Judgement& judgement) {
  std::set<std::string> who;
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const Cell& cell = judgement.cells[judgement.cell_of_trial[i]];
    if (record.trials[i].install.version == cell.version) continue;
    who.insert(full_name(judgement, cell));
  }
  if (who.empty()) return std::nullopt;
  return fmt::format("the engine's version changed during the experiment for {}",
                     names({who.begin(), who.end()}));
}

}  // namespace joulemark::verdict
