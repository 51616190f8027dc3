// SPDX-License-Identifier: Apache-2.0
#include "load/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace joulemark::load {
namespace {

constexpr Nanoseconds kMs = 1'000'000;

/// Requests of 5 ms, due every 10 ms from 0 on; the window is [1 s, 2 s).
LoadRun steady() {
  LoadRun run;
  run.window_begin = kNanosecondsPerSecond;
  run.window_end = 2 * kNanosecondsPerSecond - 1;
  for (std::int64_t i = 0; i < 220; ++i) {
    Record record;
    record.index = i;
    record.scheduled = 10 * kMs * i;
    record.end = record.scheduled + 5 * kMs;
    record.first = record.end;
    record.status = 200;
    record.outcome = Outcome::kGood;
    run.records.push_back(record);
  }
  return run;
}

std::vector<std::string> codes(const Summary& summary) {
  std::vector<std::string> out;
  for (const Caveat& caveat : caveats_of(summary)) out.push_back(caveat.code);
  return out;
}

TEST(LoadSummary, OnlyTheWindowCounts) {
  const auto summary = summarize(steady(), {}, LoopKind::kOpen);
  EXPECT_EQ(summary.requests, 100);
  EXPECT_EQ(summary.good, 100);
  EXPECT_NEAR(summary.throughput.estimate, 100, 0.001);
  EXPECT_NEAR(summary.offered_per_s, 100, 0.001);
  ASSERT_EQ(summary.distributions.size(), 1U);
  EXPECT_EQ(summary.distributions[0].count, 100U);
  EXPECT_DOUBLE_EQ(summary.distributions[0].percentiles[3].estimate, 5);
  EXPECT_TRUE(caveats_of(summary).empty());
}

TEST(LoadSummary, RequestsDueInTheWindowCountThoughTheyEndBehindIt) {
  LoadRun run = steady();
  run.records[150].end += 5 * kNanosecondsPerSecond;
  const auto summary = summarize(run, {}, LoopKind::kOpen);
  EXPECT_DOUBLE_EQ(summary.distributions[0].most, 5005);
  EXPECT_NEAR(summary.throughput.estimate, 99, 0.001);
}

TEST(LoadSummary, FailuresAreNoLatenciesAndNoGoodOutput) {
  LoadRun run = steady();
  for (const int i : {110, 120}) {
    run.records[i].outcome = Outcome::kStatus;
    run.records[i].kind = "503";
    run.records[i].message = "number " + std::to_string(i);
  }
  run.records[130].end += 100 * kMs;
  const auto summary = summarize(run, {{"latency_ms", 50}}, LoopKind::kOpen);
  EXPECT_EQ(summary.distributions[0].count, 98U);
  ASSERT_EQ(summary.failures.size(), 1U);
  EXPECT_EQ(summary.failures[0].count, 2);
  EXPECT_EQ(summary.failures[0].first, "number 110");
  ASSERT_TRUE(summary.goodput);
  EXPECT_DOUBLE_EQ(summary.goodput->share, 0.97);
  EXPECT_NEAR(summary.goodput->per_s, 97, 0.001);
}

TEST(LoadSummary, AbandonedRequestsAreLeftOutAndTold) {
  LoadRun run = steady();
  run.was_interrupted = true;
  run.records[199].outcome = Outcome::kAbandoned;
  const auto summary = summarize(run, {}, LoopKind::kClosed);
  EXPECT_EQ(summary.requests, 99);
  EXPECT_EQ(summary.abandoned, 1);
  EXPECT_THAT(codes(summary), testing::Contains("interrupted"));
}

TEST(LoadSummary, TheOrderOfTheRecordsDoesNotMatter) {
  LoadRun run = steady();
  for (Record& record : run.records) record.end += record.index * record.index % 7 * kMs;
  const auto before = summarize(run, {}, LoopKind::kOpen);
  std::reverse(run.records.begin(), run.records.end());
  const auto after = summarize(run, {}, LoopKind::kOpen);
  EXPECT_EQ(before.distributions[0].percentiles[0].lo, after.distributions[0].percentiles[0].lo);
}

TEST(LoadCaveats, ALateGeneratorIsToldWhereItMatters) {
  LoadRun run = steady();
  run.lateness_ms.assign(100, 0.9);
  EXPECT_THAT(codes(summarize(run, {}, LoopKind::kOpen)), testing::IsEmpty());
  run.lateness_ms.assign(100, 2.0);
  EXPECT_THAT(codes(summarize(run, {}, LoopKind::kOpen)), testing::ElementsAre("generator_late"));
  for (Record& record : run.records) record.end += kNanosecondsPerSecond;
  EXPECT_THAT(codes(summarize(run, {}, LoopKind::kOpen)),
              testing::Not(testing::Contains("generator_late")));
}

TEST(LoadCaveats, AQueueThatGrowsIsToldByHowMuch) {
  LoadRun run = steady();
  for (Record& record : run.records) record.end += record.scheduled / 5;
  EXPECT_NEAR(summarize(run, {}, LoopKind::kOpen).drift, 0.2, 0.001);
  EXPECT_THAT(codes(summarize(run, {}, LoopKind::kOpen)), testing::Contains("falls_behind"));
  EXPECT_THAT(codes(summarize(run, {}, LoopKind::kClosed)),
              testing::Not(testing::Contains("falls_behind")));
}

TEST(LoadCaveats, LongLatenciesThatStayAreNoQueueThatGrows) {
  LoadRun run = steady();
  for (Record& record : run.records) record.end += 800 * kMs;
  EXPECT_NEAR(summarize(run, {}, LoopKind::kOpen).drift, 0, 0.001);
}

TEST(LoadCaveats, EachSituationHasItsOwn) {
  Summary summary;
  summary.good = 10;
  summary.unequal = 2;
  summary.unknown = 3;
  summary.new_tokens = 100;
  summary.parts = 50;
  summary.held = 4;
  summary.loop = LoopKind::kOpen;
  summary.drift = 0.1;
  summary.energy.requests = 1;
  EXPECT_THAT(codes(summary),
              testing::ElementsAre("unequal_work", "unchecked_work", "falls_behind", "held_back",
                                   "merged_tokens", "energy_waits", "few_requests"));
}

TEST(LoadSummary, ARunWithoutAnswersHasNoNumbersAndNoCrash) {
  const auto summary = summarize({}, {{"latency_ms", 1}}, LoopKind::kOpen);
  EXPECT_EQ(summary.requests, 0);
  EXPECT_TRUE(summary.distributions.empty());
  EXPECT_EQ(summary.goodput->share, 0);
}

}  // namespace
}  // namespace joulemark::load
