// SPDX-License-Identifier: Apache-2.0
// Tests of the store where something is wrong: foreign files, damage, several processes, full
// disks.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "store/random_records_test.h"
#include "store/schema.h"
#include "store/store_fixture_test.h"

namespace joulemark::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using StoreFaults = StoreTest;

TEST_F(StoreFaults, ReadOnlyNeverMakesAFile) {
  const Error error = open_error(path_, OpenMode::kReadOnly);
  EXPECT_EQ(error.kind, ErrorKind::kFailed);
  EXPECT_THAT(error.message, HasSubstr("no such file"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StoreFaults, ReadOnlyRefusesToWrite) {
  { open(); }
  Store store = open(OpenMode::kReadOnly);
  const auto id = store.create_experiment({}, "");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(id.error().message, HasSubstr("permission denied"));
}

TEST_F(StoreFaults, NewerSchemaAsksForAnUpgrade) {
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

TEST_F(StoreFaults, AnOlderSchemaIsReadAndNotAddedTo) {
  { open(); }
  sql({"update joulemark_schema set version = 1"});
  EXPECT_TRUE(Store::open(path_, OpenMode::kReadOnly));
  EXPECT_THAT(open_error(path_, OpenMode::kReadWrite).message,
              HasSubstr("written by an earlier joulemark (schema 1"));
}

TEST_F(StoreFaults, AFileThatIsGoneWhileItIsWrittenToIsSaid) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  ASSERT_TRUE(store.add_trial(*id, {}));
  std::filesystem::rename(path_, path_ + ".moved");
  TrialRecord second;
  second.block = 1;
  const Status added = store.add_trial(*id, second);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(added.error().message, HasSubstr("deleted, moved or replaced"));
  std::ofstream(path_) << "another file";
  EXPECT_FALSE(store.load(*id, Detail::kSummary));
}

TEST_F(StoreFaults, OtherFilesAreRefusedAndLeftAsTheyAre) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite})
    EXPECT_THAT(open_error(path_, mode).message, HasSubstr("it is not a joulemark store"));
  std::ifstream file(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(StoreFaults, DatabaseOfAnotherProgramIsRefusedAndLeftAsItIs) {
  sql({"create table cookies (id integer)"});
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite})
    EXPECT_THAT(open_error(path_, mode).message, HasSubstr("it is not a joulemark store"));
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  auto database = Database::open_sqlite(path_, Access::kReadOnly, 1);
  EXPECT_FALSE(database->execute("select version from joulemark_schema"));
}

TEST_F(StoreFaults, ReadersNeitherWriteNorLeaveFilesBehind) {
  { (void)*open().create_experiment({}, ""); }
  {
    auto reader = Store::open(path_, OpenMode::kReadOnly);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(reader->experiments()->size(), 1U);
    EXPECT_FALSE(reader->create_experiment({}, ""));
  }
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  EXPECT_FALSE(fs::exists(path_ + "-shm"));
}

TEST_F(StoreFaults, PlacesThatCannotHoldAStoreSayWhy) {
  EXPECT_THAT(open_error(folder_.string(), OpenMode::kReadWrite).message,
              HasSubstr("it is a folder"));
  const Error missing = open_error((folder_ / "no/x.db").string(), OpenMode::kReadWrite);
  EXPECT_EQ(missing.kind, ErrorKind::kMachine);
  EXPECT_THAT(missing.message, HasSubstr("no folder '"));
  EXPECT_EQ(open_error("", OpenMode::kReadWrite).kind, ErrorKind::kUsage);
  EXPECT_THAT(open_error("mysql://host/db", OpenMode::kReadWrite).message,
              HasSubstr("only keeps stores in files"));
}

TEST_F(StoreFaults, UnpackedNonsenseInAnyColumnIsAnErrorNeverACrash) {
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

TEST_F(StoreFaults, TwoProcessesMakeAndFillOneStoreAtOnce) {
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

TEST_F(StoreFaults, ReaderIsNotBlockedByAWriterInItsTransaction) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  auto other = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
  ASSERT_TRUE(other->execute("begin immediate"));
  ASSERT_TRUE(other->execute("update experiment set name = 'x'"));
  EXPECT_EQ(open(OpenMode::kReadOnly).load(*id, Detail::kSummary)->experiment.name, "");
}

TEST_F(StoreFaults, LockedDatabaseIsBusyAfterItsTimeOut) {
  { open(); }
  auto holder = Database::open_sqlite(path_, Access::kReadWriteCreate, 0);
  ASSERT_TRUE(holder->execute("begin immediate"));
  auto late = Database::open_sqlite(path_, Access::kReadWriteCreate, 0);
  const SqlStatus done = late->write_transaction([]() -> SqlStatus { return {}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, Failure::kBusy);
}

TEST_F(StoreFaults, KillInsideATransactionLeavesTheCommittedTrials) {
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

TEST_F(StoreFaults, FullDatabaseIsKnownAndWhatWasCommittedStays) {
  { open(); }
  auto database = Database::open_sqlite(path_, Access::kReadWriteCreate, 1);
  ASSERT_TRUE(database->query("pragma max_page_count = 60", {}, {{"n", ColumnType::kInteger}},
                              [](Database::Row&) { return true; }));
  const Blob large{std::string(1 << 20, 'x')};
  ASSERT_TRUE(database->execute("create table t (b blob)"));
  const SqlStatus done = database->write_transaction(
      [&] { return database->execute("insert into t values (cast(:b as blob))", {large}); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().failure, Failure::kFull);
  EXPECT_TRUE(open(OpenMode::kReadOnly).experiments());
}

TEST_F(StoreFaults, AnExperimentIsRunByOneAtATimeAndByNobodyWhoIsDead) {
  Store store = open();
  const auto id = store.create_experiment({}, "");
  const auto other_id = store.create_experiment({}, "");
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t holder = in_child([&] {
    auto own = Store::open(path_, OpenMode::kReadWrite);
    if (!own || !own->claim(*id)) return 1;
    (void)!write(told[1], "x", 1);
    pause();
    return 0;
  });
  char byte = 0;
  ASSERT_EQ(read(told[0], &byte, 1), 1);
  const Status refused = store.claim(*id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(refused.error().message, HasSubstr("another process is running it"));
  EXPECT_TRUE(store.claim(*other_id));
  EXPECT_TRUE(store.add_trial(*id, {})) << "a claim is no lock of the file";
  kill(holder, SIGKILL);
  EXPECT_EQ(exit_status(holder), 128 + SIGKILL);
  EXPECT_TRUE(store.claim(*id));
  close(told[0]);
  close(told[1]);
}

TEST_F(StoreFaults, AFileThatWasCutIsFoundToBe) {
  {
    Store store = open();
    const auto id = store.create_experiment({}, "");
    for (int i = 0; i < 30; ++i) {
      TrialRecord trial;
      trial.block = i;
      ASSERT_TRUE(store.add_trial(*id, trial));
    }
    EXPECT_TRUE(store.check_integrity());
  }
  fs::resize_file(path_, fs::file_size(path_) - 8192);
  auto store = Store::open(path_, OpenMode::kReadWrite);
  const Status whole = store ? store->check_integrity() : Status(fail(store.error()));
  ASSERT_FALSE(whole);
  EXPECT_THAT(whole.error().message, HasSubstr("it is damaged ("));
  EXPECT_THAT(whole.error().message, HasSubstr("as docs/store.md says"));
}

/// Ends the rights of a root, who may do everything.
void become_nobody() {
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
}

TEST_F(StoreFaults, StoreInAFolderThatMayNotBeWrittenIsReadableAndNotWritable) {
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

TEST_F(StoreFaults, RefusedWritesAreAMachinesFaultAndLoseNothing) {
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
