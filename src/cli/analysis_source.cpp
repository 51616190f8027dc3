// SPDX-License-Identifier: Apache-2.0
#include "cli/analysis_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggest.h"
#include "verdict/metric_name.h"

namespace joulemark::cli {
namespace {

using Groups = std::vector<std::vector<double>>;
using Blocks = std::vector<std::vector<std::size_t>>;

void to_logs(std::vector<double>& values) {
  for (double& value : values)
    value = value > 0 ? std::log(value) : std::numeric_limits<double>::quiet_NaN();
}

/// Of values that are on the wanted scale already.
report::Analysis analysis_of(const Groups& groups, const Blocks& blocks,
                             const AnalysisOptions& options) {
  report::Analysis analysis;
  if (options.scale == AnalysisOptions::Scale::kLog) analysis.scale = "ln";
  analysis.level = options.battery.level;
  analysis.battery = stats::analyse(groups, blocks, options.battery);
  return analysis;
}

/// Takes logarithms of all columns where they are wanted.
Status scale(table::LongData& data, const AnalysisOptions& options) {
  if (options.scale == AnalysisOptions::Scale::kRaw) return {};
  for (table::LongGroup& group : data.groups) {
    for (table::LongSeries& series : group.series) {
      for (const double value : series.values)
        if (value <= 0)
          return fail(ErrorKind::kUsage,
                      fmt::format("--log needs positive values; '{}' has {}", group.name, value));
      to_logs(series.values);
    }
  }
  return {};
}

/// The parts of the analysis that the design's columns ask for.
Status analyse_design(const DesignData& data, const DesignPlace& place,
                      report::Analysis& analysis) {
  const DesignColumns& design = data.design;
  if (!design.with.empty()) analysis.correlation = correlation_of(data, place);
  if (data.columns.group.size() > 1) analysis.factorial = factorial_of(data, place.column);
  if (!design.random.empty()) analysis.mixed = mixed_of(data, place.column);
  if (design.nested.empty()) return {};
  const bool ratios = analysis.scale == "raw";
  analysis.nested =
      nested_of(data, place, ratios ? analysis.battery.pairs : std::vector<stats::PairAnalysis>());
  const auto levels = analysis.nested->levels.size();
  if (!design.costs.empty() && design.costs.size() != levels)
    return fail(ErrorKind::kUsage,
                fmt::format("--costs has {} numbers; there are {} levels of repetition: {}",
                            design.costs.size(), levels, fmt::join(analysis.nested->levels, ", ")));
  return {};
}

/// Groups, blocks and names of one column of a CSV file.
report::Analysis csv_analysis(const DesignData& data, std::size_t column,
                              const AnalysisOptions& options) {
  Groups groups;
  Blocks blocks;
  for (const table::LongGroup& group : data.data.groups) {
    groups.push_back(group.series[column].values);
    if (!data.columns.block.empty()) blocks.push_back(group.series[column].blocks);
  }
  report::Analysis analysis = analysis_of(groups, blocks, options);
  analysis.value = data.columns.values[column];
  for (const table::LongGroup& group : data.data.groups) {
    analysis.groups.push_back(group.name);
    analysis.missing.push_back(group.series[column].missing);
  }
  return analysis;
}

Status check_random(const CsvPart& part) {
  std::vector<std::string> known = part.columns.group;
  if (!part.columns.block.empty()) known.push_back(part.columns.block);
  for (const std::string& name : part.design.random)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(ErrorKind::kUsage,
                  fmt::format("--random '{}' must be a column of --group, or the --block{}", name,
                              did_you_mean(name, known)));
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
  if (options.scale == AnalysisOptions::Scale::kLog)
    for (auto& values : groups) to_logs(values);
  report::Analysis analysis = analysis_of(groups, blocks, options);
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

Result<std::vector<report::Analysis>> analyse_csv(const std::string& file, const CsvPart& part,
                                                  const AnalysisOptions& options) {
  if (auto known = check_random(part); !known) return fail(known.error());
  table::LongColumns wanted = part.columns;
  wanted.labels = part.design.nested;
  if (!part.design.with.empty()) wanted.values.push_back(part.design.with);
  auto data = table::read_long(file, wanted);
  if (!data) return fail(data.error());
  if (auto scaled = scale(*data, options); !scaled) return fail(scaled.error());
  const DesignData design{.data = *data, .columns = part.columns, .design = part.design};
  std::vector<report::Analysis> analyses;
  for (std::size_t column = 0; column < part.columns.values.size(); ++column) {
    report::Analysis analysis = csv_analysis(design, column, options);
    const DesignPlace place{.column = column, .options = options.battery};
    if (auto done = analyse_design(design, place, analysis); !done) return fail(done.error());
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
