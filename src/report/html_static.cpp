// SPDX-License-Identifier: Apache-2.0
// The same facts as the text report's, in HTML; the page's script puts its own sections in their
// place.
#include "report/html_static.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "report/break_even_lines.h"
#include "report/estimates.h"
#include "report/html_escape.h"
#include "report/metric_values.h"
#include "verdict/phrases.h"

namespace joulemark::report {
namespace {

using verdict::Cell;
using verdict::Judgement;
using verdict::MetricId;
using verdict::ModelVerdict;
using verdict::Standing;

constexpr MetricId kColumns[] = {
    MetricId::kEnergy,     MetricId::kTime,       MetricId::kLatencyP50, MetricId::kLatencyP95,
    MetricId::kLatencyP99, MetricId::kThroughput, MetricId::kCpu,        MetricId::kPeakRss,
};

/// Of language models.
constexpr MetricId kTextColumns[] = {
    MetricId::kEnergyPerToken, MetricId::kTimePerToken, MetricId::kTokenRate,
    MetricId::kTtftP50,        MetricId::kTtftP95,      MetricId::kTpot,
    MetricId::kItlP50,         MetricId::kItlP99,       MetricId::kPrefillRate,
    MetricId::kPrefillEnergy,  MetricId::kDecodeEnergy, MetricId::kCpu,
    MetricId::kPeakRss,
};

std::string standing_text(Standing standing, double margin) {
  switch (standing) {
    case Standing::kBest:
      return "best";
    case Standing::kTied:
      return "differs by less than " + verdict::percent_text(margin);
    case Standing::kBehind:
      return fmt::format("worse; by {} not resolved", verdict::percent_text(margin));
    case Standing::kUnresolved:
      return "not resolved";
    case Standing::kWorse:
      return "worse";
    case Standing::kUnranked:
      return "not ranked";
  }
  return "";
}

/// Its standing, and when the race left it out.
std::string against_best(const Cell& cell, double margin) {
  const std::string standing = standing_text(cell.standing, margin);
  if (!cell.left_out) return standing;
  return fmt::format("{}; left out after {} blocks", standing, cell.left_out->blocks);
}

std::string best_ratio_text(const Cell& cell) {
  if (cell.standing == Standing::kBest) return "1";
  return std::isfinite(cell.ratio.interval.estimate) ? ratio_text(cell.ratio.interval) : "–";
}

std::string cell_html(const char* tag, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>", tag, escape_html(text));
}

/// One metric of one model.
class Column {
 public:
  Column(const std::vector<const Cell*>& finished, MetricId id) : id_(id), values_(finished, id) {}
  [[nodiscard]] std::string head() const {
    const char* title = verdict::metric(id_).title;
    return values_.empty() ? title : fmt::format("{} [{}]", title, values_.unit());
  }
  [[nodiscard]] std::string value(const Cell& cell) const {
    const verdict::Estimate& estimate = cell.estimate(id_);
    const std::string text = estimate.n == 0 ? "absent: " + estimate.reason : values_.text(cell);
    const bool is_energy = id_ == MetricId::kEnergy || id_ == MetricId::kEnergyPerToken;
    if (!is_energy) return cell_html("td", text);
    return fmt::format("<td title=\"{}\">{}</td>", escape_html(cell.energy), escape_html(text));
  }

 private:
  MetricId id_;
  MetricValues values_;
};

/// The metric that ranks comes first.
std::vector<Column> columns_of(const Judgement& judgement, const ModelVerdict& model) {
  std::vector<const Cell*> finished;
  for (const std::size_t c : model.cells) {
    if (judgement.cells[c].finished > 0) finished.push_back(&judgement.cells[c]);
  }
  std::vector<Column> columns = {Column(finished, model.primary)};
  const auto shown = verdict::is_of_text(model.primary) ? std::span<const MetricId>(kTextColumns)
                                                        : std::span<const MetricId>(kColumns);
  for (const MetricId id : shown) {
    if (id != model.primary) columns.emplace_back(finished, id);
  }
  return columns;
}

std::string row_html(const Cell& cell, const std::vector<Column>& columns,
                     const std::string& standing) {
  const std::string n = cell.not_ok > 0
                            ? fmt::format("{} of {}", cell.finished, cell.finished + cell.not_ok)
                            : std::to_string(cell.finished);
  std::string html = "<tr><th scope=\"row\">" + escape_html(cell.label) + "</th>";
  html += cell_html("td", n);
  if (!cell.ranked()) {
    const std::size_t span = columns.size() + 4;
    return html + fmt::format(
                      "<td class=\"text\" colspan=\"{}\">not ranked</td></tr><tr class=\"reason\">"
                      "<td class=\"text\" colspan=\"{}\"><div>reason: {}</div></td></tr>",
                      span - 2, span, escape_html(cell.reason));
  }
  html += columns.front().value(cell) + cell_html("td", best_ratio_text(cell));
  html += "<td class=\"text standing\">" + escape_html(standing) + "</td>";
  for (std::size_t i = 1; i < columns.size(); ++i) html += columns[i].value(cell);
  return html + "</tr>";
}

std::string table_html(const Judgement& judgement, const ModelVerdict& model, double margin) {
  const std::vector<Column> columns = columns_of(judgement, model);
  std::string html = "<div class=\"scroll whole\"><table><thead><tr>";
  html += "<th>configuration</th><th>n</th>" + cell_html("th", columns.front().head()) +
          "<th>ratio to best</th><th class=\"text\">against the best</th>";
  for (std::size_t i = 1; i < columns.size(); ++i) html += cell_html("th", columns[i].head());
  html += "</tr></thead><tbody>";
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    const bool single = model.outcome == verdict::Outcome::kSingle;
    html += row_html(cell, columns, single ? "not compared" : against_best(cell, margin));
  }
  return html + "</tbody></table></div>";
}

std::string caveats_html(const Judgement& judgement, const std::vector<std::string>& names) {
  if (judgement.caveats.empty()) return "";
  std::string html = "<h2>Caveats</h2><ul class=\"caveats\">";
  for (const Caveat& caveat : judgement.caveats) {
    html += "<li>" + sentence_html(caveat.message, names) + "</li>";
  }
  return html + "</ul>";
}

}  // namespace

std::vector<std::string> names_in(const Judgement& judgement) {
  std::vector<std::string> names;
  for (const ModelVerdict& model : judgement.models) names.push_back(model.model);
  for (const Cell& cell : judgement.cells) names.push_back(cell.label);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string static_html(const ReportModel& model) {
  const Judgement& judgement = model.judgement;
  const std::vector<std::string> names = names_in(judgement);
  std::string html = caveats_html(judgement, names) + "<h2>Configurations</h2>";
  for (const ModelVerdict& each : judgement.models) {
    if (judgement.models.size() > 1) {
      html += "<h3>" + sentence_html(each.model, names) + "</h3>";
      html += "<p>" + sentence_html(each.sentence, names) + "</p>";
    }
    html += table_html(judgement, each, model.experiment.margin);
  }
  if (!judgement.energy_basis.empty())
    html += "<p class=\"muted\">" + escape_html(judgement.energy_basis) + "</p>";
  for (const ModelVerdict& each : judgement.models)
    for (const std::string& line : break_even_lines(judgement, each))
      html += "<p class=\"muted\">" + sentence_html(line, names) + "</p>";
  for (const std::string& line : estimate_lines(judgement, model.estimates))
    html += "<p class=\"muted\">" + escape_html(line) + "</p>";
  return html +
         fmt::format(
             "<p class=\"muted\">Medians over n trials; in brackets, the 95 % interval of "
             "the ratio to the best, a geometric mean paired by block. Not resolved: whether "
             "it differs by less than {} is open.</p>",
             escape_html(verdict::percent_text(model.experiment.margin)));
}

}  // namespace joulemark::report
