// SPDX-License-Identifier: Apache-2.0
// Leaves out of a report model what the page does not show, so that 10,000 trials stay a file to
// mail.
#include "report/page_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace joulemark::report {
namespace {

using verdict::MetricId;

/// A screen shows four digits of a position at most; the store keeps all of them.
constexpr int kDigits = 5;

/// Metrics that the page can show for single trials, besides those that rank.
constexpr MetricId kShownPerTrial[] = {
    MetricId::kEnergy, MetricId::kTime,    MetricId::kLatencyP50, MetricId::kLatencyP95,
    MetricId::kCpu,    MetricId::kTtftP50, MetricId::kTpot};

double rounded(double value) {
  if (!std::isfinite(value)) return value;
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", kDigits, value);
  return std::strtod(text, nullptr);
}

void round_all(std::vector<double>& values) {
  std::transform(values.begin(), values.end(), values.begin(), rounded);
}

bool is_shown(std::size_t metric, const verdict::Judgement& judgement) {
  const auto is_metric = [&](MetricId id) { return static_cast<std::size_t>(id) == metric; };
  return std::any_of(std::begin(kShownPerTrial), std::end(kShownPerTrial), is_metric) ||
         std::any_of(judgement.models.begin(), judgement.models.end(),
                     [&](const auto& model) { return is_metric(model.primary); });
}

void reduce_values(verdict::Judgement& judgement) {
  round_all(judgement.ratio_to_best);
  for (std::size_t metric = 0; metric < judgement.values.size(); ++metric) {
    std::vector<double>& values = judgement.values[metric];
    const bool absent = std::none_of(values.begin(), values.end(),
                                     [](double value) { return std::isfinite(value); });
    if (absent || !is_shown(metric, judgement))
      values = {};
    else
      round_all(values);
  }
}

void clear_if_zero(std::vector<int>& column) {
  if (std::all_of(column.begin(), column.end(), [](int value) { return value == 0; })) column = {};
}

void clear_if_empty(std::vector<std::string>& column) {
  if (std::all_of(column.begin(), column.end(), [](const auto& text) { return text.empty(); }))
    column = {};
}

void reduce_series(TimelineSeries& series) {
  round_all(series.t_s);
  round_all(series.min);
  round_all(series.max);
  if (series.max == series.min) series.max = {};
}

std::size_t numbers_in(const Timeline& timeline) {
  std::size_t count = 0;
  for (const TimelineSeries& series : timeline.series)
    count += series.t_s.size() + series.min.size() + series.max.size();
  return count;
}

/// Typical trials before the worst ones, each group in the order of the cells, best first.
void limit_timelines(std::vector<Timeline>& timelines, std::size_t limit) {
  std::stable_partition(timelines.begin(), timelines.end(),
                        [](const Timeline& timeline) { return timeline.kind == "typical"; });
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < timelines.size()) {
    used += numbers_in(timelines[kept]);
    if (kept > 0 && used > limit) break;
    ++kept;
  }
  timelines.resize(kept);
}

}  // namespace

ReportModel page_model(ReportModel model, const PageLimits& limits) {
  reduce_values(model.judgement);
  clear_if_zero(model.trials.position);
  clear_if_zero(model.trials.attempt);
  clear_if_empty(model.trials.disturbed);
  for (double& seconds : model.trials.started_at) seconds = std::round(seconds);
  for (Timeline& timeline : model.timelines) {
    for (TimelineSeries& series : timeline.series) reduce_series(series);
  }
  limit_timelines(model.timelines, limits.timeline_numbers);
  return model;
}

}  // namespace joulemark::report
