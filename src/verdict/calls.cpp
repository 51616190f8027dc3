// SPDX-License-Identifier: Apache-2.0
#include "verdict/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

/// Fewer calls hold no value beyond their 99th percentile.
constexpr std::size_t kCallsForP99 = 100;

template <class Predicate>
std::ptrdiff_t finished_where(const ExperimentRecord& record, Predicate predicate) {
  return std::count_if(record.trials.begin(), record.trials.end(), [&](const TrialRecord& trial) {
    return finished(trial) && predicate(trial);
  });
}

std::ptrdiff_t finished_trials(const ExperimentRecord& record) {
  return finished_where(record, [](const TrialRecord&) { return true; });
}

/// What the worker says of a call at batch 1; nothing where it holds one row, or is not known.
std::optional<std::int64_t> rows_of(const TrialRecord& trial) {
  if (!finished(trial) || trial.configuration.batch != 1) return std::nullopt;
  const auto rows = effective_value(trial, "rows_per_call");
  return rows.is_number_integer() ? std::optional(rows.get<std::int64_t>()) : std::nullopt;
}

}  // namespace

std::optional<std::string> few_calls_caveat(const ExperimentRecord& record) {
  const auto n = finished_where(record, [](const TrialRecord& trial) {
    const auto& text = trial.text.inter_token_ns;
    const std::size_t calls = text.empty() ? trial.durations_ns.size() : text.size();
    return calls > 0 && calls < kCallsForP99;
  });
  if (n == 0) return std::nullopt;
  return fmt::format(
      "{} of {} windows hold fewer than {} calls: their p99 is close to the slowest call{}", n,
      finished_trials(record), kCallsForP99,
      record.experiment.origin.empty() ? "; raise --duration" : "");
}

std::optional<std::string> grouped_calls_caveat(const ExperimentRecord& record) {
  const auto n =
      finished_where(record, [](const TrialRecord& trial) { return trial.calls_per_record > 1; });
  if (n == 0) return std::nullopt;
  return fmt::format(
      "in {} of {} trials calls were timed in groups because one is very short: "
      "latency percentiles are those of the groups' means",
      n, finished_trials(record));
}

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
