// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/analysis_cells.h"
#include "report/analysis_design.h"

namespace joulemark::report {

using stats::Outcome;
using stats::TestResult;
using table::Cell;
using table::Table;

namespace {

void append_effects(const std::string& acts, const stats::MixedModel& model,
                    const std::vector<std::string>& factors, Table& table) {
  for (const stats::MixedEffect& effect : model.effects)
    table.rows.push_back(
        {text(effect_name(effect.factors, factors)), text(acts), df_cell(effect.test.df1),
         df_cell(effect.test.df2),
         number(effect.test.statistic, digits(effect.test.statistic), effect.test.outcome),
         p_cell(effect.test.p, effect.test.outcome)});
  std::vector<std::string> components;
  for (const stats::VarianceComponent& component : model.components)
    components.push_back(
        fmt::format("{} {}", effect_name(component.factors, factors), digits(component.variance)));
  table.notes.push_back(
      model.outcome == Outcome::kOk
          ? fmt::format("Variances, {}: {}.", acts, fmt::join(components, ", "))
          : fmt::format("No effects to test, {}: {}.", acts, to_string(model.outcome)));
}

}  // namespace

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

Table mixed_table(const Analysis& analysis) {
  const MixedAnalysis& mixed = *analysis.mixed;
  Table table{
      .name = "mixed",
      .title = fmt::format("{}: effects where {} is a random sample", analysis.value,
                           fmt::join(mixed.random, ", ")),
      .columns = {left("effect", "effect"), left("random factors", "acts"), right("df 1", "df1"),
                  right("df 2", "df2"), right("F", "f"), right("p", "p")},
      .rows = {},
      .notes = {}};
  append_effects("shift all alike", mixed.intercepts, mixed.factors, table);
  if (mixed.slopes) append_effects("change effects too", *mixed.slopes, mixed.factors, table);
  return table;
}

Table nested_table(const Analysis& analysis) {
  const NestedAnalysis& nested = *analysis.nested;
  Table table{.name = "nested",
              .title = fmt::format("{}: nested repetition", analysis.value),
              .columns = {left("group", "group"), right("mean [nested]", "mean"),
                          left("level", "level"), right("repeated", "repeated"),
                          right("variance it adds", "variance"), right("pays", "repetitions")},
              .rows = {},
              .notes = {"Pays: repetitions of a level for the narrowest interval in a given time, "
                        "by --costs."}};
  for (std::size_t g = 0; g < nested.groups.size(); ++g) {
    const NestedGroup& group = nested.groups[g];
    if (group.summary.levels.empty())
      table.rows.push_back({text(analysis.groups[g]), interval_cell(group.summary.mean), text(""),
                            text(""), text(""), text("")});
    for (std::size_t i = 0; i < group.summary.levels.size(); ++i) {
      const double variance = group.summary.levels[i].own;
      const bool planned = i > 0 && !group.repetitions.empty();
      table.rows.push_back(
          {text(i == 0 ? analysis.groups[g] : ""),
           i == 0 ? interval_cell(group.summary.mean) : text(""), text(nested.levels[i]),
           text(std::to_string(group.counts[i])), number(variance, digits(variance)),
           planned ? number(group.repetitions[i], digits(group.repetitions[i]), Outcome::kConstant)
                   : text("")});
    }
  }
  return table;
}

Table nested_ratios_table(const Analysis& analysis) {
  const std::vector<stats::Interval>& ratios = analysis.nested->ratios;
  Table table{
      .name = "nested_ratios",
      .title = fmt::format("{}: ratios of means, nested repetition", analysis.value),
      .columns = {left("a", "a"), left("b", "b"), right("a / b [hierarchical bootstrap]", "ratio")},
      .rows = {},
      .notes = {}};
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const stats::PairAnalysis& pair = analysis.battery.pairs[i];
    table.rows.push_back(
        {text(analysis.groups[pair.a]), text(analysis.groups[pair.b]), interval_cell(ratios[i])});
  }
  return table;
}

}  // namespace joulemark::report
