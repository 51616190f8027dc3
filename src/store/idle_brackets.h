// SPDX-License-Identifier: Apache-2.0
// The machine at rest around blocks: a table of its own.
#pragma once

#include <vector>

#include "joulemark/result.h"
#include "store/checked_query.h"

namespace joulemark::store {

SqlStatus insert_bracket(Database& database, std::int64_t experiment, const IdleBracket& bracket);

/// Those of an experiment in the order in which they were added; stores from before there was such
/// a table have none.
SqlResult<std::vector<IdleBracket>> select_brackets(Database& database, std::int64_t experiment);

}  // namespace joulemark::store
