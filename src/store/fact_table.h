// SPDX-License-Identifier: Apache-2.0
// What an experiment's machines and models were: ordered facts by a name.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/database.h"
#include "store/values_json.h"

namespace joulemark::store {

/// A table of facts and the column with their name.
struct FactTable {
  const char* table;
  const char* name;
};
inline constexpr FactTable kHostTable{"host", "host_key"};
inline constexpr FactTable kModelTable{"model", "name"};

/// Name and facts.
using NamedFacts = std::pair<std::string, TextPairs>;

/// Does nothing where the experiment has that name already.
SqlStatus insert_facts(Database& database, const FactTable& table, std::int64_t experiment_id,
                       const NamedFacts& facts);
/// In the order of the names. kDamaged for nonsense.
SqlResult<std::vector<NamedFacts>> select_facts(Database& database, const FactTable& table,
                                                std::int64_t experiment_id);

}  // namespace joulemark::store
