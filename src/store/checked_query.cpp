// SPDX-License-Identifier: Apache-2.0
#include "store/checked_query.h"

#include <utility>

namespace joulemark::store {

tl::unexpected<SqlError> damaged(std::string what) {
  return tl::unexpected<SqlError>({Failure::kDamaged, std::move(what)});
}

SqlStatus query_checked(Database& database, const std::string& sql,
                        const std::vector<Value>& values, const std::vector<Column>& columns,
                        const std::function<std::string(Database::Row&)>& each) {
  std::string fault;
  const SqlStatus asked = database.query(sql, values, columns, [&](Database::Row& row) {
    fault = each(row);
    return fault.empty();
  });
  if (!asked) return asked;
  if (!fault.empty()) return damaged(fault);
  return {};
}

SqlResult<TrialRange> trial_range(Database& database, std::int64_t experiment) {
  TrialRange range{.experiment = experiment};
  const auto asked = database.query(
      "select min(id), max(id) from trial where experiment = :experiment", {experiment},
      {{"first", ColumnType::kInteger}, {"last", ColumnType::kInteger}}, [&](Database::Row& row) {
        const auto* first = std::get_if<std::int64_t>(&row[0]);
        const auto* last = std::get_if<std::int64_t>(&row[1]);
        if (first != nullptr && last != nullptr) {
          range.first = *first;
          range.last = *last;
        }
        return true;
      });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  return range;
}

std::string condition(const std::string& trial, const std::string& experiment) {
  return trial + " between :first and :last and +" + experiment + " = :experiment";
}

}  // namespace joulemark::store
