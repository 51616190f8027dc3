// SPDX-License-Identifier: Apache-2.0
// The schema of the store and its version.
#pragma once

#include <string>
#include <vector>

namespace joulemark::store {

/// Raised with every change of the schema; a store with a higher number is refused.
inline constexpr int kSchemaVersion = 7;

/// The statements that make an empty database a store, one each, less the row of its version.
const std::vector<std::string>& schema_statements();

}  // namespace joulemark::store
