// SPDX-License-Identifier: Apache-2.0
// Tests of the store on real SQLite files: round trips, faults, several processes.
#include "store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "store/database.h"
#include "store/random_records_test.h"
#include "store/schema.h"
#include "store/values_json.h"

namespace joulemark::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "joulemark-store-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = (folder_ / "odd name%20'\" ü.db").string();
  }
  ~StoreTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  Store open(OpenMode mode = OpenMode::kReadWrite) const {
    auto store = Store::open(path_, mode);
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  Error open_error(const std::string& path, OpenMode mode) const {
    const auto store = Store::open(path, mode);
    return store ? Error{ErrorKind::kFailed, "it was opened"} : store.error();
  }
  /// Runs plain SQL on the file.
  void sql(const std::vector<std::string>& statements) const {
    auto database = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
    for (const std::string& statement : statements) {
      const auto done = database->execute(statement);
      ASSERT_TRUE(done) << statement << ": " << done.error().text;
    }
  }
  fs::path folder_;
  std::string path_;
};

/// All members but durations, series and output tail, which `detail` may leave out.
void expect_equal(const TrialRecord& got, const TrialRecord& want) {
  EXPECT_EQ(got.block, want.block);
  EXPECT_EQ(got.position, want.position);
  EXPECT_EQ(got.attempt, want.attempt);
  EXPECT_EQ(got.model, want.model);
  EXPECT_EQ(got.configuration, want.configuration);
  EXPECT_EQ(got.install, want.install);
  EXPECT_EQ(got.host, want.host);
  EXPECT_EQ(got.status, want.status);
  EXPECT_EQ(got.reason, want.reason);
  EXPECT_EQ(got.started_at, want.started_at);
  EXPECT_EQ(got.iterations, want.iterations);
  EXPECT_EQ(got.calls_per_record, want.calls_per_record);
  EXPECT_EQ(got.steady, want.steady);
  EXPECT_EQ(got.warmup_iterations, want.warmup_iterations);
  EXPECT_EQ(got.handover_ns, want.handover_ns);
  EXPECT_EQ(got.describe_json, want.describe_json);
  EXPECT_EQ(got.effective_json, want.effective_json);
  EXPECT_EQ(got.agreement.compared, want.agreement.compared);
  EXPECT_EQ(got.agreement.agrees, want.agreement.agrees);
  EXPECT_EQ(got.agreement.max_abs, want.agreement.max_abs);
  EXPECT_EQ(got.agreement.max_rel, want.agreement.max_rel);
  EXPECT_EQ(got.agreement.reference, want.agreement.reference);
  EXPECT_EQ(got.agreement.detail, want.agreement.detail);
}

void expect_equal_resources(const Resources& got, const Resources& want) {
  EXPECT_EQ(got.cpu_s, want.cpu_s);
  EXPECT_EQ(got.cpu_user_s, want.cpu_user_s);
  EXPECT_EQ(got.cpu_system_s, want.cpu_system_s);
  EXPECT_EQ(got.peak_rss_bytes, want.peak_rss_bytes);
  EXPECT_EQ(got.load_peak_rss_bytes, want.load_peak_rss_bytes);
  EXPECT_EQ(got.minor_faults, want.minor_faults);
  EXPECT_EQ(got.major_faults, want.major_faults);
  EXPECT_EQ(got.voluntary_switches, want.voluntary_switches);
  EXPECT_EQ(got.involuntary_switches, want.involuntary_switches);
}

void expect_equal_lists(const TrialRecord& got, const TrialRecord& want) {
  ASSERT_EQ(got.phases.size(), want.phases.size());
  for (std::size_t i = 0; i < want.phases.size(); ++i) {
    EXPECT_EQ(got.phases[i].phase, want.phases[i].phase);
    EXPECT_EQ(got.phases[i].t0_ns, want.phases[i].t0_ns);
    EXPECT_EQ(got.phases[i].t1_ns, want.phases[i].t1_ns);
  }
  ASSERT_EQ(got.energy.size(), want.energy.size());
  for (std::size_t i = 0; i < want.energy.size(); ++i) {
    EXPECT_EQ(got.energy[i].scope, want.energy[i].scope);
    EXPECT_EQ(got.energy[i].sensor, want.energy[i].sensor);
    EXPECT_EQ(got.energy[i].energy_class, want.energy[i].energy_class);
    EXPECT_EQ(got.energy[i].joules, want.energy[i].joules);
    EXPECT_EQ(got.energy[i].uncertainty_j, want.energy[i].uncertainty_j);
    EXPECT_EQ(got.energy[i].reason, want.energy[i].reason);
    EXPECT_EQ(got.energy[i].detail, want.energy[i].detail);
  }
}

void expect_equal_series(const std::vector<Series>& got, const std::vector<Series>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].name, want[i].name);
    EXPECT_EQ(got[i].unit, want[i].unit);
    ASSERT_EQ(got[i].samples.size(), want[i].samples.size());
    for (std::size_t k = 0; k < want[i].samples.size(); ++k) {
      EXPECT_EQ(got[i].samples[k].t_ns, want[i].samples[k].t_ns);
      EXPECT_EQ(got[i].samples[k].value, want[i].samples[k].value);
    }
  }
}

/// `count` random trials, two a block, added in reverse.
std::vector<TrialRecord> add_random_trials(Store& store, std::int64_t id, Random& random,
                                           int count) {
  std::vector<TrialRecord> trials;
  for (int i = 0; i < count; ++i) {
    trials.push_back(random_trial(random, random.below(50)));
    trials.back().block = i / 2;
    trials.back().position = i % 2;
    trials.back().attempt = i % 2 == 1 ? 3 : 0;
  }
  for (auto trial = trials.rbegin(); trial != trials.rend(); ++trial) {
    const Status added = store.add_trial(id, *trial);
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
  }
  return trials;
}

TEST_F(StoreTest, EveryMemberOfARandomRecordComesBackExactly) {
  Random random(7);
  Store store = open();
  for (int round = 0; round < 20; ++round) {
    const Experiment experiment = random_experiment(random);
    const std::string toml = random_text(random);
    const auto id = store.create_experiment(experiment, toml);
    ASSERT_TRUE(id) << id.error().message;
    const HostFingerprint host{"key", {{random_text(random), random_text(random)}, {"b", "a"}}};
    ASSERT_TRUE(store.add_host(*id, host));
    ASSERT_TRUE(store.add_host(*id, host));
    const auto trials = add_random_trials(store, *id, random, 6);

    const auto record = open(OpenMode::kReadOnly).load(*id, Detail::kEverything);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->toml, toml);
    EXPECT_EQ(to_json(record->experiment), to_json(experiment));
    ASSERT_EQ(record->hosts.size(), 1U);
    EXPECT_EQ(record->hosts[0].facts, host.facts);
    ASSERT_EQ(record->trials.size(), trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      expect_equal(record->trials[i], trials[i]);
      expect_equal_resources(record->trials[i].resources, trials[i].resources);
      expect_equal_lists(record->trials[i], trials[i]);
      EXPECT_EQ(record->trials[i].durations_ns, trials[i].durations_ns);
      EXPECT_EQ(record->trials[i].output_tail, trials[i].output_tail);
      expect_equal_series(record->trials[i].series, trials[i].series);
    }
  }
}

TEST_F(StoreTest, ExperimentValueKeepsItsMembersByName) {
  Experiment experiment;
  experiment.name = "n";
  experiment.seed = std::numeric_limits<std::uint64_t>::max();
  experiment.models = {{"m", "model.onnx", {{"ids", {-1, 128}}}, "generated"}};
  experiment.factors.engine = {"onnxruntime", "openvino"};
  experiment.exclusions = {{{"engine", "openvino"}, {"threads", "2"}}};
  experiment.engine_options["onnxruntime"]["spin"] = "off";
  experiment.protocol.time_limit_s = 12.5;
  experiment.margin = 0.05;
  const auto back = experiment_from_json(to_json(experiment));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(back->seed, experiment.seed);
  EXPECT_EQ(back->models[0].shapes.at("ids"), (std::vector<std::int64_t>{-1, 128}));
  EXPECT_EQ(back->factors, experiment.factors);
  EXPECT_EQ(back->exclusions, experiment.exclusions);
  EXPECT_EQ(back->engine_options, experiment.engine_options);
  EXPECT_EQ(back->protocol.time_limit_s, 12.5);
  EXPECT_EQ(back->margin, 0.05);
}

TEST_F(StoreTest, DetailDecidesWhatIsLoaded) {
  Random random(3);
  Store store = open();
  const auto id = store.create_experiment({}, "");
  TrialRecord trial = random_trial(random, 10);
  trial.series = {{"power", "W", {{1, 2.5}}}};
  ASSERT_TRUE(store.add_trial(*id, trial));
  const auto summary = store.load(*id, Detail::kSummary);
  EXPECT_TRUE(summary->trials[0].durations_ns.empty());
  EXPECT_TRUE(summary->trials[0].series.empty());
  const auto durations = store.load(*id, Detail::kDurations);
  EXPECT_EQ(durations->trials[0].durations_ns, trial.durations_ns);
  EXPECT_TRUE(durations->trials[0].series.empty());
  const TrialKey key{trial.block, trial.position, trial.attempt};
  expect_equal_series(*store.load_series(*id, key), trial.series);
  EXPECT_EQ(*store.load_durations(*id, key), trial.durations_ns);
  EXPECT_FALSE(store.load_series(*id, {99, 0, 0}));
}

TEST_F(StoreTest, SummaryDoesNotReadBlobs) {
  Random random(3);
  Store store = open();
  const auto id = store.create_experiment({}, "");
  ASSERT_TRUE(store.add_trial(*id, random_trial(random, 10)));
  sql({"update trial_data set durations_ns = cast('nonsense' as blob)"});
  EXPECT_TRUE(store.load(*id, Detail::kSummary));
  const auto durations = store.load(*id, Detail::kDurations);
  ASSERT_FALSE(durations);
  EXPECT_THAT(durations.error().message, HasSubstr("it is damaged (a trial's data cannot be"));
}

TEST_F(StoreTest, NanComesBackAsNanOrAsAbsent) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  const double nan = std::nan("");
  TrialRecord trial;
  trial.agreement.max_abs = nan;
  trial.agreement.max_rel = std::numeric_limits<double>::infinity();
  trial.resources.cpu_s = nan;
  ASSERT_TRUE(store.add_trial(*id, trial));
  const TrialRecord back = store.load(*id, Detail::kSummary)->trials[0];
  EXPECT_TRUE(std::isnan(back.agreement.max_abs));
  EXPECT_EQ(back.agreement.max_rel, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(back.resources.cpu_s.has_value());
}

TEST_F(StoreTest, OneAttemptIsStoredOnce) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  TrialRecord trial;
  ASSERT_TRUE(store.add_trial(*id, trial));
  const Status again = store.add_trial(*id, trial);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(again.error().message, HasSubstr("block 0, position 0, attempt 0"));
  trial.attempt = 1;
  EXPECT_TRUE(store.add_trial(*id, trial));
  EXPECT_EQ(store.load(*id, Detail::kEverything)->trials.size(), 2U);
}

TEST_F(StoreTest, TrialOfNoExperimentIsRefused) {
  Store store = open();
  EXPECT_FALSE(store.add_trial(5, {}));
  const auto record = store.load(5, Detail::kSummary);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr("cannot find experiment 5 in store '"));
  EXPECT_THAT(record.error().message, HasSubstr("': it holds none"));
}

TEST_F(StoreTest, ExperimentsAreListedWithTheirTrials) {
  Store store = open();
  Experiment experiment;
  experiment.name = "first";
  const auto first = store.create_experiment(experiment, "");
  experiment.name = "second";
  const auto second = store.create_experiment(experiment, "");
  TrialRecord trial;
  ASSERT_TRUE(store.add_trial(*second, trial));
  trial.attempt = 1;
  trial.status = TrialStatus::kCrashed;
  ASSERT_TRUE(store.add_trial(*second, trial));
  const auto all = store.experiments();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "first");
  EXPECT_EQ((*all)[0].id, *first);
  EXPECT_EQ((*all)[0].trials, 0);
  EXPECT_EQ((*all)[1].trials, 2);
  EXPECT_EQ((*all)[1].ok, 1);
  EXPECT_NE((*all)[0].uuid, (*all)[1].uuid);
  EXPECT_EQ((*all)[0].uuid.size(), 36U);
  EXPECT_GT((*all)[0].created_at, 1.6e9);
}

TEST_F(StoreTest, ReadOnlyNeverMakesAFile) {
  const Error error = open_error(path_, OpenMode::kReadOnly);
  EXPECT_EQ(error.kind, ErrorKind::kFailed);
  EXPECT_THAT(error.message, HasSubstr("no such file"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StoreTest, ReadOnlyRefusesToWrite) {
  { open(); }
  Store store = open(OpenMode::kReadOnly);
  const auto id = store.create_experiment({}, "");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(id.error().message, HasSubstr("permission denied"));
}

TEST_F(StoreTest, NewerSchemaAsksForAnUpgrade) {
  { open(); }
  sql({"update joulemark_schema set version = 9"});
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    const Error error = open_error(path_, mode);
    EXPECT_EQ(error.kind, ErrorKind::kFailed);
    EXPECT_THAT(error.message,
                HasSubstr(fmt::format("written by a newer joulemark (schema 9, this program knows "
                                      "{}); upgrade",
                                      kSchemaVersion)));
  }
}

TEST_F(StoreTest, OtherFilesAreRefusedAndLeftAsTheyAre) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite})
    EXPECT_THAT(open_error(path_, mode).message, HasSubstr("it is not a joulemark store"));
  std::ifstream file(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(StoreTest, DatabaseOfAnotherProgramIsRefusedAndLeftAsItIs) {
  sql({"create table cookies (id integer)"});
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite})
    EXPECT_THAT(open_error(path_, mode).message, HasSubstr("it is not a joulemark store"));
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  auto database = Database::open_sqlite(path_, Access::kReadOnly, 1);
  EXPECT_FALSE(*database->has_table("joulemark_schema"));
}

TEST_F(StoreTest, PlacesThatCannotHoldAStoreSayWhy) {
  EXPECT_THAT(open_error(folder_.string(), OpenMode::kReadWrite).message,
              HasSubstr("it is a folder"));
  const Error missing = open_error((folder_ / "no/x.db").string(), OpenMode::kReadWrite);
  EXPECT_EQ(missing.kind, ErrorKind::kMachine);
  EXPECT_THAT(missing.message, HasSubstr("no folder '"));
  EXPECT_EQ(open_error("", OpenMode::kReadWrite).kind, ErrorKind::kUsage);
  EXPECT_THAT(open_error("mysql://host/db", OpenMode::kReadWrite).message,
              HasSubstr("only keeps stores in files"));
}

TEST_F(StoreTest, UnpackedNonsenseInAnyColumnIsAnErrorNeverACrash) {
  Random random(5);
  std::int64_t id = 0;
  {
    Store store = open();
    id = *store.create_experiment({}, "");
    TrialRecord trial = random_trial(random, 5);
    trial.phases = {{Phase::kLoad, 1, 2}};
    trial.energy = {Energy{}};
    ASSERT_TRUE(store.add_trial(id, trial));
  }
  for (const char* change :
       {"update trial set status = 'great'",
        "update trial set status = 'ok', threads = 99999999999",
        "update trial set threads = 1, affinity = '[1, \"x\"]'",
        "update trial set affinity = '{}', options = '7'",
        "update trial set affinity = '[]', options = '{}'; ",
        "update trial_phase set phase = 'lunch'", "update trial_phase set phase = 'load'",
        "update trial_energy set class = 'guessed'", "update trial_energy set class = 'absent'",
        "update experiment set value = '[1'", "update experiment set value = '[]'",
        "update experiment set value = '{\"seed\": \"x\"}'"}) {
    sql({change});
    Store store = open(OpenMode::kReadOnly);
    const auto record = store.load(id, Detail::kEverything);
    const std::string text = change;
    const bool mends =
        text.ends_with("'{}'; ") || text.ends_with("'load'") || text.ends_with("'absent'");
    EXPECT_EQ(record.has_value(), mends) << change;
    EXPECT_THAT(record ? "it is damaged (" : record.error().message, HasSubstr("it is damaged ("))
        << change;
  }
}

// ---- several processes, and a machine that lacks something

/// Runs `body` in a child; its exit status is the answer of `body`.
pid_t in_child(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  return pid;
}

int exit_status(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(StoreTest, TwoProcessesMakeAndFillOneStoreAtOnce) {
  constexpr int kEach = 40;
  const auto writer = [&] {
    auto store = Store::open(path_, OpenMode::kReadWrite);
    if (!store) return 1;
    const auto id = store->create_experiment({}, "");
    if (!id) return 2;
    for (int i = 0; i < kEach; ++i) {
      TrialRecord trial;
      trial.block = i;
      trial.durations_ns.assign(1000, i);
      if (!store->add_trial(*id, trial)) return 3;
    }
    return 0;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) children.push_back(in_child(writer));
  for (const pid_t child : children) EXPECT_EQ(exit_status(child), 0);
  Store store = open(OpenMode::kReadOnly);
  const auto all = store.experiments();
  ASSERT_EQ(all->size(), 4U);
  for (const ExperimentInfo& info : *all) EXPECT_EQ(info.trials, kEach);
}

TEST_F(StoreTest, ReaderIsNotBlockedByAWriterInItsTransaction) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  auto other = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
  ASSERT_TRUE(other->execute("begin immediate"));
  ASSERT_TRUE(other->execute("update experiment set name = 'x'"));
  EXPECT_EQ(open(OpenMode::kReadOnly).load(*id, Detail::kSummary)->experiment.name, "");
}

TEST_F(StoreTest, LockedDatabaseIsBusyAfterItsTimeOut) {
  { open(); }
  auto holder = Database::open_sqlite(path_, Access::kReadWriteCreate, 0);
  ASSERT_TRUE(holder->execute("begin immediate"));
  auto late = Database::open_sqlite(path_, Access::kReadWriteCreate, 0);
  const SqlStatus done = late->write_transaction([]() -> SqlStatus { return {}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, Failure::kBusy);
}

TEST_F(StoreTest, KillInsideATransactionLeavesTheCommittedTrials) {
  std::int64_t id = 0;
  {
    Store store = open();
    id = *store.create_experiment({}, "");
    ASSERT_TRUE(store.add_trial(id, {}));
  }
  const pid_t child = in_child([&] {
    auto database = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
    (void)database->write_transaction([&]() -> SqlStatus {
      for (int i = 0; i < 2000; ++i)
        (void)database->execute("insert into trial_phase values (1, :n, 'load', 0, 0)",
                                {std::int64_t{i}});
      kill(getpid(), SIGKILL);
      return {};
    });
    return 0;
  });
  EXPECT_EQ(exit_status(child), 128 + SIGKILL);
  Store store = open();
  const auto record = store.load(id, Detail::kEverything);
  ASSERT_TRUE(record) << record.error().message;
  ASSERT_EQ(record->trials.size(), 1U);
  EXPECT_TRUE(record->trials[0].phases.empty());
  TrialRecord next;
  next.attempt = 1;
  EXPECT_TRUE(store.add_trial(id, next));
}

TEST_F(StoreTest, FullDatabaseIsKnownAndWhatWasCommittedStays) {
  { open(); }
  auto database = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
  ASSERT_TRUE(database->query("pragma max_page_count = 30", {}, {{"n", ColumnType::kInteger}},
                              [](Database::Row&) { return true; }));
  const Blob large{std::string(1 << 20, 'x')};
  ASSERT_TRUE(database->execute("create table t (b blob)"));
  const SqlStatus done = database->write_transaction(
      [&] { return database->execute("insert into t values (cast(:b as blob))", {large}); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, Failure::kFull);
  EXPECT_TRUE(open(OpenMode::kReadOnly).experiments());
}

/// Ends the rights of a root, who may do everything.
void become_nobody() {
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
}

TEST_F(StoreTest, StoreInAFolderThatMayNotBeWrittenIsReadableAndNotWritable) {
  std::int64_t id = 0;
  {
    Store store = open();
    id = *store.create_experiment({}, "");
    ASSERT_TRUE(store.add_trial(id, {}));
  }
  fs::permissions(path_, fs::perms(0444));
  fs::permissions(folder_, fs::perms(0555));
  const pid_t reader = in_child([&] {
    become_nobody();
    auto store = Store::open(path_, OpenMode::kReadOnly);
    if (!store) return 1;
    const auto record = store->load(id, Detail::kEverything);
    return record && record->trials.size() == 1 ? 0 : 2;
  });
  EXPECT_EQ(exit_status(reader), 0);
  const pid_t writer = in_child([&] {
    become_nobody();
    for (const std::string& path : {path_, (folder_ / "new.db").string()}) {
      const Error error = open_error(path, OpenMode::kReadWrite);
      if (error.kind != ErrorKind::kMachine) return 1;
      if (error.message.find("Permission denied; use another store") == std::string::npos) return 2;
    }
    return 0;
  });
  EXPECT_EQ(exit_status(writer), 0);
  fs::permissions(folder_, fs::perms(0755));
}

TEST_F(StoreTest, RefusedWritesAreAMachinesFaultAndLoseNothing) {
  std::int64_t id = 0;
  {
    Store store = open();
    id = *store.create_experiment({}, "");
    ASSERT_TRUE(store.add_trial(id, {}));
  }
  const pid_t child = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{256 << 10, 256 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto store = Store::open(path_, OpenMode::kReadWrite);
    if (!store) return 1;
    TrialRecord trial;
    Random random(1);
    trial.attempt = 1;
    for (int i = 0; i < 200'000; ++i)
      trial.durations_ns.push_back(static_cast<std::int64_t>(random.next()));
    const Status added = store->add_trial(id, trial);
    if (added || added.error().kind != ErrorKind::kMachine) return 2;
    return added.error().message.find("free space") != std::string::npos ? 0 : 3;
  });
  EXPECT_EQ(exit_status(child), 0);
  EXPECT_EQ(open().load(id, Detail::kEverything)->trials.size(), 1U);
}

}  // namespace
}  // namespace joulemark::store
