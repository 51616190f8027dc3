// SPDX-License-Identifier: Apache-2.0
#include "verdict/served.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

template <class Predicate>
std::vector<std::string> cells_with(const ExperimentRecord& record, const Judgement& judgement,
                                    Predicate predicate) {
  std::vector<std::string> found;
  for (const Cell& cell : judgement.cells)
    if (std::any_of(cell.trials.begin(), cell.trials.end(),
                    [&](std::size_t trial) { return predicate(record.trials[trial]); }))
      found.push_back(full_name(judgement, cell));
  return found;
}

bool is_elsewhere(const TrialRecord& trial) {
  const auto description = nlohmann::json::parse(trial.describe_json, nullptr, false);
  return description.is_object() && description.value("work", nlohmann::json()) == "elsewhere";
}

bool gives_several(const TrialRecord& trial) {
  const auto at_once = effective_value(trial, "tokens_per_event");
  return at_once.is_number() && at_once.get<double>() > 1;
}

}  // namespace

bool is_served(const TrialRecord& trial) {
  return trial.resources.facts.contains(WindowFact::kClientCpu);
}

std::optional<std::string> elsewhere_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement) {
  const auto who = cells_with(record, judgement, is_elsewhere);
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "{}: the server ran already, so that its processor time and memory were not measured, nor "
      "whether other programs disturbed, and its caches may have been warm; give its 'command', "
      "and it is started for every trial",
      names(who));
}

std::optional<std::string> tokens_at_once_caveat(const ExperimentRecord& record,
                                                 const Judgement& judgement) {
  const auto who = cells_with(record, judgement, gives_several);
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "{}: the server gives several tokens at once, so that the times between tokens are those "
      "between its events, and the time to the first token is that of several",
      names(who));
}

}  // namespace joulemark::verdict
