// SPDX-License-Identifier: Apache-2.0
// Opens a store, keeps its schema, and turns a database's failures into sentences.
#include "store/store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/clock.h"
#include "plan/attempts.h"
#include "store/claim.h"
#include "store/codec.h"
#include "store/database.h"
#include "store/fact_table.h"
#include "store/finding_rows.h"
#include "store/idle_brackets.h"
#include "store/place.h"
#include "store/preparation.h"
#include "store/schema.h"
#include "store/store_error.h"
#include "store/trial_table.h"
#include "store/uuid.h"
#include "store/values_json.h"

namespace joulemark::store {
namespace {

Error newer_schema(const std::string& path, std::int64_t version) {
  return {ErrorKind::kFailed,
          fmt::format("cannot open store '{}': written by a newer joulemark (schema {}, this "
                      "program knows {}); upgrade joulemark",
                      path, version, kSchemaVersion)};
}

Error older_schema(const std::string& path, std::int64_t version) {
  return {
      ErrorKind::kFailed,
      fmt::format("cannot write to store '{}': written by an earlier joulemark (schema {}, this "
                  "program writes {}); use another store, 'joulemark report' still reads it",
                  path, version, kSchemaVersion)};
}

}  // namespace

struct Store::State {
  std::string path;
  Claims claims;  ///< before the database: it has to outlive it
  Database database;
  /// The file as it was opened; nothing where it is only read.
  std::optional<FileIdentity> written_to = {};

  /// SQLite goes on writing to a file that has no name any more, and nobody would find it.
  [[nodiscard]] Status check_in_place() const {
    if (!written_to || identity_of(path) == written_to) return {};
    return fail(ErrorKind::kMachine,
                fmt::format("cannot write to store '{}': the file was deleted, moved or replaced "
                            "while it was in use; what was measured is not in it, measure again",
                            path));
  }

  [[nodiscard]] tl::unexpected<Error> cannot(const char* what, const SqlError& error) const {
    return fail(store_error(what, path, error));
  }
  [[nodiscard]] tl::unexpected<Error> no_experiment(std::int64_t id, std::size_t last) const {
    return fail(ErrorKind::kFailed,
                fmt::format("cannot find experiment {} in store '{}': it holds {}", id, path,
                            last == 0 ? std::string("none") : fmt::format("1 to {}", last)));
  }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& path_or_url, OpenMode mode) {
  const auto path = file_of(path_or_url);
  if (!path) return fail(path.error());
  if (auto place = check_place(*path, mode); !place) return fail(place.error());
  const auto cannot = [&](const SqlError& error) {
    return fail(store_error("open", *path, error));
  };
  auto database = Database::open_sqlite(*path, access_for(*path, mode), kBusyTimeoutS);
  if (!database) return cannot(database.error());
  const auto version = schema_version(*database);
  if (!version) return cannot(version.error());
  if (*version > kSchemaVersion) return fail(newer_schema(*path, *version));
  if (mode == OpenMode::kReadOnly) {
    if (*version == 0) return cannot({Failure::kNotADatabase, "it is empty"});
  } else {
    if (*version != 0 && *version < kSchemaVersion) return fail(older_schema(*path, *version));
    if (auto configured = configure(*database, kBusyTimeoutS); !configured)
      return cannot(configured.error());
    if (*version == 0)
      if (auto made = create_schema(*database); !made) return cannot(made.error());
  }
  Store store(std::make_unique<State>(State{*path, {}, std::move(*database)}));
  if (mode == OpenMode::kReadWrite) store.state_->written_to = identity_of(*path);
  return store;
}

Result<std::int64_t> Store::create_experiment(const Experiment& experiment,
                                              const std::string& toml) {
  std::int64_t id = 0;
  const SqlStatus created = state_->database.write_transaction([&] {
    return state_->database.query(
        "insert into experiment (id, uuid, name, created_at, toml, value) values ((select "
        "coalesce(max(id), 0) + 1 from experiment), :uuid, :name, :created_at, :toml, :value) "
        "returning id",
        {new_uuid(), experiment.name, wall_clock_now(), toml, to_json(experiment)},
        {{"id", ColumnType::kInteger}}, [&](Database::Row& row) {
          if (const auto* number = std::get_if<std::int64_t>(&row[0])) id = *number;
          return true;
        });
  });
  if (!created) return state_->cannot("write to", created.error());
  return id;
}

Status Store::claim(std::int64_t experiment_id) {
  if (state_->claims.take(state_->path, experiment_id) == Claim::kOurs) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("cannot run experiment {} of store '{}': another process is running it; "
                          "wait for its end, or end it",
                          experiment_id, state_->path));
}

// A page that is not whole reads as if its rest were zeros, so that SQLite finds its rows empty.
Status Store::check_integrity() {
  std::string found = "nothing can be read";
  const SqlStatus asked =
      state_->database.query("pragma integrity_check(1)", {},
                             {{"integrity_check", ColumnType::kText}}, [&](Database::Row& row) {
                               if (auto* text = std::get_if<std::string>(&row[0]))
                                 found = text->substr(0, text->find('\n'));
                               return false;
                             });
  if (!asked) return state_->cannot("read", asked.error());
  if (found == "ok") return {};
  return state_->cannot("read", {Failure::kDamaged, found});
}

Status Store::set_experiment(std::int64_t experiment_id, const Experiment& experiment,
                             const std::string& toml) {
  const SqlStatus set = state_->database.write_transaction([&] {
    return state_->database.execute(
        "update experiment set name = :name, toml = :toml, value = :value where id = :id",
        {experiment.name, toml, to_json(experiment), experiment_id});
  });
  if (!set) return state_->cannot("write to", set.error());
  return {};
}

Status Store::write_as_one(const std::function<Status()>& body) {
  Status done;
  const SqlStatus written = state_->database.write_transaction([&]() -> SqlStatus {
    done = body();
    if (done) return {};
    return tl::unexpected<SqlError>({Failure::kOther, done.error().message});
  });
  if (done && !written) return state_->cannot("write to", written.error());
  return done;
}

Status Store::add_host(std::int64_t experiment_id, const HostFingerprint& host) {
  const auto added =
      insert_facts(state_->database, kHostTable, experiment_id, {host.key, host.facts});
  if (!added) return state_->cannot("write to", added.error());
  return {};
}

Status Store::add_bracket(std::int64_t experiment_id, const IdleBracket& bracket) {
  const SqlStatus added = state_->database.write_transaction(
      [&] { return insert_bracket(state_->database, experiment_id, bracket); });
  if (!added) return state_->cannot("write to", added.error());
  return {};
}

Status Store::add_model(std::int64_t experiment_id, const std::string& name,
                        const ModelFacts& facts) {
  const auto added = insert_facts(state_->database, kModelTable, experiment_id, {name, facts});
  if (!added) return state_->cannot("write to", added.error());
  return {};
}

Status Store::add_findings(std::int64_t experiment_id, const std::vector<Finding>& findings) {
  const SqlStatus added = state_->database.write_transaction(
      [&] { return insert_findings(state_->database, experiment_id, findings); });
  if (!added) return state_->cannot("write to", added.error());
  return {};
}

Status Store::add_trial(std::int64_t experiment_id, const TrialRecord& trial) {
  const auto packed = pack(trial);
  if (!packed)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot write to store '{}': a trial is too large: {}; make its window "
                            "shorter",
                            state_->path, packed.error()));
  const SqlStatus added = state_->database.write_transaction(
      [&] { return insert_trial(state_->database, experiment_id, trial, *packed); });
  if (added) return state_->check_in_place();
  if (added.error().failure == Failure::kConstraint)
    return fail(
        ErrorKind::kFailed,
        fmt::format("cannot write to store '{}': block {}, position {}, attempt {} of "
                    "experiment {} is there already, or the experiment is not",
                    state_->path, trial.block, trial.position, trial.attempt, experiment_id));
  return state_->cannot("write to", added.error());
}

Result<std::vector<ExperimentInfo>> Store::experiments() {
  std::vector<ExperimentInfo> all;
  const SqlStatus asked = state_->database.query(
      "select e.id, e.uuid, e.name, e.created_at, count(t.id), "
      "coalesce(sum(case when t.status = 'ok' then 1 else 0 end), 0) "
      "from experiment e left join trial t on t.experiment = e.id "
      "group by e.id, e.uuid, e.name, e.created_at order by e.id",
      {},
      {{"id", ColumnType::kInteger},
       {"uuid", ColumnType::kText},
       {"name", ColumnType::kText},
       {"created_at", ColumnType::kReal},
       {"trials", ColumnType::kInteger},
       {"ok", ColumnType::kInteger}},
      [&](Database::Row& row) {
        ExperimentInfo info;
        if (const auto* id = std::get_if<std::int64_t>(&row[0])) info.id = *id;
        if (auto* uuid = std::get_if<std::string>(&row[1])) info.uuid = std::move(*uuid);
        if (auto* name = std::get_if<std::string>(&row[2])) info.name = std::move(*name);
        if (const auto* at = std::get_if<double>(&row[3])) info.created_at = *at;
        if (const auto* trials = std::get_if<std::int64_t>(&row[4])) info.trials = *trials;
        if (const auto* ok = std::get_if<std::int64_t>(&row[5])) info.ok = *ok;
        all.push_back(std::move(info));
        return true;
      });
  if (!asked) return state_->cannot("read", asked.error());
  return all;
}

Result<ExperimentRecord> Store::load_experiment(std::int64_t experiment_id) {
  ExperimentRecord record;
  std::string value;
  const SqlStatus asked = state_->database.query(
      "select uuid, created_at, toml, value from experiment where id = :id", {experiment_id},
      {{"uuid", ColumnType::kText},
       {"created_at", ColumnType::kReal},
       {"toml", ColumnType::kText},
       {"value", ColumnType::kText}},
      [&](Database::Row& row) {
        record.id = experiment_id;
        if (auto* uuid = std::get_if<std::string>(&row[0])) record.uuid = std::move(*uuid);
        if (const auto* at = std::get_if<double>(&row[1])) record.created_at = *at;
        if (auto* toml = std::get_if<std::string>(&row[2])) record.toml = std::move(*toml);
        if (auto* json = std::get_if<std::string>(&row[3])) value = std::move(*json);
        return false;
      });
  if (!asked) return state_->cannot("read", asked.error());
  if (record.id == 0) {
    const auto all = experiments();
    return state_->no_experiment(experiment_id, all ? all->size() : 0);
  }
  auto experiment = experiment_from_json(value);
  if (!experiment) return state_->cannot("read", {Failure::kDamaged, experiment.error()});
  record.experiment = std::move(*experiment);
  return record;
}

Result<ExperimentRecord> Store::load(std::int64_t experiment_id, Detail detail) {
  if (auto place = state_->check_in_place(); !place) return fail(place.error());
  auto record = load_experiment(experiment_id);
  if (!record) return record;
  auto hosts = load_hosts(experiment_id);
  if (!hosts) return fail(hosts.error());
  record->hosts = std::move(*hosts);
  auto brackets = select_brackets(state_->database, experiment_id);
  if (!brackets) return state_->cannot("read", brackets.error());
  record->brackets = std::move(*brackets);
  auto findings = select_findings(state_->database, experiment_id);
  if (!findings) return state_->cannot("read", findings.error());
  record->findings = std::move(*findings);
  auto trials = select_trials(state_->database, experiment_id, detail);
  if (!trials) return state_->cannot("read", trials.error());
  record->trials = std::move(*trials);
  plan::set_aside_repeats(*record);
  return record;
}

Result<std::vector<HostFingerprint>> Store::load_hosts(std::int64_t experiment_id) {
  auto rows = select_facts(state_->database, kHostTable, experiment_id);
  if (!rows) return state_->cannot("read", rows.error());
  std::vector<HostFingerprint> hosts;
  for (auto& [key, facts] : *rows) hosts.push_back({std::move(key), std::move(facts)});
  return hosts;
}

Result<Experiment> Store::load_asked(std::int64_t experiment_id) {
  auto record = load_experiment(experiment_id);
  if (!record) return fail(record.error());
  return std::move(record->experiment);
}

Result<std::map<std::string, ModelFacts>> Store::load_models(std::int64_t experiment_id) {
  auto rows = select_facts(state_->database, kModelTable, experiment_id);
  if (!rows) return state_->cannot("read", rows.error());
  return std::map<std::string, ModelFacts>(std::make_move_iterator(rows->begin()),
                                           std::make_move_iterator(rows->end()));
}

Result<std::vector<Series>> Store::load_series(std::int64_t experiment_id, const TrialKey& key) {
  const auto blobs = select_blobs(state_->database, experiment_id, key);
  if (!blobs) return state_->cannot("read", blobs.error());
  auto series = decode_series(blobs->series.bytes);
  if (!series) return state_->cannot("read", {Failure::kDamaged, series.error()});
  return std::move(*series);
}

Result<std::vector<std::int64_t>> Store::load_durations(std::int64_t experiment_id,
                                                        const TrialKey& key) {
  const auto blobs = select_blobs(state_->database, experiment_id, key);
  if (!blobs) return state_->cannot("read", blobs.error());
  auto durations = decode_durations(blobs->durations.bytes);
  if (!durations) return state_->cannot("read", {Failure::kDamaged, durations.error()});
  return std::move(*durations);
}

}  // namespace joulemark::store
