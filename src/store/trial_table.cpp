// SPDX-License-Identifier: Apache-2.0
// Four queries load any number of trials; a summary never touches the table of blobs.
#include "store/trial_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "store/checked_query.h"
#include "store/codec.h"
#include "store/trial_columns.h"
#include "store/trial_estimate.h"
#include "store/trial_numbers.h"
#include "store/trial_surroundings.h"
#include "store/trial_window_facts.h"

namespace joulemark::store {
namespace {

/// The trials that are being loaded, in the order of their numbers.
struct Loading {
  std::vector<TrialRecord> trials;
  std::vector<std::int64_t> ids;

  TrialRecord* find(const Value& id) {
    const auto* number = std::get_if<std::int64_t>(&id);
    if (number == nullptr) return nullptr;
    const auto found = std::lower_bound(ids.begin(), ids.end(), *number);
    const bool known = found != ids.end() && *found == *number;
    return known ? &trials[static_cast<std::size_t>(found - ids.begin())] : nullptr;
  }
};

bool is_before(const TrialRecord& a, const TrialRecord& b) {
  return std::tie(a.block, a.position, a.attempt) < std::tie(b.block, b.position, b.attempt);
}

/// In place, each moved once: a record is large, and there may be a million of them.
void put_in_order(std::vector<TrialRecord>& trials) {
  std::vector<std::size_t> from(trials.size());
  std::iota(from.begin(), from.end(), std::size_t{0});
  std::sort(from.begin(), from.end(),
            [&](std::size_t a, std::size_t b) { return is_before(trials[a], trials[b]); });
  for (std::size_t start = 0; start < from.size(); ++start) {
    if (from[start] == start) continue;
    TrialRecord first = std::move(trials[start]);
    std::size_t to = start;
    while (from[to] != start) {
      trials[to] = std::move(trials[from[to]]);
      to = std::exchange(from[to], to);
    }
    trials[to] = std::move(first);
    from[to] = to;
  }
}

std::optional<double> optional_real(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

Value from_optional(const std::optional<double>& value) {
  return value ? Value(*value) : Value();
}

std::optional<EnergyClass> energy_class_from(const std::string& text) {
  for (const EnergyClass candidate : {EnergyClass::kMeasured, EnergyClass::kDerived,
                                      EnergyClass::kEstimated, EnergyClass::kAbsent})
    if (text == to_string(candidate)) return candidate;
  return std::nullopt;
}

std::string row_insertion() {
  std::vector<std::string> names;
  for (const Column& column : trial_columns()) names.push_back(column.name);
  return fmt::format(
      "insert into trial (id, experiment, {0}) "
      "values ((select coalesce(max(id), 0) + 1 from trial), :experiment, :{1}) returning id",
      fmt::join(names, ", "), fmt::join(names, ", :"));
}

SqlResult<std::int64_t> insert_row(Database& database, std::int64_t experiment_id,
                                   const TrialRecord& trial) {
  static const std::string sql = row_insertion();
  std::vector<Value> values = {experiment_id};
  for (Value& value : trial_values(trial)) values.push_back(std::move(value));
  std::int64_t id = 0;
  const SqlStatus inserted =
      database.query(sql, values, {{"id", ColumnType::kInteger}}, [&](Database::Row& row) {
        if (const auto* number = std::get_if<std::int64_t>(&row[0])) id = *number;
        return true;
      });
  if (!inserted) return tl::unexpected<SqlError>(inserted.error());
  return id;
}

SqlStatus insert_phases(Database& database, std::int64_t id, const TrialRecord& trial) {
  for (std::size_t i = 0; i < trial.phases.size(); ++i) {
    const PhaseInterval& phase = trial.phases[i];
    const SqlStatus inserted = database.execute(
        "insert into trial_phase (trial, ordinal, phase, t0_ns, t1_ns) "
        "values (:trial, :ordinal, :phase, :t0, :t1)",
        {id, static_cast<std::int64_t>(i), to_string(phase.phase), phase.t0_ns, phase.t1_ns});
    if (!inserted) return inserted;
  }
  return {};
}

SqlStatus insert_energies(Database& database, std::int64_t id, const TrialRecord& trial) {
  for (std::size_t i = 0; i < trial.energy.size(); ++i) {
    const Energy& energy = trial.energy[i];
    const SqlStatus inserted = database.execute(
        "insert into trial_energy (trial, ordinal, scope, sensor, class, joules, uncertainty_j, "
        "reason, detail) values (:trial, :ordinal, :scope, :sensor, :class, :joules, :u, :reason, "
        ":detail)",
        {id, static_cast<std::int64_t>(i), energy.scope, energy.sensor,
         to_string(energy.energy_class), from_optional(energy.joules),
         from_optional(energy.uncertainty_j), energy.reason, energy.detail});
    if (!inserted) return inserted;
  }
  return {};
}

SqlStatus load_rows(Database& database, const TrialRange& range, Loading& loading) {
  std::vector<Column> columns = {{"id", ColumnType::kInteger}};
  std::vector<std::string> names;
  for (const Column& column : trial_columns()) {
    columns.push_back(column);
    names.push_back(column.name);
  }
  const std::string sql = fmt::format("select id, {} from trial where {} order by id",
                                      fmt::join(names, ", "), condition("id", "experiment"));
  return query_checked(database, sql, range.values(), columns,
                       [&](Database::Row& row) -> std::string {
                         const auto* id = std::get_if<std::int64_t>(&row[0]);
                         auto trial = trial_from(row, 1);
                         if (!trial) return trial.error();
                         if (id == nullptr) return "a trial has no number";
                         loading.ids.push_back(*id);
                         loading.trials.push_back(std::move(*trial));
                         return "";
                       });
}

SqlStatus load_phases(Database& database, const TrialRange& range, Loading& loading) {
  return query_checked(
      database,
      "select p.trial, p.phase, p.t0_ns, p.t1_ns from trial_phase p join trial t on t.id = p.trial "
      "where " +
          condition("p.trial", "t.experiment") + " order by p.trial, p.ordinal",
      range.values(),
      {{"trial", ColumnType::kInteger},
       {"phase", ColumnType::kText},
       {"t0_ns", ColumnType::kInteger},
       {"t1_ns", ColumnType::kInteger}},
      [&](Database::Row& row) -> std::string {
        TrialRecord* trial = loading.find(row[0]);
        const auto* name = std::get_if<std::string>(&row[1]);
        const auto phase = name != nullptr ? phase_from(*name) : std::nullopt;
        const auto* t0 = std::get_if<std::int64_t>(&row[2]);
        const auto* t1 = std::get_if<std::int64_t>(&row[3]);
        if (trial == nullptr || !phase || t0 == nullptr || t1 == nullptr)
          return "a phase holds nonsense";
        trial->phases.push_back({*phase, *t0, *t1});
        return "";
      });
}

/// Text columns of `row` from `first` on, moved out; false when one is not text.
bool take_text(Database::Row& row, std::size_t first, std::initializer_list<std::string*> into) {
  for (std::string* text : into) {
    auto* value = std::get_if<std::string>(&row.at(first++));
    if (value == nullptr) return false;
    *text = std::move(*value);
  }
  return true;
}

std::string take_energy(Database::Row& row, Loading& loading) {
  TrialRecord* trial = loading.find(row[0]);
  Energy energy;
  std::string class_name;
  const bool texts = take_text(
      row, 1, {&energy.scope, &energy.sensor, &class_name, &energy.reason, &energy.detail});
  const auto energy_class = energy_class_from(class_name);
  if (trial == nullptr || !texts || !energy_class) return "an energy holds nonsense";
  energy.energy_class = *energy_class;
  energy.joules = optional_real(row[6]);
  energy.uncertainty_j = optional_real(row[7]);
  trial->energy.push_back(std::move(energy));
  return "";
}

SqlStatus load_energies(Database& database, const TrialRange& range, Loading& loading) {
  return query_checked(
      database,
      "select e.trial, e.scope, e.sensor, e.class, e.reason, e.detail, e.joules, e.uncertainty_j "
      "from trial_energy e join trial t on t.id = e.trial where " +
          condition("e.trial", "t.experiment") + " order by e.trial, e.ordinal",
      range.values(),
      {{"trial", ColumnType::kInteger},
       {"scope", ColumnType::kText},
       {"sensor", ColumnType::kText},
       {"class", ColumnType::kText},
       {"reason", ColumnType::kText},
       {"detail", ColumnType::kText},
       {"joules", ColumnType::kReal},
       {"uncertainty_j", ColumnType::kReal}},
      [&](Database::Row& row) { return take_energy(row, loading); });
}

/// Unpacks column `at` into `target`; a phrase when that fails.
template <class T>
std::string unpack(Database::Row& row, std::size_t at, Decoded<T> (*decode)(std::string_view),
                   T& target) {
  const auto* blob = std::get_if<Blob>(&row[at]);
  if (blob == nullptr) return "a trial's data are missing";
  auto value = decode(blob->bytes);
  if (!value) return fmt::format("a trial's data cannot be unpacked: {}", value.error());
  target = std::move(*value);
  return "";
}

SqlStatus load_data(Database& database, const TrialRange& range, Loading& loading, Detail detail) {
  const bool with_series = detail == Detail::kEverything;
  std::vector<Column> columns = {{"trial", ColumnType::kInteger},
                                 {"durations_ns", ColumnType::kBlob},
                                 {"output_tail", ColumnType::kBlob}};
  if (with_series) columns.push_back({"series", ColumnType::kBlob});
  return query_checked(
      database,
      fmt::format("select d.trial, d.durations_ns, d.output_tail{} from trial_data d "
                  "join trial t on t.id = d.trial where {}",
                  with_series ? ", d.series" : "", condition("d.trial", "t.experiment")),
      range.values(), columns, [&](Database::Row& row) -> std::string {
        TrialRecord* trial = loading.find(row[0]);
        if (trial == nullptr) return "data belong to no trial";
        std::string fault = unpack(row, 1, decode_durations, trial->durations_ns);
        if (fault.empty()) fault = unpack(row, 2, decode_text, trial->output_tail);
        if (fault.empty() && with_series) fault = unpack(row, 3, decode_series, trial->series);
        return fault;
      });
}

}  // namespace

tl::expected<PackedTrial, std::string> pack(const TrialRecord& trial) {
  auto durations = encode_durations(trial.durations_ns);
  if (!durations) return tl::unexpected<std::string>("its durations take " + durations.error());
  auto series = encode_series(trial.series);
  if (!series) return tl::unexpected<std::string>("its time lines take " + series.error());
  auto output = encode_text(trial.output_tail);
  if (!output) return tl::unexpected<std::string>("the worker's output takes " + output.error());
  auto text = pack(trial.text);
  if (!text) return tl::unexpected<std::string>(text.error());
  return PackedTrial{
      {std::move(*durations)}, {std::move(*series)}, {std::move(*output)}, std::move(*text)};
}

SqlStatus insert_trial(Database& database, std::int64_t experiment_id, const TrialRecord& trial,
                       const PackedTrial& packed) {
  const auto id = insert_row(database, experiment_id, trial);
  if (!id) return tl::unexpected<SqlError>(id.error());
  if (auto phases = insert_phases(database, *id, trial); !phases) return phases;
  if (auto energies = insert_energies(database, *id, trial); !energies) return energies;
  if (auto text = insert_text(database, *id, trial.text, packed.text); !text) return text;
  if (auto numbers = insert_numbers(database, *id, trial); !numbers) return numbers;
  if (auto estimate = insert_estimate(database, *id, trial); !estimate) return estimate;
  if (auto facts = insert_window_facts(database, *id, trial); !facts) return facts;
  if (auto around = insert_surroundings(database, *id, trial); !around) return around;
  return database.execute(
      "insert into trial_data (trial, durations_ns, series, output_tail) values (:trial, "
      "cast(:durations as blob), cast(:series as blob), cast(:output as blob))",
      {*id, packed.durations, packed.series, packed.output_tail});
}

SqlResult<std::vector<TrialRecord>> select_trials(Database& database, std::int64_t experiment_id,
                                                  Detail detail) {
  const auto range = trial_range(database, experiment_id);
  if (!range) return tl::unexpected<SqlError>(range.error());
  Loading loading;
  const auto find = [&](const Value& id) { return loading.find(id); };
  SqlStatus loaded = load_rows(database, *range, loading);
  if (loaded) loaded = load_phases(database, *range, loading);
  if (loaded) loaded = load_energies(database, *range, loading);
  if (loaded) {
    loaded = load_texts(database, *range, detail, [&](const Value& id) {
      TrialRecord* trial = loading.find(id);
      return trial != nullptr ? &trial->text : nullptr;
    });
  }
  if (loaded) loaded = load_numbers(database, *range, find);
  if (loaded) loaded = load_estimates(database, *range, find);
  if (loaded) loaded = load_window_facts(database, *range, find);
  if (loaded) loaded = load_surroundings(database, *range, find);
  if (loaded && detail != Detail::kSummary) loaded = load_data(database, *range, loading, detail);
  if (!loaded) return tl::unexpected<SqlError>(loaded.error());
  put_in_order(loading.trials);
  return std::move(loading.trials);
}

SqlResult<PackedTrial> select_blobs(Database& database, std::int64_t experiment_id,
                                    const TrialKey& key) {
  std::optional<PackedTrial> found;
  const SqlStatus asked = query_checked(
      database,
      "select d.durations_ns, d.series, d.output_tail from trial_data d join trial t on t.id = "
      "d.trial where t.experiment = :experiment and t.block = :block and t.position = :position "
      "and t.attempt = :attempt",
      {experiment_id, std::int64_t{key.block}, std::int64_t{key.position},
       std::int64_t{key.attempt}},
      {{"durations_ns", ColumnType::kBlob},
       {"series", ColumnType::kBlob},
       {"output_tail", ColumnType::kBlob}},
      [&](Database::Row& row) -> std::string {
        auto* durations = std::get_if<Blob>(&row[0]);
        auto* series = std::get_if<Blob>(&row[1]);
        auto* output = std::get_if<Blob>(&row[2]);
        if (durations == nullptr || series == nullptr || output == nullptr)
          return "a trial's data are missing";
        found = PackedTrial{std::move(*durations), std::move(*series), std::move(*output), {}};
        return "";
      });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  if (!found) return tl::unexpected<SqlError>({Failure::kOther, "there is no such trial"});
  return std::move(*found);
}

}  // namespace joulemark::store
