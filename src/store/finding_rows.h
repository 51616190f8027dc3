// SPDX-License-Identifier: Apache-2.0
// What was found on the machine before an experiment: a row each in a table of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "joulemark/finding.h"
#include "store/database.h"

namespace joulemark::store {

/// Inserts all, in their order.
SqlStatus insert_findings(Database& database, std::int64_t experiment,
                          const std::vector<Finding>& findings);

/// In the order in which they were inserted; none in a store from before there was such a table. A
/// row that makes no sense is a kDamaged error.
SqlResult<std::vector<Finding>> select_findings(Database& database, std::int64_t experiment);

}  // namespace joulemark::store
