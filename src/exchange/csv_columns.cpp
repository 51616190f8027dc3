// SPDX-License-Identifier: Apache-2.0
// Names to columns; every name that is not there is an error with the nearest one that is.
#include "exchange/csv_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/suggest.h"
#include "exchange/numbers.h"

namespace joulemark::exchange {
namespace {

using Names = std::vector<std::string>;

/// A trial without these says nothing.
constexpr const char* kRequired[] = {"model", "engine"};

tl::unexpected<Error> wrong(const std::string& file, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("cannot import '{}': {}", file, why));
}

std::optional<std::size_t> find(const Names& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Result<std::size_t> column_of(const std::string& file, const Names& head, const std::string& name) {
  if (const auto column = find(head, name)) return *column;
  const std::string hint = did_you_mean(name, head);
  return wrong(file, hint.empty() ? fmt::format("it has no column '{}'; there is: {}", name,
                                                fmt::join(head, ", "))
                                  : fmt::format("it has no column '{}'{}", name, hint));
}

bool is_constant(const CsvMap& map, const std::string& field) {
  return std::any_of(map.constants.begin(), map.constants.end(),
                     [&](const Assignment& each) { return each.left == field; });
}

/// Columns that are named like fields, but for those that say what a long file's rows are.
std::vector<Source> by_name(const CsvMap& map, const Names& head) {
  std::vector<Source> found;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (map.is_long() && (head[i] == map.metric_column || head[i] == map.value_column)) continue;
    const auto ref = find_field(head[i]);
    if (!ref || is_constant(map, head[i])) continue;
    found.push_back({.ref = *ref, .factor = 1, .column = i, .name = head[i]});
  }
  return found;
}

Status add_field(const CsvMap& map, const std::string& file, const Names& head,
                 const Assignment& field, Columns& columns, Metrics& metrics) {
  const auto exact = find(head, field.right);
  const Scaled scaled = exact ? Scaled{field.right, 1} : split_factor(field.right);
  const auto column = exact ? exact : find(head, scaled.name);
  Source source{.ref = *find_field(field.left),
                .factor = scaled.factor,
                .column = column.value_or(0),
                .name = scaled.name};
  if (!column && !map.is_long()) return fail(column_of(file, head, scaled.name).error());
  if (column)
    columns.fields.push_back(std::move(source));
  else
    metrics[source.name].source = source;
  return {};
}

Status check_required(const CsvMap& map, const std::string& file, const Columns& columns) {
  for (const char* name : kRequired) {
    const bool there = is_constant(map, name) ||
                       std::any_of(columns.fields.begin(), columns.fields.end(),
                                   [&](const Source& source) { return source.ref.name() == name; });
    if (!there)
      return wrong(file, fmt::format("nothing says the {0}; name its column with --map {0}=COLUMN, "
                                     "or one for all with --set {0}=NAME",
                                     name));
  }
  return {};
}

Status resolve_long(const CsvMap& map, const std::string& file, const Names& head,
                    Columns& columns) {
  if (!map.is_long()) return {};
  const auto metric = column_of(file, head, map.metric_column);
  if (!metric) return fail(metric.error());
  const auto value = column_of(file, head, map.value_column);
  if (!value) return fail(value.error());
  columns.metric = *metric;
  columns.value = *value;
  return {};
}

}  // namespace

Scaled split_factor(const std::string& text) {
  const auto star = text.rfind('*');
  if (star == std::string::npos) return {text, 1};
  const Number factor = read_number(std::string_view(text).substr(star + 1));
  if (!factor || !*factor || **factor <= 0) return {text, 1};
  return {text.substr(0, star), **factor};
}

Result<Columns> resolve(const CsvMap& map, const std::string& file, const Names& head,
                        Metrics& metrics) {
  Columns columns;
  if (auto both = resolve_long(map, file, head, columns); !both) return fail(both.error());
  if (map.fields.empty()) columns.fields = by_name(map, head);
  for (const Assignment& field : map.fields)
    if (auto added = add_field(map, file, head, field, columns, metrics); !added)
      return fail(added.error());
  for (const Assignment& condition : map.conditions) {
    const auto column = column_of(file, head, condition.left);
    if (!column) return fail(column.error());
    columns.conditions.emplace_back(*column, condition.right);
  }
  if (auto there = check_required(map, file, columns); !there) return fail(there.error());
  return columns;
}

}  // namespace joulemark::exchange
