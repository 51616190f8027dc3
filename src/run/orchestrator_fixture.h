// SPDX-License-Identifier: Apache-2.0
// What the tests of whole experiments share: scripted workers, a real store, recorded progress.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/attempts.h"
#include "run/orchestrator.h"
#include "run/scripted_worker.h"
#include "run/temporary_folder.h"

namespace joulemark::run {

/// Keeps the events as words.
class RecordedProgress final : public Progress {
 public:
  void begin(const std::string&, int trials, double) override {
    events.push_back("begin " + std::to_string(trials));
  }
  void rest_started(const std::string& when) override { events.push_back("rest " + when); }
  void rest_finished(const IdleBracket&, double) override {}
  void left_out(const std::string& why, int trials) override {
    events.push_back("left out " + std::to_string(trials) + ": " + why);
  }
  void trial_started(const TrialPlace& place) override {
    events.push_back("trial " + std::to_string(place.number));
  }
  void cooling_down() override { events.emplace_back("cooling down"); }
  void phase_changed(Phase phase) override { events.emplace_back(to_string(phase)); }
  void trial_finished(const TrialRecord& record, double) override {
    events.emplace_back(to_string(record.status));
  }
  void warning(const Caveat& caveat) override { events.push_back("warning " + caveat.code); }
  void end() override { events.emplace_back("end"); }
  std::vector<std::string> events;
};

class Orchestrator : public ::testing::Test {
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
  /// The world of the scripted workers.
  RunContext context() {
    return {.workers = runner_,
            .sensors = sensors_,
            .store = *store_,
            .progress = progress_,
            .clock = clock_,
            .stop = stop_,
            .host = {.key = "host-key", .facts = {{"cpu", "simulated"}}},
            .sensor_statuses = statuses_,
            .root = folder_->path(),
            .prompts = prompts_,
            .read_clocks = read_clocks_,
            .left_out_after = left_out_after_};
  }
  Result<RunOutcome> run_trials(const std::vector<plan::PlannedTrial>& trials,
                                int done_before = 0) {
    RunContext world = context();
    world.done_before = done_before;
    return run_experiment(id_, experiment_, trials, installs_, world);
  }
  Result<RunOutcome> run() { return run_trials(plan::make_plan(experiment_)); }
  /// Runs what is not settled of the plan, as `run --resume` does.
  Result<RunOutcome> go_on() {
    stop_ = false;
    std::map<std::pair<int, int>, plan::Attempts> attempts;
    for (const auto& trials : {stored(), set_aside()})
      for (const TrialRecord& trial : trials) attempts[{trial.block, trial.position}].add(trial);
    auto missing = plan::make_plan(experiment_);
    const auto settled = std::erase_if(missing, [&](const plan::PlannedTrial& trial) {
      return !attempts[{trial.block, trial.position}].want_another(experiment_.protocol.retries);
    });
    return run_trials(missing, static_cast<int>(settled));
  }
  std::vector<TrialRecord> stored() {
    auto record = store_->load(id_, store::Detail::kEverything);
    EXPECT_TRUE(record) << record.error().message;
    return record ? std::move(record->trials) : std::vector<TrialRecord>{};
  }
  std::vector<TrialRecord> set_aside() {
    auto record = store_->load(id_, store::Detail::kEverything);
    EXPECT_TRUE(record) << record.error().message;
    return record ? std::move(record->set_aside) : std::vector<TrialRecord>{};
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
    runner_.reactions[type] = [this, engine, reaction](const nlohmann::json& request,
                                                       Conversation& worker) {
      return is_engine(worker, engine) ? reaction(request, worker) : runner_.usual(request, worker);
    };
  }

  std::optional<TemporaryFolder> folder_;
  Experiment experiment_;
  Installs installs_;
  StandingClock clock_;
  ScriptedRunner runner_{clock_};
  std::vector<std::unique_ptr<Sensor>> sensors_;
  std::vector<SensorStatus> statuses_;
  std::optional<store::Store> store_;
  std::int64_t id_ = 0;
  RecordedProgress progress_;
  PromptsOfModels prompts_;
  ClockReader read_clocks_ = joulemark::read_clocks;
  LeftOutAfter left_out_after_;
  std::atomic<bool> stop_{false};
};

/// The worker ends in `state` after it has printed `output`.
inline Reaction dies(WorkerState state, const std::string& output) {
  return [=](const nlohmann::json&, Conversation& worker) {
    worker.state = state;
    worker.output = output;
    return Received(Closed{});
  };
}

/// The worker answers with an error.
inline Reaction reports(const std::string& status, const std::string& message) {
  return [=](const nlohmann::json&, Conversation&) {
    return Received(
        Line{R"({"type":"error","status":")" + status + R"(","message":")" + message + "\"}"});
  };
}

inline std::vector<TrialStatus> statuses(const std::vector<TrialRecord>& trials) {
  std::vector<TrialStatus> all;
  for (const auto& trial : trials) all.push_back(trial.status);
  return all;
}

}  // namespace joulemark::run
