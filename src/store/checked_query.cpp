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

}  // namespace joulemark::store
