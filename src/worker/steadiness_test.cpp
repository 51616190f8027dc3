// SPDX-License-Identifier: Apache-2.0
#include "worker/steadiness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "base/random.h"

namespace joulemark::worker {
namespace {

std::vector<double> records(const std::function<double(int)>& time, int count = 20) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) times.push_back(time(i));
  return times;
}

TEST(Steady, EvenTimesAreSteady) {
  const Steadiness even = judge(std::vector<double>(20, 100.0));
  EXPECT_TRUE(even.steady);
  EXPECT_EQ(even.scatter, 0);
  EXPECT_EQ(even.trend, 0);
}

TEST(Steady, AFewRecordsTellNothing) {
  const Steadiness few = judge(std::vector<double>(5, 100.0));
  EXPECT_FALSE(few.steady);
  EXPECT_TRUE(std::isnan(few.scatter));
  EXPECT_TRUE(std::isnan(few.trend));
}

TEST(Steady, ATrendIsNotSteady) {
  const Steadiness falling = judge(records([](int i) { return 100.0 - 0.1 * i; }));
  EXPECT_FALSE(falling.steady) << "1.9 % from first to last";
  EXPECT_NEAR(falling.trend, -0.019, 0.0005);
}

TEST(Steady, ATrendOfLessThanAPercentIsSteadyHoweverClearItIs) {
  const Steadiness rising = judge(records([](int i) { return 100.0 + 0.04 * i; }));
  EXPECT_TRUE(rising.steady);
  EXPECT_NEAR(rising.trend, 0.0076, 0.0001);
}

TEST(Steady, NoiseIsNoTrend) {
  Random random(7);
  int steady = 0;
  for (int world = 0; world < 200; ++world) {
    const auto times = records([&](int) { return 100 + 4 * (random.uniform() - 0.5); });
    if (judge(times).steady) ++steady;
  }
  EXPECT_GE(steady, 180) << "Mann–Kendall's 5 % are wrong now and then";
}

TEST(Steady, AFewInterruptedCallsDoNotMatter) {
  auto times = std::vector<double>(20, 100.0);
  times[3] = 900;
  times[15] = 5000;
  EXPECT_TRUE(judge(times).steady);
}

TEST(Steady, WideScatterIsNotSteady) {
  const Steadiness wide = judge(records([](int i) { return i % 2 == 0 ? 100.0 : 120.0; }));
  EXPECT_FALSE(wide.steady);
  EXPECT_NEAR(wide.scatter, 1.4826 * 10 / 110, 1e-9);
}

/// Requests of `steps` steps; a step's time by request and step.
StepHistory history(int requests, int steps, const std::function<double(int, int)>& time) {
  StepHistory history;
  for (int request = 0; request < requests; ++request)
    for (int step = 1; step <= steps; ++step)
      history.add({.batch = 1, .position = 10 + step, .ns = time(request, step)});
  return history;
}

TEST(SteadySteps, GrowthWithThePositionIsNoTrendOnceThePositionsRepeat) {
  const auto grows = [](int, int step) { return 100.0 + step; };
  EXPECT_FALSE(history(1, 40, grows).judge_last(20).steady) << "nothing tells it from a trend yet";
  const Steadiness twice = history(2, 40, grows).judge_last(20);
  EXPECT_TRUE(twice.steady);
  EXPECT_NEAR(twice.trend, 0, 1e-9);
  EXPECT_NEAR(twice.scatter, 0, 1e-9);
}

TEST(SteadySteps, ARequestThatIsFasterThanTheOneBeforeIsATrend) {
  const Steadiness faster = history(2, 40, [](int request, int step) {
                              return (100.0 + step) * (request == 0 ? 1 : 0.95);
                            }).judge_last(20);
  EXPECT_FALSE(faster.steady);
  EXPECT_NEAR(faster.trend, -0.05, 0.01);
}

TEST(SteadySteps, StepsAreComparedAcrossShortRequests) {
  const auto grows = [](int, int step) { return 100.0 * step; };
  EXPECT_TRUE(history(14, 3, grows).judge_last(20).steady);
  const auto falls = [](int request, int step) { return 100.0 * step * (1 - 0.01 * request); };
  EXPECT_FALSE(history(14, 3, falls).judge_last(20).steady);
}

TEST(SteadySteps, TheScatterIsThatOfSingleSteps) {
  Random random(3);
  const auto noisy = [&](int, int step) { return (100.0 + step) * (1 + random.normal() * 0.02); };
  const Steadiness found = history(2, 400, noisy).judge_last(400);
  EXPECT_NEAR(found.scatter, 0.02, 0.004);
}

TEST(SteadySteps, EvenStepsAreSteadyWithinTheFirstRequest) {
  EXPECT_TRUE(history(1, 20, [](int, int) { return 100.0; }).judge_last(20).steady);
}

TEST(SteadySteps, OtherBatchesAreNotAlike) {
  StepHistory two;
  for (int request = 0; request < 4; ++request)
    for (int step = 1; step <= 12; ++step)
      two.add({.batch = request % 2 + 1, .position = step, .ns = 100.0 * (request % 2 + 1) + step});
  EXPECT_TRUE(two.judge_last(20).steady);
}

}  // namespace
}  // namespace joulemark::worker
