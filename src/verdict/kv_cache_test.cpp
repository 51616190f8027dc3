// SPDX-License-Identifier: Apache-2.0
// Language models that keep keys and values, and one that feeds everything again.
#include "verdict/kv_cache.h"

#include <gmock/gmock.h>

#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using ::testing::HasSubstr;

constexpr int kPrompt = 10;
constexpr int kSteps = 40;

/// Ten requests; a step at position p takes `step_ns(p)`.
template <class Step>
void decode(TrialRecord& trial, const Step& step_ns) {
  trial.text.window = {
      .prompts = 10, .prompt_tokens = 10 * kPrompt, .new_tokens = 10 * (kSteps + 1)};
  trial.text.tokens = "same";
  trial.durations_ns.clear();
  for (int request = 0; request < 10; ++request) {
    trial.text.first_token_ns.push_back(kPrompt * 100'000);
    for (int step = 0; step < kSteps; ++step)
      trial.text.inter_token_ns.push_back(step_ns(kPrompt + step));
  }
}

std::int64_t with_cache(int position) {
  return 200'000 + 100 * position;
}
std::int64_t without_cache(int position) {
  return 100'000 * position;
}

/// Engine "a" keeps a cache; "b" takes `step_ns` and says `effective`.
template <class Step>
std::string reason_of_b(const Step& step_ns, const std::string& effective = "{}") {
  const std::vector<double> times(3, 0.001);
  ExperimentRecord record =
      example::record({{example::configuration("a"), times}, {example::configuration("b"), times}});
  for (TrialRecord& trial : record.trials) {
    if (trial.configuration.engine == "a") {
      decode(trial, with_cache);
      continue;
    }
    decode(trial, step_ns);
    trial.effective_json = effective;
  }
  for (const Cell& cell : judge(record).cells)
    if (cell.configuration.engine == "b") return cell.reason;
  return "no cell";
}

TEST(KvCache, StepsThatFeedEverythingAgainAreSeenInTheirTimes) {
  EXPECT_THAT(reason_of_b(without_cache), HasSubstr("it kept no cache of keys and values"));
}

TEST(KvCache, AnEngineThatSaysThatItKeepsNoneIsBelieved) {
  for (const char* effective : {R"({"kv_cache":"none"})", R"({"kv_cache":false})"})
    EXPECT_THAT(reason_of_b(with_cache, effective), HasSubstr("kept no cache")) << effective;
}

TEST(KvCache, AttentionOverALongTextIsNoReason) {
  EXPECT_EQ(reason_of_b([](int position) { return 300'000 + 2'000 * position; }), "");
  EXPECT_EQ(reason_of_b(with_cache, R"({"kv_cache":"growing"})"), "");
}

TEST(KvCache, WhatAllLackIsCommonToAll) {
  const std::vector<double> times(3, 0.001);
  ExperimentRecord record =
      example::record({{example::configuration("a"), times}, {example::configuration("b"), times}});
  for (TrialRecord& trial : record.trials) {
    decode(trial, without_cache);
    trial.effective_json = R"({"kv_cache":"none"})";
  }
  for (const Cell& cell : judge(record).cells) EXPECT_EQ(cell.reason, "");
}

TEST(KvCache, RequestsOfSeveralLengthsTellNothing) {
  TrialRecord trial = example::trial(example::configuration("a"), 0, 0.001);
  decode(trial, without_cache);
  ASSERT_TRUE(step_growth(trial));
  trial.text.inter_token_ns.pop_back();
  EXPECT_FALSE(step_growth(trial));
}

}  // namespace
}  // namespace joulemark::verdict
