// SPDX-License-Identifier: Apache-2.0
// Tests of a whole experiment with scripted workers and a real store.
#include "run/orchestrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "run/references.h"
#include "run/scripted_worker.h"
#include "sensors/catalog.h"
#include "sensors/simulated_powercap.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Keeps the events as words.
class RecordedProgress final : public Progress {
 public:
  void begin(const std::string&, int trials, double) override {
    events.push_back("begin " + std::to_string(trials));
  }
  void trial_started(const TrialPlace& place) override {
    events.push_back("trial " + std::to_string(place.number));
  }
  void phase_changed(Phase phase) override { events.emplace_back(to_string(phase)); }
  void trial_finished(const TrialRecord& record, double) override {
    events.emplace_back(to_string(record.status));
  }
  void warning(const Caveat& caveat) override { events.push_back("warning " + caveat.code); }
  void end() override { events.emplace_back("end"); }
  std::vector<std::string> events;
};

class Orchestrator : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(*std::move(folder));
    experiment_.name = "test";
    experiment_.models.push_back({.name = "net", .source = "net.onnx", .shapes = {}});
    experiment_.factors.engine = {"a", "b"};
    experiment_.protocol.repetitions = 2;
    experiment_.protocol.sample_hz = 0;
    installs_["a"] = {.engine = "a",
                      .version = "1",
                      .plugin = "/p/a.so",
                      .library_dir = "/l/a",
                      .found_by = "option"};
    installs_["b"] = {.engine = "b",
                      .version = "2",
                      .plugin = "/p/b.so",
                      .library_dir = "/l/b",
                      .found_by = "option"};
    open_store();
  }
  void open_store() {
    auto opened =
        store::Store::open((folder_->path() / "store.db").string(), store::OpenMode::kReadWrite);
    ASSERT_TRUE(opened) << opened.error().message;
    store_.emplace(*std::move(opened));
    const auto id = store_->create_experiment(experiment_, "");
    ASSERT_TRUE(id) << id.error().message;
    id_ = *id;
  }
  Result<RunOutcome> run() {
    RunContext context{.workers = runner_,
                       .sensors = sensors_,
                       .store = *store_,
                       .progress = progress_,
                       .clock = clock_,
                       .stop = stop_,
                       .host = {.key = "host-key", .facts = {{"cpu", "simulated"}}},
                       .sensor_statuses = statuses_,
                       .root = folder_->path()};
    return run_experiment(id_, experiment_, plan::make_plan(experiment_), installs_, context);
  }
  std::vector<TrialRecord> stored() {
    auto record = store_->load(id_, store::Detail::kEverything);
    EXPECT_TRUE(record) << record.error().message;
    return record ? std::move(record->trials) : std::vector<TrialRecord>{};
  }
  std::vector<TrialRecord> stored_of(const std::string& engine) {
    auto trials = stored();
    std::erase_if(trials,
                  [&](const TrialRecord& trial) { return trial.configuration.engine != engine; });
    return trials;
  }
  static bool is_engine(const Conversation& worker, const std::string& engine) {
    return worker.plugin == "/p/" + engine + ".so";
  }
  /// Scripts one request of the workers of engine `engine`.
  void when(const std::string& engine, const std::string& type, const Reaction& reaction) {
    runner_.reactions[type] = [this, engine, reaction](const json& request, Conversation& worker) {
      return is_engine(worker, engine) ? reaction(request, worker) : runner_.usual(request, worker);
    };
  }

  std::optional<TemporaryFolder> folder_;
  Experiment experiment_;
  std::map<std::string, EngineInstall> installs_;
  StandingClock clock_;
  ScriptedRunner runner_{clock_};
  std::vector<std::unique_ptr<Sensor>> sensors_;
  std::vector<SensorStatus> statuses_;
  std::optional<store::Store> store_;
  std::int64_t id_ = 0;
  RecordedProgress progress_;
  std::atomic<bool> stop_{false};
};

Reaction dies(WorkerState state, const std::string& output) {
  return [=](const json&, Conversation& worker) {
    worker.state = state;
    worker.output = output;
    return Received(Closed{});
  };
}

Reaction reports(const std::string& status, const std::string& message) {
  return [=](const json&, Conversation&) {
    return reply_line({{"type", "error"}, {"status", status}, {"message", message}});
  };
}

std::vector<TrialStatus> statuses(const std::vector<TrialRecord>& trials) {
  std::vector<TrialStatus> all;
  for (const auto& trial : trials) all.push_back(trial.status);
  return all;
}

TEST_F(Orchestrator, StoresEveryTrialOfThePlanInItsOrder) {
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ok, 4);
  EXPECT_EQ(outcome->not_ok, 0);
  EXPECT_FALSE(outcome->interrupted);
  const auto planned = plan::make_plan(experiment_);
  const auto trials = stored();
  ASSERT_EQ(trials.size(), planned.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].block, planned[i].block);
    EXPECT_EQ(trials[i].position, planned[i].position);
    EXPECT_EQ(trials[i].configuration, planned[i].configuration);
    EXPECT_EQ(trials[i].host, "host-key");
    EXPECT_EQ(trials[i].install, installs_.at(trials[i].configuration.engine));
  }
}

TEST_F(Orchestrator, ATrialHasItsPhasesInOrderAndItsWindow) {
  experiment_.protocol.idle_s = 0.5;
  experiment_.protocol.ready_s = 0.25;
  experiment_.protocol.duration_s = 1.5;
  ASSERT_TRUE(run());
  const TrialRecord trial = stored().front();
  ASSERT_EQ(trial.phases.size(), 6u);
  Nanoseconds last = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(trial.phases[i].phase, kPhases[i]);
    EXPECT_LE(last, trial.phases[i].t0_ns);
    EXPECT_LE(trial.phases[i].t0_ns, trial.phases[i].t1_ns);
    last = trial.phases[i].t1_ns;
  }
  EXPECT_DOUBLE_EQ(trial.window_s(), 1.5);
  EXPECT_EQ(trial.iterations, 1500);
  EXPECT_EQ(trial.durations_ns.size(), 1500u);
  EXPECT_EQ(trial.warmup_iterations, 200);
  EXPECT_TRUE(trial.steady);
  EXPECT_EQ(trial.handover_ns, 0);
  EXPECT_EQ(trial.describe_json, R"({"version":"9.9"})");
  EXPECT_EQ(trial.effective_json, R"({"threads":1})");
}

TEST_F(Orchestrator, TheWorkerIsToldWhatThePlanSays) {
  experiment_.factors = {.engine = {"a"}, .threads = {3}, .batch = {4}};
  experiment_.models[0].shapes = {{"x", {4, 128}}};
  experiment_.engine_options["a"] = {{"spinning", "off"}};
  experiment_.affinity = {0};
  experiment_.seed = 77;
  experiment_.protocol.repetitions = 1;
  ASSERT_TRUE(run());
  std::map<std::string, json> sent;
  for (const auto& request : runner_.requests) sent[request.type] = json::parse(request.line);
  EXPECT_EQ(sent["open"],
            json::parse(R"({"type":"open","plugin":"/p/a.so","library_dir":"/l/a","provider":"cpu",
      "threads":3,"affinity":[0],"options":{"spinning":"off"}})"));
  EXPECT_EQ(sent["load"],
            json::parse(R"({"type":"load","model":"net.onnx","precision":"f32","options":{}})"));
  EXPECT_EQ(
      sent["inputs"],
      json::parse(
          R"({"type":"inputs","source":"generated","seed":77,"batch":4,"shapes":{"x":[4,128]}})"));
  EXPECT_EQ(sent["warmup"],
            json::parse(
                R"({"type":"warmup","min_ns":200000000,"max_ns":5000000000,"min_iterations":10})"));
  EXPECT_EQ(sent["go"], json::parse(R"({"type":"go","min_ns":700000000,"min_iterations":30})"));
  EXPECT_EQ(runner_.conversations.at(0)->command.cpus, std::vector<int>{0});
}

TEST_F(Orchestrator, ACrashIsDataAndTheRestGoesOn) {
  when("b", "warmup", dies(Signalled{SIGSEGV}, "about to fail\n"));
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ok, 2);
  EXPECT_EQ(outcome->not_ok, 2);
  const auto crashed = stored_of("b");
  EXPECT_THAT(statuses(crashed), Each(TrialStatus::kCrashed));
  EXPECT_EQ(crashed[0].reason, "worker killed by SIGSEGV (segmentation fault) in 'warmup'");
  EXPECT_EQ(crashed[0].output_tail, "about to fail\n");
  EXPECT_EQ(crashed[1].reason, crashed[0].reason)
      << "a crash may not come back, so it is tried again";
  ASSERT_EQ(crashed[0].energy.size(), 1u);
  EXPECT_EQ(crashed[0].energy[0].energy_class, EnergyClass::kAbsent);
  EXPECT_TRUE(crashed[0].phase(Phase::kLoad));
  EXPECT_FALSE(crashed[0].phase(Phase::kMeasure));
}

TEST_F(Orchestrator, AHangEndsAtTheTimeLimitAndIsTriedTwice) {
  experiment_.protocol.repetitions = 4;
  experiment_.protocol.time_limit_s = 20;
  when("b", "go", [](const json&, Conversation&) { return Received(TimedOut{}); });
  ASSERT_TRUE(run());
  const auto hung = stored_of("b");
  ASSERT_EQ(hung.size(), 4u);
  EXPECT_THAT(statuses(hung), Each(TrialStatus::kTimeout));
  EXPECT_THAT(hung[0].reason,
              HasSubstr("time limit passed in 'go', 20.0 s after the start; worker killed"));
  EXPECT_THAT(hung[1].reason, HasSubstr("time limit passed"));
  EXPECT_TRUE(hung[2].reason.starts_with("not tried again: time limit passed")) << hung[2].reason;
  EXPECT_TRUE(hung[3].reason.starts_with("not tried again: time limit passed")) << hung[3].reason;
  EXPECT_TRUE(runner_.conversations.back()->state.index() != 0);
}

TEST_F(Orchestrator, NonsenseIsFailedData) {
  when("b", "go", [](const json&, Conversation&) {
    return reply_line({{"type", "done"}, {"t0_ns", -1}});
  });
  ASSERT_TRUE(run());
  const auto trials = stored_of("b");
  EXPECT_THAT(statuses(trials), Each(TrialStatus::kFailed));
  EXPECT_THAT(trials[0].reason, HasSubstr("worker answered nonsense to 'go'"));
  EXPECT_THAT(statuses(stored_of("a")), Each(TrialStatus::kOk));
}

TEST_F(Orchestrator, MemoryThatRunsOutIsTold) {
  when("b", "load", reports("out_of_memory", "cannot allocate 9 GiB"));
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kOutOfMemory));
}

TEST_F(Orchestrator, AnAbortAfterBadAllocIsOutOfMemory) {
  when("b", "warmup",
       dies(Signalled{SIGABRT},
            "terminate called after throwing an instance of 'std::bad_alloc'\n"));
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kOutOfMemory));
}

TEST_F(Orchestrator, AKillByTheKernelForMemoryIsOutOfMemory) {
  std::filesystem::create_directory(folder_->path() / "proc");
  int kills = 0;
  const auto write = [&] {
    std::ofstream(folder_->path() / "proc/vmstat") << "oom_kill " << kills << "\n";
  };
  write();
  when("b", "go", [&](const json&, Conversation& worker) {
    ++kills;
    write();
    worker.state = Signalled{SIGKILL};
    return Received(Closed{});
  });
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kOutOfMemory));
}

TEST_F(Orchestrator, AKillBySomebodyElseIsACrash) {
  when("b", "go", dies(Signalled{SIGKILL}, ""));
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kCrashed));
}

TEST_F(Orchestrator, WhatCannotChangeIsTriedOnce) {
  when("b", "load", reports("unsupported", "op X (opset 99), node Y"));
  ASSERT_TRUE(run());
  const auto trials = stored_of("b");
  EXPECT_THAT(statuses(trials), ElementsAre(TrialStatus::kUnsupported, TrialStatus::kUnsupported));
  EXPECT_EQ(trials[0].reason, "op X (opset 99), node Y");
  EXPECT_EQ(trials[1].reason, "not tried again: op X (opset 99), node Y");
  EXPECT_EQ(trials[1].install, installs_.at("b"));
}

TEST_F(Orchestrator, AnEngineThatIsNotInstalledFailsItsOwnTrialsOnly) {
  installs_.erase("a");
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ok, 2);
  EXPECT_THAT(stored_of("a")[0].reason, HasSubstr("engine 'a' is not installed"));
}

class Interrupted : public Orchestrator, public testing::WithParamInterface<const char*> {};

TEST_P(Interrupted, KeepsWhatIsFinishedAndKillsTheWorker) {
  int count = 0;
  runner_.reactions[GetParam()] = [&](const json& request, Conversation& worker) {
    if (++count < 3) return runner_.usual(request, worker);
    stop_ = true;
    return Received(TimedOut{});
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_EQ(outcome->not_ok, 0);
  const auto trials = stored();
  EXPECT_LT(trials.size(), 4u);
  EXPECT_EQ(static_cast<std::size_t>(outcome->ok), trials.size());
  EXPECT_THAT(statuses(trials), Each(TrialStatus::kOk));
  EXPECT_TRUE(runner_.conversations.back()->killed);
}
INSTANTIATE_TEST_SUITE_P(InAnyPhase, Interrupted,
                         testing::Values("hello", "open", "load", "inputs", "answer", "warmup",
                                         "go", "durations"));

TEST_F(Orchestrator, StopsWhileIdleToo) {
  experiment_.protocol.idle_s = 100;
  clock_.on_advance = [this](Nanoseconds now) { stop_ = now > 5 * kNanosecondsPerSecond; };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_LT(clock_.now(), 6 * kNanosecondsPerSecond);
}

/// No file may grow beyond its present size: what a full disk is to a program.
class FullDisk {
 public:
  FullDisk() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = 1, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Orchestrator, AFullDiskStopsItAndLosesNothingStored) {
  std::optional<FullDisk> full;
  int windows = 0;
  runner_.reactions["go"] = [&](const json& request, Conversation& worker) {
    if (++windows == 3) full.emplace();
    return runner_.usual(request, worker);
  };
  const auto outcome = run();
  full.reset();
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(outcome.error().message.empty());
  EXPECT_EQ(windows, 3);
  EXPECT_THAT(statuses(stored()), ElementsAre(TrialStatus::kOk, TrialStatus::kOk));
}

TEST_F(Orchestrator, ASecondRunOfTheSameTrialsIsAnotherAttempt) {
  ASSERT_TRUE(run());
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  const auto trials = stored();
  ASSERT_EQ(trials.size(), 8u);
  EXPECT_EQ(trials[0].attempt, 0);
  EXPECT_EQ(trials[1].attempt, 1);
}

TEST_F(Orchestrator, UnequalOutputsAreMeasuredAndMarked) {
  when("b", "answer", [](const json& request, Conversation&) {
    return reply_line({{"type", "answered"},
                       {"effective", json::object()},
                       {"compared", !request.at("reference").is_null()},
                       {"agrees", false},
                       {"max_abs", 0.5},
                       {"max_rel", 0.1},
                       {"detail", "output 'y' differs most at [3]"}});
  });
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->not_ok, 2);
  const auto different = stored_of("b");
  EXPECT_THAT(statuses(different), Each(TrialStatus::kDifferent));
  EXPECT_EQ(different[0].reason,
            "outputs differ from those of 'a cpu f32 t1 b1': output 'y' differs most at [3]");
  EXPECT_EQ(different[0].agreement.max_abs, 0.5);
  EXPECT_EQ(different[0].iterations, 700);
  EXPECT_THAT(statuses(stored_of("a")), Each(TrialStatus::kOk));
  EXPECT_TRUE(stored_of("a")[0].agreement.compared);
}

TEST_F(Orchestrator, TheReferenceIsTheFirstOfTheListWhateverTheOrder) {
  experiment_.protocol.repetitions = 1;
  for (experiment_.seed = 1; plan::make_plan(experiment_).front().configuration.engine != "b";
       ++experiment_.seed) {
  }
  ASSERT_TRUE(run());
  std::vector<std::string> writers;
  for (const auto& request : runner_.requests)
    if (request.type == "answer" && !json::parse(request.line).at("directory").is_null())
      writers.push_back(runner_.conversations[static_cast<std::size_t>(request.worker)]->plugin);
  EXPECT_THAT(writers, ElementsAre("/p/a.so"));
  EXPECT_EQ(runner_.conversations.size(), 3u) << "one pass for the reference, two trials";
  EXPECT_EQ(stored_of("b")[0].agreement.reference, "a cpu f32 t1 b1");
}

TEST_F(Orchestrator, AReferenceThatCannotAnswerIsReplaced) {
  when("a", "load", reports("unsupported", "op X"));
  ASSERT_TRUE(run());
  const auto trials = stored_of("b");
  EXPECT_THAT(statuses(trials), Each(TrialStatus::kOk));
  EXPECT_EQ(trials[1].agreement.reference, "b cpu f32 t1 b1");
}

TEST_F(Orchestrator, AComparisonThatIsRefusedIsNoAgreement) {
  when("b", "answer", [](const json&, Conversation&) {
    return reply_line({{"type", "answered"},
                       {"effective", json::object()},
                       {"compared", false},
                       {"agrees", true}});
  });
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kFailed));
}

TEST_F(Orchestrator, JoulesComeOutAsScriptedAcrossAWrap) {
  // 2^32 counts of 2^-14 J wrap at 262144 J; the counter starts 10 J below.
  auto zones = sensors::one_socket(40, 5);
  zones[0].first_raw = (std::uint64_t{1} << 32) - 10 * 16384;
  sensors::SimulatedPowercap machine(folder_->path(), zones);
  const Nanoseconds start = clock_.now();
  clock_.on_advance = [&](Nanoseconds now) { machine.advance_to(to_seconds(now - start)); };
  auto discovered = sensors::discover({.root = folder_->path()});
  ASSERT_FALSE(discovered.sensors.empty());
  sensors_ = std::move(discovered.sensors);
  statuses_ = std::move(discovered.statuses);
  experiment_.protocol.duration_s = 2;
  experiment_.protocol.repetitions = 1;
  ASSERT_TRUE(run());
  for (const TrialRecord& trial : stored()) {
    ASSERT_FALSE(trial.energy.empty());
    const Energy& total = trial.energy.back();
    EXPECT_EQ(total.scope, "total");
    ASSERT_TRUE(total.joules) << total.detail;
    EXPECT_NEAR(*total.joules, 90.0, 0.01);
  }
}

TEST_F(Orchestrator, WithoutASensorTheTotalIsAbsentWithItsReason) {
  statuses_ = {{.sensor = "powercap",
                .scope = "",
                .usable = false,
                .reason = "vm",
                .detail = "a virtual machine",
                .remedy = ""}};
  ASSERT_TRUE(run());
  const auto trials = stored();
  ASSERT_EQ(trials[0].energy.size(), 1u);
  EXPECT_EQ(trials[0].energy[0].scope, "total");
  EXPECT_FALSE(trials[0].energy[0].joules);
  EXPECT_FALSE(trials[0].energy[0].reason.empty());
}

TEST_F(Orchestrator, ProgressHearsNothingWhileTheWindowIsOpen) {
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 1;
  std::size_t at_go = 0;
  runner_.reactions["go"] = [&](const json& request, Conversation& worker) {
    at_go = progress_.events.size();
    return runner_.usual(request, worker);
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(progress_.events,
              ElementsAre("begin 1", "trial 1", "load", "warmup", "measure", "drain", "ok", "end"));
  EXPECT_EQ(at_go, 5u);
}

}  // namespace
}  // namespace joulemark::run
