// SPDX-License-Identifier: Apache-2.0
// One pass over the trials, so that 10,000 of them with their durations stay cheap.
#include "verdict/collect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "plan/plan.h"
#include "stats/bootstrap.h"
#include "stats/descriptive.h"

namespace joulemark::verdict {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<ModelVerdict> list_models(const ExperimentRecord& record) {
  std::vector<std::string> names;
  for (const ModelSpec& model : record.experiment.models) names.push_back(model.name);
  for (const TrialRecord& trial : record.trials) names.push_back(trial.model);
  std::vector<ModelVerdict> models;
  std::set<std::string> seen;
  for (std::string& name : names) {
    if (!seen.insert(name).second) continue;
    models.emplace_back();
    models.back().model = std::move(name);
  }
  return models;
}

using CellKey = std::pair<std::size_t, std::string>;  ///< index of the model, label

/// What the experiment asks for: what an interruption left out shall be listed too.
std::map<CellKey, Configuration> planned_cells(
    const ExperimentRecord& record, const std::map<std::string, std::size_t>& model_index) {
  std::map<CellKey, Configuration> planned;
  for (const Configuration& configuration : plan::configurations(record.experiment)) {
    for (const ModelSpec& model : record.experiment.models)
      planned.emplace(CellKey{model_index.at(model.name), configuration_label(configuration)},
                      configuration);
  }
  return planned;
}

/// Gives every trial its cell, in order of model and label.
void list_cells(const ExperimentRecord& record, Judgement& judgement) {
  std::map<std::string, std::size_t> model_index;
  for (std::size_t i = 0; i < judgement.models.size(); ++i) {
    model_index[judgement.models[i].model] = i;
  }
  std::map<CellKey, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const TrialRecord& trial = record.trials[i];
    groups[{model_index.at(trial.model), configuration_label(trial.configuration)}].push_back(i);
  }
  const auto planned = planned_cells(record, model_index);
  for (const auto& [key, configuration] : planned) groups[key];
  judgement.cell_of_trial.resize(record.trials.size());
  for (const auto& [key, trials] : groups) {
    Cell cell;
    cell.model = key.first;
    cell.label = key.second;
    if (trials.empty()) cell.configuration = planned.at(key);
    if (!trials.empty()) {
      cell.configuration = record.trials[trials.front()].configuration;
      cell.version = record.trials[trials.front()].install.version;
    }
    for (const std::size_t trial : trials) judgement.cell_of_trial[trial] = judgement.cells.size();
    judgement.models[key.first].cells.push_back(judgement.cells.size());
    judgement.cells.push_back(std::move(cell));
  }
}

/// One attempt of each block is finished, for others are set aside; blocks without one are counted
/// as not ok.
void pick_trials(const ExperimentRecord& record, Judgement& judgement) {
  std::vector<std::map<int, std::optional<std::size_t>>> by_block(judgement.cells.size());
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const TrialRecord& trial = record.trials[i];
    auto& chosen = by_block[judgement.cell_of_trial[i]][trial.block];
    if (finished(trial)) chosen = i;
  }
  for (std::size_t c = 0; c < judgement.cells.size(); ++c) {
    Cell& cell = judgement.cells[c];
    for (const auto& [block, trial] : by_block[c]) {
      if (trial) cell.trials.push_back(*trial);
      if (trial && record.trials[*trial].status == TrialStatus::kDifferent) ++cell.different;
      if (!trial) ++cell.not_ok;
    }
    cell.finished = static_cast<int>(cell.trials.size());
  }
}

void read_values(const ExperimentRecord& record, Judgement& judgement) {
  const auto table = metrics();
  judgement.values.assign(table.size(), std::vector<double>(record.trials.size(), kNaN));
  std::vector<std::int64_t> scratch;
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    if (!finished(record.trials[i])) continue;
    const TrialFacts facts = facts_of(record, record.trials[i], scratch);
    for (std::size_t m = 0; m < table.size(); ++m) {
      judgement.values[m][i] = table[m].extract(facts).value_or(kNaN);
    }
  }
}

bool is_above_idle(MetricId id) {
  return id == MetricId::kEnergyAboveIdle || id == MetricId::kEnergyAboveIdleUncertainty;
}

bool is_above_ready(MetricId id) {
  return id == MetricId::kEnergyAboveReady || id == MetricId::kEnergyAboveReadyUncertainty;
}

bool is_of_a_phase(MetricId id) {
  return id == MetricId::kLoadEnergy || id == MetricId::kBuildEnergy;
}

bool is_energy(MetricId id) {
  return id == MetricId::kEnergyPerToken || id == MetricId::kPrefillEnergy ||
         id == MetricId::kDecodeEnergy || id == MetricId::kEnergy ||
         id == MetricId::kEnergyUncertainty || id == MetricId::kPower ||
         id == MetricId::kEnergyDelay || id == MetricId::kEnergyDelaySquared || is_above_idle(id) ||
         is_above_ready(id) || is_of_a_phase(id);
}

bool is_latency(MetricId id) {
  return id == MetricId::kLatencyP50 || id == MetricId::kLatencyP95 || id == MetricId::kLatencyP99;
}

bool is_of_building(MetricId id) {
  return id == MetricId::kBuildTime || id == MetricId::kBuildEnergy;
}

/// Whether a trial of the cell has the phase.
bool built_any(const ExperimentRecord& record, const Cell& cell) {
  return std::any_of(cell.trials.begin(), cell.trials.end(), [&](std::size_t trial) {
    return record.trials[trial].phase(Phase::kBuild).has_value();
  });
}

/// Why none of the cell's trials has a value.
std::string absent_reason(const ExperimentRecord& record, const Cell& cell, MetricId id) {
  if (cell.trials.empty()) return "no_trial";
  const TextResult& text = record.trials[cell.trials.front()].text;
  if (is_of_text(id) && text.window.prompts == 0) return "no_language_model";
  if (is_latency(id)) return "no_durations";
  if (id == MetricId::kQuality) return "not_given";
  if (is_of_building(id) && !built_any(record, cell)) return "no_build_phase";
  if (id == MetricId::kCpu && record.trials[cell.trials.front()].resources.cpu_user_s)
    return "below_resolution";
  if (const auto fact = window_fact_from(metric(id).key)) {
    const WindowFacts& facts = record.trials[cell.trials.front()].resources.facts;
    return facts.contains(*fact) ? facts.at(*fact).reason : "not_recorded";
  }
  if (!is_energy(id)) return "not_recorded";
  const Energy* total = total_energy(record.trials[cell.trials.front()]);
  if (total == nullptr) return "no_sensor";
  if (total->energy_class == EnergyClass::kEstimated) return "estimated_only";
  if (is_above_idle(id) && is_rankable(*total)) return "no_idle_power";
  if (is_above_ready(id) && is_rankable(*total)) return "no_ready_phase";
  if (is_of_a_phase(id) && is_rankable(*total)) return "not_recorded";
  if (total->energy_class != EnergyClass::kAbsent) {
    return id == MetricId::kEnergyUncertainty && is_rankable(*total) ? "not_recorded"
                                                                     : "below_resolution";
  }
  return total->reason.empty() ? "no_sensor" : total->reason;
}

std::vector<double> values_of(const Judgement& judgement, const Cell& cell, MetricId id) {
  std::vector<double> values;
  for (const std::size_t trial : cell.trials) {
    const double value = judgement.values[static_cast<std::size_t>(id)][trial];
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

Estimate estimate(const ExperimentRecord& record, const Judgement& judgement, const Cell& cell,
                  MetricId id) {
  const std::vector<double> values = values_of(judgement, cell, id);
  Estimate result;
  result.n = static_cast<int>(values.size());
  result.median = stats::bca_median(values);
  result.mean = stats::mean(values);
  result.cv = stats::cv(values);
  if (values.empty()) result.reason = absent_reason(record, cell, id);
  return result;
}

}  // namespace

nlohmann::json effective_value(const TrialRecord& trial, const char* key) {
  const auto effective = nlohmann::json::parse(trial.effective_json, nullptr, false);
  return effective.is_object() && effective.contains(key) ? effective.at(key) : nlohmann::json();
}

std::optional<double> fact_of(const TrialRecord& trial, WindowFact fact) {
  const auto found = trial.resources.facts.find(fact);
  return found == trial.resources.facts.end() ? std::nullopt : found->second.value;
}

double waited_s(const TrialRecord& trial) {
  double sum = 0;
  for (const WindowFact fact :
       {WindowFact::kWaitedCpu, WindowFact::kSteal, WindowFact::kGroupThrottled})
    sum += fact_of(trial, fact).value_or(0);
  return sum;
}

Judgement collect_values(const ExperimentRecord& record) {
  Judgement judgement;
  judgement.rate = record.experiment.protocol.rate;
  judgement.models = list_models(record);
  list_cells(record, judgement);
  pick_trials(record, judgement);
  read_values(record, judgement);
  for (Cell& cell : judgement.cells) {
    cell.estimates.resize(metrics().size());
    for (std::size_t m = 0; m < metrics().size(); ++m)
      cell.estimates[m].n =
          static_cast<int>(values_of(judgement, cell, static_cast<MetricId>(m)).size());
  }
  return judgement;
}

Judgement collect(const ExperimentRecord& record) {
  Judgement judgement = collect_values(record);
  for (Cell& cell : judgement.cells) {
    for (std::size_t m = 0; m < metrics().size(); ++m) {
      cell.estimates[m] = estimate(record, judgement, cell, static_cast<MetricId>(m));
    }
  }
  return judgement;
}

}  // namespace joulemark::verdict
