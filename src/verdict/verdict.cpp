// SPDX-License-Identifier: Apache-2.0
// Eligible set → primary metric → best set → standings, order, sentences and caveats.
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "stats/anova.h"
#include "stats/kruskal_wallis.h"
#include "verdict/across_models.h"
#include "verdict/adaptation.h"
#include "verdict/caveats.h"
#include "verdict/cell_energy.h"
#include "verdict/collect.h"
#include "verdict/energy_basis.h"
#include "verdict/fixed_rate.h"
#include "verdict/flagged.h"
#include "verdict/judge_options.h"
#include "verdict/metric_name.h"
#include "verdict/ranking.h"
#include "verdict/same_work.h"
#include "verdict/sensitivity.h"
#include "verdict/sentence.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

/// Sets aside what misses a constraint, and notes what meets it by its estimate alone.
void constrain(Judgement& judgement, const std::vector<Constraint>& constraints) {
  for (Cell& cell : judgement.cells) {
    for (const Constraint& constraint : constraints) {
      if (!cell.reason.empty()) break;
      const Fulfilment fulfilment = constraint.of(cell);
      if (fulfilment == Fulfilment::kMissed || fulfilment == Fulfilment::kUnknown)
        cell.reason = constraint.reason(cell);
      if (fulfilment == Fulfilment::kOpen)
        judgement.open_constraints.push_back(
            fmt::format("{} ({})", full_name(judgement, cell), constraint.text()));
    }
  }
}

/// What the experiment has left unmeasured, and why.
void adapt(const ExperimentRecord& record, Judgement& judgement) {
  const Adaptation adaptation = adaptation_of(record);
  for (Cell& cell : judgement.cells) {
    const auto found = adaptation.left_out.find({judgement.models[cell.model].model, cell.label});
    if (found != adaptation.left_out.end()) cell.left_out = found->second;
  }
  for (ModelVerdict& model : judgement.models) {
    const auto found = adaptation.ended.find(model.model);
    if (found != adaptation.ended.end()) model.ended = found->second;
  }
}

/// The omnibus tests, which ignore blocks and so are cautious.
void test_all(const Judgement& judgement, ModelVerdict& model) {
  std::vector<std::vector<double>> groups;
  for (const std::size_t c : model.cells) {
    if (!judgement.cells[c].ranked()) continue;
    std::vector<double>& group = groups.emplace_back();
    for (const std::size_t trial : judgement.cells[c].trials) {
      const double value = judgement.values[static_cast<std::size_t>(model.primary)][trial];
      if (value > 0 && std::isfinite(value)) group.push_back(std::log(value));
    }
  }
  model.welch_anova = stats::welch_anova(groups);
  model.kruskal_wallis = stats::kruskal_wallis(groups).test;
}

/// Judgement::ratio_to_best of the trials of one model.
void relate_trials(const ExperimentRecord& record, Judgement& judgement,
                   const ModelVerdict& model) {
  if (!model.best) return;
  const std::vector<double>& values = judgement.values[static_cast<std::size_t>(model.primary)];
  const auto place_of = [&](std::size_t trial) {
    return std::pair(record.trials[trial].block, record.trials[trial].host);
  };
  std::map<std::pair<int, std::string>, double> of_best;
  for (const std::size_t trial : judgement.cells[*model.best].trials) {
    of_best[place_of(trial)] = values[trial];
  }
  for (const std::size_t c : model.cells) {
    if (!judgement.cells[c].ranked()) continue;
    for (const std::size_t trial : judgement.cells[c].trials) {
      const auto best = of_best.find(place_of(trial));
      if (best == of_best.end() || !(values[trial] > 0) || !(best->second > 0)) continue;
      judgement.ratio_to_best[trial] = values[trial] / best->second;
    }
  }
}

/// Best first, then by ratio (those without one by label), unranked last.
bool stands_before(const Cell& a, const Cell& b) {
  if (a.ranked() != b.ranked()) return a.ranked();
  if (!a.ranked()) return a.label < b.label;
  if ((a.standing == Standing::kBest) != (b.standing == Standing::kBest)) {
    return a.standing == Standing::kBest;
  }
  const double x = a.ratio.interval.estimate;
  const double y = b.ratio.interval.estimate;
  if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
  return x != y && !std::isnan(x) ? x < y : a.label < b.label;
}

/// Puts the cells into the order in which they are shown and renumbers every index to them.
void order_cells(Judgement& judgement) {
  Indices order(judgement.cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Cell& x = judgement.cells[a];
    const Cell& y = judgement.cells[b];
    return x.model != y.model ? x.model < y.model : stands_before(x, y);
  });
  Indices place(order.size());
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    cells.push_back(std::move(judgement.cells[order[i]]));
  }
  judgement.cells = std::move(cells);
  for (std::size_t& cell : judgement.cell_of_trial) cell = place[cell];
  for (ModelVerdict& model : judgement.models) {
    for (std::size_t& cell : model.cells) cell = place[cell];
    std::sort(model.cells.begin(), model.cells.end());
    if (model.best) model.best = place[*model.best];
  }
}

}  // namespace

const char* to_string(Standing standing) {
  static constexpr const char* kNames[] = {"best",       "tied",  "behind",
                                           "unresolved", "worse", "unranked"};
  return kNames[static_cast<std::size_t>(standing)];
}

const char* to_string(Check check) {
  static constexpr const char* kNames[] = {"stable", "conditional", "unchecked"};
  return kNames[static_cast<std::size_t>(check)];
}

const char* to_string(Outcome outcome) {
  static constexpr const char* kNames[] = {"better", "tie", "unresolved", "single", "none"};
  return kNames[static_cast<std::size_t>(outcome)];
}

Judgement judge(const ExperimentRecord& record) {
  return judge(record, {});
}

Judgement judge(const ExperimentRecord& record, const JudgeOptions& options) {
  Judgement judgement = collect(record);
  if (!record.experiment.origin.empty()) judgement.where = "In the imported trials";
  if (judgement.rate > 0) judgement.where += "," + rate_text(judgement.rate);
  set_obstacles(record, judgement);
  adapt(record, judgement);
  constrain(judgement, options.constraints);
  judgement.ratio_to_best.assign(record.trials.size(), std::numeric_limits<double>::quiet_NaN());
  for (ModelVerdict& model : judgement.models) {
    rank(record, judgement, model, options);
    relate_trials(record, judgement, model);
  }
  order_cells(judgement);
  for (ModelVerdict& model : judgement.models) {
    test_all(judgement, model);
    model.flags = find_flags(record, judgement, model);
    model.sensitivities = find_sensitivities(record, judgement, model);
    model.sentence = model_sentence(judgement, model, record.experiment.margin);
  }
  judgement.across = compare_across_models(record, judgement);
  judgement.sentence = overall_sentence(judgement, record.experiment.margin);
  judgement.calibration = energy_calibration(record);
  judgement.energy_basis = energy_basis(record);
  for (Cell& cell : judgement.cells) {
    cell.energy = cell_energy(record, judgement, cell);
    cell.energy_above_idle = cell_energy_above(cell, Rest::kIdle);
    cell.energy_above_ready = cell_energy_above(cell, Rest::kReady);
  }
  judgement.caveats = find_caveats(record, judgement);
  return judgement;
}

}  // namespace joulemark::verdict
