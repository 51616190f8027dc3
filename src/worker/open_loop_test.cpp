// SPDX-License-Identifier: Apache-2.0
// The loop at a fixed rate, on a clock that the test moves.
#include "worker/open_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

namespace {
std::atomic<long> allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace joulemark::worker {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr Nanoseconds kMs = 1'000'000;
/// Ten requests a second, the first after 50 ms.
constexpr Arrivals kEvery100Ms{.rate = 10, .kind = ArrivalKind::kUniform};

/// Moves when it is slept on, and when a request says so.
class MovedClock final : public Clock {
 public:
  Nanoseconds now() override { return now_; }
  void sleep_until(Nanoseconds deadline) override {
    ++sleeps;
    now_ = std::max(now_, deadline + late_ns);
  }
  void move(Nanoseconds by) { now_ += by; }
  Nanoseconds late_ns = 0;  ///< by which sleeps are too long
  int sleeps = 0;

 private:
  Nanoseconds now_ = 1000 * kMs;
};

class OpenLoopTest : public ::testing::Test {
 protected:
  /// One window of requests that take so long.
  void serve(const Arrivals& arrivals, const std::vector<Nanoseconds>& times) {
    loop_.prepare(arrivals, static_cast<std::int64_t>(times.size()));
    const auto request = [&](std::size_t i) {
      clock_.move(times[i]);
      return JM_OK;
    };
    ASSERT_EQ(loop_.run(clock_, request), JM_OK);
  }
  std::vector<Nanoseconds> latencies_ms() const {
    auto all = loop_.latencies();
    for (Nanoseconds& each : all) each /= kMs;
    return all;
  }
  Nanoseconds window() const { return loop_.t1_ns() - loop_.t0_ns(); }

  MovedClock clock_;
  OpenLoop loop_;
};

TEST_F(OpenLoopTest, RequestsThatKeepUpTakeAsLongAsTheyTake) {
  serve(kEvery100Ms, {30 * kMs, 20 * kMs, 40 * kMs});
  EXPECT_THAT(latencies_ms(), ElementsAre(30, 20, 40));
  EXPECT_EQ(loop_.busy_ns(), 90 * kMs);
  EXPECT_EQ(loop_.queue_max(), 0);
  EXPECT_EQ(loop_.wake_late_ns(), 0);
}

TEST_F(OpenLoopTest, TheWindowEndsWithTheScheduleWhenAllIsAnswered) {
  serve(kEvery100Ms, {kMs, kMs, kMs});
  EXPECT_EQ(window(), 300 * kMs) << "the machine at rest behind the last answer belongs to it";
  EXPECT_EQ(loop_.arrived_ns(0) - loop_.t0_ns(), 50 * kMs);
}

TEST_F(OpenLoopTest, OneSlowCallShowsInAllThatItKeptWaiting) {
  serve(kEvery100Ms, {350 * kMs, 10 * kMs, 10 * kMs, 10 * kMs, 10 * kMs});
  EXPECT_THAT(latencies_ms(), ElementsAre(350, 260, 170, 80, 10)) << "no coordinated omission";
  EXPECT_EQ(loop_.queue_max(), 3);
  EXPECT_EQ(loop_.busy_ns(), 390 * kMs);
}

TEST_F(OpenLoopTest, WhatCannotKeepUpFallsBehindMoreAndMore) {
  serve(kEvery100Ms, std::vector<Nanoseconds>(10, 150 * kMs));
  EXPECT_EQ(latencies_ms().front(), 150);
  EXPECT_EQ(latencies_ms().back(), 150 + 9 * 50);
  EXPECT_EQ(window(), (50 + 10 * 150) * kMs) << "ends with the last answer";
  EXPECT_EQ(clock_.sleeps, 1) << "until the first request came";
}

TEST_F(OpenLoopTest, ALateWakeIsInTheLatencyAndTold) {
  clock_.late_ns = 2 * kMs;
  serve(kEvery100Ms, {30 * kMs, 90 * kMs, 120 * kMs, 5 * kMs});
  EXPECT_THAT(latencies_ms(), ElementsAre(32, 92, 122, 27));
  EXPECT_EQ(loop_.wake_late_ns(), 2 * kMs) << "of the three that found the model free";
}

TEST_F(OpenLoopTest, PoissonRequestsKeepToTheirSchedule) {
  const Arrivals arrivals{.rate = 100, .seed = 5};
  serve(arrivals, std::vector<Nanoseconds>(200, 0));
  EXPECT_THAT(loop_.latencies(), Each(0));
  EXPECT_EQ(window(), 2000 * kMs);
  const auto times = arrival_times(arrivals, 200);
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_EQ(loop_.arrived_ns(i) - loop_.t0_ns(), times[i]);
}

TEST_F(OpenLoopTest, AWindowAllocatesNothing) {
  loop_.prepare(kEvery100Ms, 100);
  const std::function<jm_status(std::size_t)> request = [&](std::size_t) {
    clock_.move(150 * kMs);
    return JM_OK;
  };
  const long before = allocations;
  ASSERT_EQ(loop_.run(clock_, request), JM_OK);
  EXPECT_EQ(allocations - before, 0);
}

TEST_F(OpenLoopTest, AFailingRequestEndsTheWindowWithItsStatus) {
  loop_.prepare(kEvery100Ms, 5);
  std::size_t last = 0;
  const auto request = [&](std::size_t i) {
    last = i;
    return i == 2 ? JM_OUT_OF_MEMORY : JM_OK;
  };
  EXPECT_EQ(loop_.run(clock_, request), JM_OUT_OF_MEMORY);
  EXPECT_EQ(last, 2u);
}

}  // namespace
}  // namespace joulemark::worker
