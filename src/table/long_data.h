// SPDX-License-Identifier: Apache-2.0
// Long-form data: one row per observation, with columns that say which group and block it is of.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::table {

/// Only rows whose `column` holds exactly `text`.
struct RowFilter {
  std::string column;
  std::string text;
};

/// Which columns are read.
struct LongColumns {
  std::vector<std::string> values;       ///< at least one; numbers
  std::vector<std::string> group;        ///< at least one; together they name the group
  std::string block;                     ///< "" where there are no blocks
  std::vector<RowFilter> where;          ///< all of them
  std::vector<std::string> labels = {};  ///< further columns that say what a value is of
};

/// The numbers of one column in one group, in the order of the file.
struct LongSeries {
  std::vector<double> values;       ///< "nan" and "inf" stand as they are written
  std::vector<std::size_t> rows;    ///< of each value, CsvRow::number
  std::vector<std::size_t> blocks;  ///< of each value, index into LongData::blocks; empty without
  /// Of each value, by LongColumns::labels: a number for the text of its cell, the same for equal
  /// texts of one column.
  std::vector<std::vector<std::size_t>> labels;
  std::size_t missing = 0;  ///< cells that are empty or "NA", which are left out
};

struct LongGroup {
  std::string name;                 ///< the cells of the group's columns, a space between them
  std::vector<std::string> levels;  ///< those cells, parallel to LongColumns::group
  std::vector<LongSeries> series;   ///< parallel to LongColumns::values
};

struct LongData {
  std::vector<LongGroup> groups;    ///< in the order of their first rows
  std::vector<std::string> blocks;  ///< in the order of their first rows
  std::size_t rows = 0;             ///< that were read
};

/// Reads the columns of a CSV file. Errors as read_csv, and kUsage: a column that is not there
/// (with the nearest name), no row left by the filters, a value that is no number, two values of
/// one group in one block.
Result<LongData> read_long(const std::filesystem::path& path, const LongColumns& columns);

}  // namespace joulemark::table
