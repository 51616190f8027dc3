// SPDX-License-Identifier: Apache-2.0
// Queries of rows that somebody else may have written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/database.h"

namespace joulemark::store {

/// A kDamaged error with what is wrong.
tl::unexpected<SqlError> damaged(std::string what);

/// Runs a query whose `each` reports what is wrong with a row as a phrase, "" when nothing is. A
/// fault ends the query and is a kDamaged error.
SqlStatus query_checked(Database& database, const std::string& sql,
                        const std::vector<Value>& values, const std::vector<Column>& columns,
                        const std::function<std::string(Database::Row&)>& each);

}  // namespace joulemark::store
