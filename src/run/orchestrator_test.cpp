// SPDX-License-Identifier: Apache-2.0
// Tests of a whole experiment with scripted workers and a real store.
#include "run/orchestrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"
#include "sensors/catalog.h"
#include "sensors/rapl/simulated_powercap.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

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
  constexpr Phase kInOrder[] = {Phase::kIdle,  Phase::kLoad,    Phase::kWarmup,
                                Phase::kReady, Phase::kMeasure, Phase::kDrain};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(trial.phases[i].phase, kInOrder[i]);
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

TEST_F(Orchestrator, AWarmUpLeavesTimeForTheWindow) {
  experiment_.factors = {.engine = {"a"}};
  experiment_.protocol = {.repetitions = 1, .time_limit_s = 3, .sample_hz = 0};
  ASSERT_TRUE(run());
  for (const auto& request : runner_.requests)
    if (request.type == "warmup") {
      const auto cap_ns = json::parse(request.line)["max_ns"].get<std::int64_t>();
      EXPECT_LE(cap_ns, 2'000'000'000);
      EXPECT_GE(cap_ns, 200'000'000);
    }
}

TEST_F(Orchestrator, ASecondRunOfTheSameTrialsIsAnotherAttempt) {
  ASSERT_TRUE(run());
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  const auto record = store_->load(id_, store::Detail::kSummary);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->trials.size(), 4u) << "the first undisturbed one counts";
  ASSERT_EQ(record->set_aside.size(), 4u);
  EXPECT_EQ(record->trials[0].attempt, 0);
  EXPECT_EQ(record->set_aside[0].attempt, 1);
}

TEST_F(Orchestrator, UnequalOutputsAreMeasuredAndMarked) {
  when("b", "answer", answers_otherwise());
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->not_ok, 1);
  const auto different = stored_of("b");
  EXPECT_THAT(statuses(different), Each(TrialStatus::kDifferent));
  EXPECT_EQ(different[0].reason,
            "outputs differ from those of 'a cpu f32 t1 b1': output 'y' differs most at [3]");
  EXPECT_EQ(different[0].agreement.max_abs, 0.5);
  EXPECT_EQ(different[0].iterations, 700);
  EXPECT_THAT(statuses(stored_of("a")), Each(TrialStatus::kOk));
  EXPECT_TRUE(stored_of("a")[0].agreement.compared);
}

TEST_F(Orchestrator, AModelWhoseOutputsChangeIsNotBlamedOnAnother) {
  when("a", "answer", [](const json& request, Conversation&) {
    return reply_line({{"type", "answered"},
                       {"effective", json::object()},
                       {"compared", !request.at("reference").is_null()},
                       {"agrees", false},
                       {"detail", "output 'y' differs"}});
  });
  ASSERT_TRUE(run());
  const auto trials = stored_of("a");
  EXPECT_THAT(statuses(trials), Each(TrialStatus::kDifferent));
  EXPECT_EQ(trials[0].reason,
            "not deterministic: its outputs differ from one run to the next: output 'y' differs");
  EXPECT_THAT(statuses(stored_of("b")), Each(TrialStatus::kOk)) << "a is no reference";
}

TEST_F(Orchestrator, AModelFileThatChangesEndsItsTrials) {
  const auto file = folder_->path() / "net.onnx";
  std::ofstream(file) << "as it was";
  experiment_.models[0].source = file.string();
  experiment_.factors.engine = {"a"};
  experiment_.protocol.repetitions = 3;
  int windows = 0;
  runner_.reactions["go"] = [&](const json& request, Conversation& worker) {
    if (++windows == 2) std::ofstream(file) << "another model";
    return runner_.usual(request, worker);
  };
  ASSERT_TRUE(run());
  const auto trials = stored();
  EXPECT_THAT(statuses(trials),
              ElementsAre(TrialStatus::kOk, TrialStatus::kFailed, TrialStatus::kFailed));
  EXPECT_THAT(trials[1].reason, HasSubstr("net.onnx' has changed since the experiment began"));
  EXPECT_THAT(trials[2].reason, HasSubstr("not tried: model file"));
  EXPECT_EQ(windows, 2);
}

TEST_F(Orchestrator, AFullTemporaryFolderIsNoFaultOfTheEngine) {
  runner_.reactions["answer"] = [](const json& request, Conversation&) {
    const std::string file = request.at("directory").get<std::string>() + "/output_0.pb";
    return reply_line({{"type", "error"},
                       {"status", "failed"},
                       {"message", "cannot write '" + file + "': No space left on device"}});
  };
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(outcome.error().message, HasSubstr("set TMPDIR to a folder on another disk"));
  EXPECT_TRUE(stored().empty());
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
  EXPECT_THAT(writers, ElementsAre("/p/a.so", "/p/b.so")) << "each writes its own, once";
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
  auto discovered = sensors::discover({.root = folder_->path(), .clock = &clock_});
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
