// SPDX-License-Identifier: Apache-2.0
// Columns by name, groups by their cells' text.
#include "table/long_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/suggest.h"
#include "table/csv_reader.h"

namespace joulemark::table {
namespace {

/// Between the cells of a group's columns in its key: no cell holds one by chance.
constexpr char kUnitSeparator = '\x1f';

/// Numbers for texts, in the order in which they come.
using Numbering = std::unordered_map<std::string, std::size_t>;

std::size_t number_for(std::string_view text, Numbering& numbers) {
  return numbers.try_emplace(std::string(text), numbers.size()).first->second;
}

/// Places of the columns in a row.
struct Places {
  std::vector<std::size_t> values, group, where, labels;
  std::optional<std::size_t> block;
};

bool is_missing(std::string_view cell) {
  return cell.empty() || cell == "NA";
}

std::optional<double> number_of(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error == std::errc::result_out_of_range || error == std::errc::invalid_argument ||
      end != cell.data() + cell.size())
    return std::nullopt;
  return value;
}

class LongReader {
 public:
  LongReader(std::string name, const LongColumns& columns)
      : name_(std::move(name)), columns_(columns) {}

  Status head(const std::vector<std::string>& names) {
    const auto find = [&](const std::string& column) { return find_column(names, column); };
    for (const std::string& column : columns_.values)
      if (Status found = note(find(column), places_.values); !found) return found;
    for (const std::string& column : columns_.group)
      if (Status found = note(find(column), places_.group); !found) return found;
    for (const RowFilter& filter : columns_.where)
      if (Status found = note(find(filter.column), places_.where); !found) return found;
    for (const std::string& column : columns_.labels)
      if (Status found = note(find(column), places_.labels); !found) return found;
    labels_.resize(columns_.labels.size());
    if (columns_.block.empty()) return {};
    const auto block = find(columns_.block);
    if (!block) return fail(block.error());
    places_.block = *block;
    return {};
  }

  Status row(const CsvRow& row) {
    for (std::size_t i = 0; i < places_.where.size(); ++i)
      if (row.cells[places_.where[i]] != columns_.where[i].text) return {};
    ++data_.rows;
    LongGroup& group = group_of(row);
    for (std::size_t i = 0; i < places_.values.size(); ++i)
      if (Status added = add(row, i, group.series[i]); !added) return added;
    return {};
  }

  Result<LongData> finish() {
    if (data_.rows == 0)
      return fail(
          ErrorKind::kUsage,
          fmt::format("'{}' has no row {}", name_,
                      columns_.where.empty() ? "below its head" : "that --where lets pass"));
    if (places_.block)
      if (Status once = check_blocks(); !once) return fail(once.error());
    return std::move(data_);
  }

 private:
  Result<std::size_t> find_column(const std::vector<std::string>& names,
                                  const std::string& column) const {
    const auto found = std::find(names.begin(), names.end(), column);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const std::string near = did_you_mean(column, names);
    return fail(
        ErrorKind::kUsage,
        fmt::format("'{}' has no column '{}'{}", name_, column,
                    near.empty() ? fmt::format("; it has: {}", fmt::join(names, ", ")) : near));
  }

  static Status note(const Result<std::size_t>& place, std::vector<std::size_t>& places) {
    if (!place) return fail(place.error());
    places.push_back(*place);
    return {};
  }

  LongGroup& group_of(const CsvRow& row) {
    key_.clear();
    for (const std::size_t place : places_.group) {
      key_ += row.cells[place];
      key_ += kUnitSeparator;
    }
    const auto [found, added] = index_.try_emplace(key_, data_.groups.size());
    if (!added) return data_.groups[found->second];
    LongGroup& group = data_.groups.emplace_back();
    for (const std::size_t place : places_.group) group.levels.emplace_back(row.cells[place]);
    group.name = fmt::format("{}", fmt::join(group.levels, " "));
    group.series.resize(columns_.values.size());
    for (LongSeries& series : group.series) series.labels.resize(columns_.labels.size());
    return group;
  }

  Status add(const CsvRow& row, std::size_t column, LongSeries& series) {
    const std::string_view cell = row.cells[places_.values[column]];
    if (is_missing(cell)) {
      ++series.missing;
      return {};
    }
    const std::optional<double> value = number_of(cell);
    if (!value)
      return fail(ErrorKind::kUsage, fmt::format("'{}', row {}: '{}' in column '{}' is no number",
                                                 name_, row.number, cell, columns_.values[column]));
    series.values.push_back(*value);
    series.rows.push_back(row.number);
    if (places_.block) series.blocks.push_back(block_of(row.cells[*places_.block]));
    for (std::size_t i = 0; i < places_.labels.size(); ++i)
      series.labels[i].push_back(number_for(row.cells[places_.labels[i]], labels_[i]));
    return {};
  }

  std::size_t block_of(std::string_view cell) {
    const std::size_t block = number_for(cell, blocks_);
    if (block == data_.blocks.size()) data_.blocks.emplace_back(cell);
    return block;
  }

  [[nodiscard]] Status check_blocks() const {
    for (const LongGroup& group : data_.groups) {
      std::set<std::size_t> seen;
      for (const std::size_t block : group.series.front().blocks) {
        if (!seen.insert(block).second)
          return fail(ErrorKind::kUsage,
                      fmt::format("'{}' has two values of '{}' in block '{}'; a block holds one "
                                  "value of a group, see --where and --group",
                                  name_, group.name, data_.blocks[block]));
      }
    }
    return {};
  }

  std::string name_;
  const LongColumns& columns_;
  Places places_;
  LongData data_;
  std::string key_;
  Numbering index_, blocks_;
  std::vector<Numbering> labels_;
};

}  // namespace

Result<LongData> read_long(const std::filesystem::path& path, const LongColumns& columns) {
  LongReader reader(path.string(), columns);
  const CsvSink sink{
      .head = [&](const std::vector<std::string>& names) { return reader.head(names); },
      .row = [&](const CsvRow& row) { return reader.row(row); }};
  if (Status read = read_csv(path, sink); !read) return fail(read.error());
  return reader.finish();
}

}  // namespace joulemark::table
