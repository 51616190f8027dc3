// SPDX-License-Identifier: Apache-2.0
#include "store/trial_estimate.h"

#include <utility>

#include "store/preparation.h"
#include "store/values_json.h"

namespace joulemark::store {
namespace {

/// The first schema with this table.
constexpr std::int64_t kFirstSchema = 6;

Value real(const std::optional<double>& value) {
  return value ? Value(*value) : Value();
}

std::optional<double> optional_real(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

/// Trial, models, reason, detail, then the three numbers.
bool take(Database::Row& row, EnergyEstimate& estimate) {
  const auto* models = std::get_if<std::string>(&row[1]);
  auto* reason = std::get_if<std::string>(&row[2]);
  auto* detail = std::get_if<std::string>(&row[3]);
  if (models == nullptr || reason == nullptr || detail == nullptr) return false;
  auto names = texts_from_json(*models);
  if (!names) return false;
  estimate.models = *std::move(names);
  estimate.reason = std::move(*reason);
  estimate.detail = std::move(*detail);
  estimate.low_j = optional_real(row[4]);
  estimate.mid_j = optional_real(row[5]);
  estimate.high_j = optional_real(row[6]);
  return true;
}

}  // namespace

SqlStatus insert_estimate(Database& database, std::int64_t id, const TrialRecord& trial) {
  if (!trial.estimate) return {};
  const EnergyEstimate& estimate = *trial.estimate;
  return database.execute(
      "insert into trial_estimate (trial, low_j, mid_j, high_j, models, reason, detail) values "
      "(:trial, :low, :mid, :high, :models, :reason, :detail)",
      {id, real(estimate.low_j), real(estimate.mid_j), real(estimate.high_j),
       to_json(estimate.models), estimate.reason, estimate.detail});
}

SqlStatus load_estimates(Database& database, const TrialRange& range, const FindTrial& find) {
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return {};
  return query_checked(
      database,
      "select e.trial, e.models, e.reason, e.detail, e.low_j, e.mid_j, e.high_j from "
      "trial_estimate e join trial t on t.id = e.trial where " +
          condition("e.trial", "t.experiment"),
      range.values(),
      {{"trial", ColumnType::kInteger},
       {"models", ColumnType::kText},
       {"reason", ColumnType::kText},
       {"detail", ColumnType::kText},
       {"low_j", ColumnType::kReal},
       {"mid_j", ColumnType::kReal},
       {"high_j", ColumnType::kReal}},
      [&](Database::Row& row) -> std::string {
        TrialRecord* trial = find(row[0]);
        EnergyEstimate estimate;
        if (trial == nullptr || !take(row, estimate)) return "an estimate holds nonsense";
        trial->estimate = std::move(estimate);
        return "";
      });
}

}  // namespace joulemark::store
