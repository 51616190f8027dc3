// SPDX-License-Identifier: Apache-2.0
// CSV files, row by row, so that a million of them need no memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::table {

/// One row: as many cells as the head has names. Spaces around an unquoted cell are taken off.
struct CsvRow {
  std::size_t number = 0;               ///< from 1, the head and empty lines not counted
  std::vector<std::string_view> cells;  ///< valid until the call returns
};

/// What a reader does with the head and with each row. A failure ends the reading and is its
/// result.
struct CsvSink {
  std::function<Status(const std::vector<std::string>&)> head;
  std::function<Status(const CsvRow&)> row;
};

/// Reads a file as RFC 4180 has it: commas, double quotes, a head in the first line; a byte order
/// mark and empty lines are skipped. kUsage: there is no such file. kFailed: it cannot be read, has
/// no head, two columns of one name, a row with another number of cells than the head, or a cell
/// larger than 1 MiB.
Status read_csv(const std::filesystem::path& path, const CsvSink& sink);

/// The same for bytes in memory; `name` stands in messages.
Status parse_csv(std::string_view bytes, const std::string& name, const CsvSink& sink);

/// The cell as CSV: in quotes where it has to be.
std::string csv_cell(std::string_view text);

}  // namespace joulemark::table
