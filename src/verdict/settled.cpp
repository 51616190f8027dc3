// SPDX-License-Identifier: Apache-2.0
#include "verdict/settled.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

bool has_unsettled(const TrialRecord& trial, Unsettled part) {
  const auto parts = fact_of(trial, WindowFact::kWarmupUnsettled);
  constexpr double kMost = 15;
  if (!parts || !(*parts >= 0 && *parts <= kMost)) return false;
  return (static_cast<unsigned>(*parts) & static_cast<unsigned>(part)) != 0;
}

/// "times in 2, clocks in 1"; empty where the trials do not tell.
std::string parts_text(const std::vector<const TrialRecord*>& unsteady) {
  constexpr std::pair<Unsettled, const char*> kParts[] = {{Unsettled::kTimes, "times"},
                                                          {Unsettled::kTemperature, "temperature"},
                                                          {Unsettled::kClocks, "clocks"},
                                                          {Unsettled::kThrottling, "throttling"}};
  std::vector<std::string> parts;
  for (const auto& part : kParts) {
    const auto n = std::ranges::count_if(
        unsteady, [&](const TrialRecord* trial) { return has_unsettled(*trial, part.first); });
    if (n > 0) parts.push_back(fmt::format("{} in {}", part.second, n));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Of the trials that finished.
template <class Predicate>
std::vector<const TrialRecord*> trials_where(const ExperimentRecord& record, Predicate predicate) {
  std::vector<const TrialRecord*> trials;
  for (const TrialRecord& trial : record.trials)
    if (finished(trial) && predicate(trial)) trials.push_back(&trial);
  return trials;
}

std::size_t count_finished(const ExperimentRecord& record) {
  return trials_where(record, [](const TrialRecord&) { return true; }).size();
}

bool began_hot(const TrialRecord& trial) {
  return fact_of(trial, WindowFact::kCooldownMissed).value_or(0) > 0;
}

}  // namespace

std::optional<std::string> not_steady_caveat(const ExperimentRecord& record) {
  const auto unsteady =
      trials_where(record, [](const TrialRecord& trial) { return !trial.steady; });
  if (unsteady.empty()) return std::nullopt;
  const std::string parts = parts_text(unsteady);
  return fmt::format(
      "in {} of {} trials the warm-up reached its cap before all was steady (non-stationary{}{}); "
      "raise --warmup-max",
      unsteady.size(), count_finished(record), parts.empty() ? "" : ": ", parts);
}

std::optional<std::string> hot_start_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement) {
  const auto hot = trials_where(record, began_hot);
  if (hot.empty()) return std::nullopt;
  std::set<std::size_t> cells;
  for (const TrialRecord* trial : hot)
    cells.insert(judgement.cell_of_trial[static_cast<std::size_t>(trial - record.trials.data())]);
  std::vector<std::string> who;
  for (const std::size_t cell : cells) who.push_back(full_name(judgement, judgement.cells[cell]));
  return fmt::format(
      "in {} of {} trials the longest rest ended before the machine was as cool and quiet as at "
      "rest: {}; what ran before may show in them; raise --cooldown-max",
      hot.size(), count_finished(record), names(who));
}

}  // namespace joulemark::verdict
