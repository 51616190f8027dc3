// SPDX-License-Identifier: Apache-2.0
// A map of columns, resolved against the head of a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "exchange/csv_trials.h"

namespace joulemark::exchange {

/// A field and where its value stands.
struct Source {
  FieldRef ref;
  double factor = 1;
  std::size_t column = 0;  ///< unused for a metric
  std::string name;        ///< of the column or metric
};

/// "energy*1000": what stands before the factor, and the factor.
struct Scaled {
  std::string name;
  double factor = 1;
};
/// Without a factor where there is no number behind the last '*'.
Scaled split_factor(const std::string& text);

/// Columns of one file.
struct Columns {
  std::vector<Source> fields;
  /// Column → the value that it must have.
  std::vector<std::pair<std::size_t, std::string>> conditions;
  std::size_t metric = 0;  ///< of a long file
  std::size_t value = 0;
};

/// A word of a long file's column of metrics.
struct Metric {
  std::optional<Source> source;  ///< nothing: it is no field
  bool is_there = false;         ///< some row has it
  bool is_taken = false;         ///< some row that the conditions let pass
};
using Metrics = std::unordered_map<std::string, Metric>;

/// Resolves `map`. What is no column of a long file is taken as a metric and put into `metrics`.
/// kUsage as read_csv_trials() has it.
Result<Columns> resolve(const CsvMap& map, const std::string& file,
                        const std::vector<std::string>& head, Metrics& metrics);

}  // namespace joulemark::exchange
