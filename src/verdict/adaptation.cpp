// SPDX-License-Identifier: Apache-2.0
// Looks at the experiment between its blocks, as if each were its last.
#include "verdict/adaptation.h"

#include <algorithm>
#include <limits>

#include "plan/plan.h"
#include "stats/best_set.h"
#include "stats/race.h"
#include "verdict/block_table.h"
#include "verdict/collect.h"
#include "verdict/ranking.h"
#include "verdict/same_work.h"
#include "verdict/stopping.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;
using Table = std::vector<std::vector<double>>;

/// With fewer the race's intervals are too wide to leave out anything near.
constexpr int kFirstRaceBlocks = 2;

/// What one look sees of one model.
struct Scene {
  const Experiment& experiment;
  const Judgement& judgement;
  const ModelVerdict& model;
  MetricId metric;
  Indices running;  ///< places in ModelVerdict::cells of what is compared and not left out
  Table values;     ///< of ModelVerdict::cells by block, with gaps only where nothing is compared

  [[nodiscard]] const std::string& label(std::size_t place) const {
    return judgement.cells[model.cells[place]].label;
  }
  [[nodiscard]] Table rows_of_running() const {
    Table rows;
    for (const std::size_t place : running) rows.push_back(values[place]);
    return rows;
  }
};

Scene scene_of(const ExperimentRecord& record, const Judgement& judgement,
               const ModelVerdict& model, const Adaptation& adaptation) {
  const Indices eligible = eligible_cells(judgement, model);
  Scene scene{.experiment = record.experiment,
              .judgement = judgement,
              .model = model,
              .metric = choose_primary(judgement, eligible, {}),
              .running = {},
              .values = {}};
  scene.values = block_table(record, judgement, model.cells, scene.metric);
  for (std::size_t place = 0; place < model.cells.size(); ++place) {
    const Cell& cell = judgement.cells[model.cells[place]];
    if (!cell.reason.empty())
      std::fill(scene.values[place].begin(), scene.values[place].end(),
                std::numeric_limits<double>::quiet_NaN());
    else if (cell.estimate(scene.metric).n > 0 &&
             !adaptation.left_out.contains({model.model, cell.label}))
      scene.running.push_back(place);
  }
  return scene;
}

/// Leaves out what is behind the best one by more than the margin, after `blocks` blocks.
void race(const Scene& scene, int blocks, Adaptation& adaptation) {
  const auto best = stats::best_treatment(scene.rows_of_running());
  if (!best) return;
  const std::size_t leader = scene.running[*best];
  const stats::RaceLook look(scene.values, {.error = scene.experiment.protocol.race,
                                            .look = blocks - kFirstRaceBlocks + 1,
                                            .treatments = scene.values.size()});
  for (const std::size_t place : scene.running) {
    if (place == leader) continue;
    const stats::Interval ratio = look.ratio(place, leader);
    if (!ratio.bounded() || ratio.lo <= 1 + scene.experiment.margin) continue;
    adaptation.left_out[{scene.model.model, scene.label(place)}] = {
        .blocks = blocks, .against = scene.label(leader), .metric = scene.metric, .ratio = ratio};
  }
}

/// What the decisions rest on; the rest would be copied for nothing.
TrialRecord slim(const TrialRecord& trial) {
  TrialRecord copy = trial;
  copy.durations_ns = {};
  copy.series = {};
  copy.output_tail = {};
  copy.text.first_token_ns = {};
  copy.text.inter_token_ns = {};
  return copy;
}

}  // namespace

int Adaptation::blocks_of(const Experiment& experiment, const CellName& cell) const {
  int blocks = std::max(experiment.protocol.repetitions, 0);
  if (const auto found = left_out.find(cell); found != left_out.end())
    blocks = std::min(blocks, found->second.blocks);
  if (const auto found = ended.find(cell.first); found != ended.end())
    blocks = std::min(blocks, found->second);
  return blocks;
}

Adaptive::Adaptive(Experiment experiment) : dismissed_(experiment) {
  prefix_.experiment = std::move(experiment);
}

bool Adaptive::is_asked_for(const Experiment& experiment) {
  return experiment.protocol.race > 0 || experiment.protocol.ratio_precision > 0;
}

bool Adaptive::is_complete(const std::map<CellName, plan::Attempts>& attempts) const {
  const Experiment& experiment = prefix_.experiment;
  for (const Configuration& configuration : plan::configurations(experiment))
    for (const ModelSpec& model : experiment.models) {
      const CellName cell{model.name, configuration_label(configuration)};
      const int blocks = std::min(adaptation_.blocks_of(experiment, cell),
                                  dismissed_.blocks_of(cell).value_or(blocks_ + 1));
      const auto found = attempts.find(cell);
      const bool is_due =
          found == attempts.end() || found->second.want_another(experiment.protocol.retries);
      if (blocks_ < blocks && is_due) return false;
    }
  return true;
}

const Adaptation& Adaptive::follow(const ExperimentRecord& record, int blocks) {
  if (!is_asked_for(prefix_.experiment)) return adaptation_;
  std::map<int, std::vector<const TrialRecord*>> by_block;
  std::map<int, std::map<CellName, plan::Attempts>> attempts;
  for (const TrialRecord& trial : record.trials)
    if (trial.block >= blocks_) by_block[trial.block].push_back(&trial);
  for (const auto* trials : {&record.trials, &record.set_aside})
    for (const TrialRecord& trial : *trials)
      if (trial.block >= blocks_) attempts[trial.block][plan::cell_of(trial)].add(trial);
  // After the last block there is nothing to decide.
  const int last = std::min(blocks, prefix_.experiment.protocol.repetitions - 1);
  for (; blocks_ < last; look()) {
    if (attempts[blocks_].empty() || !is_complete(attempts[blocks_])) break;
    for (const TrialRecord* trial : by_block[blocks_]) {
      prefix_.trials.push_back(slim(*trial));
      dismissed_.note(*trial);
    }
    ++blocks_;
  }
  return adaptation_;
}

void Adaptive::look() {
  const Protocol& protocol = prefix_.experiment.protocol;
  const bool races = protocol.race > 0 && blocks_ >= kFirstRaceBlocks;
  const bool stops = protocol.ratio_precision > 0 && blocks_ >= protocol.min_repetitions - 1;
  if (!races && !stops) return;
  Judgement judgement = collect_values(prefix_);
  set_obstacles(prefix_, judgement);
  for (const ModelVerdict& model : judgement.models) {
    if (adaptation_.ended.contains(model.model)) continue;
    if (races) race(scene_of(prefix_, judgement, model, adaptation_), blocks_, adaptation_);
    if (stops) end(judgement, model);
  }
}

void Adaptive::end(const Judgement& judgement, const ModelVerdict& model) {
  const Protocol& protocol = prefix_.experiment.protocol;
  const Scene scene = scene_of(prefix_, judgement, model, adaptation_);
  if (!is_precise(scene.rows_of_running(), {.margin = prefix_.experiment.margin,
                                            .precision = protocol.ratio_precision,
                                            .treatments = scene.values.size()})) {
    precise_.erase(model.model);
    return;
  }
  const bool was_precise = !precise_.insert(model.model).second;
  if (was_precise && blocks_ >= protocol.min_repetitions) adaptation_.ended[model.model] = blocks_;
}

Adaptation adaptation_of(const ExperimentRecord& record) {
  Adaptive adaptive(record.experiment);
  return adaptive.follow(record, record.experiment.protocol.repetitions);
}

}  // namespace joulemark::verdict
