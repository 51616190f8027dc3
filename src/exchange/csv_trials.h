// SPDX-License-Identifier: Apache-2.0
// Trials from CSV files by a map of columns: wide (a row is a trial) or long (a row is one value).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "exchange/trial_collector.h"
#include "exchange/trial_fields.h"

namespace joulemark::exchange {

/// FIELD=COLUMN, FIELD=COLUMN*1000, FIELD=VALUE or COLUMN=VALUE.
struct Assignment {
  std::string left;
  std::string right;
};

/// How a file is to be understood.
struct CsvMap {
  /// Which column (of a long file: column or metric) each field comes from; "*NUMBER" behind it
  /// scales. Empty: columns and metrics that are named like fields.
  std::vector<Assignment> fields;
  std::vector<Assignment> constants;   ///< fields of every trial
  std::vector<Assignment> conditions;  ///< rows are taken where all of these columns have the value
  std::string left_out = "rows that --where leaves out";  ///< what the others are called
  std::string metric_column;                              ///< of a long file, else empty
  std::string value_column;
  /// What it means when no row has a metric of `fields`.
  enum class Lacking { kMistake, kNothing } lacking = Lacking::kMistake;
  [[nodiscard]] bool is_long() const { return !metric_column.empty(); }
};

/// kUsage: an unknown field, one that is given twice, a constant that does not fit its field, or
/// only one of the columns of a long file.
Status check(const CsvMap& map);

/// What remains to be done with a trial that was read; a reason when it is none.
using Adjust = std::function<std::optional<std::string>(TrialDraft&)>;

/// Reads trials into `collector`. The values of one trial of a long file may stand in several of
/// `files`. kUsage: the map names a column or a metric that is not there, or there is none for the
/// model or the engine. kFailed: a bad value, with file, row and column.
Status read_csv_trials(const std::vector<std::filesystem::path>& files, const CsvMap& map,
                       const Adjust& adjust, TrialCollector& collector);

/// The same for bytes in memory.
Status parse_csv_trials(std::string_view bytes, const std::string& name, const CsvMap& map,
                        TrialCollector& collector);

}  // namespace joulemark::exchange
