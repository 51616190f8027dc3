// SPDX-License-Identifier: Apache-2.0
// What is done to a database between opening it and using it as a store.
#pragma once

#include <cstdint>

#include "store/database.h"

namespace joulemark::store {

/// Version of the schema; 0 for a database without any table, `kNotADatabase` for one with other
/// tables.
SqlResult<std::int64_t> schema_version(Database& database);

/// Readers beside a writer (WAL), commits that are on the disk when the call returns (synchronous =
/// full), keys that are checked. Waits `busy_s` seconds for other processes.
SqlStatus configure(Database& database, int busy_s);

/// Makes the tables where there are none. Two processes may come here at once: the second sees the
/// first's tables.
SqlStatus create_schema(Database& database);

}  // namespace joulemark::store
