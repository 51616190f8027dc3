// SPDX-License-Identifier: Apache-2.0
// Tests that a failure of one trial is data, and that nothing finished is ever lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Orchestrator, ACrashIsDataAndTheRestGoesOn) {
  when("b", "warmup", dies(Signalled{SIGSEGV}, "about to fail\n"));
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ok, 2);
  EXPECT_EQ(outcome->not_ok, 2);
  const auto crashed = stored_of("b");
  EXPECT_THAT(statuses(crashed), Each(TrialStatus::kCrashed));
  EXPECT_EQ(crashed[0].reason, "worker killed by SIGSEGV (segmentation fault) in phase 'warmup'");
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
  EXPECT_THAT(
      hung[0].reason,
      HasSubstr("time limit passed in phase 'measure', 20.0 s after the start; worker killed"));
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

/// There is no worker program.
class NoWorker final : public WorkerRunner {
 public:
  Result<std::unique_ptr<WorkerProcess>> start(const WorkerCommand&) override {
    return fail(ErrorKind::kMachine, "cannot start worker '/nope'");
  }
};

TEST_F(Orchestrator, WithoutAWorkerProgramNothingIsTried) {
  NoWorker none;
  RunContext context{.workers = none,
                     .sensors = sensors_,
                     .store = *store_,
                     .progress = progress_,
                     .clock = clock_,
                     .stop = stop_,
                     .host = {.key = "host-key", .facts = {}}};
  const auto outcome =
      run_experiment(id_, experiment_, plan::make_plan(experiment_), installs_, context);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kMachine);
  EXPECT_EQ(outcome.error().message, "cannot start worker '/nope'");
  EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace joulemark::run
