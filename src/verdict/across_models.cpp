// SPDX-License-Identifier: Apache-2.0
// One number per model and configuration, its ratio to the model's best, then models as blocks.
#include "verdict/across_models.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "stats/best_set.h"
#include "stats/interaction.h"
#include "verdict/block_table.h"

namespace joulemark::verdict {
namespace {

/// Cells of one configuration, by model.
using CellsOf = std::map<std::string, std::vector<std::size_t>>;

bool comparable(const Judgement& judgement) {
  if (judgement.models.size() < 2) return false;
  const MetricId primary = judgement.models.front().primary;
  return std::all_of(judgement.models.begin(), judgement.models.end(),
                     [&](const ModelVerdict& model) { return model.primary == primary; });
}

/// The configurations with a ratio for every model.
CellsOf common_cells(const Judgement& judgement) {
  CellsOf cells;
  for (const ModelVerdict& model : judgement.models)
    for (const std::size_t c : model.cells) {
      const Cell& cell = judgement.cells[c];
      if (cell.ranked() && std::isfinite(cell.ratio.interval.estimate))
        cells[cell.label].push_back(c);
    }
  std::erase_if(cells,
                [&](const auto& each) { return each.second.size() != judgement.models.size(); });
  return cells;
}

/// The values of a model's common configurations, as [configuration][block].
std::vector<std::vector<std::vector<double>>> values_by_model(const ExperimentRecord& record,
                                                              const Judgement& judgement,
                                                              const CellsOf& cells) {
  std::vector<std::vector<std::vector<double>>> values;
  for (std::size_t m = 0; m < judgement.models.size(); ++m) {
    std::vector<std::size_t> of_model;
    for (const auto& [label, by_model] : cells) of_model.push_back(by_model[m]);
    values.push_back(block_table(record, judgement, of_model, judgement.models[m].primary));
  }
  return values;
}

int best_sets_with(const Judgement& judgement, const std::vector<std::size_t>& cells) {
  return static_cast<int>(std::count_if(
      cells.begin(), cells.end(), [&](std::size_t c) { return judgement.cells[c].in_best_set(); }));
}

}  // namespace

std::optional<AcrossModels> compare_across_models(const ExperimentRecord& record,
                                                  const Judgement& judgement) {
  if (!comparable(judgement)) return std::nullopt;
  const CellsOf cells = common_cells(judgement);
  if (cells.size() < 2) return std::nullopt;
  std::vector<std::vector<double>> ratios;  // [configuration][model]
  for (const auto& [label, by_model] : cells) {
    std::vector<double>& row = ratios.emplace_back();
    for (const std::size_t c : by_model) row.push_back(judgement.cells[c].ratio.interval.estimate);
  }
  const stats::BestSet set = stats::best_set(ratios, {.margin = record.experiment.margin});
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return set.comparisons[a].ratio.estimate < set.comparisons[b].ratio.estimate;
  });
  AcrossModels across;
  const std::vector<std::pair<std::string, std::vector<std::size_t>>> rows(cells.begin(),
                                                                           cells.end());
  for (const std::size_t i : order)
    across.rows.push_back(
        {.label = rows[i].first,
         .ratio = {.interval = set.comparisons[i].ratio, .blocks = set.comparisons[i].blocks},
         .best_sets = best_sets_with(judgement, rows[i].second)});
  across.interaction = stats::interaction(values_by_model(record, judgement, cells));
  return across;
}

}  // namespace joulemark::verdict
