// SPDX-License-Identifier: Apache-2.0
#include "verdict/fixed_rate.h"

#include <fmt/format.h>

#include "verdict/collect.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

/// Of a schedule; see overload.
constexpr double kMostBehind = 0.05;

/// Whether the trial did not keep up, and how.
std::optional<std::string> overload(const TrialRecord& trial, double rate) {
  const auto busy_s = fact_of(trial, WindowFact::kBusy);
  if (!busy_s || trial.iterations == 0) return std::nullopt;
  const auto requests = static_cast<double>(trial.iterations);
  const double schedule_s = requests / rate;
  if (*busy_s >= schedule_s)
    return fmt::format("one takes {}, and the next comes after {}",
                       quantity_text(*busy_s / requests, "s"), quantity_text(1 / rate, "s"));
  const double behind_s = trial.window_s() - schedule_s;
  if (behind_s <= kMostBehind * schedule_s + *busy_s / requests) return std::nullopt;
  return fmt::format("it was behind by {} when the last of {} had come",
                     quantity_text(behind_s, "s"), quantity_text(schedule_s, "s"));
}

}  // namespace

bool is_at_rate(const TrialRecord& trial) {
  return fact_of(trial, WindowFact::kBusy).has_value();
}

double answering_s(const TrialRecord& trial) {
  return fact_of(trial, WindowFact::kBusy).value_or(trial.window_s());
}

MetricId time_metric(double rate) {
  return rate > 0 ? MetricId::kLatencyP95 : MetricId::kTime;
}

std::string rate_text(double rate) {
  if (rate <= 0) return "";
  return fmt::format(" at {} request{} a second", rate, rate == 1 ? "" : "s");
}

std::optional<std::string> overload(const ExperimentRecord& record, const Cell& cell) {
  const double rate = record.experiment.protocol.rate;
  if (rate <= 0) return std::nullopt;
  std::size_t count = 0;
  std::string first;
  for (const std::size_t i : cell.trials)
    if (auto why = overload(record.trials[i], rate); why && count++ == 0) first = *std::move(why);
  if (count == 0 || 2 * count < cell.trials.size()) return std::nullopt;
  return fmt::format("overloaded{}: {}", rate_text(rate), first);
}

std::optional<std::string> overloaded_caveat(const ExperimentRecord& record,
                                             const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells)
    if (const auto why = overload(record, cell)) who.push_back(full_name(judgement, cell));
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "requests came faster than they were answered, so there is no ranking for {}: lower --rate, "
      "or raise --duration where little is missing",
      names(who));
}

}  // namespace joulemark::verdict
