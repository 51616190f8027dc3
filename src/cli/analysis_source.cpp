// SPDX-License-Identifier: Apache-2.0
#include "cli/analysis_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggest.h"
#include "stats/art.h"
#include "verdict/metric_name.h"

namespace joulemark::cli {
namespace {

using Groups = std::vector<std::vector<double>>;
using Blocks = std::vector<std::vector<std::size_t>>;

void to_logs(Groups& groups) {
  for (auto& values : groups)
    for (double& value : values)
      value = value > 0 ? std::log(value) : std::numeric_limits<double>::quiet_NaN();
}

report::Analysis analysis_of(Groups groups, const Blocks& blocks, const AnalysisOptions& options) {
  report::Analysis analysis;
  if (options.scale == AnalysisOptions::Scale::kLog) {
    to_logs(groups);
    analysis.scale = "ln";
  }
  analysis.level = options.battery.level;
  analysis.battery = stats::analyse(groups, blocks, options.battery);
  return analysis;
}

/// "engine", "batch", "engine:batch" for the sets of factors.
std::string effect_name(stats::FactorSet set, const std::vector<std::string>& factors) {
  std::string name;
  for (std::size_t f = 0; f < factors.size(); ++f)
    if ((set >> f & 1U) != 0) name += (name.empty() ? "" : ":") + factors[f];
  return name;
}

/// Number of `level` among the levels of its factor seen so far.
std::size_t number_of(const std::string& level, std::vector<std::string>& seen) {
  const auto found = std::find(seen.begin(), seen.end(), level);
  if (found != seen.end()) return static_cast<std::size_t>(found - seen.begin());
  seen.push_back(level);
  return seen.size() - 1;
}

report::FactorialAnalysis factorial_of(const table::LongData& data, std::size_t column,
                                       const std::vector<std::string>& factors) {
  std::vector<double> values;
  std::vector<std::vector<std::size_t>> levels(factors.size());
  std::vector<std::vector<std::string>> seen(factors.size());
  for (const table::LongGroup& group : data.groups)
    for (const double value : group.series[column].values) {
      values.push_back(value);
      for (std::size_t f = 0; f < factors.size(); ++f)
        levels[f].push_back(number_of(group.levels[f], seen[f]));
    }
  const stats::FactorialDesign design{.values = values, .levels = levels};
  const stats::FactorialAnova anova = stats::factorial_anova(design);
  const stats::Art art = stats::aligned_rank_transform(design);
  report::FactorialAnalysis result;
  result.outcome = anova.outcome;
  result.anova = anova.effects;
  for (std::size_t i = 0; i < anova.effects.size(); ++i) {
    result.effects.push_back(effect_name(anova.effects[i].factors, factors));
    result.art.push_back(i < art.effects.size() ? art.effects[i].test : stats::TestResult());
  }
  return result;
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

/// Of the rows in which both columns have a value.
report::CorrelationAnalysis correlation_of(const table::LongData& data, std::size_t column,
                                           const AnalysisOptions& options) {
  std::vector<double> a;
  std::vector<double> b;
  for (const table::LongGroup& group : data.groups)
    append_common(group.series[column], group.series.back(), a, b);
  return {.with = "",
          .n = a.size(),
          .pearson = stats::pearson(a, b),
          .spearman = stats::spearman(a, b),
          .kendall = stats::kendall(a, b),
          .pearson_ci = stats::pearson_interval(a, b, options.battery.level)};
}

Status check_scalable(const table::LongData& data, const AnalysisOptions& options) {
  if (options.scale == AnalysisOptions::Scale::kRaw) return {};
  for (const table::LongGroup& group : data.groups)
    for (const table::LongSeries& series : group.series)
      for (const double value : series.values)
        if (value <= 0)
          return fail(ErrorKind::kUsage,
                      fmt::format("--log needs positive values; '{}' has {}", group.name, value));
  return {};
}

/// The metrics asked for, or the one that ranks the model.
Result<std::vector<verdict::MetricId>> metrics_of(const StoredPart& part,
                                                  const verdict::ModelVerdict& model) {
  std::vector<verdict::MetricId> metrics;
  for (const std::string& name : part.metrics) {
    const auto metric = verdict::parse_metric_name(name);
    if (!metric) return fail(metric.error());
    metrics.push_back(metric->id);
  }
  if (metrics.empty()) metrics.push_back(model.primary);
  return metrics;
}

/// The ranked cells of one model by one metric.
report::Analysis stored_analysis(const ExperimentRecord& record,
                                 const verdict::Judgement& judgement,
                                 const verdict::ModelVerdict& model, verdict::MetricId id,
                                 const AnalysisOptions& options) {
  Groups groups;
  Blocks blocks;
  report::Analysis names;
  for (const std::size_t c : model.cells) {
    const verdict::Cell& cell = judgement.cells[c];
    if (!cell.ranked()) continue;
    auto& values = groups.emplace_back();
    auto& block = blocks.emplace_back();
    names.groups.push_back(cell.label);
    names.missing.push_back(0);
    for (const std::size_t trial : cell.trials) {
      const double value = judgement.values[static_cast<std::size_t>(id)][trial];
      if (!std::isfinite(value)) {
        ++names.missing.back();
        continue;
      }
      values.push_back(value);
      block.push_back(static_cast<std::size_t>(record.trials[trial].block));
    }
  }
  report::Analysis analysis = analysis_of(std::move(groups), blocks, options);
  analysis.groups = std::move(names.groups);
  analysis.missing = std::move(names.missing);
  analysis.model = model.model;
  analysis.value = verdict::metric(id).key;
  return analysis;
}

Status check_model(const verdict::Judgement& judgement, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& model : judgement.models) names.push_back(model.model);
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("the experiment has no model '{}'{}", name, did_you_mean(name, names)));
}

}  // namespace

Result<std::vector<report::Analysis>> analyse_csv(const std::string& file,
                                                  const table::LongColumns& columns,
                                                  const std::string& with,
                                                  const AnalysisOptions& options) {
  table::LongColumns wanted = columns;
  if (!with.empty()) wanted.values.push_back(with);
  const auto data = table::read_long(file, wanted);
  if (!data) return fail(data.error());
  if (auto scalable = check_scalable(*data, options); !scalable) return fail(scalable.error());
  std::vector<report::Analysis> analyses;
  for (std::size_t column = 0; column < columns.values.size(); ++column) {
    Groups groups;
    Blocks blocks;
    for (const table::LongGroup& group : data->groups) {
      groups.push_back(group.series[column].values);
      if (!columns.block.empty()) blocks.push_back(group.series[column].blocks);
    }
    report::Analysis analysis = analysis_of(std::move(groups), blocks, options);
    analysis.value = columns.values[column];
    for (const table::LongGroup& group : data->groups) {
      analysis.groups.push_back(group.name);
      analysis.missing.push_back(group.series[column].missing);
    }
    if (!with.empty()) {
      analysis.correlation = correlation_of(*data, column, options);
      analysis.correlation->with = with;
    }
    if (columns.group.size() > 1) analysis.factorial = factorial_of(*data, column, columns.group);
    analyses.push_back(std::move(analysis));
  }
  return analyses;
}

Result<std::vector<report::Analysis>> analyse_record(const ExperimentRecord& record,
                                                     const verdict::Judgement& judgement,
                                                     const StoredPart& part,
                                                     const AnalysisOptions& options) {
  if (auto known = check_model(judgement, part.model); !known) return fail(known.error());
  std::vector<report::Analysis> analyses;
  for (const verdict::ModelVerdict& model : judgement.models) {
    if (!part.model.empty() && model.model != part.model) continue;
    const auto metrics = metrics_of(part, model);
    if (!metrics) return fail(metrics.error());
    for (const verdict::MetricId id : *metrics)
      analyses.push_back(stored_analysis(record, judgement, model, id, options));
  }
  return analyses;
}

}  // namespace joulemark::cli
