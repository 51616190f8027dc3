// SPDX-License-Identifier: Apache-2.0
// The options of `analyze`, as they are typed and as they are meant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/analysis_source.h"
#include "cli/command_line.h"
#include "cli/table_format.h"

namespace joulemark::cli {

/// As typed.
struct AnalyzeOptions {
  using Switch = Arguments::Switch;
  std::string source = "joulemark.sqlite";
  std::vector<std::string> values, groups, where;
  std::string block, with, model, random, nested, costs, quantiles;
  std::string margin = "3%";
  std::string pairs = "auto";
  std::optional<double> level, bound;
  std::optional<std::int64_t> resamples, seed, experiment;
  Switch log = Switch::kOff;
  Switch resample_pairs = Switch::kOff;
  TableFormat format;
};

void declare(Arguments& arguments, AnalyzeOptions& typed);

/// How values are analysed. kUsage with the option that is wrong, as below.
Result<AnalysisOptions> analysis_options(const AnalyzeOptions& typed);
/// Of a CSV file.
Result<CsvPart> csv_part(const AnalyzeOptions& typed);
/// Of a store.
Result<StoredPart> stored_part(const AnalyzeOptions& typed);

}  // namespace joulemark::cli
