// SPDX-License-Identifier: Apache-2.0
#include "store/trial_window_facts.h"

#include <utility>

#include "store/preparation.h"

namespace joulemark::store {
namespace {

/// The first schema with this table.
constexpr std::int64_t kFirstSchema = 6;

/// Trial, fact, reason, value. A fact of no known name is nonsense: newer stores are refused
/// before.
bool take(Database::Row& row, WindowFacts& facts) {
  const auto* key = std::get_if<std::string>(&row[1]);
  auto* reason = std::get_if<std::string>(&row[2]);
  const auto fact = key != nullptr ? window_fact_from(*key) : std::nullopt;
  if (!fact || reason == nullptr) return false;
  const auto* value = std::get_if<double>(&row[3]);
  facts[*fact] = {value != nullptr ? std::optional(*value) : std::nullopt, std::move(*reason)};
  return true;
}

}  // namespace

SqlStatus insert_window_facts(Database& database, std::int64_t id, const TrialRecord& trial) {
  for (const auto& [fact, observation] : trial.resources.facts) {
    const auto inserted = database.execute(
        "insert into trial_window_fact (trial, fact, value, reason) values (:trial, :fact, "
        ":value, :reason)",
        {id, std::string(key_of(fact)), observation.value ? Value(*observation.value) : Value(),
         observation.reason});
    if (!inserted) return inserted;
  }
  return {};
}

SqlStatus load_window_facts(Database& database, const TrialRange& range, const FindTrial& find) {
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return {};
  return query_checked(
      database,
      "select f.trial, f.fact, f.reason, f.value from trial_window_fact f join trial t on t.id = "
      "f.trial where " +
          condition("f.trial", "t.experiment"),
      range.values(),
      {{"trial", ColumnType::kInteger},
       {"fact", ColumnType::kText},
       {"reason", ColumnType::kText},
       {"value", ColumnType::kReal}},
      [&](Database::Row& row) -> std::string {
        TrialRecord* trial = find(row[0]);
        if (trial == nullptr || !take(row, trial->resources.facts))
          return "a fact of a window holds nonsense";
        return "";
      });
}

}  // namespace joulemark::store
