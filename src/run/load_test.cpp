// SPDX-License-Identifier: Apache-2.0
// Trials at a fixed rate: what is asked for, and what of the answers is believed.
#include "run/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "run/orchestrator_fixture.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::HasSubstr;

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() {
    experiment_.protocol.rate = 10;
    experiment_.protocol.arrivals = "uniform";
    experiment_.protocol.min_iterations = 4;
  }
  Load load(const ModelPrompts* prompts = nullptr) {
    return load_of({.experiment = experiment_,
                    .planned = planned_,
                    .install = install_,
                    .model_path = "",
                    .answer = {},
                    .window_s = 1,
                    .prompts = prompts});
  }
  /// What a sound worker says, of requests that take 20 ms each.
  static Done done_of(const Load& load) {
    return {.t0_ns = 1,
            .t1_ns = 1 + schedule_length(load.arrivals.rate, load.requests),
            .iterations = load.requests,
            .load = ServedLoad{.arrivals = load.arrivals, .busy_ns = load.requests * 20'000'000}};
  }
  static Durations durations_of(const Load& load) {
    return {.calls_per_record = 1,
            .ns = std::vector<std::int64_t>(static_cast<std::size_t>(load.requests), 20'000'000)};
  }

  Experiment experiment_;
  plan::PlannedTrial planned_;
  EngineInstall install_;
};

TEST_F(LoadTest, WithoutARateAWindowIsAsLongAsItIsAskedFor) {
  experiment_.protocol.rate = 0;
  const Load flat = load();
  EXPECT_FALSE(flat.is_at_rate());
  EXPECT_EQ(flat.request().min_iterations, 4);
  EXPECT_EQ(flat.request().min_ns, kNanosecondsPerSecond);
  EXPECT_TRUE(check_served(flat, {}));
}

TEST_F(LoadTest, IsTheSameForAllConfigurationsOfABlock) {
  const Load first = load();
  EXPECT_EQ(first.requests, 10);
  planned_.position = 7;
  planned_.configuration.threads = 4;
  EXPECT_EQ(load().arrivals, first.arrivals);
  planned_.block = 1;
  EXPECT_FALSE(load().arrivals == first.arrivals);
  EXPECT_EQ(load().requests, first.requests) << "the same work in every block";
}

TEST_F(LoadTest, HoldsTheLeastIterationsAndWholePasses) {
  experiment_.protocol.min_iterations = 30;
  EXPECT_EQ(load().requests, 30);
  EXPECT_DOUBLE_EQ(load().window_s, 3);
  const ModelPrompts prompts{.prompts = {{1}, {2}, {3}}, .new_tokens = 10};
  EXPECT_EQ(load(&prompts).requests, 12) << "ten requests, in passes of three";
  EXPECT_DOUBLE_EQ(load(&prompts).windows_s, 2.4) << "and the same again for the prompts alone";
}

TEST_F(LoadTest, WhatCannotEndInTimeIsNotBegun) {
  EXPECT_TRUE(check_capacity(load(), 0.02, 300));
  const auto overloaded = check_capacity(load(), 60, 300);
  ASSERT_FALSE(overloaded);
  EXPECT_EQ(overloaded.error().status, TrialStatus::kTimeout);
  EXPECT_THAT(overloaded.error().reason,
              HasSubstr("overloaded: 10 requests of 60 s each take 600 s"));
  experiment_.protocol.rate = 0.01;
  const auto slow = check_capacity(load(), 0.02, 300);
  ASSERT_FALSE(slow);
  EXPECT_THAT(slow.error().reason, HasSubstr("4 requests at 0.01 a second take 400 s"));
}

TEST_F(LoadTest, AWorkerThatKeepsToTheScheduleIsBelieved) {
  EXPECT_TRUE(check_served(load(), done_of(load())));
  EXPECT_TRUE(check_latencies(load(), done_of(load()), durations_of(load())));
}

TEST_F(LoadTest, AWorkerThatKnowsNoRatesIsUnsupported) {
  Done done = done_of(load());
  done.load.reset();
  const auto served = check_served(load(), done);
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().status, TrialStatus::kUnsupported);
  EXPECT_EQ(served.error().recurrence, Recurrence::kCertain);
  EXPECT_THAT(served.error().reason, HasSubstr("cannot be asked at a rate"));
}

TEST_F(LoadTest, AnotherScheduleIsNonsense) {
  for (const Arrivals& other : {Arrivals{.rate = 11}, Arrivals{.rate = 10, .seed = 3}}) {
    Done done = done_of(load());
    done.load->arrivals = other;
    EXPECT_THAT(check_served(load(), done).error().reason, HasSubstr("another schedule"));
  }
  Done fewer = done_of(load());
  fewer.iterations = 9;
  EXPECT_THAT(check_served(load(), fewer).error().reason, HasSubstr("9 requests served, not 10"));
}

TEST_F(LoadTest, LatenciesThatDoNotFitIntoTheScheduleAreNonsense) {
  const auto reason = [&](const Done& done, const Durations& durations) {
    const auto checked = check_latencies(load(), done, durations);
    return checked ? std::string() : checked.error().reason;
  };
  Durations early = durations_of(load());
  early.ns[4] = 200'000'000;  // the next ones would have to wait
  EXPECT_THAT(reason(done_of(load()), early), HasSubstr("request 6 was answered"));
  Durations late = durations_of(load());
  late.ns.back() = 60'000'000;
  EXPECT_THAT(reason(done_of(load()), late), HasSubstr("request 10 was answered"));
  Done shorter = done_of(load());
  shorter.t1_ns -= 20'000'000;
  EXPECT_THAT(reason(shorter, durations_of(load())), HasSubstr("shorter than its schedule"));
  Durations grouped = durations_of(load());
  grouped.calls_per_record = 2;
  EXPECT_THAT(reason(done_of(load()), grouped), HasSubstr("no latency of each request"));
}

class OrchestratorAtRate : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.protocol.rate = 10;
    experiment_.protocol.arrivals = "uniform";
    experiment_.protocol.duration_s = 2;
    experiment_.protocol.min_iterations = 1;
  }
  /// A worker that keeps to the schedule; a request takes 10 ms.
  Received serve(const json& request, Conversation& worker) {
    const Nanoseconds t0 = clock_.now();
    worker.iterations = request_count(request.at("rate"), {.min_ns = request.at("min_ns")});
    clock_.advance(schedule_length(request.at("rate"), worker.iterations));
    return reply_line({{"type", "done"},
                       {"t0_ns", t0},
                       {"t1_ns", clock_.now()},
                       {"iterations", worker.iterations},
                       {"rate", request.at("rate")},
                       {"arrivals", request.at("arrivals")},
                       {"seed", request.at("seed")},
                       {"busy_ns", worker.iterations * 10'000'000},
                       {"queue_max", 2},
                       {"wake_late_ns", 60'000}});
  }
};

TEST_F(OrchestratorAtRate, EveryTrialHoldsTheSameRequestsInTheSameTime) {
  runner_.reactions["go"] = [&](const json& request, Conversation& worker) {
    return serve(request, worker);
  };
  ASSERT_TRUE(run());
  const auto trials = stored();
  ASSERT_EQ(trials.size(), 4u);
  for (const TrialRecord& trial : trials) {
    EXPECT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
    EXPECT_EQ(trial.iterations, 20);
    EXPECT_DOUBLE_EQ(trial.window_s(), 2);
    const auto fact = [&](WindowFact which) {
      return trial.resources.facts.at(which).value.value_or(-1);
    };
    EXPECT_DOUBLE_EQ(fact(WindowFact::kBusy), 0.2);
    EXPECT_DOUBLE_EQ(fact(WindowFact::kQueueMax), 2);
    EXPECT_DOUBLE_EQ(fact(WindowFact::kWakeLate), 60e-6);
  }
  std::map<int, std::set<std::uint64_t>> seeds;
  int number = 0;
  for (const SentRequest& sent : runner_.requests)
    if (sent.type == "go")
      seeds[number++ / 2].insert(json::parse(sent.line).at("seed").get<std::uint64_t>());
  ASSERT_EQ(seeds.size(), 2u);
  EXPECT_EQ(seeds[0].size(), 1u) << "one schedule a block";
  EXPECT_NE(seeds[0], seeds[1]);
}

TEST_F(OrchestratorAtRate, AFlatOutWindowNeverPassesForOneAtARate) {
  ASSERT_TRUE(run());
  const auto trials = stored();
  EXPECT_THAT(statuses(trials), Each(TrialStatus::kUnsupported));
  EXPECT_THAT(trials.front().reason, HasSubstr("cannot be asked at a rate"));
  EXPECT_TRUE(trials.front().durations_ns.empty());
}

TEST_F(OrchestratorAtRate, AWorkersOwnWordOfIt) {
  runner_.reactions["go"] = reports("unsupported", "this worker knows no rates");
  ASSERT_TRUE(run());
  EXPECT_THAT(statuses(stored()), Each(TrialStatus::kUnsupported));
  EXPECT_EQ(stored().front().reason, "this worker knows no rates");
}

}  // namespace
}  // namespace joulemark::run
