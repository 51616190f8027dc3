// SPDX-License-Identifier: Apache-2.0
#include "report/recommendation_document.h"

#include <fmt/format.h>

#include <cmath>

#include "report/metric_values.h"
#include "verdict/phrases.h"

namespace joulemark::report {
namespace {

using table::Cell;
using table::Table;
using verdict::MetricId;
using verdict::ModelVerdict;
using verdict::Recommendation;

Cell number(const std::string& text, double value) {
  return {.text = text, .raw = std::isfinite(value) ? fmt::format("{}", value) : "NA"};
}

/// The median of a metric with its interval: "1.23 mJ [1.20, 1.26]".
Cell estimate_cell(const verdict::Cell& cell, MetricId id) {
  const stats::Interval& median = cell.estimate(id).median;
  const verdict::Metric& metric = verdict::metric(id);
  const verdict::Scale scale = scale_for(metric, median.estimate);
  std::string text = format_value(metric, median.estimate);
  if (median.bounded())
    text += fmt::format(" [{}, {}]", format_scaled(metric, scale, median.lo),
                        format_scaled(metric, scale, median.hi));
  return number(text, median.estimate);
}

std::string ratio_of(const verdict::Cell& cell) {
  if (cell.standing == verdict::Standing::kBest) return "best";
  if (cell.ratio.blocks == 0) return "– (no common block)";
  return ratio_text(cell.ratio.interval);
}

std::vector<Cell> ranking_row(const Recommendation& recommendation, const ModelVerdict& model,
                              const verdict::Cell& cell) {
  std::vector<Cell> row = {{.text = cell.label, .raw = ""},
                           {.text = to_string(cell.standing), .raw = ""}};
  row.push_back(estimate_cell(cell, model.primary));
  if (const auto& factor = recommendation.objective.per_joule) {
    const double amount = cell.estimate(model.primary).median.estimate * *factor;
    row.push_back(number(verdict::format_significant(amount), amount));
  }
  row.push_back(number(cell.ranked() ? ratio_of(cell) : "–",
                       cell.ranked() ? cell.ratio.interval.estimate : std::nan("")));
  row.push_back({.text = std::to_string(cell.finished), .raw = ""});
  row.push_back({.text = cell.reason, .raw = ""});
  return row;
}

Table ranking(const Recommendation& recommendation, const ModelVerdict& model) {
  Table table{.name = "ranking",
              .title = fmt::format("Ranking for {} by {}", model.model,
                                   verdict::metric(model.primary).title),
              .columns = {{.head = "configuration", .name = "configuration", .align = Align::kLeft},
                          {.head = "standing", .name = "standing", .align = Align::kLeft},
                          {.head = "median", .name = verdict::metric(model.primary).key}},
              .rows = {},
              .notes = {}};
  if (recommendation.objective.per_joule)
    table.columns.push_back({.head = recommendation.objective.unit, .name = "scaled"});
  table.columns.push_back({.head = "vs best", .name = "ratio_to_best"});
  table.columns.push_back({.head = "n", .name = "n"});
  table.columns.push_back({.head = "not ranked because", .name = "reason", .align = Align::kLeft});
  for (const std::size_t c : model.cells)
    table.rows.push_back(ranking_row(recommendation, model, recommendation.judgement.cells[c]));
  return table;
}

std::string titles(const std::vector<MetricId>& metrics) {
  std::vector<std::string> names;
  for (const MetricId id : metrics) names.emplace_back(verdict::metric(id).title);
  return verdict::join(names);
}

Table trade_offs(const Recommendation& recommendation, const ModelVerdict& model,
                 const verdict::Front& front) {
  Table table{
      .name = "trade_offs",
      .title = fmt::format("Trade-offs for {} between {}", model.model, titles(front.metrics)),
      .columns = {{.head = "configuration", .name = "configuration", .align = Align::kLeft}},
      .rows = {},
      .notes = {"On the front: no other configuration is better in all of them at once; in "
                "brackets the share of resamples of the repetitions in which that holds."}};
  for (const MetricId id : front.metrics)
    table.columns.push_back({.head = verdict::metric(id).title, .name = verdict::metric(id).key});
  table.columns.push_back(
      {.head = "on the front", .name = "front_membership", .align = Align::kLeft});
  for (const verdict::TradeOff& each : front.trade_offs) {
    const verdict::Cell& cell = recommendation.judgement.cells[each.cell];
    std::vector<Cell> row = {{.text = cell.label, .raw = ""}};
    for (const MetricId id : front.metrics) row.push_back(estimate_cell(cell, id));
    std::string text = each.on_front ? "yes" : "no";
    if (std::isfinite(each.membership)) text += fmt::format(" ({:.0f} %)", 100 * each.membership);
    row.push_back(number(text, each.membership));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// What the answer is worth, in two words.
const char* certainty(const ModelVerdict& model) {
  switch (model.outcome) {
    case verdict::Outcome::kBetter:
      return "";
    case verdict::Outcome::kTie:
      return " (a tie)";
    case verdict::Outcome::kUnresolved:
      return " (not resolved)";
    case verdict::Outcome::kSingle:
      return " (nothing to compare with)";
    case verdict::Outcome::kNone:
      break;
  }
  return "";
}

}  // namespace

table::Document recommendation_document(const ExperimentRecord& record,
                                        const Recommendation& recommendation) {
  const verdict::Judgement& judgement = recommendation.judgement;
  table::Document document;
  document.title = fmt::format("Recommendation from experiment {}", record.id);
  for (std::size_t m = 0; m < judgement.models.size(); ++m) {
    const ModelVerdict& model = judgement.models[m];
    const verdict::Cell* best = verdict::recommended(recommendation, model);
    document.lines.push_back(
        best == nullptr ? fmt::format("{}: no configuration.", model.model)
                        : fmt::format("{}: {}{}.", model.model, best->label, certainty(model)));
    document.lines.push_back(model.sentence);
    document.tables.push_back(ranking(recommendation, model));
    if (recommendation.fronts[m].trade_offs.size() > 1)
      document.tables.push_back(trade_offs(recommendation, model, recommendation.fronts[m]));
  }
  if (judgement.models.size() > 1) document.lines.push_back(judgement.sentence);
  if (!judgement.energy_basis.empty()) document.lines.push_back(judgement.energy_basis);
  for (const Caveat& caveat : judgement.caveats)
    document.lines.push_back("Caveat: " + caveat.message);
  return document;
}

}  // namespace joulemark::report
