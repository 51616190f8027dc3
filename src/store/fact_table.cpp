// SPDX-License-Identifier: Apache-2.0
#include "store/fact_table.h"

#include <fmt/format.h>

#include <utility>

namespace joulemark::store {

SqlStatus insert_facts(Database& database, const FactTable& table, std::int64_t experiment_id,
                       const NamedFacts& facts) {
  const std::string sql = fmt::format(
      "insert into {} (experiment, {}, facts) values (:experiment, :name, :facts) on conflict do "
      "nothing",
      table.table, table.name);
  return database.write_transaction([&] {
    return database.execute(sql, {experiment_id, facts.first, to_json(facts.second)});
  });
}

SqlResult<std::vector<NamedFacts>> select_facts(Database& database, const FactTable& table,
                                                std::int64_t experiment_id) {
  std::vector<NamedFacts> all;
  bool is_nonsense = false;
  const SqlStatus asked = database.query(
      fmt::format("select {0}, facts from {1} where experiment = :experiment order by {0}",
                  table.name, table.table),
      {experiment_id}, {{table.name, ColumnType::kText}, {"facts", ColumnType::kText}},
      [&](Database::Row& row) {
        auto* name = std::get_if<std::string>(&row[0]);
        const auto* text = std::get_if<std::string>(&row[1]);
        auto facts = pairs_from_json(text != nullptr ? *text : "");
        is_nonsense = name == nullptr || !facts;
        if (!is_nonsense) all.emplace_back(std::move(*name), std::move(*facts));
        return !is_nonsense;
      });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  if (is_nonsense)
    return tl::unexpected<SqlError>(
        {Failure::kDamaged, fmt::format("a {} holds nonsense", table.table)});
  return all;
}

}  // namespace joulemark::store
