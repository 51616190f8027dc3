// SPDX-License-Identifier: Apache-2.0
// Chooses trials by the primary metric and reduces their signals without losing extremes.
#include "report/timeline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace joulemark::report {
namespace {

constexpr double kNsPerS = 1e9;

/// Nanoseconds from `t0_ns` to `t_ns`. Times of a damaged store may be any integers: unsigned,
/// their difference wraps instead of being undefined.
double between(std::int64_t t0_ns, std::int64_t t_ns) {
  const auto wrapped = static_cast<std::uint64_t>(t_ns) - static_cast<std::uint64_t>(t0_ns);
  return static_cast<double>(static_cast<std::int64_t>(wrapped));
}

double seconds_since(std::int64_t t0_ns, std::int64_t t_ns) {
  return between(t0_ns, t_ns) / kNsPerS;
}

Timeline timeline_of(const TrialRecord& trial, const ModelOptions& options) {
  Timeline timeline;
  std::int64_t t0 = std::numeric_limits<std::int64_t>::max();
  std::int64_t t1 = std::numeric_limits<std::int64_t>::min();
  for (const PhaseInterval& phase : trial.phases) {
    t0 = std::min(t0, phase.t0_ns);
    t1 = std::max(t1, phase.t1_ns);
  }
  for (const PhaseInterval& phase : trial.phases) {
    timeline.phases.push_back({.phase = to_string(phase.phase),
                               .t0_s = seconds_since(t0, phase.t0_ns),
                               .t1_s = seconds_since(t0, phase.t1_ns)});
  }
  if (trial.phases.empty() || t1 <= t0) return timeline;
  const bool fetch = trial.series.empty() && options.series_of;
  const std::vector<Series> fetched = fetch ? options.series_of(trial) : std::vector<Series>{};
  for (const Series& series : fetch ? fetched : trial.series) {
    timeline.series.push_back(reduce(series, t0, t1));
  }
  return timeline;
}

/// The trial whose value is nearest the cell's median, and the one with the largest value.
struct Choice {
  std::optional<std::size_t> typical, worst;
};

Choice choose(const ExperimentRecord& record, const verdict::Cell& cell,
              const std::vector<double>& values, double median) {
  Choice choice;
  for (const std::size_t trial : cell.trials) {
    if (record.trials[trial].phases.empty() || !std::isfinite(values[trial])) continue;
    const auto distance = [&](std::size_t t) { return std::abs(values[t] - median); };
    if (!choice.typical || distance(trial) < distance(*choice.typical)) choice.typical = trial;
    if (!choice.worst || values[trial] > values[*choice.worst]) choice.worst = trial;
  }
  return choice;
}

}  // namespace

TimelineSeries reduce(const Series& series, std::int64_t t0_ns, std::int64_t t1_ns) {
  TimelineSeries result{.name = series.name, .unit = series.unit, .t_s = {}, .min = {}, .max = {}};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> low(kTimelineBuckets, kInfinity);
  std::vector<double> high(kTimelineBuckets, -kInfinity);
  if (!(between(t0_ns, t1_ns) > 0)) return result;
  const double length = between(t0_ns, t1_ns) / kTimelineBuckets;
  for (const Sample& sample : series.samples) {
    if (sample.t_ns < t0_ns || sample.t_ns > t1_ns || !std::isfinite(sample.value)) continue;
    const auto place =
        static_cast<std::size_t>(std::max(between(t0_ns, sample.t_ns) / length, 0.0));
    const std::size_t bucket = std::min(place, kTimelineBuckets - 1);
    low[bucket] = std::min(low[bucket], sample.value);
    high[bucket] = std::max(high[bucket], sample.value);
  }
  for (std::size_t i = 0; i < kTimelineBuckets; ++i) {
    if (low[i] > high[i]) continue;
    result.t_s.push_back(static_cast<double>(i) * length / kNsPerS);
    result.min.push_back(low[i]);
    result.max.push_back(high[i]);
  }
  return result;
}

std::vector<Timeline> choose_timelines(const ExperimentRecord& record,
                                       const verdict::Judgement& judgement,
                                       const ModelOptions& options) {
  std::vector<Timeline> timelines;
  const std::size_t cells = std::min(judgement.cells.size(), options.timeline_cells);
  const auto add = [&](std::size_t cell, std::size_t trial, const char* kind) {
    timelines.push_back(timeline_of(record.trials[trial], options));
    timelines.back().cell = cell;
    timelines.back().trial = trial;
    timelines.back().kind = kind;
  };
  for (std::size_t c = 0; c < cells; ++c) {
    const verdict::Cell& cell = judgement.cells[c];
    const verdict::MetricId primary = judgement.models[cell.model].primary;
    const Choice choice = choose(record, cell, judgement.values[static_cast<std::size_t>(primary)],
                                 cell.estimate(primary).median.estimate);
    if (choice.typical) add(c, *choice.typical, "typical");
    if (choice.worst && choice.worst != choice.typical) add(c, *choice.worst, "worst");
  }
  return timelines;
}

}  // namespace joulemark::report
