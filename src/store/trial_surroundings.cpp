// SPDX-License-Identifier: Apache-2.0
#include "store/trial_surroundings.h"

#include <fmt/format.h>

#include <utility>

#include "store/preparation.h"

namespace joulemark::store {
namespace {

/// The first schema with these tables.
constexpr std::int64_t kFirstSchema = 7;

struct WorkColumn {
  const char* name;
  double WorkBounds::*member;
};
constexpr WorkColumn kWorkColumns[] = {
    {"flops", &WorkBounds::flops},
    {"head_flops", &WorkBounds::head_flops},
    {"weights", &WorkBounds::weights},
    {"weight_bytes", &WorkBounds::weight_bytes},
    {"peak_flops_per_s", &WorkBounds::peak_flops_per_s},
    {"peak_bytes_per_s", &WorkBounds::peak_bytes_per_s},
    {"cache_bytes", &WorkBounds::cache_bytes},
};

SqlStatus insert_work(Database& database, std::int64_t id, const WorkBounds& work) {
  if (work == WorkBounds()) return {};
  std::string names;
  std::string places;
  std::vector<Value> values{id};
  for (const WorkColumn& column : kWorkColumns) {
    names += fmt::format(", {}", column.name);
    places += fmt::format(", :{}", column.name);
    values.emplace_back(work.*column.member);
  }
  return database.execute(
      fmt::format("insert into trial_work (trial{}) values (:trial{})", names, places), values);
}

SqlStatus load_work(Database& database, const TrialRange& range, const FindTrial& find) {
  std::string names;
  std::vector<Column> columns{{"trial", ColumnType::kInteger}};
  for (const WorkColumn& column : kWorkColumns) {
    names += fmt::format(", w.{}", column.name);
    columns.push_back({column.name, ColumnType::kReal});
  }
  return query_checked(
      database,
      fmt::format("select w.trial{} from trial_work w join trial t on t.id = w.trial where {}",
                  names, condition("w.trial", "t.experiment")),
      range.values(), columns, [&](Database::Row& row) -> std::string {
        TrialRecord* trial = find(row[0]);
        if (trial == nullptr) return "bounds of work belong to no trial";
        for (std::size_t i = 0; i < std::size(kWorkColumns); ++i) {
          const auto* value = std::get_if<double>(&row[i + 1]);
          if (value == nullptr) return "bounds of work hold nonsense";
          trial->work.*kWorkColumns[i].member = *value;
        }
        return "";
      });
}

SqlStatus insert_energies(Database& database, std::int64_t id, const TrialRecord& trial) {
  std::int64_t ordinal = 0;
  for (const PhaseEnergy& energy : trial.phase_energies) {
    const auto inserted = database.execute(
        "insert into trial_phase_energy (trial, ordinal, phase, joules, uncertainty_j, seconds) "
        "values (:trial, :ordinal, :phase, :joules, :uncertainty, :seconds)",
        {id, ordinal++, std::string(to_string(energy.phase)), energy.joules, energy.uncertainty_j,
         energy.seconds});
    if (!inserted) return inserted;
  }
  return {};
}

std::string take_energy(Database::Row& row, const FindTrial& find) {
  TrialRecord* trial = find(row[0]);
  const auto* name = std::get_if<std::string>(&row[1]);
  const auto* joules = std::get_if<double>(&row[2]);
  const auto* uncertainty = std::get_if<double>(&row[3]);
  const auto* seconds = std::get_if<double>(&row[4]);
  const auto phase = name != nullptr ? phase_from(*name) : std::nullopt;
  if (trial == nullptr || !phase || joules == nullptr || uncertainty == nullptr ||
      seconds == nullptr || *seconds <= 0)
    return "the energy of a phase holds nonsense";
  trial->phase_energies.push_back({*phase, *joules, *uncertainty, *seconds});
  return "";
}

SqlStatus load_energies(Database& database, const TrialRange& range, const FindTrial& find) {
  return query_checked(database,
                       "select e.trial, e.phase, e.joules, e.uncertainty_j, e.seconds from "
                       "trial_phase_energy e join "
                       "trial t on t.id = e.trial where " +
                           condition("e.trial", "t.experiment") + " order by e.trial, e.ordinal",
                       range.values(),
                       {{"trial", ColumnType::kInteger},
                        {"phase", ColumnType::kText},
                        {"joules", ColumnType::kReal},
                        {"uncertainty_j", ColumnType::kReal},
                        {"seconds", ColumnType::kReal}},
                       [&](Database::Row& row) { return take_energy(row, find); });
}

SqlStatus insert_causes(Database& database, std::int64_t id, const TrialRecord& trial) {
  std::int64_t ordinal = 0;
  for (const Caveat& cause : trial.invalid) {
    const auto inserted = database.execute(
        "insert into trial_invalid (trial, ordinal, code, message) values (:trial, :ordinal, "
        ":code, :message)",
        {id, ordinal++, cause.code, cause.message});
    if (!inserted) return inserted;
  }
  return {};
}

SqlStatus load_causes(Database& database, const TrialRange& range, const FindTrial& find) {
  return query_checked(
      database,
      "select i.trial, i.code, i.message from trial_invalid i join trial t on t.id = i.trial "
      "where " +
          condition("i.trial", "t.experiment") + " order by i.trial, i.ordinal",
      range.values(),
      {{"trial", ColumnType::kInteger},
       {"code", ColumnType::kText},
       {"message", ColumnType::kText}},
      [&](Database::Row& row) -> std::string {
        TrialRecord* trial = find(row[0]);
        auto* code = std::get_if<std::string>(&row[1]);
        auto* message = std::get_if<std::string>(&row[2]);
        if (trial == nullptr || code == nullptr || message == nullptr)
          return "the cause of an invalid trial holds nonsense";
        trial->invalid.push_back({std::move(*code), std::move(*message)});
        return "";
      });
}

}  // namespace

SqlStatus insert_surroundings(Database& database, std::int64_t id, const TrialRecord& trial) {
  if (auto work = insert_work(database, id, trial.work); !work) return work;
  if (auto energies = insert_energies(database, id, trial); !energies) return energies;
  return insert_causes(database, id, trial);
}

SqlStatus load_surroundings(Database& database, const TrialRange& range, const FindTrial& find) {
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return {};
  if (auto work = load_work(database, range, find); !work) return work;
  if (auto energies = load_energies(database, range, find); !energies) return energies;
  return load_causes(database, range, find);
}

}  // namespace joulemark::store
