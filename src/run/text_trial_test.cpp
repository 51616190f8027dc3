// SPDX-License-Identifier: Apache-2.0
// Trials of language models with scripted workers and a meter of constant power.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "run/model_prompts.h"
#include "run/orchestrator_fixture.h"
#include "run/steady_meter_test.h"
#include "run/texts.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr double kWatts = kSteadyWatts;
constexpr Nanoseconds kStep = 1'000'000;  // of a token

class TextTrial : public Orchestrator {
 protected:
  void SetUp() override {
    Orchestrator::SetUp();
    experiment_.factors.engine = {"a"};
    experiment_.factors.batch = {2};
    experiment_.protocol.repetitions = 1;
    experiment_.protocol.duration_s = 0.01;
    prompts_ = {{0, {.prompts = {{1, 2}, {3}, {4, 5, 6}}, .new_tokens = 4}}};
    sensors_.push_back(std::make_unique<SteadyMeter>(clock_));
    runner_.reactions["prompts"] = [](const json& request, Conversation&) {
      return reply_line({{"type", "prompts_ready"}, {"requests", request.at("requests").size()}});
    };
    runner_.reactions["go"] = [this](const json& request, Conversation& worker) {
      return go(request, worker);
    };
    runner_.reactions["durations"] = [this](const json&, Conversation& worker) {
      const auto count = static_cast<std::size_t>(worker.iterations);
      return reply_line(
          {{"type", "durations"},
           {"calls_per_record", 1},
           {"ns", std::vector<std::int64_t>(count, 4 * kStep)},
           {"first_token_ns", std::vector<std::int64_t>(count, kStep)},
           {"inter_token_ns", std::vector<std::int64_t>(3 * count - lost_steps_, step_ns_)}});
    };
  }
  /// Ten requests or as many as are wanted, in whole passes of two.
  Received go(const json& request, Conversation& worker) {
    const std::int64_t steps = request.value("new_tokens", 4);
    const Nanoseconds t0 = clock_.now();
    worker.iterations = std::max<std::int64_t>(10, request.at("min_iterations"));
    clock_.advance(worker.iterations * steps * kStep);
    return reply_line({{"type", "done"},
                       {"t0_ns", t0},
                       {"t1_ns", clock_.now()},
                       {"iterations", worker.iterations + extra_},
                       {"prompt_tokens", worker.iterations / 2 * 6 + more_read_},
                       {"new_tokens", worker.iterations / 2 * 3 * steps + more_written_},
                       {"tokens", tokens_}});
  }
  TrialRecord run_one() {
    const auto outcome = run();
    EXPECT_TRUE(outcome) << outcome.error().message;
    return stored().front();
  }
  std::int64_t extra_ = 0;
  std::size_t lost_steps_ = 0;
  std::int64_t step_ns_ = kStep;
  std::string tokens_ = "abc";
  std::int64_t more_read_ = 0;
  std::int64_t more_written_ = 0;
};

TEST_F(TextTrial, HasTwoWindowsOfTheSameRequests) {
  const TrialRecord trial = run_one();
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  EXPECT_EQ(trial.iterations, 10);
  EXPECT_EQ(trial.text.window.prompts, 15) << "two requests are three prompts";
  EXPECT_EQ(trial.text.window.prompt_tokens, 30);
  EXPECT_EQ(trial.text.window.new_tokens, 60);
  EXPECT_EQ(trial.text.tokens, "abc");
  EXPECT_EQ(trial.text.prefill.new_tokens, 15);
  EXPECT_EQ(trial.text.first_token_ns.size(), 10U);
  EXPECT_EQ(trial.text.inter_token_ns.size(), 30U);
  EXPECT_DOUBLE_EQ(trial.inferences(), 15);
  EXPECT_NEAR(trial.energy.back().joules.value_or(0), kWatts * 0.040, 1e-9);
  EXPECT_NEAR(trial.text.prefill_joules.value_or(0), kWatts * 0.010, 1e-9);
  const auto prefill = trial.phase(Phase::kPrefill);
  ASSERT_TRUE(prefill);
  EXPECT_GE(prefill->t0_ns, trial.phase(Phase::kMeasure)->t1_ns);
  EXPECT_EQ(trial.phase(Phase::kDrain)->t0_ns, prefill->t1_ns);
}

TEST_F(TextTrial, ItsPrefillWindowIsLookedAtForDisturbancesToo) {
  Nanoseconds asleep = 0;
  read_clocks_ = [&] {
    const Nanoseconds now = clock_.now();
    return ClockReading{now, now + asleep, now + asleep};
  };
  runner_.reactions["go"] = [&, prefills = 0](const json& request, Conversation& worker) mutable {
    if (request.value("new_tokens", 4) == 1 && ++prefills == 1)
      asleep += 60 * kNanosecondsPerSecond;
    return go(request, worker);
  };
  const TrialRecord trial = run_one();
  EXPECT_EQ(trial.attempt, 1);
  EXPECT_TRUE(trial.invalid.empty());
  const auto aside = set_aside();
  ASSERT_EQ(aside.size(), 1U);
  ASSERT_EQ(aside[0].invalid.size(), 1U);
  EXPECT_EQ(aside[0].invalid[0].code, "suspended");
  EXPECT_THAT(aside[0].invalid[0].message,
              HasSubstr("while prompts alone were processed, the machine was suspended for 60 s"));
  EXPECT_EQ(aside[0].resources.facts.at(WindowFact::kSuspended).value, 0.0)
      << "a fact of the first window";
}

TEST_F(TextTrial, AnIdlePhaseTellsThePowerOfTheIdleMachine) {
  experiment_.protocol.idle_s = 0.5;
  EXPECT_NEAR(run_one().idle_w.value_or(0), kWatts, 1e-6);
}

// Kepler takes the least power that it has seen.
TEST_F(TextTrial, AnIdlePhaseTellsTheMeanPowerAndNotTheLeast) {
  experiment_.protocol.idle_s = 0.5;
  // 40 W more in a tenth of a second of every half one, wherever the phase begins.
  dynamic_cast<SteadyMeter&>(*sensors_.back()).more_j = [](Nanoseconds now) {
    const double halves = std::floor(to_seconds(now) / 0.5);
    return 40 * (0.1 * halves + std::clamp(to_seconds(now) - 0.5 * halves - 0.25, 0.0, 0.1));
  };
  EXPECT_NEAR(run_one().idle_w.value_or(0), kWatts + 40 * 0.1 / 0.5, 1e-6);
}

TEST_F(TextTrial, WithoutAnIdlePhaseThatPowerIsNotKnown) {
  EXPECT_FALSE(run_one().idle_w);
}

TEST_F(TextTrial, ItsModelIsBuiltBeforeThePrompts) {
  runner_.reactions["load"] = [this](const json&, Conversation&) {
    return reply_line(
        {{"type", "loaded"}, {"t0_ns", clock_.now()}, {"t1_ns", clock_.now()}, {"builds", true}});
  };
  runner_.reactions["build"] = [this](const json&, Conversation&) {
    const Nanoseconds t0 = clock_.now();
    clock_.advance(kStep);
    return reply_line({{"type", "built"}, {"t0_ns", t0}, {"t1_ns", clock_.now()}});
  };
  const TrialRecord trial = run_one();
  ASSERT_EQ(trial.status, TrialStatus::kOk) << trial.reason;
  EXPECT_TRUE(trial.phase(Phase::kBuild));
  std::vector<std::string> types;
  for (const auto& request : runner_.requests) types.push_back(request.type);
  const auto build = std::find(types.begin(), types.end(), "build");
  EXPECT_LT(build, std::find(types.begin(), types.end(), "prompts"));
}

TEST_F(TextTrial, TheWorkerIsToldInRequests) {
  run_one();
  std::map<std::string, std::vector<json>> sent;
  for (const auto& request : runner_.requests)
    sent[request.type].push_back(json::parse(request.line));
  EXPECT_EQ(sent.count("inputs"), 0U);
  EXPECT_EQ(sent["prompts"][0]["requests"], json::parse("[[[1,2],[3]],[[4,5,6]]]"));
  EXPECT_EQ(sent["answer"][0]["requests"], 8) << "sixteen prompts are eight requests";
  EXPECT_EQ(sent["warmup"][0]["min_iterations"], 3) << "ten calls are three requests of four";
  EXPECT_EQ(sent["go"][0]["min_iterations"], 8) << "thirty calls are eight requests";
  EXPECT_EQ(sent["go"][1]["new_tokens"], 1);
  EXPECT_EQ(sent["go"][1]["min_iterations"], 10) << "as many as the first window had";
}

TEST_F(TextTrial, AWindowThatIsNoWholePassIsNonsense) {
  extra_ = 1;
  const TrialRecord trial = run_one();
  EXPECT_EQ(trial.status, TrialStatus::kFailed);
  EXPECT_THAT(trial.reason, HasSubstr("no whole passes over 3 prompts"));
}

TEST_F(TextTrial, FewerOrMoreTokensThanWereAskedForAreNonsense) {
  for (const int more : {-1, 1}) {
    more_written_ = more;
    EXPECT_THAT(run_one().reason, HasSubstr("instead of 30 and 60")) << more;
  }
}

TEST_F(TextTrial, StepsThatWereNotTakenAreNonsense) {
  lost_steps_ = 1;
  EXPECT_THAT(run_one().reason, HasSubstr("29 steps behind the first tokens of 10 requests"));
}

TEST_F(TextTrial, TokensThatAreFasterThanTheirRequestsAreNonsense) {
  step_ns_ = kStep / 2;
  EXPECT_THAT(run_one().reason, HasSubstr("requests of 40000000 ns whose tokens took 25000000 ns"));
}

TEST_F(TextTrial, APromptThatIsNotReadIsNonsense) {
  more_read_ = -3;
  EXPECT_THAT(run_one().reason, HasSubstr("27 prompt tokens and 60 new tokens"));
}

TEST_F(TextTrial, AWorkerThatTimesInputsInsteadIsNonsense) {
  runner_.reactions.erase("go");
  EXPECT_THAT(run_one().reason, HasSubstr("0 new tokens"));
}

/// Engine "b" has a worker of its own, which is held against "a": tokens.json of each, what "b"
/// says of it, and the logits of "a".
class SelfComparingText : public TextTrial {
 protected:
  void SetUp() override {
    TextTrial::SetUp();
    experiment_.factors.engine = {"a", "b"};
    installs_["b"].worker = {"/p/b.so"};
    runner_.reactions["answer"] = [this](const json& request, Conversation& worker) {
      return answer(request, worker);
    };
    runner_.reactions["generate"] = [this](const json& request, Conversation&) {
      asked_.push_back(request.at("prompts")[0]);
      return reply_line(
          {{"type", "generated"},
           {"t0_ns", clock_.now()},
           {"token_at_ns", {clock_.now()}},
           {"rows",
            {{{"new_ids", {2}}, {"prefill_logits", {logits_}}, {"step_logits", {logits_}}}}}});
    };
  }
  Received answer(const json& request, Conversation& worker) {
    const bool is_b = worker.plugin == "/p/b.so";
    if (request.at("directory").is_string())
      std::ofstream(request.at("directory").get<std::string>() + "/tokens.json")
          << json({{"requests", is_b ? own_ : reference_}});
    return reply_line({{"type", "answered"},
                       {"effective", json::object()},
                       {"compared", !request.at("reference").is_null()},
                       {"agrees", true},
                       {"max_abs", 0.001},
                       {"max_rel", 0},
                       {"detail", is_b ? detail_ : ""}});
  }
  TrialRecord trial_of_b() {
    run_one();
    const auto trials = stored_of("b");
    EXPECT_EQ(trials.size(), 1U);
    return trials.empty() ? TrialRecord{} : trials.front();
  }

  json reference_ = {{{1, 2, 3, 4}, {1, 2, 3, 4}}, {{1, 2, 3, 4}}};
  json own_ = {{{1, 2, 3, 4}, {1, 2, 3, 4}}, {{1, 0, 3, 4}}};
  std::string detail_ = "near tie at prompt 3, token 2: 0 instead of 2, margin 0.001";
  std::vector<float> logits_ = {1.0F, 0.5F, 1.001F};
  std::vector<json> asked_;
};

TEST_F(SelfComparingText, NearTiesAreLookedAtByTheReferencesEngine) {
  tokens_ = digest_of(own_.get<Texts>());
  EXPECT_EQ(trial_of_b().status, TrialStatus::kOk);
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0], json({4, 5, 6, 1}));
}

TEST_F(SelfComparingText, WhatIsNoNearTieIsADifference) {
  tokens_ = digest_of(own_.get<Texts>());
  logits_ = {1.0F, 0.5F, 1.5F};
  const TrialRecord trial = trial_of_b();
  EXPECT_EQ(trial.status, TrialStatus::kDifferent);
  EXPECT_EQ(trial.agreement.agrees, false);
  EXPECT_THAT(trial.reason, HasSubstr("prompt 3, token 2: 0 instead of 2 is none: a cpu f32 t1 b2 "
                                      "has a margin of 0.5"));
}

TEST_F(SelfComparingText, AWorkerIsBelievedWhereTheReferenceCannotTell) {
  tokens_ = digest_of(own_.get<Texts>());
  runner_.reactions["generate"] = reports("unsupported", "no logits");
  EXPECT_EQ(trial_of_b().status, TrialStatus::kOk);
}

TEST_F(SelfComparingText, AWindowOfOtherTextsIsNotTheWorkThatWasChecked) {
  own_ = reference_;
  detail_ = "";
  tokens_ = "abc";
  const TrialRecord trial = trial_of_b();
  EXPECT_EQ(trial.status, TrialStatus::kDifferent);
  EXPECT_THAT(trial.reason, HasSubstr("the texts of its window are others than those that it "
                                      "answered before it"));
}

TEST(ModelPrompts, AreCutIntoBatchesInTheirOrder) {
  const ModelPrompts prompts{.prompts = {{1}, {2}, {3}}, .new_tokens = 5, .stop_ids = {7}};
  using Batches = std::vector<std::vector<std::vector<std::int32_t>>>;
  EXPECT_EQ(requests_of(prompts, 1).requests, (Batches{{{1}}, {{2}}, {{3}}}));
  EXPECT_EQ(requests_of(prompts, 2).requests, (Batches{{{1}, {2}}, {{3}}}));
  EXPECT_EQ(requests_of(prompts, 9).requests, (Batches{{{1}, {2}, {3}}}));
  EXPECT_EQ(requests_of(prompts, 2).stop_ids, prompts.stop_ids);
  EXPECT_EQ(checked_requests(1), 16);
  EXPECT_EQ(checked_requests(64), 1);
}

}  // namespace
}  // namespace joulemark::run
