// SPDX-License-Identifier: Apache-2.0
// What `analyze` analyses: columns of a CSV file, or the metrics of a stored experiment.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/analysis_design.h"
#include "joulemark/result.h"
#include "report/analysis.h"
#include "table/long_data.h"
#include "verdict/verdict.h"

namespace joulemark::cli {

/// How values are analysed, wherever they come from.
struct AnalysisOptions {
  stats::BatteryOptions battery;
  enum class Scale { kRaw, kLog } scale = Scale::kRaw;
};

/// Columns of a CSV file.
struct CsvPart {
  table::LongColumns columns;  ///< without those of the design
  DesignColumns design;
};

/// One analysis for each column of values.
Result<std::vector<report::Analysis>> analyse_csv(const std::string& file, const CsvPart& part,
                                                  const AnalysisOptions& options);

/// Which part of an experiment.
struct StoredPart {
  std::vector<std::string> metrics;  ///< names; empty: what ranks the model
  std::string model;                 ///< "" for all
};

/// One analysis for each model and metric, of the configurations that can be ranked, in the order
/// of the ranking.
Result<std::vector<report::Analysis>> analyse_record(const ExperimentRecord& record,
                                                     const verdict::Judgement& judgement,
                                                     const StoredPart& part,
                                                     const AnalysisOptions& options);

}  // namespace joulemark::cli
