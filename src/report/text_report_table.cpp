// SPDX-License-Identifier: Apache-2.0
// Columns in order of reading; the least important ones move to a further table first.
#include "report/text_report_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "report/metric_values.h"
#include "verdict/phrases.h"

namespace joulemark::report {
namespace {

using verdict::Cell;
using verdict::Judgement;
using verdict::MetricId;
using verdict::ModelVerdict;
using verdict::Standing;

constexpr std::size_t kMarkWidth = 2;

struct MetricColumn {
  MetricId id;
  const char* head;
  const char* meaning;
  int keep;  // columns with the smallest number move to a further table first
  const char* at_a_rate = nullptr;  // what it means there, where that is something else
};
constexpr const char* kFromArrival = "latency from the scheduled arrival";
/// Time and rate say the same: the one that does not rank goes first.
constexpr MetricColumn kColumns[] = {
    {MetricId::kEnergy, "energy", "per inference", 8},
    {MetricId::kTime, "time", "per inference", 1},
    {MetricId::kCpu, "CPU", "per inference", 4},
    {MetricId::kLatencyP50, "p50", "latency of one call", 7, kFromArrival},
    {MetricId::kLatencyP95, "p95", "latency of one call", 3, kFromArrival},
    {MetricId::kLatencyP99, "p99", "latency of one call", 6, kFromArrival},
    {MetricId::kThroughput, "rate", "inferences per second", 2},
    {MetricId::kPeakRss, "RSS", "peak resident memory", 5},
};
/// Of language models.
constexpr MetricColumn kTextColumns[] = {
    {MetricId::kEnergyPerToken, "energy", "per generated token", 8},
    {MetricId::kTimePerToken, "time", "per generated token", 1},
    {MetricId::kTokenRate, "rate", "generated tokens per second", 2},
    {MetricId::kTtftP50, "TTFT", "time to first token", 7,
     "time from the scheduled arrival to the first token"},
    {MetricId::kTpot, "TPOT", "mean time from one token to the next", 6},
    {MetricId::kItlP99, "ITL p99", "time from one token to the next", 4},
    {MetricId::kPrefillRate, "prompt", "prompt tokens per second", 3},
    {MetricId::kPeakRss, "RSS", "peak resident memory", 5},
};
constexpr int kMostKept = 8;

using Columns = std::span<const MetricColumn>;

/// By the metric that ranks.
Columns columns_for(MetricId primary) {
  return verdict::is_of_text(primary) ? Columns(kTextColumns) : Columns(kColumns);
}

/// What both have, they call the same. A metric that no table has by itself goes by its title.
const char* head_of(MetricId id) {
  const auto has_id = [&](const MetricColumn& column) { return column.id == id; };
  for (const Columns columns : {Columns(kColumns), Columns(kTextColumns)}) {
    const auto found = std::find_if(columns.begin(), columns.end(), has_id);
    if (found != columns.end()) return found->head;
  }
  return metric(id).title;
}

std::string best_ratio_text(const Cell& cell) {
  if (cell.standing == Standing::kBest) return "best";
  if (cell.ratio.blocks == 0) return "– (no common block)";
  const std::string text = ratio_text(cell.ratio.interval);
  if (!cell.ratio.interval.bounded()) return text + " (no interval)";
  if (cell.ratio.blocks >= cell.finished) return text;
  return fmt::format("{} ({} blocks)", text, cell.ratio.blocks);
}

bool is_compared(const ModelVerdict& model) {
  return model.outcome != verdict::Outcome::kSingle && model.outcome != verdict::Outcome::kNone;
}

/// How many repetitions each ranked configuration has; none when they differ.
std::optional<int> common_count(const Judgement& judgement) {
  std::optional<int> count;
  for (const Cell& cell : judgement.cells) {
    if (!cell.ranked()) continue;
    if (count && *count != cell.finished) return std::nullopt;
    count = cell.finished;
  }
  return count;
}

/// Whether a row of some table shows a lower median of what ranks than the best's row.
bool medians_rank_otherwise(const Judgement& judgement) {
  return std::any_of(judgement.cells.begin(), judgement.cells.end(), [&](const Cell& cell) {
    const ModelVerdict& model = judgement.models[cell.model];
    if (!cell.ranked() || !model.best) return false;
    const Cell& best = judgement.cells[*model.best];
    return cell.estimate(model.primary).median.estimate <
           best.estimate(model.primary).median.estimate;
  });
}

std::string count_legend(const Judgement& judgement) {
  const std::optional<int> count = common_count(judgement);
  if (!count) return "medians of n repetitions";
  return *count == 1 ? "values of one repetition"
                     : fmt::format("medians of {} repetitions", *count);
}

/// What the column of ratios is, which also ranks; "" without a comparison.
std::string ratio_legend(const Judgement& judgement) {
  std::vector<std::string> nouns;
  for (const ModelVerdict& model : judgement.models) {
    const std::string noun = metric(model.primary).title;
    const bool known = std::find(nouns.begin(), nouns.end(), noun) != nouns.end();
    if (is_compared(model) && !known) nouns.push_back(noun);
  }
  if (nouns.empty()) return "";
  return fmt::format(
      "ranked by vs best: {} as a ratio to the best's, geometric mean over blocks "
      "[95 % interval] · other columns: ",
      verdict::join(nouns));
}

/// " · time, CPU: per inference · p50: latency of one call".
std::string columns_legend(Columns columns, double rate) {
  const auto meaning_of = [&](const MetricColumn& column) -> std::string_view {
    return rate > 0 && column.at_a_rate != nullptr ? column.at_a_rate : column.meaning;
  };
  std::string text;
  for (auto column = columns.begin(); column != columns.end();) {
    const std::string_view meaning = meaning_of(*column);
    std::string heads;
    for (; column != columns.end() && meaning_of(*column) == meaning; ++column)
      heads += (heads.empty() ? "" : ", ") + std::string(column->head);
    text += fmt::format(" · {}: {}", heads, meaning);
  }
  return text;
}

}  // namespace

Mark mark_of(const Judgement& judgement, const Cell& cell) {
  if (!is_compared(judgement.models[cell.model])) return Mark::kNone;
  switch (cell.standing) {
    case Standing::kBest:
    case Standing::kTied:
      return Mark::kBest;
    case Standing::kBehind:
    case Standing::kUnresolved:
      return Mark::kUnresolved;
    case Standing::kWorse:
    case Standing::kUnranked:
      break;
  }
  return Mark::kNone;
}

ModelTable::ModelTable(const Judgement& judgement, const ModelVerdict& model)
    : judgement_(&judgement), primary_(model.primary) {
  for (const std::size_t c : model.cells) {
    if (judgement.cells[c].ranked()) cells_.push_back(&judgement.cells[c]);
  }
}

ModelTable::Metrics ModelTable::metrics_above(int least) const {
  Metrics metrics;
  const Columns columns = columns_for(primary_);
  const bool shown = std::any_of(columns.begin(), columns.end(),
                                 [&](const MetricColumn& column) { return column.id == primary_; });
  if (!shown) metrics.push_back(primary_);
  for (const MetricColumn& column : columns) {
    if (column.id == primary_ || column.keep > least) metrics.push_back(column.id);
  }
  return metrics;
}

ModelTable::Metrics ModelTable::in_first(std::size_t width) const {
  int least = 0;
  while (width > 0 && least < kMostKept && first_part(metrics_above(least)).width() > width)
    ++least;
  return metrics_above(least);
}

std::vector<TextTable> ModelTable::fit(std::size_t width) const {
  const Metrics first = in_first(width);
  std::vector<TextTable> tables = {first_part(first)};
  Metrics part;
  for (const MetricId id : metrics_above(0)) {
    if (std::find(first.begin(), first.end(), id) != first.end()) continue;
    part.push_back(id);
    if (part.size() == 1 || further_part(part).width() <= width) continue;
    part.pop_back();
    tables.push_back(further_part(std::exchange(part, {id})));
  }
  if (!part.empty()) tables.push_back(further_part(part));
  return tables;
}

TextTable ModelTable::first_part(const Metrics& metrics) const {
  std::vector<LabelledColumn> columns = metric_columns(metrics);
  if (cells_.size() > 1) columns.push_back({ratio_cells(), Align::kLeft});
  if (!common_count(*judgement_)) columns.push_back({count_cells(), Align::kRight});
  return build(columns);
}

TextTable ModelTable::further_part(const Metrics& metrics) const {
  return build(metric_columns(metrics));
}

std::vector<ModelTable::LabelledColumn> ModelTable::metric_columns(const Metrics& metrics) const {
  std::vector<LabelledColumn> columns;
  for (const MetricId id : metrics) columns.push_back({metric_cells(id), Align::kRight});
  return columns;
}

TextTable ModelTable::build(const std::vector<LabelledColumn>& columns) const {
  static constexpr const char* kMarks[] = {"  ", "* ", "? "};
  std::vector<TextTable::Column> heads = {
      {std::string(kMarkWidth, ' ') + "configuration", Align::kLeft}};
  for (const LabelledColumn& column : columns) heads.push_back({column.texts[0], column.align});
  TextTable table(std::move(heads));
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto mark = static_cast<std::size_t>(mark_of(*judgement_, *cells_[i]));
    std::vector<std::string> row = {kMarks[mark] + printable(cells_[i]->label)};
    for (const LabelledColumn& column : columns) row.push_back(column.texts[i + 1]);
    table.add_row(std::move(row));
  }
  return table;
}

std::vector<std::string> ModelTable::metric_cells(MetricId id) const {
  const MetricValues values(cells_, id);
  const char* head = head_of(id);
  std::vector<std::string> texts = {values.empty() ? head
                                                   : fmt::format("{} ({})", head, values.unit())};
  for (const Cell* cell : cells_) {
    const verdict::Estimate& estimate = cell->estimate(id);
    const bool why =
        estimate.n == 0 && (id == MetricId::kEnergy || id == MetricId::kEnergyPerToken);
    texts.push_back(why ? fmt::format("– ({})", printable(estimate.reason)) : values.text(*cell));
  }
  return texts;
}

std::vector<std::string> ModelTable::ratio_cells() const {
  std::vector<std::string> texts = {"vs best"};
  for (const Cell* cell : cells_) texts.push_back(best_ratio_text(*cell));
  return texts;
}

std::vector<std::string> ModelTable::count_cells() const {
  std::vector<std::string> texts = {"n"};
  for (const Cell* cell : cells_) texts.push_back(std::to_string(cell->finished));
  return texts;
}

std::string table_legend(const Judgement& judgement, double margin) {
  const auto marked = [&](Mark mark) {
    return std::any_of(judgement.cells.begin(), judgement.cells.end(),
                       [&](const Cell& cell) { return mark_of(judgement, cell) == mark; });
  };
  std::string text;
  if (marked(Mark::kBest)) {
    text += fmt::format("* best, or within {} of it · ", verdict::percent_text(margin));
  }
  if (marked(Mark::kUnresolved)) text += "? not resolved · ";
  text += ratio_legend(judgement) + count_legend(judgement);
  if (medians_rank_otherwise(judgement)) text += ", which rank otherwise";
  const auto ranks_text = [](const ModelVerdict& model) {
    return verdict::is_of_text(model.primary);
  };
  const auto& models = judgement.models;
  if (!std::all_of(models.begin(), models.end(), ranks_text))
    text += columns_legend(kColumns, judgement.rate);
  if (std::any_of(models.begin(), models.end(), ranks_text))
    text += columns_legend(kTextColumns, judgement.rate);
  if (judgement.rate > 0) text += " · at a rate, time is that in which the model answers";
  return text;
}

}  // namespace joulemark::report
