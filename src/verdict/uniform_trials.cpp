// SPDX-License-Identifier: Apache-2.0
#include "verdict/uniform_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

/// "; 2 of 10 blocks were begun on one and ended on another, …"; "" where none was.
std::string pairs_apart(const ExperimentRecord& record) {
  std::map<int, std::set<std::string>> hosts;
  for (const TrialRecord& trial : record.trials) hosts[trial.block].insert(trial.host);
  const auto split = std::count_if(hosts.begin(), hosts.end(),
                                   [](const auto& block) { return block.second.size() > 1; });
  if (split == 0) return "";
  return fmt::format(
      "; {} of {} blocks were begun on one and ended on another, and their trials "
      "are compared with those of their own alone",
      split, hosts.size());
}

}  // namespace

std::optional<std::string> several_machines_caveat(const ExperimentRecord& record) {
  std::set<std::string> hosts;
  for (const TrialRecord& trial : record.trials) hosts.insert(trial.host);
  if (hosts.size() < 2) return std::nullopt;
  return fmt::format(
      "the trials come from {} machines, boots or states of a machine: differences "
      "between them are mixed with those between configurations{}",
      hosts.size(), pairs_apart(record));
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
