// SPDX-License-Identifier: Apache-2.0
// Windows that cannot be what they say, one planted at a time.
#include "verdict/plausible.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/file.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

constexpr double kSeconds = 0.001;  ///< of a call; a window has 1000

/// An engine that is as it should be, and one whose trials `plant` changes.
ExperimentRecord record_with(const std::function<void(TrialRecord&)>& plant, int trials = 5) {
  const std::vector<double> times(5, kSeconds);
  ExperimentRecord record = example::record({{example::configuration("onnxruntime"), times},
                                             {example::configuration("openvino"), times}});
  for (TrialRecord& trial : record.trials)
    if (trial.configuration.engine == "openvino" && trials-- > 0) plant(trial);
  return record;
}

std::string reason(const ExperimentRecord& record, const std::string& engine = "openvino") {
  for (const Cell& cell : judge(record).cells)
    if (cell.configuration.engine == engine) return cell.reason;
  return "no cell";
}

/// 1 GFLOP and 40 MB a call, on a machine of 100 GFLOP/s and 10 GB/s with a cache of 8 MB.
void bound(TrialRecord& trial) {
  trial.work = {.flops = 1e9,
                .head_flops = 1e8,
                .weights = 1e7,
                .weight_bytes = 4e7,
                .peak_flops_per_s = 1e11,
                .peak_bytes_per_s = 1e10,
                .cache_bytes = 8e6};
}

TEST(Plausible, HonestWindowsAreLeftAlone) {
  const auto record = record_with([](TrialRecord& trial) {
    bound(trial);
    trial.work.flops = 1e7;
    trial.work.weight_bytes = 1.4e7;
    trial.idle_w = 20;
    trial = example::with_joules(trial, 40);
  });
  EXPECT_EQ(reason(record), "");
}

TEST(Plausible, WindowFasterThanItsArithmeticDidNotDoIt) {
  EXPECT_THAT(reason(record_with(bound)),
              HasSubstr("at least 1.00 TFLOP and this machine does 100 GFLOP/s at the most"));
}

TEST(Plausible, OneImpossibleWindowIsEnough) {
  EXPECT_THAT(reason(record_with(bound, 1)), HasSubstr("the work was not done"));
}

TEST(Plausible, ArithmeticOfFewerBitsMayBeFaster) {
  const auto half = record_with([](TrialRecord& trial) {
    bound(trial);
    trial.work.weight_bytes = 0;
    trial.configuration.precision = "bf16";
  });
  EXPECT_EQ(reason(half), "");
}

TEST(Plausible, WindowFasterThanItsWeightsCanBeReadDidNotReadThem) {
  const auto record = record_with([](TrialRecord& trial) {
    bound(trial);
    trial.work.flops = 0;
  });
  EXPECT_THAT(reason(record), HasSubstr("32.0 GB of weights had to be read"));
}

TEST(Plausible, WeightsThatACacheHoldsNeedNotBeRead) {
  const auto record = record_with([](TrialRecord& trial) {
    bound(trial);
    trial.work.flops = 0;
    trial.work.cache_bytes = 4e7;
  });
  EXPECT_EQ(reason(record), "");
}

TEST(Plausible, TokensOfALanguageModelEachPassThroughIt) {
  const auto lie = [](TrialRecord& trial) {
    bound(trial);
    trial.work.weight_bytes = 0;
    trial.text.window = {.prompts = 1000, .prompt_tokens = 1000, .new_tokens = 64'000};
  };
  EXPECT_THAT(reason(record_with(lie)), HasSubstr("at least 64.0 TFLOP"));
}

/// Requests of 4 prompt tokens and 10 new ones of 0.1 GFLOP: 0.1 s each where the text is computed
/// as fast as the machine can.
void as_text(TrialRecord& trial) {
  bound(trial);
  trial.work.flops = 1e8;
  trial.work.head_flops = 1e7;
  trial.work.weight_bytes = 0;
  trial.iterations = 10;
  trial.durations_ns.assign(10, 100'000'000);
  trial.text.window = {.prompts = 10, .prompt_tokens = 40, .new_tokens = 100};
  trial.text.prefill = {.prompts = 10, .prompt_tokens = 40, .new_tokens = 10};
  trial.text.first_token_ns.assign(10, 10'000'000);
  trial.text.inter_token_ns.assign(90, 10'000'000);
  const std::int64_t end = trial.phase(Phase::kMeasure)->t1_ns;
  trial.phases.push_back({Phase::kPrefill, end, end + 100'000'000});
}

std::string reason_of_text(const std::function<void(TrialRecord&)>& plant) {
  return reason(record_with([&](TrialRecord& trial) {
    as_text(trial);
    plant(trial);
  }));
}

TEST(Plausible, AnHonestTextIsLeftAlone) {
  EXPECT_EQ(reason_of_text([](TrialRecord&) {}), "");
}

TEST(Plausible, PromptsFasterThanTheirArithmeticWereNotRead) {
  EXPECT_THAT(reason_of_text([](TrialRecord& trial) {
                trial.phases.back().t1_ns = trial.phases.back().t0_ns + 1'000'000;
              }),
              HasSubstr("its window up to the first tokens took 1.00 ms"));
}

TEST(Plausible, TokensFasterThanTheirArithmeticWereNotComputed) {
  const auto quick = [](std::size_t count) {
    return reason_of_text([=](TrialRecord& trial) {
      auto& steps = trial.text.inter_token_ns;
      std::fill_n(steps.begin(), count, 10'000);
    });
  };
  EXPECT_THAT(quick(45), HasSubstr("45 of its 90 tokens took less than 667 µs"));
  EXPECT_EQ(quick(4), "") << "a step may be told late";
}

TEST(Plausible, CallsFasterThanTheirArithmeticWereNotComputed) {
  const auto quick = [](std::size_t count) {
    return reason(record_with([=](TrialRecord& trial) {
      bound(trial);
      trial.work.flops = 1e7;
      trial.work.weight_bytes = 0;
      std::fill_n(trial.durations_ns.begin(), count, 60'000);
    }));
  };
  EXPECT_THAT(quick(100), HasSubstr("100 of its 1000 latencies took less than 66.7 µs"));
  EXPECT_EQ(quick(40), "");
}

TEST(Plausible, FirstTokensAreHeldAgainstTheWindowThatEndsThere) {
  const auto first = [](std::int64_t ns) {
    return reason_of_text([=](TrialRecord& trial) { trial.text.first_token_ns.assign(10, ns); });
  };
  EXPECT_THAT(first(1'000'000), HasSubstr("after 1.00 ms by its own account, and requests that "
                                          "end there took 10.0 ms each"));
  EXPECT_THAT(first(80'000'000), HasSubstr("after 80.0 ms by its own account"));
  for (const std::int64_t honest : {4'000'000, 10'000'000, 30'000'000})
    EXPECT_EQ(first(honest), "") << honest;
}

TEST(Plausible, AtARateFirstTokensHoldTheWaitForOthers) {
  EXPECT_EQ(reason_of_text([](TrialRecord& trial) {
              trial.text.first_token_ns.assign(10, 1'000'000);
              trial.resources.facts[WindowFact::kBusy] = {1.0, ""};
            }),
            "");
}

TEST(Plausible, PollingForTokensIsSeenInTheirTimes) {
  EXPECT_THAT(reason_of_text([](TrialRecord& trial) {
                auto& steps = trial.text.inter_token_ns;
                for (std::size_t i = 0; i < steps.size(); ++i)
                  steps[i] = 4'000'000 * (1 + static_cast<std::int64_t>(i % 3));
              }),
              HasSubstr("multiples of 4.00 ms"));
}

TEST(Plausible, AcceleratorsAreNotHeldAgainstTheProcessor) {
  const auto record = record_with([](TrialRecord& trial) {
    bound(trial);
    trial.configuration.provider = "cuda";
    trial.resources.cpu_s = 0;
  });
  EXPECT_EQ(reason(record), "");
}

TEST(Plausible, PollingLoopIsSeenInTheLatencies) {
  const auto record = record_with([](TrialRecord& trial) {
    for (std::size_t i = 0; i < trial.durations_ns.size(); ++i)
      trial.durations_ns[i] = 577'000 * (1 + static_cast<std::int64_t>(i % 3));
  });
  EXPECT_THAT(reason(record), HasSubstr("multiples of 577 µs (1 to 3 times)"));
}

/// Calls of 4.4 ms, of which every fifth was put off for as long, and one in ten for twice that.
void put_off(TrialRecord& trial) {
  for (std::size_t i = 0; i < trial.durations_ns.size(); ++i)
    trial.durations_ns[i] = std::int64_t{4'400'000} * (i % 10 == 0 ? 3 : i % 5 == 0 ? 2 : 1);
}

TEST(Plausible, StepsOfTheSchedulerAreNoPollingLoop) {
  EXPECT_THAT(reason(record_with(put_off)), HasSubstr("multiples of 4.40 ms"));
  for (const WindowFact fact :
       {WindowFact::kWaitedCpu, WindowFact::kSteal, WindowFact::kGroupThrottled}) {
    const auto waited = [&](double part) {
      return record_with([&](TrialRecord& trial) {
        put_off(trial);
        const auto calls = static_cast<double>(trial.durations_ns.size());
        trial.resources.facts[fact] = {part * calls * 0.3 * 4.4e-3, ""};
      });
    };
    EXPECT_EQ(reason(waited(0.9)), "") << key_of(fact);
    EXPECT_THAT(reason(waited(0.1)), HasSubstr("multiples of 4.40 ms")) << key_of(fact);
  }
}

TEST(Plausible, WorkOfSeveralSizesIsNoPollingLoopWhereNobodySlept) {
  const auto switched = [](std::optional<std::int64_t> switches) {
    return record_with([=](TrialRecord& trial) {
      put_off(trial);
      trial.resources.voluntary_switches = switches;
    });
  };
  EXPECT_THAT(reason(switched(std::nullopt)), HasSubstr("multiples of 4.40 ms"));
  EXPECT_THAT(reason(switched(1200)), HasSubstr("multiples of 4.40 ms"));
  EXPECT_EQ(reason(switched(20)), "") << "of 200 late answers";
}

TEST(Plausible, StepsThatNoTimerMakesAreNoPollingLoop) {
  const auto steps_of = [](std::int64_t ns) {
    return record_with([=](TrialRecord& trial) {
      trial.durations_ns.resize(20'000);
      for (std::size_t i = 0; i < trial.durations_ns.size(); ++i)
        trial.durations_ns[i] = ns * (1 + static_cast<std::int64_t>(i % 3));
    });
  };
  EXPECT_THAT(reason(steps_of(150'000)), HasSubstr("multiples of 150 µs"));
  EXPECT_EQ(reason(steps_of(35'300)), "");
}

TEST(Plausible, WorkerThatSleepsIsNotComputing) {
  const auto record = record_with([](TrialRecord& trial) { trial.resources.cpu_s = 0.01; });
  EXPECT_THAT(reason(record), HasSubstr("computed for 10.0 ms of 1.00 s"));
}

TEST(Plausible, AServerMayWaitForItsNextRequest) {
  const auto record = record_with([](TrialRecord& trial) {
    trial.resources.cpu_s = 0.01;
    trial.resources.facts[WindowFact::kClientCpu] = {0.01, ""};
  });
  EXPECT_EQ(reason(record), "");
}

TEST(Plausible, BesideOthersAWorkerMayHaveComputedLittle) {
  const auto starved = [](TrialRecord& trial) { trial.resources.cpu_s = 0.06; };
  ExperimentRecord record = record_with(starved);
  EXPECT_THAT(reason(record), HasSubstr("computed for 60.0 ms"));
  record.findings.emplace_back().code = "load";
  EXPECT_EQ(reason(record), "");
  record.findings.clear();
  for (TrialRecord& trial : record.trials)
    trial.resources.facts[WindowFact::kForeignCpu] = {1.5, ""};
  EXPECT_EQ(reason(record), "");
  for (TrialRecord& trial : record.trials) trial.resources.cpu_s = 0.01;
  EXPECT_THAT(reason(record), HasSubstr("computed for 10.0 ms"));
}

TEST(Plausible, WhereWaitsAreKnownAProcessComputesForHalfOfItsWindow) {
  const auto of = [](double cpu_s, std::optional<double> waited_s, std::int64_t faults) {
    return reason(record_with([=](TrialRecord& trial) {
      trial.resources.cpu_s = cpu_s;
      trial.resources.major_faults = faults;
      trial.resources.facts[WindowFact::kWaitedCpu] = {waited_s, waited_s ? "" : "absent"};
      trial.resources.facts[WindowFact::kForeignCpu] = {1.5, ""};
    }));
  };
  EXPECT_THAT(of(0.4, 0, 0), HasSubstr("computed for 400 ms of 1.00 s"));
  EXPECT_EQ(of(0.6, 0, 0), "");
  EXPECT_EQ(of(0.2, 0.5, 0), "") << "others had the processors";
  EXPECT_EQ(of(0.2, 0, 3), "") << "pages were read from a disk";
  EXPECT_EQ(of(0.2, std::nullopt, 0), "") << "nobody counted waits";
}

TEST(Plausible, LessThanAnIdleMachineIsNoWindow) {
  const auto record = record_with([](TrialRecord& trial) {
    trial = example::with_joules(trial, 10);
    trial.idle_w = 20;
  });
  EXPECT_THAT(reason(record), HasSubstr("drew 10.0 W, less than the idle machine"));
}

TEST(Plausible, WhatFewTrialsShowIsNoReasonWhereHalfAreNeeded) {
  const auto record = record_with([](TrialRecord& trial) { trial.resources.cpu_s = 0.01; }, 2);
  EXPECT_EQ(reason(record), "");
}

TEST(Plausible, TwoWindowsOfAPollingLoopAreEnough) {
  const auto poll = [](TrialRecord& trial) {
    for (std::size_t i = 0; i < trial.durations_ns.size(); ++i)
      trial.durations_ns[i] = 500'000 * (1 + static_cast<std::int64_t>(i % 3));
  };
  EXPECT_THAT(reason(record_with(poll, 2)), HasSubstr("multiples of 500 µs"));
  EXPECT_EQ(reason(record_with(poll, 1)), "");
}

TEST(Plausible, AFindingOfTooFewTrialsIsACaveat) {
  const auto record = record_with([](TrialRecord& trial) { trial.resources.cpu_s = 0.01; }, 1);
  const auto caveats = judge(record).caveats;
  const auto found = std::find_if(caveats.begin(), caveats.end(), [](const Caveat& caveat) {
    return caveat.code == "odd_windows";
  });
  ASSERT_NE(found, caveats.end());
  EXPECT_THAT(found->message, HasSubstr("openvino cpu f32 t2 b1 in 1 of 5 trials: its process"));
}

TEST(Plausible, CaveatNamesWhoIsNotRanked) {
  const auto caveats = judge(record_with(bound)).caveats;
  const auto found = std::find_if(caveats.begin(), caveats.end(), [](const Caveat& caveat) {
    return caveat.code == "implausible";
  });
  ASSERT_NE(found, caveats.end());
  EXPECT_THAT(found->message, HasSubstr("openvino cpu f32 t2 b1: its window took"));
}

TEST(Plausible, TheTableIsInTheManual) {
  const auto manual = read_file(JOULEMARK_SOURCE_DIR "/docs/same-work.md");
  ASSERT_TRUE(manual) << manual.error().message;
  for (const PlausibilityCheck& check : plausibility_checks())
    EXPECT_THAT(*manual, HasSubstr(fmt::format("| `{}` | {} | {} |", check.code, check.what,
                                               to_string(check.needs))));
}

TEST(Plausible, CodesOfTheTableAreUnique) {
  std::set<std::string> codes;
  for (const PlausibilityCheck& check : plausibility_checks())
    EXPECT_TRUE(codes.insert(check.code).second) << check.code;
}

}  // namespace
}  // namespace joulemark::verdict
