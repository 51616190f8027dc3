// SPDX-License-Identifier: Apache-2.0
#include "verdict/ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "stats/best_set.h"
#include "verdict/block_table.h"
#include "verdict/energy_scopes.h"
#include "verdict/fixed_rate.h"
#include "verdict/metric_name.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

Standing standing_of(stats::Relation relation) {
  switch (relation) {
    case stats::Relation::kBest:
      return Standing::kBest;
    case stats::Relation::kEquivalent:
      return Standing::kTied;
    case stats::Relation::kBehind:
      return Standing::kBehind;
    case stats::Relation::kWorse:
      return Standing::kWorse;
    case stats::Relation::kUnresolved:
      break;
  }
  return Standing::kUnresolved;
}

Outcome outcome_of(const Judgement& judgement, const Indices& ranked) {
  if (ranked.empty()) return Outcome::kNone;
  if (ranked.size() == 1) return Outcome::kSingle;
  const auto any = [&](Standing standing) {
    return std::any_of(ranked.begin(), ranked.end(),
                       [&](std::size_t c) { return judgement.cells[c].standing == standing; });
  };
  if (any(Standing::kUnresolved) || any(Standing::kBehind)) return Outcome::kUnresolved;
  return any(Standing::kTied) ? Outcome::kTie : Outcome::kBetter;
}

/// The eligible cells that have a value; the others get the reason.
Indices cells_with_values(Judgement& judgement, const ModelVerdict& model,
                          const Indices& eligible) {
  Indices cells;
  for (const std::size_t c : eligible) {
    Cell& cell = judgement.cells[c];
    if (cell.estimate(model.primary).n > 0)
      cells.push_back(c);
    else
      cell.reason = fmt::format("no trial has a value of {}", metric(model.primary).title);
  }
  return cells;
}

/// The cell that the race left `cell` out behind, where that holds for what ranks now; null where
/// it left it in, went by another metric, or was led by what is not compared.
const Cell* raced_against(const Judgement& judgement, const ModelVerdict& model,
                          const Indices& ranked, const Cell& cell) {
  if (!cell.left_out || cell.left_out->metric != model.primary) return nullptr;
  const auto found = std::find_if(ranked.begin(), ranked.end(), [&](std::size_t c) {
    return judgement.cells[c].label == cell.left_out->against;
  });
  return found == ranked.end() ? nullptr : &judgement.cells[*found];
}

/// What needs `first` times as much as one that needs `second` times as much as the best. Where
/// both hold, so does the product; and nothing needs less than the best.
stats::Interval product(const stats::Interval& first, const stats::Interval& second) {
  stats::Interval both = first;
  both.estimate *= second.estimate;
  both.lo *= std::max(second.lo, 1.0);
  both.hi *= second.hi;
  both.outcome = second.bounded() ? first.outcome : second.outcome;
  return both;
}

int blocks_in_common(const ExperimentRecord& record, const Cell& a, const Cell& b) {
  std::map<int, int> cells_in_block;
  for (const Cell* cell : {&a, &b})
    for (const std::size_t trial : cell->trials) ++cells_in_block[record.trials[trial].block];
  return static_cast<int>(std::count_if(cells_in_block.begin(), cells_in_block.end(),
                                        [](const auto& entry) { return entry.second == 2; }));
}

/// Those that the race left out stand as it has shown. What one was left out behind was measured
/// longer, so the last ones come first.
void place_left_out(const ExperimentRecord& record, Judgement& judgement, const ModelVerdict& model,
                    Indices left_out, const Indices& ranked) {
  std::sort(left_out.begin(), left_out.end(), [&](std::size_t a, std::size_t b) {
    return judgement.cells[a].left_out->blocks > judgement.cells[b].left_out->blocks;
  });
  for (const std::size_t c : left_out) {
    Cell& cell = judgement.cells[c];
    const Cell* against = raced_against(judgement, model, ranked, cell);
    cell.standing = Standing::kWorse;
    cell.ratio = {.interval = product(cell.left_out->ratio, against->ratio.interval),
                  .blocks = blocks_in_common(record, cell, judgement.cells[*model.best])};
  }
}

/// Takes those out of the eligible cells whose energy covers other parts of the machine. Of what
/// somebody else measured a caveat says so: published comparisons are to be seen as they were made.
void demand_one_boundary(const ExperimentRecord& record, Judgement& judgement, Indices& eligible) {
  const auto reasons = other_boundaries(record, judgement, eligible);
  Indices kept;
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    judgement.cells[eligible[i]].reason = reasons[i];
    if (reasons[i].empty()) kept.push_back(eligible[i]);
  }
  eligible = std::move(kept);
}

}  // namespace

void set_obstacles(const ExperimentRecord& record, Judgement& judgement) {
  std::vector<std::string> reasons = obstacles(record, judgement);
  for (std::size_t c = 0; c < reasons.size(); ++c)
    judgement.cells[c].reason = std::move(reasons[c]);
}

Indices eligible_cells(const Judgement& judgement, const ModelVerdict& model) {
  Indices eligible;
  for (const std::size_t c : model.cells)
    if (judgement.cells[c].reason.empty()) eligible.push_back(c);
  return eligible;
}

MetricId choose_primary(const Judgement& judgement, const Indices& eligible,
                        const JudgeOptions& options) {
  const bool text =
      !eligible.empty() && std::all_of(eligible.begin(), eligible.end(), [&](std::size_t c) {
        return judgement.cells[c].estimate(MetricId::kTimePerToken).n > 0;
      });
  const bool measured = !eligible.empty() &&
                        std::all_of(eligible.begin(), eligible.end(),
                                    [&](std::size_t c) { return judgement.cells[c].has_energy(); });
  const MetricId primary =
      options.objective.value_or(measured ? MetricId::kEnergy : time_metric(judgement.rate));
  return text ? of_text(primary) : primary;
}

void rank(const ExperimentRecord& record, Judgement& judgement, ModelVerdict& model,
          const JudgeOptions& options) {
  Indices eligible = eligible_cells(judgement, model);
  model.primary = choose_primary(judgement, eligible, options);
  if (holds_energy(model.primary) && record.experiment.origin.empty())
    demand_one_boundary(record, judgement, eligible);
  const Indices ranked = cells_with_values(judgement, model, eligible);
  Indices running;
  Indices left_out;
  for (const std::size_t c : ranked)
    (raced_against(judgement, model, ranked, judgement.cells[c]) ? left_out : running).push_back(c);
  const stats::BestSet set =
      stats::best_set(block_table(record, judgement, running, model.primary),
                      {.margin = record.experiment.margin, .treatments = ranked.size()});
  for (std::size_t i = 0; i < running.size(); ++i) {
    Cell& cell = judgement.cells[running[i]];
    cell.standing = standing_of(set.comparisons[i].relation);
    cell.ratio = {.interval = set.comparisons[i].ratio, .blocks = set.comparisons[i].blocks};
  }
  if (set.best) {
    model.best = running[*set.best];
    place_left_out(record, judgement, model, std::move(left_out), ranked);
  }
  model.outcome = outcome_of(judgement, ranked);
}

}  // namespace joulemark::verdict
