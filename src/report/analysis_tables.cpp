// SPDX-License-Identifier: Apache-2.0
// The tables that a paper prints: groups, tests of all of them, pairs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/analysis.h"

namespace joulemark::report {
namespace {

using stats::Interval;
using stats::Outcome;
using stats::TestResult;
using table::Cell;
using table::Column;
using table::Table;

Cell text(std::string value) {
  return {.text = std::move(value), .raw = ""};
}

/// A number as people read it and with all its digits; a dash with the reason where there is none.
Cell number(double value, const std::string& shown, Outcome outcome = Outcome::kTooFew) {
  if (std::isfinite(value)) return {.text = shown, .raw = fmt::format("{}", value)};
  return {.text = fmt::format("– ({})", to_string(outcome)), .raw = "NA"};
}

/// Four significant digits, and no exponent for what people are used to read without one.
std::string digits(double value) {
  const double size = std::abs(value);
  if (value == 0) return "0";
  if (!std::isfinite(value)) return "–";
  if (size >= 1e7 || size < 1e-4) return fmt::format("{:.3e}", value);
  const int decimals = std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
  return fmt::format("{:.{}f}", value, decimals);
}

std::string with_interval(const Interval& interval) {
  std::string shown = digits(interval.estimate);
  if (interval.bounded())
    shown += fmt::format(" [{}, {}]", digits(interval.lo), digits(interval.hi));
  return shown;
}

Cell interval_cell(const Interval& interval) {
  return number(interval.estimate, with_interval(interval), interval.outcome);
}

/// "< 0.001", "0.012".
Cell p_cell(double p, Outcome outcome) {
  const std::string shown = p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
  return number(p, shown, outcome);
}

/// Degrees of freedom; nothing where the test has none.
Cell df_cell(double df) {
  return std::isfinite(df) ? number(df, digits(df)) : text("");
}

Column left(const char* head, const char* name) {
  return {.head = head, .name = name, .align = Align::kLeft};
}
Column right(const char* head, const char* name) {
  return {.head = head, .name = name, .align = Align::kRight};
}

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

Table correlation_table(const Analysis& analysis) {
  const CorrelationAnalysis& correlation = *analysis.correlation;
  Table table{
      .name = "correlation",
      .title = fmt::format("{} and {}: {} rows", analysis.value, correlation.with, correlation.n),
      .columns = {left("coefficient", "coefficient"), right("value", "value"), right("p", "p")},
      .rows = {},
      .notes = {}};
  const auto row = [&](const char* name, const stats::Correlation& each) {
    table.rows.push_back({text(name),
                          number(each.coefficient, digits(each.coefficient), each.test.outcome),
                          p_cell(each.test.p, each.test.outcome)});
  };
  row("Pearson r", correlation.pearson);
  row("Spearman ρ", correlation.spearman);
  row("Kendall τ-b", correlation.kendall);
  return table;
}

Table factorial_table(const Analysis& analysis) {
  const FactorialAnalysis& factorial = *analysis.factorial;
  Table table{
      .name = "factorial",
      .title = fmt::format("{}: effects of the factors", analysis.value),
      .columns = {left("effect", "effect"), right("df 1", "df1"), right("df 2", "df2"),
                  right("F", "f"), right("p", "p"), right("partial η²", "partial_eta_squared"),
                  right("F of aligned ranks", "f_art"), right("p", "p_art")},
      .rows = {},
      .notes = {}};
  for (std::size_t i = 0; i < factorial.effects.size(); ++i) {
    const stats::FactorialEffect& effect = factorial.anova[i];
    const TestResult& art = factorial.art[i];
    table.rows.push_back(
        {text(factorial.effects[i]), df_cell(effect.test.df1), df_cell(effect.test.df2),
         number(effect.test.statistic, digits(effect.test.statistic), effect.test.outcome),
         p_cell(effect.test.p, effect.test.outcome),
         number(effect.partial_eta_squared, digits(effect.partial_eta_squared),
                effect.test.outcome),
         number(art.statistic, digits(art.statistic), art.outcome), p_cell(art.p, art.outcome)});
  }
  if (factorial.outcome != Outcome::kOk)
    table.notes.push_back(
        fmt::format("There are no effects to test: {}.", to_string(factorial.outcome)));
  return table;
}

}  // namespace

std::vector<Table> analysis_tables(const Analysis& analysis) {
  std::vector<Table> tables = {groups_table(analysis)};
  if (analysis.groups.size() > 1) {
    tables.push_back(tests_table(analysis));
    tables.push_back(pairs_table(analysis));
    if (analysis.battery.pairs.front().paired) tables.push_back(paired_table(analysis));
  }
  if (analysis.correlation) tables.push_back(correlation_table(analysis));
  if (analysis.factorial) tables.push_back(factorial_table(analysis));
  if (analysis.model.empty()) return tables;
  for (Table& table : tables) table.title = fmt::format("{}, {}", analysis.model, table.title);
  return tables;
}

}  // namespace joulemark::report
