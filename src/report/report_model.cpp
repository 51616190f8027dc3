// SPDX-License-Identifier: Apache-2.0
// Puts the report model together: columns, distributions, time lines.
#include "report/report_model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "exchange/trial_fields.h"
#include "report/estimates.h"
#include "report/latency.h"
#include "report/timeline.h"

namespace joulemark::report {
namespace {

/// So many distributions are overviews, and the page is to stay small.
constexpr std::size_t kManyCells = 100;
constexpr std::size_t kFewBins = 64;

TrialColumns columns_of(const ExperimentRecord& record, const verdict::Judgement& judgement) {
  TrialColumns columns;
  columns.cell = judgement.cell_of_trial;
  for (const TrialRecord& trial : record.trials) {
    columns.block.push_back(trial.block);
    columns.position.push_back(trial.position);
    columns.attempt.push_back(trial.attempt);
    columns.status.emplace_back(to_string(trial.status));
    columns.reason.push_back(trial.reason);
    columns.started_at.push_back(trial.started_at);
    columns.disturbed.push_back(exchange::codes_text(trial));
  }
  return columns;
}

/// The number of cells where there is none.
std::size_t cell_of(const verdict::Judgement& judgement, const TrialRecord& trial) {
  const std::string label = configuration_label(trial.configuration);
  const auto found =
      std::find_if(judgement.cells.begin(), judgement.cells.end(), [&](const verdict::Cell& cell) {
        return cell.label == label && judgement.models[cell.model].model == trial.model;
      });
  return static_cast<std::size_t>(found - judgement.cells.begin());
}

}  // namespace

std::vector<SetAside> list_set_aside(const ExperimentRecord& record,
                                     const verdict::Judgement& judgement) {
  std::vector<SetAside> all;
  std::vector<std::int64_t> scratch;
  for (const TrialRecord& trial : record.set_aside) {
    const std::size_t cell = cell_of(judgement, trial);
    if (cell == judgement.cells.size()) continue;
    const verdict::MetricId primary = judgement.models[judgement.cells[cell].model].primary;
    const auto value = verdict::metric(primary).extract(verdict::facts_of(trial, scratch));
    all.push_back({.cell = cell,
                   .block = trial.block,
                   .position = trial.position,
                   .attempt = trial.attempt,
                   .started_at = trial.started_at,
                   .value = value.value_or(std::numeric_limits<double>::quiet_NaN()),
                   .causes = trial.invalid});
  }
  return all;
}

ExperimentFacts facts_of(const ExperimentRecord& record) {
  return {.id = record.id,
          .uuid = record.uuid,
          .name = record.experiment.name,
          .created_at = record.created_at,
          .seed = record.experiment.seed,
          .repetitions = record.experiment.protocol.repetitions,
          .margin = record.experiment.margin,
          .rate = record.experiment.protocol.rate,
          .arrivals = record.experiment.protocol.arrivals,
          .toml = record.toml};
}

ReportModel build_report_model(const ExperimentRecord& record, verdict::Judgement judgement,
                               const ModelOptions& options) {
  ReportModel model;
  model.experiment = facts_of(record);
  model.trials = columns_of(record, judgement);
  model.set_aside = list_set_aside(record, judgement);
  const bool many = judgement.cells.size() > kManyCells;
  const std::size_t bins = many ? std::min(options.latency_bins, kFewBins) : options.latency_bins;
  std::vector<double> scratch;
  for (std::size_t cell = 0; cell < judgement.cells.size(); ++cell) {
    std::vector<const TrialRecord*> trials;
    for (const std::size_t trial : judgement.cells[cell].trials) {
      trials.push_back(&record.trials[trial]);
    }
    model.latency.push_back(latency_distribution(trials, bins, scratch));
    model.latency.back().cell = cell;
  }
  model.timelines = choose_timelines(record, judgement, options);
  model.hosts = record.hosts;
  model.findings = record.findings;
  model.brackets = record.brackets;
  model.estimates = estimate_rows(record, judgement);
  model.judgement = std::move(judgement);
  return model;
}

}  // namespace joulemark::report
