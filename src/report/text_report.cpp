// SPDX-License-Identifier: Apache-2.0
// Verdict first, then what it rests on, then what to distrust.
#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/text_table.h"
#include "stats/descriptive.h"
#include "verdict/phrases.h"

namespace joulemark::report {
namespace {

using verdict::Cell;
using verdict::Judgement;
using verdict::MetricId;

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::size_t kIndent = 2;
/// The model's sentence names as many; more are listed here.
constexpr std::size_t kUnrankedInSentence = 2;

struct MetricColumn {
  MetricId id;
  const char* head;
  int keep;  // columns with the smallest number are left out first
};
constexpr MetricColumn kColumns[] = {
    {MetricId::kEnergy, "energy", 9},  {MetricId::kTime, "time", 2},
    {MetricId::kLatencyP50, "p50", 8}, {MetricId::kLatencyP95, "p95", 3},
    {MetricId::kLatencyP99, "p99", 7}, {MetricId::kThroughput, "rate", 4},
    {MetricId::kCpu, "CPU", 5},        {MetricId::kPeakRss, "RSS", 6},
};
constexpr const char* kLegend =
    "energy, time, CPU: per inference · p50, p95, p99: latency of one call · rate: inferences per "
    "second · RSS: peak resident memory · medians of n repetitions · vs best: ratio [95 % "
    "interval]";

std::string paint(const std::string& line, std::string_view code, Colour colour) {
  if (colour == Colour::kNever) return line;
  return fmt::format("{}{}{}", code, line, kPlain);
}

std::string ratio_text(const Cell& cell) {
  const stats::Interval& ratio = cell.ratio.interval;
  if (cell.standing == verdict::Standing::kBest) return "best";
  if (!std::isfinite(ratio.estimate)) return "– (no common block)";
  if (!ratio.bounded()) return fmt::format("{:.2f} (one block)", ratio.estimate);
  const int decimals = ratio.hi - ratio.lo >= 0.02 ? 2 : 3;
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", ratio.estimate, decimals, ratio.lo, decimals,
                     ratio.hi, decimals);
}

/// The ranked cells of one model as a table.
class ModelTable {
 public:
  ModelTable(const Judgement& judgement, const verdict::ModelVerdict& model) {
    for (const std::size_t c : model.cells) {
      if (judgement.cells[c].ranked()) cells_.push_back(&judgement.cells[c]);
    }
  }
  [[nodiscard]] bool empty() const { return cells_.empty(); }
  [[nodiscard]] const Cell& cell(std::size_t row) const { return *cells_[row]; }

  /// With as many columns as fit `width`.
  [[nodiscard]] TextTable fit(std::size_t width) const {
    int least = 0;
    TextTable table = build(least);
    while (width > 0 && table.width() + kIndent > width && least < 9) table = build(++least);
    return table;
  }

 private:
  [[nodiscard]] TextTable build(int least) const {
    std::vector<TextTable::Column> columns = {{"  configuration", Align::kLeft}};
    std::vector<std::vector<std::string>> rows;
    for (const Cell* cell : cells_) {
      const bool marked = cells_.size() > 1 && cell->in_best_set();
      rows.push_back({(marked ? "* " : "  ") + printable(cell->label)});
    }
    for (const MetricColumn& column : kColumns) {
      if (column.keep > least) add_metric(column, columns, rows);
    }
    if (cells_.size() > 1) {
      columns.push_back({"vs best", Align::kLeft});
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(ratio_text(*cells_[i]));
    }
    if (least < 1) {
      columns.push_back({"n", Align::kRight});
      for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].push_back(std::to_string(cells_[i]->finished));
      }
    }
    TextTable table(std::move(columns));
    for (auto& row : rows) table.add_row(std::move(row));
    return table;
  }

  void add_metric(const MetricColumn& column, std::vector<TextTable::Column>& columns,
                  std::vector<std::vector<std::string>>& rows) const {
    const verdict::Metric& metric = verdict::metric(column.id);
    std::vector<double> values;
    for (const Cell* cell : cells_) {
      const double value = cell->estimate(column.id).median.estimate;
      if (std::isfinite(value)) values.push_back(value);
    }
    const verdict::Scale scale = scale_for(metric, stats::median(values));
    const std::string head =
        values.empty() ? std::string(column.head) : fmt::format("{} ({})", column.head, scale.unit);
    columns.push_back({head, Align::kRight});
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const verdict::Estimate& estimate = cells_[i]->estimate(column.id);
      const bool why = estimate.n == 0 && column.id == MetricId::kEnergy;
      rows[i].push_back(why ? fmt::format("– ({})", printable(estimate.reason))
                            : format_scaled(metric, scale, estimate.median.estimate));
    }
  }

  std::vector<const Cell*> cells_;
};

std::string table_text(const ModelTable& table, const TextOptions& options) {
  if (table.empty()) return "";
  const std::vector<std::string> lines = table.fit(options.width).lines();
  std::string text = paint(lines.front(), kBold, options.colour) + '\n';
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const bool marked = table.cell(i - 1).in_best_set();
    text += (marked ? paint(lines[i], kGreen, options.colour) : lines[i]) + '\n';
  }
  return text;
}

std::string unranked_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                          const TextOptions& options) {
  std::string text;
  std::size_t n = 0;
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    if (cell.ranked()) continue;
    ++n;
    text += wrap(printable(fmt::format("- {}: {}", cell.label, cell.reason)), options.width, 2);
    text += '\n';
  }
  return n > kUnrankedInSentence ? "Not ranked:\n" + text : "";
}

std::string model_text(const Judgement& judgement, const verdict::ModelVerdict& model,
                       const TextOptions& options) {
  const std::string table = table_text(ModelTable(judgement, model), options);
  const std::string unranked = unranked_text(judgement, model, options);
  return fmt::format("{}\n{}{}{}{}",
                     paint(wrap(printable(model.sentence), options.width), kBold, options.colour),
                     table.empty() ? "" : "\n", table, unranked.empty() ? "" : "\n", unranked);
}

std::string legend(const ExperimentRecord& record, const TextOptions& options) {
  return wrap(fmt::format("* best, or not told from it by more than {} · {}",
                          verdict::percent_text(record.experiment.margin), kLegend),
              options.width) +
         '\n';
}

std::string caveats_text(const Judgement& judgement, const TextOptions& options) {
  if (judgement.caveats.empty()) return "";
  std::string text = "\n" + paint("Caveats", kYellow, options.colour) + "\n";
  for (const Caveat& caveat : judgement.caveats) {
    text += wrap("- " + printable(caveat.message), options.width, 2) + '\n';
  }
  return text;
}

}  // namespace

std::string render_text(const ExperimentRecord& record, const Judgement& judgement,
                        const TextOptions& options) {
  std::string text;
  if (judgement.models.size() != 1) {
    text += paint(wrap(printable(judgement.sentence), options.width), kBold, options.colour) + '\n';
  }
  bool any = false;
  for (const verdict::ModelVerdict& model : judgement.models) {
    if (!text.empty()) text += '\n';
    text += model_text(judgement, model, options);
    any = any || model.best.has_value();
  }
  if (any) text += '\n' + legend(record, options);
  return text + caveats_text(judgement, options);
}

}  // namespace joulemark::report
