// SPDX-License-Identifier: Apache-2.0
#include "report/estimates.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_values.h"
#include "stats/descriptive.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using verdict::Cell;
using verdict::Judgement;

/// What a trial's joules are divided by; 0 where nothing was counted.
double count_of(const TrialRecord& trial) {
  const auto tokens = static_cast<double>(trial.text.window.new_tokens);
  return tokens > 0 ? tokens : trial.inferences();
}

std::optional<EnergyEstimate> row_of(const ExperimentRecord& record, const Cell& cell) {
  std::optional<EnergyEstimate> row;
  std::vector<double> low, mid, high;
  for (const std::size_t t : cell.trials) {
    const TrialRecord& trial = record.trials[t];
    const double count = count_of(trial);
    if (!trial.estimate || !(count > 0)) continue;
    if (!row || !row->low_j) row = trial.estimate;
    if (!trial.estimate->low_j || !trial.estimate->mid_j || !trial.estimate->high_j) continue;
    low.push_back(*trial.estimate->low_j / count);
    mid.push_back(*trial.estimate->mid_j / count);
    high.push_back(*trial.estimate->high_j / count);
  }
  if (!row || low.empty()) return row;
  row->low_j = stats::median(low);
  row->mid_j = stats::median(mid);
  row->high_j = stats::median(high);
  return row;
}

}  // namespace

const char* counted_by(const Judgement& judgement, const Cell& cell) {
  return verdict::is_of_text(judgement.models[cell.model].primary) ? "token" : "inference";
}

EstimateRows estimate_rows(const ExperimentRecord& record, const Judgement& judgement) {
  EstimateRows rows;
  for (const Cell& cell : judgement.cells) rows.push_back(row_of(record, cell));
  return rows;
}

Json estimate_json(const EnergyEstimate& estimate) {
  Json json = {{"class", to_string(EnergyClass::kEstimated)}};
  put(json, "low_J", estimate.low_j.value_or(std::nan("")), estimate.reason);
  put(json, "mid_J", estimate.mid_j.value_or(std::nan("")), estimate.reason);
  put(json, "high_J", estimate.high_j.value_or(std::nan("")), estimate.reason);
  json["models"] = estimate.models;
  json["detail"] = estimate.detail;
  return json;
}

std::string estimate_text(const EnergyEstimate& estimate, const std::string& per) {
  if (!estimate.low_j || !estimate.mid_j || !estimate.high_j)
    return fmt::format("not estimated: {}", estimate.detail);
  const verdict::Metric& joules = metric(verdict::MetricId::kEnergy);
  const verdict::Scale scale = scale_for(joules, *estimate.mid_j);
  std::string range = format_scaled(joules, scale, *estimate.low_j);
  if (*estimate.high_j > *estimate.low_j)
    range += "–" + format_scaled(joules, scale, *estimate.high_j);
  return fmt::format("≈ {} {}{} (estimated from {})", range, scale.unit, per, estimate.detail);
}

std::vector<std::string> estimate_lines(const Judgement& judgement, const EstimateRows& rows) {
  std::vector<std::string> lines;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (!rows[c]) continue;
    const Cell& cell = judgement.cells[c];
    if (lines.empty()) lines.emplace_back("Energy by published models, not measured, not ranked:");
    const std::string model =
        judgement.models.size() > 1 ? judgement.models[cell.model].model + ", " : "";
    const std::string per = fmt::format(" per {}", counted_by(judgement, cell));
    lines.push_back(fmt::format("- {}{}: {}", model, cell.label, estimate_text(*rows[c], per)));
  }
  return lines;
}

}  // namespace joulemark::report
