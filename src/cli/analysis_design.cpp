// SPDX-License-Identifier: Apache-2.0
#include "cli/analysis_design.h"

#include <algorithm>

#include "stats/art.h"
#include "stats/nesting.h"

namespace joulemark::cli {
namespace {

using Levels = std::vector<std::vector<std::size_t>>;

/// Number of `level` among the levels of its factor seen so far.
std::size_t number_of(const std::string& level, std::vector<std::string>& seen) {
  const auto found = std::find(seen.begin(), seen.end(), level);
  if (found != seen.end()) return static_cast<std::size_t>(found - seen.begin());
  seen.push_back(level);
  return seen.size() - 1;
}

/// All values of one column, and of each its levels: of the group's columns, and of the block last
/// where there are blocks.
struct FactorData {
  std::vector<double> values;
  Levels levels;
};

FactorData factors_of(const DesignData& design, std::size_t column) {
  const std::size_t columns = design.columns.group.size();
  FactorData factors;
  factors.levels.resize(columns + (design.columns.block.empty() ? 0 : 1));
  std::vector<std::vector<std::string>> seen(columns);
  for (const table::LongGroup& group : design.data.groups) {
    const table::LongSeries& series = group.series[column];
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(factors.values, series.values);
    for (std::size_t f = 0; f < columns; ++f)
      factors.levels[f].resize(factors.values.size(), number_of(group.levels[f], seen[f]));
    if (!design.columns.block.empty()) append(factors.levels.back(), series.blocks);
  }
  return factors;
}

/// Appends the values of the rows in which both have one. Rows ascend in both.
void append_common(const table::LongSeries& x, const table::LongSeries& y, std::vector<double>& a,
                   std::vector<double>& b) {
  for (std::size_t i = 0, j = 0; i < x.rows.size() && j < y.rows.size();) {
    if (x.rows[i] == y.rows[j]) {
      a.push_back(x.values[i++]);
      b.push_back(y.values[j++]);
    } else {
      ++(x.rows[i] < y.rows[j] ? i : j);
    }
  }
}

/// Values of a group in the order of a nested experiment.
struct NestedSeries {
  std::vector<double> values;
  std::vector<std::size_t> counts;
  [[nodiscard]] stats::NestedValues view() const { return {values, counts}; }
};

/// Counts that hold for no values say that the nesting is uneven.
NestedSeries nested_series(const table::LongSeries& series, std::size_t levels) {
  const std::span<const std::vector<std::size_t>> labels(series.labels);
  const auto nesting = stats::nest(labels.first(levels));
  NestedSeries nested;
  if (!nesting) {
    nested.values = series.values;
    nested.counts.assign(levels, 0);
    return nested;
  }
  for (const std::size_t i : nesting->order) nested.values.push_back(series.values[i]);
  nested.counts = nesting->counts;
  return nested;
}

}  // namespace

report::FactorialAnalysis factorial_of(const DesignData& design, std::size_t column) {
  const std::vector<std::string>& names = design.columns.group;
  const FactorData factors = factors_of(design, column);
  const stats::FactorialDesign cells{.values = factors.values,
                                     .levels = std::span(factors.levels).first(names.size())};
  const stats::FactorialAnova anova = stats::factorial_anova(cells);
  const stats::Art art = stats::aligned_rank_transform(cells);
  report::FactorialAnalysis result;
  result.outcome = anova.outcome;
  result.anova = anova.effects;
  for (std::size_t i = 0; i < anova.effects.size(); ++i) {
    result.effects.push_back(report::effect_name(anova.effects[i].factors, names));
    result.art.push_back(i < art.effects.size() ? art.effects[i].test : stats::TestResult());
  }
  return result;
}

report::MixedAnalysis mixed_of(const DesignData& design, std::size_t column) {
  FactorData factors = factors_of(design, column);
  report::MixedAnalysis result{.factors = design.columns.group,
                               .random = design.design.random,
                               .slopes = std::nullopt,
                               .intercepts = {}};
  const auto is_random = [&](const std::string& name) {
    return std::find(result.random.begin(), result.random.end(), name) != result.random.end();
  };
  if (is_random(design.columns.block)) {
    result.factors.push_back(design.columns.block);
  } else {
    factors.levels.resize(result.factors.size());
  }
  stats::FactorSet random = 0;
  std::size_t last = 0;
  for (std::size_t f = 0; f < result.factors.size(); ++f) {
    if (!is_random(result.factors[f])) continue;
    random |= stats::FactorSet{1} << f;
    last = f;
  }
  const stats::FactorialDesign cells{.values = factors.values, .levels = factors.levels};
  result.intercepts = stats::mixed_random_intercepts(cells, random);
  if (result.random.size() == 1) result.slopes = stats::mixed_random_slopes(cells, last);
  return result;
}

report::NestedAnalysis nested_of(const DesignData& design, const DesignPlace& place,
                                 const std::vector<stats::PairAnalysis>& pairs) {
  const std::size_t levels = design.design.nested.size();
  report::NestedAnalysis result;
  result.levels = design.design.nested;
  std::vector<NestedSeries> all;
  for (const table::LongGroup& group : design.data.groups) {
    const NestedSeries& series =
        all.emplace_back(nested_series(group.series[place.column], levels));
    if (series.counts.size() > result.levels.size()) result.levels.emplace_back("row");
    report::NestedGroup& each = result.groups.emplace_back();
    each.counts = series.counts;
    each.summary = stats::nested_summary(series.view(), place.options.level);
    each.repetitions = stats::optimal_repetitions(each.summary.levels, design.design.costs);
  }
  for (const stats::PairAnalysis& pair : pairs)
    result.ratios.push_back(
        stats::nested_ratio(all[pair.a].view(), all[pair.b].view(),
                            {place.options.seed, place.options.resamples, place.options.level}));
  return result;
}

report::CorrelationAnalysis correlation_of(const DesignData& design, const DesignPlace& place) {
  std::vector<double> a;
  std::vector<double> b;
  for (const table::LongGroup& group : design.data.groups)
    append_common(group.series[place.column], group.series.back(), a, b);
  return {.with = design.design.with,
          .n = a.size(),
          .pearson = stats::pearson(a, b),
          .spearman = stats::spearman(a, b),
          .kendall = stats::kendall(a, b),
          .pearson_ci = stats::pearson_interval(a, b, place.options.level)};
}

}  // namespace joulemark::cli
