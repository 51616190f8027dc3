// SPDX-License-Identifier: Apache-2.0
#include "store/idle_brackets.h"

#include <limits>
#include <utility>

#include "store/preparation.h"

namespace joulemark::store {
namespace {

/// The first schema with this table.
constexpr std::int64_t kFirstSchema = 7;

Value real(const std::optional<double>& value) {
  return value ? Value(*value) : Value();
}

std::optional<double> optional_real(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

/// Block, begin, end, start, host, then the four numbers.
bool take(Database::Row& row, IdleBracket& bracket) {
  const auto* block = std::get_if<std::int64_t>(&row[0]);
  const auto* t0 = std::get_if<std::int64_t>(&row[1]);
  const auto* t1 = std::get_if<std::int64_t>(&row[2]);
  const auto* started = std::get_if<double>(&row[3]);
  auto* host = std::get_if<std::string>(&row[4]);
  if (block == nullptr || t0 == nullptr || t1 == nullptr || started == nullptr || host == nullptr ||
      *block < std::numeric_limits<int>::min() || *block > std::numeric_limits<int>::max())
    return false;
  bracket = {.block = static_cast<int>(*block),
             .t0_ns = *t0,
             .t1_ns = *t1,
             .started_at = *started,
             .host = std::move(*host),
             .joules = optional_real(row[5]),
             .uncertainty_j = optional_real(row[6]),
             .temperature_c = optional_real(row[7]),
             .busy = optional_real(row[8])};
  return true;
}

}  // namespace

SqlStatus insert_bracket(Database& database, std::int64_t experiment, const IdleBracket& bracket) {
  return database.execute(
      "insert into idle_bracket (experiment, ordinal, block, t0_ns, t1_ns, started_at, host_key, "
      "joules, uncertainty_j, temperature_c, busy) select :experiment, coalesce(max(ordinal) + 1, "
      "0), :block, :t0, :t1, :started, :host, :joules, :uncertainty, :temperature, :busy from "
      "idle_bracket where experiment = :same",
      {experiment, std::int64_t{bracket.block}, bracket.t0_ns, bracket.t1_ns, bracket.started_at,
       bracket.host, real(bracket.joules), real(bracket.uncertainty_j), real(bracket.temperature_c),
       real(bracket.busy), experiment});
}

SqlResult<std::vector<IdleBracket>> select_brackets(Database& database, std::int64_t experiment) {
  std::vector<IdleBracket> brackets;
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return brackets;
  const SqlStatus asked = query_checked(
      database,
      "select block, t0_ns, t1_ns, started_at, host_key, joules, uncertainty_j, temperature_c, "
      "busy from idle_bracket where experiment = :experiment order by ordinal",
      {experiment},
      {{"block", ColumnType::kInteger},
       {"t0_ns", ColumnType::kInteger},
       {"t1_ns", ColumnType::kInteger},
       {"started_at", ColumnType::kReal},
       {"host_key", ColumnType::kText},
       {"joules", ColumnType::kReal},
       {"uncertainty_j", ColumnType::kReal},
       {"temperature_c", ColumnType::kReal},
       {"busy", ColumnType::kReal}},
      [&](Database::Row& row) -> std::string {
        IdleBracket bracket;
        if (!take(row, bracket)) return "an idle bracket holds nonsense";
        brackets.push_back(std::move(bracket));
        return "";
      });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  return brackets;
}

}  // namespace joulemark::store
