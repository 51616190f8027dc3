// SPDX-License-Identifier: Apache-2.0
// Tables for readers as plain values, which every format is made from.
#pragma once

#include <string>
#include <vector>

#include "base/text_table.h"

namespace joulemark::table {

/// One cell: what people read, and the number behind it with all its digits.
struct Cell {
  std::string text;
  std::string raw;  ///< for CSV; "" where it is the same as `text`
};

struct Column {
  std::string head;  ///< "mean [J]"
  std::string name;  ///< in CSV: "mean"
  Align align = Align::kRight;
};

struct Table {
  std::string name;   ///< one word, of files and labels: "pairs"
  std::string title;  ///< one line
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  ///< as many cells as columns
  std::vector<std::string> notes;       ///< sentences below it
};

struct Document {
  std::string title;               ///< "" for none
  std::vector<std::string> lines;  ///< sentences before the tables
  std::vector<Table> tables;
};

}  // namespace joulemark::table
