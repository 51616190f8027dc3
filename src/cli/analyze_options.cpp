// SPDX-License-Identifier: Apache-2.0
#include "cli/analyze_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

#include "base/split.h"
#include "cli/fraction.h"

namespace joulemark::cli {
namespace {

/// "a,b" and "c" as a, b, c.
std::vector<std::string> words_of(const std::vector<std::string>& lists) {
  std::vector<std::string> words;
  for (const std::string& list : lists)
    for (std::string& word : split(list, ',')) words.push_back(std::move(word));
  return words;
}

Result<std::vector<table::RowFilter>> filters_of(const AnalyzeOptions& typed) {
  std::vector<table::RowFilter> filters;
  for (const std::string& text : typed.where) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::kUsage, fmt::format("--where must be COLUMN=TEXT, not '{}'", text));
    filters.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return filters;
}

Result<stats::PairChoice> pairs_of(const std::string& name) {
  if (name == "auto") return stats::PairChoice::kAuto;
  if (name == "all") return stats::PairChoice::kAll;
  if (name == "lowest") return stats::PairChoice::kWithLowest;
  return fail(ErrorKind::kUsage,
              fmt::format("--pairs must be auto, all or lowest, not '{}'", name));
}

Status set_resamples(const AnalyzeOptions& typed, stats::BatteryOptions& battery) {
  constexpr std::int64_t kFewest = 100;
  constexpr std::int64_t kMost = 10'000'000;
  battery.seed = static_cast<std::uint64_t>(typed.seed.value_or(1));
  const std::int64_t resamples = typed.resamples.value_or(battery.resamples);
  if (resamples < kFewest || resamples > kMost)
    return fail(ErrorKind::kUsage, fmt::format("--resamples must be from {} to {}, not {}", kFewest,
                                               kMost, resamples));
  battery.resamples = static_cast<int>(resamples);
  return {};
}

Status set_level(const AnalyzeOptions& typed, stats::BatteryOptions& battery) {
  battery.level = typed.level.value_or(battery.level);
  if (!(battery.level > 0.5 && battery.level < 1))
    return fail(ErrorKind::kUsage, "--level must be above 0.5 and below 1, such as 0.95");
  return {};
}

/// Of equivalence.
Status set_bounds(const AnalyzeOptions& typed, AnalysisOptions& options) {
  const auto margin = parse_fraction("--margin", typed.margin);
  if (!margin) return fail(margin.error());
  if (typed.bound && !(*typed.bound > 0 && std::isfinite(*typed.bound)))
    return fail(ErrorKind::kUsage,
                fmt::format("--bound must be a number above 0, not {}", *typed.bound));
  const bool logs = options.scale == AnalysisOptions::Scale::kLog;
  options.battery.margin = *margin;
  options.battery.bound = typed.bound.value_or(logs ? std::log1p(*margin) : 0);
  return {};
}

Status set_quantiles(const AnalyzeOptions& typed, stats::BatteryOptions& battery) {
  if (typed.quantiles.empty()) return {};
  for (const std::string& word : split(typed.quantiles, ',')) {
    const auto p = parse_fraction("--quantiles", word);
    if (!p) return fail(p.error());
    if (!(*p > 0 && *p < 1))
      return fail(ErrorKind::kUsage,
                  fmt::format("--quantiles must be between 0 and 1, such as 0.99, not '{}'", word));
    battery.quantiles.push_back(*p);
  }
  return {};
}

Result<std::vector<double>> costs_of(const AnalyzeOptions& typed) {
  std::vector<double> costs;
  if (typed.costs.empty()) return costs;
  if (typed.nested.empty())
    return fail(ErrorKind::kUsage, "--costs are of the levels of --nested, which is not given");
  for (const std::string& word : split(typed.costs, ',')) {
    double cost = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), cost);
    const bool read = error == std::errc() && end == word.data() + word.size();
    if (!read || !std::isfinite(cost) || cost <= 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("--costs must be seconds above 0, such as 30,0.1, not '{}'", word));
    costs.push_back(cost);
  }
  return costs;
}

std::vector<std::string> list_of(const std::string& words) {
  return words.empty() ? std::vector<std::string>() : split(words, ',');
}

void declare_source(Arguments& arguments, AnalyzeOptions& typed) {
  arguments.positional("SOURCE", typed.source,
                       "CSV file with one observation a row, or a store (default joulemark.sqlite)",
                       Arguments::Need::kOptional);
  arguments.group("What is analysed");
  arguments.repeated("--value NAMES", typed.values,
                     "Columns of numbers; of a store, metrics (default what ranks)");
  arguments.repeated("--group COLUMNS", typed.groups,
                     "Columns that name the group; several are factors");
  arguments.option("--block COLUMN", typed.block,
                   "Column of the block (repetition) in which groups were measured together");
  arguments.repeated("--where COLUMN=TEXT", typed.where,
                     "Only rows with this cell; may be given several times");
  arguments.option("--with COLUMN", typed.with, "Also correlate with this column");
  arguments.option("--random COLUMNS", typed.random,
                   "Columns of --group, or the --block, whose levels are a random sample of many, "
                   "as models are: also a mixed model");
  arguments.option("--nested COLUMNS", typed.nested,
                   "Columns of nested repetition from the outermost, such as 'process,iteration': "
                   "also where the variance arises");
  arguments.option("--costs SECONDS", typed.costs,
                   "What one repetition of each nested level takes, such as '30,0.1': also how "
                   "often each level pays");
  arguments.option("--experiment N", typed.experiment,
                   "Of a store: number of the experiment (default the newest)");
  arguments.option("--model NAME", typed.model, "Of a store: only this model");
}

void declare_method(Arguments& arguments, AnalyzeOptions& typed) {
  arguments.group("How");
  arguments.flag("--log", typed.log, "Take natural logarithms first: differences are of ratios");
  arguments.option("--level L", typed.level, "Of intervals (default 0.95)");
  arguments.option("--margin SHARE", typed.margin,
                   "Bounds of equivalence, as a share of the second group's mean (default 3%)");
  arguments.option("--bound X", typed.bound, "The same in the values' unit");
  arguments.option("--pairs WHICH", typed.pairs,
                   "all, lowest (with the group of the lowest mean), or auto (default: all of up "
                   "to 200 groups)");
  arguments.option("--quantiles LIST", typed.quantiles,
                   "Also these quantiles of each group, such as '0.5,0.99'");
  arguments.flag("--resample-pairs", typed.resample_pairs,
                 "Also resample pairs: permutation tests, bootstrap intervals of ratios");
  arguments.option("--resamples N", typed.resamples, "Of each bootstrap (default 9999)");
  arguments.option("--seed N", typed.seed, "Of the bootstraps (default 1)");
}

}  // namespace

Result<AnalysisOptions> analysis_options(const AnalyzeOptions& typed) {
  AnalysisOptions options;
  stats::BatteryOptions& battery = options.battery;
  if (typed.log == AnalyzeOptions::Switch::kOn) options.scale = AnalysisOptions::Scale::kLog;
  if (typed.resample_pairs == AnalyzeOptions::Switch::kOn)
    battery.resampling = stats::PairResampling::kAll;
  if (auto set = set_level(typed, battery); !set) return fail(set.error());
  if (auto set = set_bounds(typed, options); !set) return fail(set.error());
  if (auto set = set_resamples(typed, battery); !set) return fail(set.error());
  if (auto set = set_quantiles(typed, battery); !set) return fail(set.error());
  const auto pairs = pairs_of(typed.pairs);
  if (!pairs) return fail(pairs.error());
  battery.pairs = *pairs;
  return options;
}

Result<CsvPart> csv_part(const AnalyzeOptions& typed) {
  if (typed.values.empty() || typed.groups.empty())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is no store; a CSV file needs --value COLUMN and --group COLUMN",
                            typed.source));
  if (typed.experiment || !typed.model.empty())
    return fail(
        ErrorKind::kUsage,
        fmt::format("'{}' is no store; --experiment and --model are for stores", typed.source));
  auto filters = filters_of(typed);
  if (!filters) return fail(filters.error());
  auto costs = costs_of(typed);
  if (!costs) return fail(costs.error());
  return CsvPart{.columns = {.values = words_of(typed.values),
                             .group = words_of(typed.groups),
                             .block = typed.block,
                             .where = *std::move(filters),
                             .labels = {}},
                 .design = {.with = typed.with,
                            .random = list_of(typed.random),
                            .nested = list_of(typed.nested),
                            .costs = *std::move(costs)}};
}

Result<StoredPart> stored_part(const AnalyzeOptions& typed) {
  const bool of_csv = !typed.groups.empty() || !typed.where.empty() || !typed.block.empty() ||
                      !typed.with.empty() || !typed.random.empty() || !typed.nested.empty() ||
                      !typed.costs.empty();
  if (of_csv)
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is a store: its groups are configurations; --group, --block, "
                            "--where, --with, --random, --nested and --costs are for CSV files",
                            typed.source));
  return StoredPart{.metrics = words_of(typed.values), .model = typed.model};
}

void declare(Arguments& arguments, AnalyzeOptions& typed) {
  declare_source(arguments, typed);
  declare_method(arguments, typed);
  typed.format.declare(arguments);
}

}  // namespace joulemark::cli
