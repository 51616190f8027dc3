// SPDX-License-Identifier: Apache-2.0
#include "store/trial_numbers.h"

#include <fmt/format.h>

#include <optional>

#include "store/preparation.h"

namespace joulemark::store {
namespace {

struct TrialNumber {
  const char* table;
  const char* column;
  std::optional<double> TrialRecord::*member;
  std::int64_t first_schema;  ///< whose stores have the table
};

constexpr TrialNumber kNumbers[] = {{"trial_idle", "watts", &TrialRecord::idle_w, 4},
                                    {"trial_quality", "quality", &TrialRecord::quality, 5}};

SqlStatus load(Database& database, const TrialRange& range, const TrialNumber& number,
               const FindTrial& find) {
  return query_checked(
      database,
      fmt::format("select n.trial, n.{} from {} n join trial t on t.id = n.trial where {}",
                  number.column, number.table, condition("n.trial", "t.experiment")),
      range.values(), {{"trial", ColumnType::kInteger}, {number.column, ColumnType::kReal}},
      [&](Database::Row& row) -> std::string {
        TrialRecord* trial = find(row[0]);
        const auto* value = std::get_if<double>(&row[1]);
        if (trial == nullptr || value == nullptr)
          return fmt::format("a row of {} holds nonsense", number.table);
        trial->*number.member = *value;
        return "";
      });
}

}  // namespace

SqlStatus insert_numbers(Database& database, std::int64_t id, const TrialRecord& trial) {
  for (const TrialNumber& number : kNumbers) {
    const std::optional<double>& value = trial.*number.member;
    if (!value) continue;
    const auto inserted =
        database.execute(fmt::format("insert into {} (trial, {}) values (:trial, :number)",
                                     number.table, number.column),
                         {id, *value});
    if (!inserted) return inserted;
  }
  return {};
}

SqlStatus load_numbers(Database& database, const TrialRange& range, const FindTrial& find) {
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  for (const TrialNumber& number : kNumbers) {
    if (*version < number.first_schema) continue;
    if (auto loaded = load(database, range, number, find); !loaded) return loaded;
  }
  return {};
}

}  // namespace joulemark::store
