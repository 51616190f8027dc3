// SPDX-License-Identifier: Apache-2.0
#include "verdict/recommendation.h"

#include <algorithm>

#include "stats/pareto.h"
#include "verdict/block_table.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

/// Whether every one of the cells has a value.
bool all_have(const Judgement& judgement, const Indices& cells, MetricId id) {
  return std::all_of(cells.begin(), cells.end(),
                     [&](std::size_t c) { return judgement.cells[c].estimate(id).n > 0; });
}

/// Energy, how long a user waits, memory, and quality: of each the first that all cells have.
std::vector<MetricId> metrics_of(const Judgement& judgement, const Indices& cells) {
  static const std::vector<std::vector<MetricId>> choices = {
      {MetricId::kEnergyPerToken, MetricId::kEnergy},
      {MetricId::kTpot, MetricId::kTimePerToken, MetricId::kLatencyP95, MetricId::kTime},
      {MetricId::kPeakRss},
      {MetricId::kQuality}};
  std::vector<MetricId> metrics;
  for (const auto& choice : choices) {
    const auto found = std::find_if(choice.begin(), choice.end(),
                                    [&](MetricId id) { return all_have(judgement, cells, id); });
    if (found != choice.end()) metrics.push_back(*found);
  }
  return metrics;
}

/// Values of which less is better.
stats::Objective objective_of(const ExperimentRecord& record, const Judgement& judgement,
                              const Indices& cells, MetricId id) {
  stats::Objective table = block_table(record, judgement, cells, id);
  if (metric(id).better != Better::kMore) return table;
  for (auto& row : table)
    for (double& value : row) value = 1 / value;
  return table;
}

Front front_of(const ExperimentRecord& record, const Judgement& judgement,
               const ModelVerdict& model) {
  Indices cells;
  for (const std::size_t c : model.cells)
    if (judgement.cells[c].ranked()) cells.push_back(c);
  Front front;
  if (cells.empty()) return front;
  front.metrics = metrics_of(judgement, cells);
  std::vector<stats::Objective> objectives;
  for (const MetricId id : front.metrics)
    objectives.push_back(objective_of(record, judgement, cells, id));
  const stats::ParetoFront pareto =
      stats::pareto_front(objectives, {.seed = record.experiment.seed});
  for (std::size_t i = 0; i < pareto.on_front.size(); ++i)
    front.trade_offs.push_back({.cell = cells[i],
                                .on_front = pareto.on_front[i] != 0,
                                .membership = pareto.membership[i]});
  return front;
}

}  // namespace

Recommendation recommend(const ExperimentRecord& record, const Objective& objective,
                         const std::vector<Constraint>& constraints) {
  Recommendation result;
  result.objective = objective;
  result.judgement = judge(record, {.objective = objective.metric, .constraints = constraints});
  for (const ModelVerdict& model : result.judgement.models)
    result.fronts.push_back(front_of(record, result.judgement, model));
  return result;
}

const Cell* recommended(const Recommendation& recommendation, const ModelVerdict& model) {
  return model.best ? &recommendation.judgement.cells[*model.best] : nullptr;
}

}  // namespace joulemark::verdict
