// SPDX-License-Identifier: Apache-2.0
// Match configurations, compare logarithms, and say of each which of both answers is shown.
#include "verdict/regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "stats/distribution.h"
#include "stats/mean_difference.h"
#include "stats/moments.h"
#include "verdict/fixed_rate.h"
#include "verdict/metric_name.h"
#include "verdict/regression_sentence.h"

namespace joulemark::verdict {
namespace {

using Key = std::pair<std::string, std::string>;  ///< model, label without the engine's version

/// "onnxruntime cpu f32 t2 b1" for any "onnxruntime@1.20 cpu f32 t2 b1".
std::string label_without_version(const Cell& cell) {
  Configuration configuration = cell.configuration;
  configuration.engine.resize(
      std::min(configuration.engine.find('@'), configuration.engine.size()));
  return configuration_label(configuration);
}

/// Cells by key. Two versions of one engine in an experiment keep their own labels.
std::map<Key, const Cell*> cells_by_key(const Judgement& judgement) {
  std::map<Key, int> times;
  for (const Cell& cell : judgement.cells)
    ++times[{judgement.models[cell.model].model, label_without_version(cell)}];
  std::map<Key, const Cell*> cells;
  for (const Cell& cell : judgement.cells) {
    Key key{judgement.models[cell.model].model, label_without_version(cell)};
    if (times[key] > 1) key.second = cell.label;
    cells[key] = &cell;
  }
  return cells;
}

std::vector<double> logs_of(const Judgement& judgement, const Cell& cell, MetricId id) {
  std::vector<double> logs;
  for (const std::size_t trial : cell.trials) {
    const double value = judgement.values[static_cast<std::size_t>(id)][trial];
    if (value > 0 && std::isfinite(value)) logs.push_back(std::log(value));
  }
  return logs;
}

bool energy_measured(const Judgement& judgement) {
  return std::all_of(judgement.cells.begin(), judgement.cells.end(),
                     [](const Cell& cell) { return cell.finished == 0 || cell.has_energy(); });
}

bool is_text(const Judgement& judgement) {
  return std::any_of(judgement.cells.begin(), judgement.cells.end(),
                     [](const Cell& cell) { return cell.estimate(MetricId::kTimePerToken).n > 0; });
}

MetricId choose_metric(const Judgement& base, const Judgement& now,
                       const RegressionOptions& options) {
  const bool energy = energy_measured(base) && energy_measured(now);
  const MetricId id = options.metric.value_or(energy ? MetricId::kEnergy : time_metric(now.rate));
  return is_text(base) && is_text(now) ? of_text(id) : id;
}

/// Why a cell of one side cannot be compared; "" where it can.
std::string obstacle(const char* side, const Cell* cell) {
  if (cell == nullptr) return fmt::format("it is not in {}", side);
  return cell->reason.empty() ? "" : fmt::format("in {}: {}", side, cell->reason);
}

struct Comparison {
  double limit;  ///< ln of what is allowed
  double alpha;
  std::size_t cells;  ///< that are compared
};

/// Which answer the bounds show. No variance at all shows the point.
void decide(const stats::MeanDifference& difference, const Comparison& comparison,
            CellChange& cell) {
  cell.ratio.estimate = std::exp(difference.estimate);
  cell.ratio.outcome = difference.outcome;
  double below = 0;
  double above = 0;
  if (difference.outcome == stats::Outcome::kOk) {
    const double m = static_cast<double>(comparison.cells);
    below = stats::t_quantile(difference.df, 1 - comparison.alpha / m) * difference.standard_error;
    above = stats::t_quantile(difference.df, 1 - comparison.alpha) * difference.standard_error;
  } else if (difference.outcome != stats::Outcome::kConstant) {
    cell.reason = "too few repetitions for an interval";
    return;
  }
  cell.ratio.lo = std::exp(difference.estimate - below);
  cell.ratio.hi = std::exp(difference.estimate + above);
  if (difference.estimate - below > comparison.limit) cell.change = Change::kRegressed;
  if (difference.estimate + above <= comparison.limit) cell.change = Change::kWithin;
  if (cell.change != Change::kUnresolved || difference.estimate >= comparison.limit) return;
  const double room = (comparison.limit - difference.estimate) / above;
  const double n = std::max(cell.base_n, cell.new_n) / (room * room);
  if (n < 1e6) cell.repetitions_needed = static_cast<int>(std::ceil(n));
}

void compare(const Judgement& base, const Judgement& now, const Comparison& comparison,
             const std::pair<const Cell*, const Cell*>& cells, MetricId id, CellChange& result) {
  const std::vector<double> before = logs_of(base, *cells.first, id);
  const std::vector<double> after = logs_of(now, *cells.second, id);
  result.base_n = static_cast<int>(before.size());
  result.new_n = static_cast<int>(after.size());
  if (before.empty() || after.empty()) {
    const Cell& lacking = before.empty() ? *cells.first : *cells.second;
    result.reason = fmt::format("{} has no {} ({})", before.empty() ? "BASE" : "NEW",
                                metric(id).title, lacking.estimate(id).reason);
    return;
  }
  const stats::Moments a = stats::moments(after);
  const stats::Moments b = stats::moments(before);
  decide(stats::welch_difference(a, b), comparison, result);
}

std::set<std::string> hosts_of(const ExperimentRecord& record) {
  std::set<std::string> hosts;
  for (const TrialRecord& trial : record.trials) hosts.insert(trial.host);
  return hosts;
}

std::vector<Caveat> caveats_of(const ExperimentRecord& base, const ExperimentRecord& now) {
  std::vector<Caveat> caveats;
  if (hosts_of(base) != hosts_of(now))
    caveats.push_back({"several_machines",
                       "BASE and NEW come from different machines, boots or states of a machine: "
                       "that difference is mixed with the engine's"});
  return caveats;
}

/// A cell of BASE and one of NEW; null where one side has none.
using CellPair = std::pair<const Cell*, const Cell*>;
using Pairs = std::map<Key, CellPair>;

Pairs match(const Judgement& base, const Judgement& now) {
  Pairs pairs;
  for (const auto& [key, cell] : cells_by_key(base)) pairs[key].first = cell;
  for (const auto& [key, cell] : cells_by_key(now)) pairs[key].second = cell;
  return pairs;
}

std::string obstacle(const CellPair& cells) {
  const std::string in_base = obstacle("BASE", cells.first);
  return in_base.empty() ? obstacle("NEW", cells.second) : in_base;
}

std::size_t comparable(const Pairs& pairs) {
  return static_cast<std::size_t>(std::count_if(
      pairs.begin(), pairs.end(), [](const auto& pair) { return obstacle(pair.second).empty(); }));
}

/// Who is compared, and why not where that cannot be.
CellChange change_between(const std::string& model, const CellPair& cells) {
  CellChange change;
  change.model = model;
  change.label = cells.second == nullptr ? cells.first->label : cells.second->label;
  change.base_version = cells.first->version;
  if (cells.second != nullptr) change.new_version = cells.second->version;
  change.reason = obstacle(cells);
  return change;
}

Change overall(const std::vector<CellChange>& cells) {
  const auto any = [&](Change change) {
    return std::any_of(cells.begin(), cells.end(),
                       [&](const CellChange& cell) { return cell.change == change; });
  };
  if (any(Change::kRegressed)) return Change::kRegressed;
  return cells.empty() || any(Change::kUnresolved) ? Change::kUnresolved : Change::kWithin;
}

}  // namespace

const char* to_string(Change change) {
  static constexpr const char* kNames[] = {"regressed", "within", "unresolved"};
  return kNames[static_cast<std::size_t>(change)];
}

Regression find_regression(const ExperimentRecord& base, const ExperimentRecord& now,
                           const RegressionOptions& options) {
  const Judgement before = judge(base);
  const Judgement after = judge(now);
  Regression result;
  result.metric = choose_metric(before, after, options);
  const Pairs pairs = match(before, after);
  const Comparison comparison{.limit = std::log1p(options.max_regression),
                              .alpha = 1 - options.level,
                              .cells = comparable(pairs)};
  for (const auto& [key, cells] : pairs) {
    if (cells.first == nullptr) continue;  // nothing that was there is worse
    CellChange change = change_between(key.first, cells);
    if (change.reason.empty() && before.rate != after.rate)
      change.reason = "BASE and NEW were not asked at the same rate";
    if (change.reason.empty()) compare(before, after, comparison, cells, result.metric, change);
    result.cells.push_back(std::move(change));
  }
  std::stable_sort(result.cells.begin(), result.cells.end(),
                   [](const CellChange& a, const CellChange& b) {
                     constexpr int kOrder[] = {0, 2, 1};
                     return kOrder[static_cast<int>(a.change)] < kOrder[static_cast<int>(b.change)];
                   });
  result.change = overall(result.cells);
  result.caveats = caveats_of(base, now);
  result.sentence = regression_sentence(result, options.max_regression);
  return result;
}

}  // namespace joulemark::verdict
