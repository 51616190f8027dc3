// SPDX-License-Identifier: Apache-2.0
#include "verdict/rows_per_call.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

/// What the worker says of a call at batch 1; nothing where it holds one row, or is not known.
std::optional<std::int64_t> rows_of(const TrialRecord& trial) {
  if (!finished(trial) || trial.configuration.batch != 1) return std::nullopt;
  const auto rows = effective_value(trial, "rows_per_call");
  return rows.is_number_integer() ? std::optional(rows.get<std::int64_t>()) : std::nullopt;
}

}  // namespace

std::optional<std::string> rows_per_call_caveat(const ExperimentRecord& record) {
  std::map<std::string, std::int64_t> found;
  for (const TrialRecord& trial : record.trials) {
    if (found.contains(trial.model)) continue;
    if (const auto rows = rows_of(trial)) found.emplace(trial.model, *rows);
  }
  if (found.empty()) return std::nullopt;
  std::vector<std::string> who;
  for (const auto& [model, rows] : found) who.push_back(fmt::format("{} ({})", model, rows));
  return fmt::format(
      "batch 1 counts a call as one inference, and the first dimension of the inputs is larger: {}",
      names(who));
}

}  // namespace joulemark::verdict
