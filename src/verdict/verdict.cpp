// SPDX-License-Identifier: Apache-2.0
// Eligible set → primary metric → best set → standings, order, sentences and caveats.
#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "stats/anova.h"
#include "stats/best_set.h"
#include "stats/kruskal_wallis.h"
#include "verdict/across_models.h"
#include "verdict/block_table.h"
#include "verdict/caveats.h"
#include "verdict/cell_energy.h"
#include "verdict/collect.h"
#include "verdict/energy_basis.h"
#include "verdict/fixed_rate.h"
#include "verdict/judge_options.h"
#include "verdict/metric_name.h"
#include "verdict/same_work.h"
#include "verdict/sensitivity.h"
#include "verdict/sentence.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

/// What was asked for, else energy when every eligible configuration measured it in at least half
/// of its trials, else what users wait for. Of a language model per token, which is what they
/// count.
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

/// Ranks the eligible cells of one model.
void rank(const ExperimentRecord& record, Judgement& judgement, ModelVerdict& model,
          const JudgeOptions& options) {
  Indices eligible;
  for (const std::size_t c : model.cells) {
    if (judgement.cells[c].reason.empty()) eligible.push_back(c);
  }
  model.primary = choose_primary(judgement, eligible, options);
  Indices ranked;
  for (const std::size_t c : eligible) {
    Cell& cell = judgement.cells[c];
    if (cell.estimate(model.primary).n > 0) ranked.push_back(c);
    if (cell.estimate(model.primary).n == 0) {
      cell.reason = fmt::format("no trial has a value of {}", metric(model.primary).title);
    }
  }
  const stats::BestSet set = stats::best_set(block_table(record, judgement, ranked, model.primary),
                                             {.margin = record.experiment.margin});
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    Cell& cell = judgement.cells[ranked[i]];
    cell.standing = standing_of(set.comparisons[i].relation);
    cell.ratio = {.interval = set.comparisons[i].ratio, .blocks = set.comparisons[i].blocks};
  }
  if (set.best) model.best = ranked[*set.best];
  model.outcome = outcome_of(judgement, ranked);
}

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
  std::map<int, double> of_best;
  for (const std::size_t trial : judgement.cells[*model.best].trials) {
    of_best[record.trials[trial].block] = values[trial];
  }
  for (const std::size_t c : model.cells) {
    if (!judgement.cells[c].ranked()) continue;
    for (const std::size_t trial : judgement.cells[c].trials) {
      const auto best = of_best.find(record.trials[trial].block);
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
  judgement.rate = record.experiment.protocol.rate;
  if (judgement.rate > 0) judgement.where += "," + rate_text(judgement.rate);
  const std::vector<std::string> reasons = obstacles(record, judgement);
  for (std::size_t c = 0; c < reasons.size(); ++c) judgement.cells[c].reason = reasons[c];
  constrain(judgement, options.constraints);
  judgement.ratio_to_best.assign(record.trials.size(), std::numeric_limits<double>::quiet_NaN());
  for (ModelVerdict& model : judgement.models) {
    rank(record, judgement, model, options);
    relate_trials(record, judgement, model);
  }
  order_cells(judgement);
  for (ModelVerdict& model : judgement.models) {
    test_all(judgement, model);
    model.sensitivities = find_sensitivities(record, judgement, model);
    model.sentence = model_sentence(judgement, model, record.experiment.margin);
  }
  judgement.across = compare_across_models(record, judgement);
  judgement.sentence = overall_sentence(judgement, record.experiment.margin);
  judgement.calibration = energy_calibration(record);
  judgement.energy_basis = energy_basis(record);
  for (Cell& cell : judgement.cells) cell.energy = cell_energy(record, judgement, cell);
  judgement.caveats = find_caveats(record, judgement);
  return judgement;
}

}  // namespace joulemark::verdict
