// SPDX-License-Identifier: Apache-2.0
// The loops against our own server, which answers when the test says.
#include "load/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "http/server.h"
#include "load/http_workload.h"
#include "load/preflight.h"

namespace joulemark::load {
namespace {

using ExchangePtr = std::shared_ptr<http::Exchange>;

constexpr Nanoseconds kMs = 1'000'000;

class GeneratorTest : public testing::Test {
 protected:
  void serve(http::Handler handler) {
    server_ = http::Server::listen({}, std::move(handler)).value();
    const auto url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/";
    workload_ = make_http_workload(
        {.url = http::parse_url(url).value(), .timeout = std::chrono::seconds(20)});
  }
  LoadRun run(const Plan& plan) { return generate(*client_, *workload_, plan, stop_); }

  static void answer(const ExchangePtr& exchange) { exchange->send({{}, "ok"}); }
  static Schedule all_at_once(std::size_t count) {
    return {.arrivals = std::vector<Arrival>(count), .warmup = 0, .length = 1};
  }

  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_ = http::Client::open().value();
  std::unique_ptr<Workload> workload_;
  std::atomic<bool> stop_ = false;
};

TEST_F(GeneratorTest, AClosedLoopSendsAsManyAsAskedForAndNeverMoreAtOnce) {
  std::atomic<int> at_once = 0, most = 0;
  serve([&](const ExchangePtr& exchange) {
    most = std::max(most.load(), ++at_once);
    --at_once;
    answer(exchange);
  });
  const LoadRun done = run(ClosedLoop{.concurrency = 4, .requests = 200});
  EXPECT_EQ(done.records.size(), 200U);
  EXPECT_LE(done.most_in_flight, 4);
  EXPECT_LE(done.connections, 4U);
  for (const Record& record : done.records) {
    EXPECT_TRUE(record.is_good());
    EXPECT_LE(record.scheduled, record.sent);
    EXPECT_LT(record.sent, record.end);
  }
}

TEST_F(GeneratorTest, AnOpenLoopDoesNotWaitForAnswers) {
  // Nothing is answered until all have come.
  std::mutex mutex;
  std::vector<ExchangePtr> waiting;
  serve([&](const ExchangePtr& exchange) {
    const std::lock_guard lock(mutex);
    waiting.push_back(exchange);
    if (waiting.size() < 50) return;
    for (const auto& one : waiting) answer(one);
    waiting.clear();
  });
  const LoadRun done = run(OpenLoop{.schedule = all_at_once(50), .most_in_flight = 50});
  EXPECT_EQ(done.records.size(), 50U);
  EXPECT_EQ(done.most_in_flight, 50);
  EXPECT_EQ(done.held, 0);
}

TEST_F(GeneratorTest, WhatIsHeldBackCountsFromWhenItWasDue) {
  serve(answer);
  const LoadRun done = run(OpenLoop{.schedule = all_at_once(50), .most_in_flight = 5});
  EXPECT_EQ(done.records.size(), 50U);
  EXPECT_EQ(done.most_in_flight, 5);
  EXPECT_EQ(done.held, 45);
  for (const Record& record : done.records) EXPECT_EQ(record.scheduled, done.begin);
  EXPECT_GT(done.longest_held_ms, 0);
}

TEST_F(GeneratorTest, NoRequestIsSentBeforeItIsDue) {
  serve(answer);
  Schedule schedule;
  for (int i = 0; i < 20; ++i) schedule.arrivals.push_back({.at = i * kMs});
  schedule.length = 20 * kMs;
  const LoadRun done = run(OpenLoop{.schedule = schedule, .most_in_flight = 100});
  ASSERT_EQ(done.records.size(), 20U);
  for (const Record& record : done.records) {
    EXPECT_EQ(record.scheduled, done.begin + record.index * kMs);
    EXPECT_GE(record.sent, record.scheduled);
  }
  EXPECT_EQ(done.lateness_ms.size(), 20U);
}

TEST_F(GeneratorTest, AStatusOfFailureIsRecordedWithItsText) {
  serve([](const ExchangePtr& exchange) { exchange->send({{.status = 503}, "too\nbusy"}); });
  const LoadRun done = run(ClosedLoop{.concurrency = 1, .requests = 3});
  ASSERT_EQ(done.records.size(), 3U);
  EXPECT_EQ(done.records[0].outcome, Outcome::kStatus);
  EXPECT_EQ(done.records[0].kind, "503");
  EXPECT_EQ(done.records[0].message, "status 503: too busy");
}

TEST_F(GeneratorTest, AServerThatIsAwayIsNotAskedAsFastAsItRefuses) {
  serve(answer);
  server_.reset();
  const LoadRun done = run(ClosedLoop{.concurrency = 2, .length = 150 * kMs});
  EXPECT_GE(done.records.size(), 2U);
  EXPECT_LE(done.records.size(), 4U);
  EXPECT_EQ(done.records[0].kind, "refused");
}

TEST_F(GeneratorTest, StoppingAbandonsWhatIsUnderWay) {
  std::vector<ExchangePtr> kept;
  serve([&](const ExchangePtr& exchange) {
    kept.push_back(exchange);
    stop_ = true;
  });
  const LoadRun done = run(ClosedLoop{.concurrency = 1, .length = 3600 * kNanosecondsPerSecond});
  EXPECT_TRUE(done.was_interrupted);
  ASSERT_EQ(done.records.size(), 1U);
  EXPECT_EQ(done.records[0].outcome, Outcome::kAbandoned);
  EXPECT_LE(done.window_end, done.over);
}

TEST_F(GeneratorTest, ARunThatEndsInItsWarmUpHasAnEmptyWindow) {
  serve([&](const ExchangePtr& exchange) {
    stop_ = true;
    answer(exchange);
  });
  const LoadRun done = run(ClosedLoop{
      .concurrency = 1, .warmup = 3600 * kNanosecondsPerSecond, .length = kNanosecondsPerSecond});
  EXPECT_EQ(done.window_begin, done.window_end);
  EXPECT_LE(done.window_end, done.over);
}

TEST_F(GeneratorTest, ATryTellsRefusalsFromBadMoments) {
  int status = 200;
  serve([&](const ExchangePtr& exchange) { exchange->send({{.status = status}, "no"}); });
  for (const int fine : {200, 408, 429, 500, 503}) {
    status = fine;
    EXPECT_TRUE(try_once(*client_, *workload_)) << fine;
  }
  for (const int refused : {400, 401, 404, 422}) {
    status = refused;
    EXPECT_EQ(try_once(*client_, *workload_).error().kind, ErrorKind::kFailed) << refused;
  }
  server_.reset();
  EXPECT_EQ(try_once(*client_, *workload_).error().kind, ErrorKind::kMachine);
}

}  // namespace
}  // namespace joulemark::load
