// SPDX-License-Identifier: Apache-2.0
// Several processes may prepare one new store at the same moment.
#include "store/preparation.h"

#include <chrono>
#include <string>
#include <thread>
#include <variant>

#include "store/schema.h"

namespace joulemark::store {
namespace {

/// Readers beside a writer. SQLite does not wait here as it does elsewhere when several processes
/// make the same change at once, so this does.
SqlStatus switch_to_wal(Database& database, int busy_s) {
  constexpr auto kPause = std::chrono::milliseconds(10);
  for (auto left = std::chrono::milliseconds(std::chrono::seconds(busy_s));; left -= kPause) {
    SqlStatus wal = database.query("pragma journal_mode = wal", {}, {{"mode", ColumnType::kText}},
                                   [](Database::Row&) { return true; });
    if (wal || wal.error().failure != Failure::kBusy || left <= kPause) return wal;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

// What tables there are is one question, so that another process cannot make them between two.
SqlResult<std::int64_t> schema_version(Database& database) {
  std::int64_t ours = 0, all = 0, version = 0;
  const auto integer = [](const Database::Row& row, std::size_t column) {
    const auto* value = std::get_if<std::int64_t>(&row[column]);
    return value != nullptr ? *value : -1;
  };
  const SqlStatus tables = database.query(
      "select count(case when name = 'joulemark_schema' then 1 end), count(*) from sqlite_master "
      "where type = 'table'",
      {}, {{"ours", ColumnType::kInteger}, {"all", ColumnType::kInteger}}, [&](Database::Row& row) {
        ours = integer(row, 0);
        all = integer(row, 1);
        return false;
      });
  if (!tables) return tl::unexpected<SqlError>(tables.error());
  if (all == 0) return 0;
  const SqlError foreign = {Failure::kNotADatabase, "its tables are another program's"};
  if (ours == 0) return tl::unexpected<SqlError>(foreign);
  const SqlStatus asked =
      database.query("select max(version) from joulemark_schema", {},
                     {{"version", ColumnType::kInteger}}, [&](Database::Row& row) {
                       version = integer(row, 0);
                       return false;
                     });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  if (version <= 0) return tl::unexpected<SqlError>(foreign);
  return version;
}

SqlStatus configure(Database& database, int busy_s) {
  if (auto wal = switch_to_wal(database, busy_s); !wal) return wal;
  if (auto keys = database.execute("pragma foreign_keys = on"); !keys) return keys;
  return database.execute("pragma synchronous = full");
}

SqlStatus create_schema(Database& database) {
  return database.write_transaction([&]() -> SqlStatus {
    const auto version = schema_version(database);
    if (!version) return tl::unexpected<SqlError>(version.error());
    if (*version != 0) return {};
    for (const std::string& statement : schema_statements())
      if (auto made = database.execute(statement); !made) return made;
    return database.execute("insert into joulemark_schema (version) values (:version)",
                            {std::int64_t{kSchemaVersion}});
  });
}

}  // namespace joulemark::store
