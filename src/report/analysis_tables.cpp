// SPDX-License-Identifier: Apache-2.0
// The tables that a paper prints: groups, tests of all of them, pairs.
#include <fmt/format.h>

#include <cmath>

#include "report/analysis.h"
#include "report/analysis_cells.h"
#include "report/analysis_design.h"

namespace joulemark::report {
namespace {

using stats::Interval;
using stats::Outcome;
using stats::TestResult;
using table::Cell;
using table::Table;

Interval between(double estimate, const Interval& ends) {
  return {.estimate = estimate, .lo = ends.lo, .hi = ends.hi, .outcome = ends.outcome};
}

Table groups_table(const Analysis& analysis) {
  Table table{.name = "groups",
              .title = fmt::format("{}: {} groups", analysis.value, analysis.groups.size()),
              .columns = {left("group", "group"), right("n", "n"), right("mean [t]", "mean"),
                          right("median [BCa]", "median"), right("sd", "sd"), right("CV %", "cv"),
                          right("Shapiro–Wilk W", "shapiro_w"), right("p", "shapiro_p"),
                          right("flagged", "outliers")},
              .rows = {},
              .notes = {}};
  for (std::size_t i = 0; i < analysis.groups.size(); ++i) {
    const stats::GroupAnalysis& group = analysis.battery.groups[i];
    const TestResult& shapiro = group.shapiro_wilk;
    table.rows.push_back(
        {text(analysis.groups[i]), text(std::to_string(group.n)),
         interval_cell(between(group.mean, group.mean_ci)),
         interval_cell(between(group.median, group.bca_median)), number(group.sd, digits(group.sd)),
         number(group.cv, fmt::format("{:.2f}", 100 * group.cv)),
         number(shapiro.statistic, digits(shapiro.statistic), shapiro.outcome),
         p_cell(shapiro.p, shapiro.outcome), text(std::to_string(group.outliers.indices.size()))});
  }
  table.notes.push_back(fmt::format("Intervals of {:g} %; flagged: modified z beyond 3.5, kept.",
                                    100 * analysis.level));
  return table;
}

std::vector<Cell> test_row(const char* name, const char* asks, const TestResult& test) {
  return {text(name),
          text(asks),
          number(test.statistic, digits(test.statistic), test.outcome),
          df_cell(test.df1),
          df_cell(test.df2),
          p_cell(test.p, test.outcome)};
}

Table tests_table(const Analysis& analysis) {
  const stats::Battery& battery = analysis.battery;
  Table table{.name = "tests",
              .title = fmt::format("{}: tests of all groups", analysis.value),
              .columns = {left("test", "test"), left("of", "of"), right("statistic", "statistic"),
                          right("df 1", "df1"), right("df 2", "df2"), right("p", "p")},
              .rows = {},
              .notes = {}};
  table.rows = {test_row("Brown–Forsythe", "variances", battery.levene_median),
                test_row("Levene", "variances", battery.levene_mean),
                test_row("Bartlett", "variances", battery.bartlett),
                test_row("Fligner–Killeen", "variances", battery.fligner),
                test_row("ANOVA", "means", battery.anova.test),
                test_row("Welch ANOVA", "means", battery.welch_anova),
                test_row("Kruskal–Wallis", "ranks", battery.kruskal_wallis.test)};
  if (battery.friedman)
    table.rows.push_back(test_row("Friedman", "ranks in blocks", battery.friedman->test));
  if (battery.permutation)
    table.rows.push_back(test_row("permutation within blocks", "means", battery.permutation->test));
  if (battery.anova.test.outcome == Outcome::kOk)
    table.notes.push_back(fmt::format("Shares of variance: η² = {}, ω² = {}; of ranks ε² = {}.",
                                      digits(battery.anova.eta_squared),
                                      digits(battery.anova.omega_squared),
                                      digits(battery.kruskal_wallis.epsilon_squared)));
  return table;
}

std::vector<Cell> pair_row(const Analysis& analysis, const stats::PairAnalysis& pair) {
  const stats::CliffsDelta& cliffs = pair.cliffs_delta;
  const double delta = cliffs.delta.estimate;
  std::string magnitude = digits(delta);
  if (std::isfinite(delta))
    magnitude += fmt::format(" {}", to_string(stats::magnitude_of_delta(delta)));
  const TestResult& mann = pair.mann_whitney.best();
  return {text(analysis.groups[pair.a]),
          text(analysis.groups[pair.b]),
          interval_cell(pair.welch.difference),
          p_cell(pair.welch.test.p, pair.welch.test.outcome),
          p_cell(pair.games_howell.test.p, pair.games_howell.test.outcome),
          p_cell(pair.dunn.adjusted_p, pair.dunn_outcome),
          p_cell(mann.p, mann.outcome),
          interval_cell(pair.hodges_lehmann),
          number(delta, magnitude, cliffs.delta.outcome),
          number(pair.effect_size.hedges_g, digits(pair.effect_size.hedges_g),
                 pair.effect_size.outcome),
          p_cell(pair.equivalence.p, pair.equivalence.outcome)};
}

Table pairs_table(const Analysis& analysis) {
  Table table{
      .name = "pairs",
      .title = fmt::format(
          "{}: differences a − b of {}", analysis.value,
          analysis.battery.all_pairs ? "all pairs" : "each group and the one of the lowest mean"),
      .columns = {left("a", "a"), left("b", "b"), right("difference [Welch]", "difference"),
                  right("p Welch", "p_welch"), right("p Games–Howell", "p_games_howell"),
                  right("p Dunn–Holm", "p_dunn_holm"), right("p Mann–Whitney", "p_mann_whitney"),
                  right("Hodges–Lehmann", "hodges_lehmann"), right("Cliff's δ", "cliffs_delta"),
                  right("Hedges' g", "hedges_g"), right("p TOST", "p_tost")},
      .rows = {},
      .notes = {}};
  for (const auto& pair : analysis.battery.pairs) table.rows.push_back(pair_row(analysis, pair));
  table.notes.emplace_back(
      "p of Games–Howell and Dunn–Holm hold for all pairs of this table together, the others for "
      "one pair; p TOST: that the difference is as large as the bounds of equivalence.");
  return table;
}

Table paired_table(const Analysis& analysis) {
  Table table{.name = "paired",
              .title = fmt::format("{}: differences a − b within blocks", analysis.value),
              .columns = {left("a", "a"), left("b", "b"), right("blocks", "blocks"),
                          right("difference [paired t]", "difference"), right("p t", "p_t"),
                          right("p Wilcoxon", "p_wilcoxon"),
                          right("Hodges–Lehmann", "hodges_lehmann"), right("p TOST", "p_tost")},
              .rows = {},
              .notes = {}};
  for (const auto& pair : analysis.battery.pairs) {
    const stats::PairedAnalysis& paired = *pair.paired;
    const TestResult& wilcoxon = paired.wilcoxon.best();
    table.rows.push_back({text(analysis.groups[pair.a]), text(analysis.groups[pair.b]),
                          text(std::to_string(paired.n)), interval_cell(paired.t.difference),
                          p_cell(paired.t.test.p, paired.t.test.outcome),
                          p_cell(wilcoxon.p, wilcoxon.outcome),
                          interval_cell(paired.hodges_lehmann),
                          p_cell(paired.equivalence.p, paired.equivalence.outcome)});
  }
  return table;
}

Table quantiles_table(const Analysis& analysis) {
  Table table{.name = "quantiles",
              .title = fmt::format("{}: quantiles", analysis.value),
              .columns = {left("group", "group"), right("n", "n"), right("quantile", "quantile"),
                          right("value [order statistics]", "value"),
                          right("conservative", "conservative")},
              .rows = {},
              .notes = {"Conservative: as MLPerf's single-stream scenario reports a percentile, "
                        "with 99 % confidence."}};
  for (std::size_t i = 0; i < analysis.groups.size(); ++i) {
    const stats::GroupAnalysis& group = analysis.battery.groups[i];
    for (const stats::GroupQuantile& quantile : group.quantiles) {
      const stats::PercentileEstimate& conservative = quantile.conservative;
      table.rows.push_back(
          {text(analysis.groups[i]), text(std::to_string(group.n)),
           number(quantile.p, fmt::format("{:g}", quantile.p)),
           interval_cell(quantile.found.interval),
           number(conservative.value, digits(conservative.value), conservative.outcome)});
    }
  }
  return table;
}

/// Differences, and ratios where the values are no logarithms.
Table resampled_table(const Analysis& analysis) {
  const bool raw = analysis.scale == "raw";
  Table table{.name = "resampled",
              .title = fmt::format("{}: a and b, resampled", analysis.value),
              .columns = {left("a", "a"), left("b", "b"), right("p permutation", "p_permutation"),
                          right("a − b of means [BCa]", "difference_of_means"),
                          right("of medians [BCa]", "difference_of_medians")},
              .rows = {},
              .notes = {}};
  if (raw) {
    table.columns.push_back(right("a / b of means [BCa]", "ratio_of_means"));
    table.columns.push_back(right("of medians [BCa]", "ratio_of_medians"));
  }
  for (const auto& pair : analysis.battery.pairs) {
    const stats::ResampledPair& each = *pair.resampled;
    auto& row = table.rows.emplace_back(std::vector<Cell>{
        text(analysis.groups[pair.a]), text(analysis.groups[pair.b]),
        p_cell(each.permutation.test.p, each.permutation.test.outcome),
        interval_cell(each.difference_of_means), interval_cell(each.difference_of_medians)});
    if (!raw) continue;
    row.push_back(interval_cell(each.ratio_of_means));
    row.push_back(interval_cell(each.ratio_of_medians));
  }
  return table;
}

/// Of at least two groups.
void append_pairs(const Analysis& analysis, std::vector<Table>& tables) {
  const stats::PairAnalysis& first = analysis.battery.pairs.front();
  tables.push_back(pairs_table(analysis));
  if (first.paired) tables.push_back(paired_table(analysis));
  if (first.resampled) tables.push_back(resampled_table(analysis));
}

}  // namespace

std::vector<Table> analysis_tables(const Analysis& analysis) {
  std::vector<Table> tables = {groups_table(analysis)};
  if (!analysis.groups.empty() && !analysis.battery.groups[0].quantiles.empty())
    tables.push_back(quantiles_table(analysis));
  if (analysis.groups.size() > 1) {
    tables.push_back(tests_table(analysis));
    append_pairs(analysis, tables);
  }
  if (analysis.correlation) tables.push_back(correlation_table(analysis));
  if (analysis.factorial) tables.push_back(factorial_table(analysis));
  if (analysis.mixed) tables.push_back(mixed_table(analysis));
  if (analysis.nested) tables.push_back(nested_table(analysis));
  if (analysis.nested && !analysis.nested->ratios.empty())
    tables.push_back(nested_ratios_table(analysis));
  if (analysis.model.empty()) return tables;
  for (Table& table : tables) table.title = fmt::format("{}, {}", analysis.model, table.title);
  return tables;
}

}  // namespace joulemark::report
