// SPDX-License-Identifier: Apache-2.0
// Queries of rows that somebody else may have written.
#pragma once

#include <cstdint>
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

/// The trials of one experiment: numbers between two that no other experiment's need lie outside
/// of.
struct TrialRange {
  std::int64_t experiment = 0;
  std::int64_t first = 0;
  std::int64_t last = -1;
  /// Values of `condition`.
  [[nodiscard]] std::vector<Value> values() const { return {first, last, experiment}; }
};
SqlResult<TrialRange> trial_range(Database& database, std::int64_t experiment);

/// The condition that `trial`, a column of trials' numbers, is of the range, where `experiment` is
/// their experiment. A database that follows it walks the rows in the order of the numbers, which
/// is the order in which they lie on the disk: the sign keeps it from another index.
std::string condition(const std::string& trial, const std::string& experiment);

}  // namespace joulemark::store
